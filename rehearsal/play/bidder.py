"""A bidder: prepares files, checks the tender against the pinned root, seals, uploads, releases, confirms."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rehearsal.bids import ROLES, Offer, make_offer, write_bid
from rehearsal.bids.offer import Terms
from rehearsal.cast import Party
from rehearsal.play.keys import keys_of
from rehearsal.play.stage import Stage
from rehearsal.play.visitor import Refused, Visitor
from sealing.header import parse_header
from sealing.keys import OwnKeys, read_public
from sealing.layout import chunks_of, read_layout
from sealing.release import release_share
from sealing.seal import Contents, seal_bid
from sealing.statements import verify_statement
from sealing.tender import Tender, check_tender, tender_from
from sealing.trailer import leaf_of
from suites import Refused as SealRefused
from suites.base64_text import to_base64
from suites.certificates import from_pem

TOO_LATE = ("window_closed", "wrong_stage")  # checks of the API when the window is over


class WrongReceipt(Exception):
    """The platform's receipt is not for what was handed in."""


@dataclass
class Bidder:
    """One bidder at its machine; `folder` holds its files, `offer` and `digest` come as the tender goes on."""

    stage: Stage
    visitor: Visitor
    party: Party
    folder: Path
    keys: OwnKeys | None = None
    offer: Offer | None = None
    digest: str = ""
    released: bool = False
    receipt: dict[str, Any] = field(default_factory=dict)

    def prepare(self, terms: Terms) -> None:
        """Sign in, have a certificate, and write the bid's files."""
        self.visitor.sign_in()
        at = self.stage.now(self.visitor)
        self.keys = keys_of(self.visitor, uscc=self.party.uscc, root=self.stage.root, at=at)
        self.offer = make_offer(terms, self.party, seed=terms.lot_code)
        write_bid(self.offer, self.folder / "files")

    def hand_in(self, lot: str, *, agency: str) -> None:
        """Fetch the package, check it, seal, upload and check the receipt."""
        assert self.keys is not None
        package = self.visitor.call("GET", f"/api/v1/lots/{lot}/package").json()
        tender = self._checked(package, agency=agency)
        self._upload(lot, self._sealed(tender))

    def _checked(self, package: dict[str, Any], *, agency: str) -> Tender:
        """Return what to seal for. :raises SealRefused: the package does not hold against the pinned root"""
        assert self.keys is not None
        tender = tender_from(
            package["parameters"],
            own=self.keys.public,
            custodians=[read_public(pub) for pub in package["recipients"]],
            envelope=package["envelope"],
            bidder=self.party.uscc,
            sequence=package["sequence"],
        )
        roots = list(from_pem(self.stage.root.encode()))
        if found := check_tender(tender, self.keys.public, roots=roots, agency=agency):
            raise SealRefused(found)
        return tender

    def _sealed(self, tender: Tender) -> Path:
        assert self.keys is not None and self.offer is not None
        path = self.folder / f"{tender.sequence}.bid"
        contents = Contents(self.folder / "files", fields=self.offer.letter_fields(), roles=ROLES)
        self.digest = seal_bid(tender, contents, path, signer=self.keys).bid_digest
        return path

    def _upload(self, lot: str, path: Path) -> None:
        layout = read_layout(path)
        begun = self.visitor.call("POST", f"/api/v1/lots/{lot}/uploads", body=layout.header.raw).json()
        for number, view in enumerate(chunks_of(layout)):
            chunk = bytes(view)
            if number not in begun["received"]:
                where = f"/api/v1/uploads/{begun['upload']}/chunks/{number}"
                self.visitor.call("PUT", where, body=chunk, leaf=leaf_of(layout.header, chunk).hex())
        done = self.visitor.call("POST", f"/api/v1/uploads/{begun['upload']}/complete", body=layout.trailer.raw)
        self.receipt = done.json()
        said = verify_statement(self.receipt["statement"], "bid.receipt").body
        if (said["bid_digest"], said["lot"]) != (self.digest, lot):
            raise WrongReceipt(f"{self.party.name}: the receipt names another bid or lot")

    def open(self, lot: str) -> None:
        """Sign in to the opening and hand over the own share, taken out of the header that the platform stores.

        Who comes too late hands nothing over: the custodians open that bid.
        """
        assert self.keys is not None
        page = self.visitor.read(f"/hall/{lot}/seat/")
        if not any(form.action.endswith("/sign-in/") for form in page.forms):
            return
        self.visitor.send(page.form("/sign-in/"), page)
        where = f"/api/v1/lots/{lot}/bids/{self.digest}"
        header = parse_header(self.visitor.call("GET", f"{where}/header").content)
        share = release_share(header, self.digest, self.keys)
        body = {"index": share.index, "share": to_base64(share.share)}
        try:
            self.visitor.call("POST", f"{where}/release", json=body)
            self.released = True
        except Refused as refused:
            if not any(reason.startswith(TOO_LATE) for reason in refused.reasons):
                raise

    def confirm(self, lot: str) -> None:
        """Confirm the price that was read out; a bid that stayed shut has none."""
        page = self.visitor.read(f"/hall/{lot}/seat/")
        if any(form.action.endswith("/confirm-price/") for form in page.forms):
            self.visitor.send(page.form("/confirm-price/"), page)
