"""The revocation lists of the installation's own roots, made from what is revoked at the moment they are asked for.

No list is stored, so none can lag behind a revocation: the operation that revokes is what changes the next list.
"""

from datetime import datetime, timedelta

from identity import ca_files, demo_ca
from identity.models import Certificate
from suites.base64_text import from_base64
from suites.certificates import RevokedCertificate, facts_of, load, make_crl

VALID = timedelta(days=7)
_MICROSECONDS = 1_000_000


def current(suite: str, *, now: datetime) -> bytes | None:
    """Return the DER of a suite's list as of `now`, valid for seven days; None where there is no root of the suite.

    Its number is the instant in microseconds, so a later list always has a greater one.
    """
    root = demo_ca.existing(suite)
    if root is None:
        return None
    rows = [row._replace(at=_next_second(row.at)) for row in _rows(root.certificate)]
    return make_crl(
        root.key,
        root.certificate,
        rows,
        number=int(now.timestamp() * _MICROSECONDS),
        this_update=now,
        next_update=now + VALID,
    )


def _rows(root: bytes) -> list[RevokedCertificate]:
    return [*_registered(root), *ca_files.revoked_by(root)]


def _next_second(at: datetime) -> datetime:
    """Return the whole second that a revocation is dated by: lists know no fractions (RFC 5280 5.1.2.6).

    Cut off, the date would lie before what the key signed earlier in that second, and who judges it later by the list
    would call that revoked. The installation itself goes by the instant in the register, to the microsecond.
    """
    return at if at.microsecond == 0 else at.replace(microsecond=0) + timedelta(seconds=1)


def _registered(root: bytes) -> list[RevokedCertificate]:
    """Revoked certificates of registered keys that this root issued, those that have since expired included."""
    name, found = load(root).subject, []
    for row in Certificate.objects.exclude(revoked_at=None).only("pub", "revoked_at"):
        leaf = from_base64(row.pub["certificates"][0])
        if row.revoked_at is not None and load(leaf).issuer == name:
            found.append(RevokedCertificate(facts_of(leaf).serial, row.revoked_at))
    return found
