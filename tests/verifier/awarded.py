"""A lot driven from its draft to the award notice, in this process and through the real operations.

Six organisations bid: one replaces its bid, one withdraws, one never comes to the opening and is opened by two of three
custodians, one names no price and is revoked; three more are opened by their bidders.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction

import ledger
from evaluation.operations.draft_report import draft_report
from evaluation.operations.sign_report import sign_report
from identity.models import Custodian
from lawbook import scheme
from ledger import cosignatures
from ledger.anchors.timestamp import TimestampAnchor
from ledger.models import Anchor, Witness
from ledger.witnessing import register_witness, take_cosignature
from sealing.keys import OwnKeys
from sealing.layout import read_layout
from sealing.release import release_share as unwrap_share
from sealing.releases import LedgerHead, sign_release
from sealing.seal import Contents, seal_bid
from sealing.tender import tender_from
from sealing.trailer import leaf_of
from sealing.withdrawals import sign_withdrawal
from tendering import bid_queries, queries
from tendering.models import Bid, Draw, Lot, Opening
from tendering.operations.add_draw_line import add_draw_line
from tendering.operations.close_lot import close_lot
from tendering.operations.complete_bid import complete_bid
from tendering.operations.confirm_record import confirm_record
from tendering.operations.draw_coefficients import draw_coefficients
from tendering.operations.end_window import end_window
from tendering.operations.issue_award import issue_award
from tendering.operations.open_bids import open_bids
from tendering.operations.publish_candidates import publish_candidates
from tendering.operations.publish_result import publish_result
from tendering.operations.record_custodian_release import record_custodian_release
from tendering.operations.release_share import release_share
from tendering.operations.start_opening import start_opening
from tendering.operations.start_upload import start_upload
from tendering.operations.store_chunk import store_chunk
from tendering.operations.withdraw_bid import withdraw_bid
from tests.cast import Cast, Player
from tests.lots import DEADLINE, Keys, SettableClock, certified, make_announced, make_keys_of
from tests.opened_lot import OpenedLot, findings, hand_in, make_pool, points, start

WITNESS = "notary.example/witness"
PRICES = ("36100000.00", "35900000.00", "36600000.00", "36000000.00")
TECHNICAL = ("7", "7.2", "7.4", "7.6", "8")


@dataclass
class Awarded:
    """The lot, its clock, and every private key of the play, for tests that forge."""

    cast: Cast
    clock: SettableClock
    folder: Path
    keys: Keys
    lot: Lot
    own: dict[str, OwnKeys] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)
    notary: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def witness(self) -> str:
        """The notary's key, as people pin it."""
        return cosignatures.verifier_key(WITNESS, self.notary)

    def bid(self, player: Player, *, price: str | None, sequence: int = 1) -> Bid:
        """Seal and hand in a bid, as the library does it."""
        path = self._sealed(player, price, sequence)
        layout = read_layout(path)
        header, data = layout.header, path.read_bytes()
        upload = start_upload(lot_code=self.lot.code, header=header.raw, actor=player.actor)
        at = layout.chunks_at
        for number in range(header.count):
            chunk = data[at : at + header.chunk_length(number)]
            leaf = leaf_of(header, chunk).hex()
            store_chunk(upload_id=upload.public_id, number=number, chunk=chunk, leaf=leaf, actor=player.actor)
            at += len(chunk)
        bid = complete_bid(upload_id=upload.public_id, trailer=layout.trailer.raw, actor=player.actor)
        self.files[bid.bid_digest] = path
        self.clock.move(minutes=1)
        return bid

    def _sealed(self, player: Player, price: str | None, sequence: int) -> Path:
        keys = self.own.setdefault(player.actor.login, certified(player))
        source = self.folder / f"{player.actor.login}-{sequence}"
        source.mkdir()
        (source / "letter.pdf").write_bytes(b"%PDF-1.7 " + player.actor.login.encode() * 300)
        tender = tender_from(
            queries.parameters_in_force(self.lot).statement,
            own=keys.public,
            custodians=[one.public for one in self.keys.custodians],
            envelope="whole",
            bidder=player.organisation.uscc,
            sequence=sequence,
        )
        fields: dict[str, Any] = {"duration_days": 300, "key_persons": [{"name": "王工", "role": "project_manager"}]}
        if price is not None:
            fields |= {"price": price, "price_kind": "total"}
        out = source.with_suffix(".bid")
        seal_bid(tender, Contents(source, fields), out, signer=keys)
        return out

    def releases(self, player: Player, bid: Bid) -> None:
        """Hand over a bidder's own share."""
        share = unwrap_share(bid_queries.header_on_record(bid), bid.bid_digest, self.own[player.actor.login])
        release_share(
            lot_code=self.lot.code, bid_digest=bid.bid_digest, index=share.index, share=share.share, actor=player.actor
        )

    def custodian_releases(self, place: int, bid: Bid) -> None:
        """Hand over a custodian's share in a statement that names the log as it stands."""
        keys = self.keys.custodians[place]
        share = unwrap_share(bid_queries.header_on_record(bid), bid.bid_digest, keys)
        head = ledger.head()
        seen = LedgerHead(int(str(head["size"])), str(head["root"]))
        statement = sign_release(keys, share, ledger_head=seen, at=self.clock.now)
        custodian = Custodian.objects.get(certificate__kid=keys.kid)
        record_custodian_release(statement=statement, custodian=custodian)

    def fresh(self) -> Lot:
        return queries.lot_by_code(self.lot.code)

    def root(self) -> bytes:
        """The installation's root certificate, DER."""
        return bid_queries.trust_roots()[0]

    def receipt(self) -> dict[str, Any]:
        """The receipt file of the bidder without a price."""
        return dict(Bid.objects.get(lot=self.lot, bidder=self.cast.outsider.organisation).receipt)


