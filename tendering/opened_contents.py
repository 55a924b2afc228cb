"""From collected shares to what each bid says: keys first, all of them, then the contents into OPENED_ROOT. No clock.

Nothing is decided here that another run would decide otherwise: shares are closed, ciphertext is fixed by its digest.
"""

import hashlib
import shutil
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from sealing.layout import Layout, read_layout
from sealing.manifest import Manifest, read_manifest
from sealing.open import combine_checked, open_bid
from sealing.policy import BIDDER, CUSTODIANS
from sealing.shares import Share
from suites import Refused as SealRefused
from tendering import receipts, sealed_store
from tendering.bid_queries import Collected, Collection
from tendering.envelopes import priced
from tendering.faults import unless_failed
from tendering.models import Bid, BidState, Lot
from tendering.rules.collection import STORE_CHECKS
from tendering.rules.letters import price_fault

MANIFEST = "manifest.json"
LEAD_ROLES = ("project_manager", "lead", "chief_engineer")


@dataclass(frozen=True)
class Letter:
    """What the bid letter says: price in yuan (or a rate or discount in percent), duration in days, lead person.

    An envelope without a price has none, and an empty `price_kind`.
    """

    manifest: dict[str, Any]
    manifest_sha256: str
    price_yuan: Decimal | None
    price_kind: str
    duration_days: int | None
    lead_person: str


@dataclass(frozen=True)
class Outcome:
    """How one bid ends. `check` is the failed check, `damaged` that the stored file is not the receipted one.

    `unsettled`: it does not end yet, since the platform itself failed at it.
    """

    bid: Bid
    state: BidState
    check: str = ""
    opened_by: str = ""
    letter: Letter | None = None

    @property
    def damaged(self) -> bool:
        """Whether the platform's own file is missing or altered."""
        return self.state == BidState.WITHDRAWN_NO_BLAME and self.check in STORE_CHECKS

    @property
    def unsettled(self) -> bool:
        """Whether the bid stays sealed until the platform can open it."""
        return self.state == BidState.RECEIVED


@dataclass(frozen=True)
class _Ready:
    """A bid whose key was found and checked, waiting until all others are."""

    bid: Bid
    layout: Layout
    shares: list[Share]
    opened_by: str


def outcomes_of(lot: Lot, collection: Collection) -> list[Outcome]:
    """Return how every bid ends. All keys are combined and checked before the first bid is decrypted.

    A bid at which the platform itself fails is unsettled and keeps no other from its end.
    """
    prepared = [unless_failed(row.bid, partial(_prepared, lot, row)) or _unsettled(row.bid) for row in collection.rows]
    return [_decided(lot, item) for item in prepared]


def _decided(lot: Lot, item: _Ready | Outcome) -> Outcome:
    if isinstance(item, Outcome):
        return item
    return unless_failed(item.bid, partial(_opened, lot, item)) or _unsettled(item.bid)


def _unsettled(bid: Bid) -> Outcome:
    return Outcome(bid, BidState.RECEIVED, "platform_fault")


def _prepared(lot: Lot, row: Collected) -> _Ready | Outcome:
    bid = row.bid
    if not row.shares.openable:
        return Outcome(bid, BidState(row.shares.fault()), "threshold")
    layout = _stored(lot, bid)
    if isinstance(layout, Outcome):
        return layout
    shares = _shares(bid)
    combined, reasons = combine_checked(layout, shares)
    if combined is None:
        check = next((reason.check for reason in reasons if reason.check != "threshold"), "threshold")
        return Outcome(bid, BidState.REVOKED, check)
    by = BIDDER if row.shares.bidder_released else CUSTODIANS
    return _Ready(bid, layout, shares, by)


def _stored(lot: Lot, bid: Bid) -> Layout | Outcome:
    """Return the stored file where it is the receipted one, to the last byte of its trailer.

    :raises FileNotFoundError: the whole store is away
    """
    try:
        layout = read_layout(sealed_store.sealed_path(lot.code, bid.bid_digest))
    except FileNotFoundError:
        if sealed_store.is_lost(lot.code, bid.bid_digest):
            return _damaged(bid, "missing")
        raise
    except SealRefused as refused:
        return _damaged(bid, refused.checks[0])
    same = layout.detached.bid_digest == bid.bid_digest and receipts.names_trailer(bid.receipt, layout.trailer.raw)
    return layout if same else _damaged(bid, "digest")


def _damaged(bid: Bid, check: str) -> Outcome:
    """The platform's fault: the bid is withdrawn without blame, unless its bidder hands in a copy in time."""
    return Outcome(bid, BidState.WITHDRAWN_NO_BLAME, check)


