"""A lot under way and bids sealed for it by the real library, for tests of intake, opening, API and custodian."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import ledger
from identity.models import Custodian
from ledger import clock
from sealing.fields import format_time
from sealing.keys import OwnKeys, read_public
from sealing.layout import read_layout
from sealing.parameters import Parameters, sign_parameters
from sealing.release import release_share
from sealing.seal import Contents, seal_bid
from sealing.tender import tender_from
from sealing.trailer import leaf_of
from sealing.withdrawals import sign_withdrawal
from suites import suite_named
from tendering import bid_queries
from tendering.models import Bid, Lot, Project, TenderParameters
from tendering.operations.close_lot import close_lot
from tendering.operations.complete_bid import complete_bid
from tendering.operations.end_window import end_window
from tendering.operations.record_custodian_release import record_custodian_release
from tendering.operations.release_share import release_share as operation_release
from tendering.operations.start_opening import start_opening
from tendering.operations.start_upload import start_upload
from tendering.operations.store_chunk import store_chunk
from tendering.operations.withdraw_bid import withdraw_bid
from tests.cast import Cast, Player
from tests.keys import Held, certified, make_custodians

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


class Hands:
    """A clock that stands still until a test moves it; the ledger's clock reads it."""

    def __init__(self, monkeypatch: Any, at: datetime = START) -> None:
        self.at = at
        monkeypatch.setattr(clock, "now", lambda: self.at)

    def move(self, seconds: float) -> datetime:
        self.at += timedelta(seconds=seconds)
        return self.at

    def to(self, at: datetime) -> datetime:
        self.at = at
        return at


def own_keys(held: Held) -> OwnKeys:
    return OwnKeys(read_public(held.certificate.pub), held.seal.private, held.sign.private)


@dataclass
class SealedFile:
    """A sealed file on the bidder's machine, in the parts that are uploaded."""

    path: Path
    digest: str
    keys: OwnKeys

    def parts(self) -> tuple[bytes, list[bytes], bytes]:
        layout = read_layout(self.path)
        data, header = self.path.read_bytes(), layout.header
        chunks, at = [], layout.chunks_at
        for number in range(header.count):
            chunks.append(data[at : at + header.chunk_length(number)])
            at += len(chunks[-1])
        return header.raw, chunks, layout.trailer.raw

    def leaf(self, chunk: bytes) -> str:
        return leaf_of(read_layout(self.path).header, chunk).hex()

    def share(self) -> tuple[int, bytes]:
        layout = read_layout(self.path)
        share = release_share(layout.header, self.digest, self.keys)
        return share.index, share.share


