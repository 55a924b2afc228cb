"""The cast of the sealed bid's tests, made by the Python implementation: a root, an agency, a bidder, custodians."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sealing.canonical import Json
from sealing.keys import OwnKeys, key_body, make_keys
from sealing.parameters import KIND, Parameters, sign_parameters
from sealing.statements import sign_statement
from sealing.tender import tender_from, write_tender
from suites import suite_named
from suites.certificates import issue_certificate, make_authority

START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
DEADLINE = datetime(2026, 11, 18, 7, 0, 0, tzinfo=UTC)
BIDDER, AGENCY = "91330100MA2TEST01A", "91330100MA2TEST02B"
CUSTODIANS = ("12330100MB0TEST03C", "11330100MB0TEST04D", "91330100MA2TEST05E")


@dataclass(frozen=True)
class Cast:
    """Everybody's keys, certified by one root."""

    root: bytes
    root_private: bytes
    bidder: OwnKeys
    agency: OwnKeys
    custodians: tuple[OwnKeys, ...]

    def certified(self, organisation: str) -> OwnKeys:
        """Return fresh keys of an organisation under this root."""
        return certify(make_keys("INTL-1", organisation), self.root_private, self.root)

    def parameters(self, **changes: Json) -> Json:
        """Return the agency's statement of the usual tender, with changes."""
        usual = Parameters(
            tender="A4401000001",
            lot="A4401000001001",
            envelopes=("whole",),
            suite="INTL-1",
            deadline=DEADLINE,
            document_hash="ab" * 32,
            policy="bidder-or-custodians",
            custodians=tuple(keys.kid for keys in self.custodians),
            threshold=2,
        )
        return sign_parameters(self.agency, replace(usual, **changes))

    def agency_statement(self, body: Json) -> Json:
        """Return any body under the agency's signature, well formed or not."""
        return sign_statement(self.agency, KIND, body)

    def tender(self, statement: Json | None = None, sequence: int = 1) -> Json:
        """Return the package that a bidder downloads, as JSON."""
        made = tender_from(
            statement or self.parameters(),
            own=self.bidder.public,
            custodians=[keys.public for keys in self.custodians],
            envelope="whole",
            bidder=BIDDER,
            sequence=sequence,
        )
        return write_tender(made)

    @property
    def bidder_key(self) -> Json:
        """The bidder's key file, without passphrase."""
        return key_body(self.bidder)


def certify(keys: OwnKeys, root_private: bytes, root: bytes) -> OwnKeys:
    """Return keys with a certificate of the root."""
    leaf = issue_certificate(
        root_private,
        root,
        public_key_spki=keys.public.sign_public,
        organisation_id=keys.public.organisation,
        common_name=keys.public.organisation,
        not_before=START,
        not_after=END,
    )
    return keys.with_certificates((leaf,))


def make_cast() -> Cast:
    """Return a fresh cast."""
    private = suite_named("INTL-1").generate().private
    root = make_authority(private, common_name="Test root", not_before=START, not_after=END)
    bidder, agency, *custodians = (
        certify(make_keys("INTL-1", code), private, root) for code in (BIDDER, AGENCY, *CUSTODIANS)
    )
    return Cast(root, private, bidder, agency, tuple(custodians))