def _shares(bid: Bid) -> list[Share]:
    return [
        Share(bid.bid_digest, bid.core, release.kid, release.group, release.index, bytes.fromhex(release.share))
        for release in bid.releases.filter(matches=True).order_by("group", "index")
    ]


def _opened(lot: Lot, ready: _Ready) -> Outcome:
    """Decrypt one bid into its folder, unless an earlier run did; the folder appears only when every check passed."""
    bid = ready.bid
    with sealed_store.opening_of(lot.code, bid.bid_digest) as folder:
        if not has_its_files(folder) and (shut := _decrypted(lot, ready, folder)):
            return shut
        try:  # what lies in the folder passed every check: a manifest that is refused now is no bidder's fault
            letter = read_letter(folder / MANIFEST, price_kind=lot.price_kind if priced(bid.envelope) else None)
        except NoPrice as fault:
            return Outcome(bid, BidState.REVOKED, fault.check)
    return replace(Outcome(bid, BidState.OPENED), opened_by=ready.opened_by, letter=letter)


def has_its_files(folder: Path) -> bool:
    """Whether the folder holds what its manifest lists, by name and length: a power cut leaves names without bytes."""
    try:
        listed = read_manifest((folder / MANIFEST).read_bytes()).files
    except (FileNotFoundError, NotADirectoryError, SealRefused):
        return False
    paths = ((folder / file.name, file.size) for file in listed)
    return all(path.is_file() and path.stat().st_size == size for path, size in paths)


def decrypt_again(bid: Bid, folder: Path) -> None:
    """Make the contents of a published bid anew; hold the folder (`sealed_store.opening_of`).

    :raises FileNotFoundError: the sealed file is not the receipted one any more
    :raises Refused: it does not open as it did
    """
    layout = _stored(bid.lot, bid)
    if isinstance(layout, Outcome):
        raise FileNotFoundError(f"the sealed file: {layout.check}")
    _clear_unfinished(folder)
    open_bid(layout.path, _shares(bid), folder)


def _decrypted(lot: Lot, ready: _Ready, folder: Path) -> Outcome | None:
    """Decrypt into the folder; return how the bid ends where it stays shut."""
    _clear_unfinished(folder)
    try:
        open_bid(ready.layout.path, ready.shares, folder)
    except FileNotFoundError:
        found = _stored(lot, ready.bid)
        if isinstance(found, Outcome):
            return found
        raise  # the sealed file is there: something else of the platform's is not
    except SealRefused as refused:
        return _refused(lot, ready.bid, refused.checks)
    return None


def _refused(lot: Lot, bid: Bid, checks: list[str]) -> Outcome:
    """Whose fault it is that a bid did not open; its file is read again, as it may have changed since it was ready."""
    store = [check for check in checks if check in STORE_CHECKS]
    if store:
        return _damaged(bid, store[0])
    found = _stored(lot, bid)
    return found if isinstance(found, Outcome) else Outcome(bid, BidState.REVOKED, checks[0])


def _clear_unfinished(folder: Path) -> None:
    """Remove what a run that was killed left half decrypted, and a folder that a power cut left half written."""
    if folder.exists():
        shutil.rmtree(folder)
    for rest in folder.parent.glob(f".{folder.name}.*"):
        if rest.is_dir():
            shutil.rmtree(rest)


class NoPrice(ValueError):
    """The bid letter names no price that could be read out; `check` says why (`tendering.rules.letters`)."""

    def __init__(self, check: str) -> None:
        super().__init__(check)
        self.check = check


def read_letter(path: Path, *, price_kind: str | None) -> Letter:
    """Return the bid letter's fields from an opened bid's manifest.

    `price_kind` is the kind that the tender asks for; None for an envelope without a price, where none is read.

    :raises NoPrice: there is none, or it cannot be read out
    :raises FileNotFoundError: no manifest
    """
    raw = path.read_bytes()
    manifest = read_manifest(raw)
    fields = manifest.fields
    priced = price_kind is not None
    if price_kind is not None and (fault := price_fault(fields, kind=price_kind)):
        raise NoPrice(fault)
    return Letter(
        manifest={"fields": fields, "files": [file._asdict() for file in manifest.files]},
        manifest_sha256=hashlib.sha256(raw).hexdigest(),
        price_yuan=Decimal(fields["price"]) if priced else None,
        price_kind=fields["price_kind"] if priced else "",
        duration_days=fields.get("duration_days"),
        lead_person=_lead(manifest),
    )


def _lead(manifest: Manifest) -> str:
    """Return the lead person's name: the first with a leading role, else the first named."""
    persons = manifest.fields.get("key_persons", [])
    leading = [person["name"] for person in persons if person["role"] in LEAD_ROLES]
    return str((leading or [person["name"] for person in persons] or [""])[0])[:80]