def drive(cast: Cast, clock: SettableClock, folder: Path, *, until: str = "awarded") -> Awarded:
    """Play the lot up to a stage: `closed`, `opened`, `evaluated`, `candidates_published` or `awarded`."""
    keys = make_keys_of(cast)
    lot = make_announced(cast, keys, scheme=_scheme())
    play = Awarded(cast, clock, folder, keys, lot)
    with transaction.atomic():
        register_witness(organisation="香山公证处", key=play.witness, now=clock.now)
    attest(play)
    for stage, act in ACTS:
        act(play)
        ledger.checkpoint()
        if stage == until:
            break
    return play


def attest(play: Awarded) -> None:
    """The notary cosigns the head of the log as it stands, and an authority stamps it."""
    now, note = play.clock.now, ledger.checkpoint()
    text, size = note.rpartition("\n\n")[0] + "\n", int(note.split("\n")[1])
    line = cosignatures.cosigned(text, WITNESS, play.notary, now)
    take_cosignature(witness_id=Witness.objects.get(name=WITNESS).pk, size=size, line=line, now=now)
    receipt = TimestampAnchor("demonstration", home=str(play.folder / "timestamps")).publish(note, at=now)
    Anchor.objects.create(checkpoint_id=size, name="timestamp", receipt=receipt, at=now)


def _scheme() -> dict[str, Any]:
    """The scheme of construction, its float drawn from four published values."""
    found = deepcopy(dict(scheme("construction")))
    found["price"]["float_set"] = ["0", "0.01", "0.02", "0.03"]
    return found


def _draw(play: Awarded) -> None:
    """Those present add their lines; the clock draws when the time for them is over."""
    for player, text in ((play.cast.bidders[0], "阳光"), (play.cast.regulator, "2026-04-01 中山")):
        add_draw_line(lot_code=play.lot.code, text=text, actor=player.actor)
    closes_at = Draw.objects.get(lot=play.lot, matter="coefficients").closes_at
    assert closes_at is not None
    play.clock.now = closes_at
    draw_coefficients(lot_id=play.lot.pk)


def _close(play: Awarded) -> None:
    bidders = play.cast.bidders
    play.clock.move(days=10)
    play.bid(bidders[0], price="37000000.00")
    for player, price in zip(bidders, PRICES, strict=False):
        play.bid(player, price=price, sequence=2 if player is bidders[0] else 1)
    withdrawn = play.bid(bidders[4], price="35000000.00")
    gone, keys = withdrawn.bid_digest, play.own[bidders[4].actor.login]
    statement = sign_withdrawal(keys, lot=play.lot.code, bid_digest=gone)
    withdraw_bid(lot_code=play.lot.code, bid_digest=gone, statement=statement, actor=bidders[4].actor)
    play.bid(play.cast.outsider, price=None)
    play.clock.now = DEADLINE
    close_lot(lot_id=play.lot.pk)


def _open(play: Awarded) -> None:
    start_opening(lot_id=play.lot.pk)
    _draw(play)
    bids = {bid.bidder_id: bid for bid in Bid.objects.filter(lot=play.lot, state="received")}
    for player in (*play.cast.bidders[:3], play.cast.outsider):
        play.clock.move(seconds=10)
        play.releases(player, bids[player.organisation.pk])
    play.clock.now = Opening.objects.get(lot=play.lot).window_ends_at
    end_window(lot_id=play.lot.pk)
    absent = bids[play.cast.bidders[3].organisation.pk]
    for place in (0, 2):
        play.custodian_releases(place, absent)
    open_bids(lot_id=play.lot.pk)
    play.clock.move(hours=2)
    confirm_record(lot_code=play.lot.code, actor=play.cast.centre.actor)


def _evaluate(play: Awarded) -> None:
    make_pool(play.cast)
    opened = OpenedLot(play.fresh(), play.cast, _reading_order(play.lot))
    start(opened)
    for actor in opened.actors():
        hand_in(opened, actor, findings(opened, failing=(opened.digests[2],)))
    for value, actor in zip(TECHNICAL, opened.actors(), strict=True):
        play.clock.move(minutes=5)
        hand_in(opened, actor, points(opened, technical_method=value))
    draft_report(lot_code=play.lot.code, actor=opened.actors()[0])
    for place, actor in enumerate(opened.actors()):
        sign_report(lot_code=play.lot.code, actor=actor, dissent="报价偏低。" if place == 3 else "")


def _reading_order(lot: Lot) -> list[str]:
    return [row.bid.bid_digest for row in bid_queries.opened_bids(lot)]


def _publish(play: Awarded) -> None:
    play.clock.move(hours=3)
    publish_candidates(lot_code=play.lot.code, actor=play.cast.agency.actor)


def _award(play: Awarded) -> None:
    lot = play.fresh()
    assert lot.publicity_ends_at is not None
    play.clock.now = lot.publicity_ends_at + timedelta(hours=1)
    winner = queries.candidates(lot).first()
    assert winner is not None
    publish_result(lot_code=lot.code, actor=play.cast.agency.actor, bid_digest=winner.bid.bid_digest)
    play.clock.move(hours=1)
    issue_award(lot_code=lot.code, actor=play.cast.agency.actor)


ACTS: tuple[tuple[str, Callable[[Awarded], None]], ...] = (
    ("closed", _close),
    ("opened", _open),
    ("evaluated", _evaluate),
    ("candidates_published", _publish),
    ("awarded", _award),
)