@dataclass
class Tender:
    """An announced lot, its custodians' keys, and what is needed to bid for it."""

    cast: Cast
    lot: Lot
    folder: Path
    custodians: dict[str, tuple[Custodian, Held, str]]
    keys: dict[str, OwnKeys] = field(default_factory=dict)
    envelopes: tuple[str, ...] = ("whole",)

    def keys_of(self, player: Player) -> OwnKeys:
        if player.actor.login not in self.keys:
            self.keys[player.actor.login] = own_keys(certified(player, suite=suite_named(self.lot.suite)))
        return self.keys[player.actor.login]

    def seal(
        self,
        player: Player,
        *,
        price: str | None = "8900000.00",
        sequence: int = 1,
        size: int = 3000,
        envelope: str = "whole",
        fields: dict[str, Any] | None = None,
    ) -> SealedFile:
        """Seal a bid; `fields` are added to the letter's, or stand in place of them."""
        keys = self.keys_of(player)
        folder = self.folder / f"{player.actor.login}-{envelope}-{sequence}"
        folder.mkdir()
        (folder / "letter.pdf").write_bytes(b"%PDF-1.7 " + player.actor.login.encode() * (size // 8))
        statement = TenderParameters.objects.filter(lot=self.lot).order_by("-sequence").first().statement
        tender = tender_from(
            statement,
            own=keys.public,
            custodians=[read_public(held.certificate.pub) for _, held, _ in self.custodians.values()],
            envelope=envelope,
            bidder=player.organisation.uscc,
            sequence=sequence,
        )
        letter: dict[str, Any] = {"duration_days": 300, "key_persons": [{"name": "王工", "role": "project_manager"}]}
        if price is not None:
            letter |= {"price": price, "price_kind": "total"}
        letter |= fields or {}
        out = folder.with_suffix(".bid")
        sealed = seal_bid(tender, Contents(folder, letter), out, signer=keys)
        return SealedFile(out, sealed.bid_digest, keys)

    def send(self, player: Player, file: SealedFile) -> Any:
        """Upload every chunk; return the upload, not yet completed."""
        header, chunks, _ = file.parts()
        upload = start_upload(lot_code=self.lot.code, header=header, actor=player.actor)
        for number, chunk in enumerate(chunks):
            store_chunk(
                upload_id=upload.public_id, number=number, chunk=chunk, leaf=file.leaf(chunk), actor=player.actor
            )
        return upload

    def submit(self, player: Player, file: SealedFile) -> Bid:
        upload = self.send(player, file)
        return complete_bid(upload_id=upload.public_id, trailer=file.parts()[2], actor=player.actor)

    def bid(self, player: Player, **how: Any) -> tuple[SealedFile, Bid]:
        file = self.seal(player, **how)
        return file, self.submit(player, file)

    def custodian_statement(self, name: str, bid: Bid, *, at: datetime) -> dict[str, Any]:
        """Return the signed release that a custodian's agent would send."""
        from sealing.releases import LedgerHead, sign_release

        keys = own_keys(self.custodians[name][1])
        share = release_share(bid_queries.header_on_record(bid), bid.bid_digest, keys)
        return sign_release(keys, share, ledger_head=LedgerHead(1, "00" * 32), at=at)

    def custodian_releases(self, name: str, bid: Bid, *, at: datetime) -> Any:
        statement = self.custodian_statement(name, bid, at=at)
        return record_custodian_release(statement=statement, custodian=self.custodians[name][0])

    def withdraws(self, player: Player, bid_digest: str) -> Bid:
        """The bidder takes its bid back, with its signature."""
        statement = sign_withdrawal(self.keys_of(player), lot=self.lot.code, bid_digest=bid_digest)
        return withdraw_bid(lot_code=self.lot.code, bid_digest=bid_digest, statement=statement, actor=player.actor)

    def bidder_releases(self, player: Player, file: SealedFile) -> Any:
        index, share = file.share()
        return operation_release(
            lot_code=self.lot.code, bid_digest=file.digest, index=index, share=share, actor=player.actor
        )

    def opened_window(self, hands: Hands, *, bidders: int = 3, **how: Any) -> list[tuple[SealedFile, Bid]]:
        """Let so many bidders bid, close the lot and start its opening."""
        made = [self.bid(player, **how) for player in self.cast.bidders[:bidders]]
        hands.to(self.lot.deadline_at)
        close_lot(lot_id=self.lot.pk)
        start_opening(lot_id=self.lot.pk)
        return made

    def collected(self, hands: Hands) -> list[tuple[SealedFile, Bid]]:
        """Let three bid and hand over their keys, and end the window: what is left is to open."""
        made = self.opened_window(hands)
        for player, (file, _) in zip(self.cast.bidders, made, strict=False):
            self.bidder_releases(player, file)
        end_window(lot_id=self.lot.pk, actor=self.cast.centre.actor)
        return made

    def fresh(self) -> Lot:
        return Lot.objects.get(pk=self.lot.pk)

    def kinds(self) -> list[str]:
        return [row["body"]["kind"] for row in ledger.entries_of(self.lot.code)]


def make_tender(
    cast: Cast,
    folder: Path,
    *,
    now: datetime,
    deadline_in: float = 3600,
    policy: str = "bidder-or-custodians",
    envelopes: tuple[str, ...] = ("whole",),
    suite: str = "INTL-1",
) -> Tender:
    """Return a lot that was announced with parameters signed by the agency."""
    custodians = make_custodians(cast, suite=suite_named(suite))
    project = Project.objects.create(
        code="E4420000001202600",
        name="岐江新城水厂扩建工程",
        procedure="R-construction",
        purchaser=cast.purchaser.organisation,
        agency=cast.agency.organisation,
        created_by="agency",
        created_at=now,
    )
    deadline_at = (now + timedelta(seconds=deadline_in)).replace(microsecond=0)
    lot = Lot.objects.create(
        project=project,
        code="E4420000001202600001001",
        name="施工一标段",
        stage="announced",
        stage_at=now,
        next_due_at=deadline_at,
        ceiling_yuan=Decimal("9000000.00"),
        policy=policy,
        suite=suite,
        threshold=2,
        document_hash="d0" * 32,
        announced_at=now,
        deadline_at=deadline_at,
    )
    tender = Tender(cast, lot, folder, custodians, envelopes=envelopes)
    publish(tender, now=now)
    return tender


def publish(tender: Tender, *, now: datetime) -> dict[str, Any]:
    """Sign and store parameters for the lot as it stands, and announce them in the ledger."""
    from django.db import transaction

    lot = tender.lot
    kids = [held.certificate.kid for _, held, _ in tender.custodians.values()] if lot.policy != "bidder" else []
    parameters = Parameters(
        tender=lot.project.code,
        lot=lot.code,
        envelopes=tender.envelopes,
        suite=lot.suite,
        deadline=lot.deadline_at,
        document_hash=lot.document_hash,
        policy=lot.policy,
        custodians=tuple(kids),
        threshold=2 if kids else 0,
        amendment=lot.amendment,
    )
    statement = sign_parameters(tender.keys_of(tender.cast.agency), parameters)
    pubs = [held.certificate.pub for _, held, _ in tender.custodians.values()]
    with transaction.atomic():
        TenderParameters.objects.create(
            lot=lot, sequence=lot.amendment, statement=statement, recipients=pubs, signed_at=now
        )
        payload = {
            "deadline": format_time(lot.deadline_at),
            "document_hash": lot.document_hash,
            "parameters": statement,
        }
        kind = "lot.amended" if lot.amendment else "lot.announced"
        ledger.append(kind, lot=lot.code, at=now, payload=payload, actor=tender.cast.agency.actor)
    return statement
