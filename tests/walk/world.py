"""The world the walk goes through: the cast, its strangers, and one lot at every stage, with bids and a committee."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import ledger
from evaluation.models import Committee, Expert, Member, Report
from identity.actor import Actor, public
from identity.actors import actor_for
from identity.models import Membership, Person
from identity.policy import EVERY_STAGE
from identity.roles import Role
from lawbook import scheme
from sealing.layout import read_layout
from sealing.seal import Contents, seal_bid
from sealing.tender import tender_from
from tendering import documents, queries
from tendering.models import (
    Award,
    Bid,
    BidState,
    Candidate,
    Lot,
    Notice,
    Objection,
    OpenedBid,
    Opening,
    Question,
    Upload,
    UploadState,
)
from tendering.operations.submit_lot import submit_lot
from tests.cast import ADDRESS, Cast, Player, make_cast, make_player
from tests.lots import PDF, START, Keys, certified, make_accepted, make_announced, make_draft, make_keys_of, put_bid

NOW = START
HOUR = timedelta(hours=1)
PATH = ("announced", "closed", "opening", "opened", "evaluating", "evaluated", "candidates_published")
STAGES = ("draft", "submitted", "accepted", *PATH, "result_published", "awarded", "failed", "terminated")
# what no operation of this installation reaches yet
UNREACHED = {"awarding": "evaluation-award separation", "contracted": "contracts", "archived": "the archive"}
assert set(STAGES) | set(UNREACHED) == EVERY_STAGE, "the walk must know every stage"

BIDDERS = 3
RECEIPT = {"body": {}, "signature": "", "certificates": [], "evidence": {"index": 0}}
_numbers = count(1)


@dataclass(frozen=True)
class Walker:
    """Somebody who tries every address: `person` None is the public."""

    name: str
    person: Person | None
    actor: Actor


@dataclass
class World:
    """Everything there is."""

    cast: Cast
    keys: Keys
    lots: dict[str, Lot] = field(default_factory=dict)
    walkers: list[Walker] = field(default_factory=list)
    subjects: dict[str, Any] = field(default_factory=dict)  # lot's code → what the policy asks of it
    header: bytes = b""
    upload_id: Any = field(default_factory=uuid4)  # nobody's: another's upload does not exist

    def places(self, lot: Lot) -> dict[str, Any]:
        """Return what fills the places of an address for this lot."""
        bid = Bid.objects.filter(lot=lot).order_by("pk").first()
        digest = bid.bid_digest if bid else "00" * 32
        document = lot.documents.order_by("pk").first()
        expert = self.cast.experts[0].person
        return {
            "lot": lot.code,
            "project": lot.project.code,
            "sha256": document.sha256,
            "digest": digest,
            "bid": digest,
            "question": Question.objects.get(lot=lot).public_id,
            "objection": Objection.objects.get(lot=lot).public_id,
            "person": expert.public_id,
            "membership": Membership.objects.filter(person=expert).first().pk,
            "login": expert.login,
            "item": lot.scheme["review"][0]["code"],
            "number": 1,
            "seat": 1,
            "matter": "coefficients",
            "file": 0,
            "page": 1,
            "upload_id": self.upload_id,
            "suite": "INTL-1",
        }


def build(folder: Path) -> World:
    """Return the world, stored; one bid is sealed in `folder`; the ledger's clock must stand at `NOW`."""
    cast = make_cast()
    world = World(cast, make_keys_of(cast))
    delegate = make_player(0, "", role=Role.PURCHASER, login="delegate", organisation=cast.purchaser.organisation)
    for number, player in enumerate(cast.experts):
        specialty = ("construction_technology", "construction_cost")[number % 2]
        Expert.objects.create(person=player.person, specialty=specialty, region="东区")
    world.header = sealed_header(world, make_announced(cast, world.keys, scheme=scheme("construction")), folder)
    for stage in STAGES:
        world.lots[stage] = _lot(world, stage, delegate)
    world.walkers = _walkers(cast, delegate)
    return world


def _walkers(cast: Cast, delegate: Player) -> list[Walker]:
    strangers = {
        "another purchaser": make_player(101, "别家置业有限公司", role=Role.PURCHASER, login="purchaser2"),
        "another agency": make_player(102, "别家咨询有限公司", role=Role.AGENCY, login="agency2"),
    }
    known = {
        "owner": cast.purchaser,
        "its agency": cast.agency,
        "bidder with a bid": cast.bidders[0],
        "bidder without": cast.outsider,
        "member": cast.experts[0],
        "expert outside the committee": cast.experts[6],
        "purchaser's representative": delegate,
        "centre": cast.centre,
        "regulator": cast.regulator,
        "administrator": cast.operator,
    }
    walkers = [Walker("anonymous", None, public(ADDRESS))]
    for name, player in {**known, **strangers}.items():
        membership = Membership.objects.select_related("person", "organisation").get(person=player.person)
        walkers.append(Walker(name, player.person, actor_for(membership, ADDRESS)))
    return walkers


def _lot(world: World, stage: str, delegate: Player) -> Lot:
    """Return a lot at a stage: through the operations up to the announcement, by rows from there."""
    text = {"scheme": scheme("construction"), "name": f"{stage} 标段"}
    if stage in ("draft", "submitted"):
        lot = make_draft(world.cast, **text)
        if stage == "submitted":
            submit_lot(lot_code=lot.code, actor=world.cast.agency.actor)
    elif stage == "accepted":
        lot = make_accepted(world.cast, **text)
    else:
        lot = make_announced(world.cast, world.keys, **text)
    lot = queries.lot_by_code(lot.code)
    _ask(lot, world.cast)
    if stage in PATH[1:] or stage in ("result_published", "awarded", "failed", "terminated"):
        _go_on(lot, stage, world, delegate)
    return queries.lot_by_code(lot.code)


def _ask(lot: Lot, cast: Cast) -> None:
    """Let the outsider, who never bids, ask and object: a question's asker is secret too, but no bidder's name."""
    asker = cast.outsider.organisation
    Question.objects.create(public_id=uuid4(), lot=lot, asker=asker, text="工期可否顺延？", asked_at=NOW)
    Objection.objects.create(
        public_id=uuid4(),
        lot=lot,
        organisation=asker,
        matter="document",
        text="资质要求过高",
        filed_at=NOW,
        answer="维持",
        answered_at=NOW,
    )


def sealed_header(world: World, lot: Lot, folder: Path) -> bytes:
    """Return the header of a bid sealed by the library; every bid of this world carries it, whatever it is for."""
    keys = certified(world.cast.bidders[0])
    contents = folder / "contents"
    contents.mkdir()
    (contents / "letter.pdf").write_bytes(PDF)
    tender = tender_from(
        queries.parameters_in_force(lot).statement,
        own=keys.public,
        custodians=[one.public for one in world.keys.custodians],
        envelope="whole",
        bidder=world.cast.bidders[0].organisation.uscc,
        sequence=1,
    )
    fields = {"duration_days": 300, "key_persons": [], "price": "36000000.00", "price_kind": "total"}
    seal_bid(tender, Contents(contents, fields), folder / "sealed.bid", signer=keys)
    return read_layout(folder / "sealed.bid").header.raw


def add_bids(lot: Lot, world: World, **columns: Any) -> list[Bid]:
    """Let the first bidders bid; rows, one header for all, and ledger entries; no files."""
    cast = world.cast
    bids = [
        put_bid(lot, player, lot.pk * 100 + next(_numbers), receipt=RECEIPT, **columns)
        for player in cast.bidders[:BIDDERS]
    ]
    for bid, player in zip(bids, cast.bidders, strict=False):
        _upload(bid, world.header)
        payload = {"bid_digest": bid.bid_digest, "sequence": 1, "envelope": "whole", "size": bid.size}
        entry = ledger.append("bid.received", lot=lot.code, at=NOW, payload=payload, actor=player.actor)
        bid.receipt = {**RECEIPT, "evidence": {"index": entry.index}}
        bid.save(update_fields=["receipt"])
    return bids


def _report(lot: Lot) -> None:
    content = {"bids": [], "valid": [], "rejections": [], "places": [], "recommended": [], "outliers": []}
    Report.objects.create(lot=lot, content=content, sha256=documents.keep(PDF), drafted_at=NOW, signed_at=NOW)


def _upload(bid: Bid, header: bytes) -> None:
    Upload.objects.create(
        public_id=uuid4(),
        lot=bid.lot,
        bidder=bid.bidder,
        header=header,
        sequence=1,
        count=1,
        state=UploadState.COMPLETED,
        started_by=bid.received_by,
        started_at=NOW,
        bid=bid,
    )


def _go_on(lot: Lot, stage: str, world: World, delegate: Player) -> None:
    past = NOW - 10 * HOUR
    columns: dict[str, Any] = {"stage": stage, "stage_at": NOW, "deadline_at": past, "next_due_at": None}
    opened = stage in PATH[3:] or stage in ("result_published", "awarded")
    state = BidState.OPENED if opened else BidState.RETURNED if stage in ("failed", "terminated") else BidState.RECEIVED
    bids = add_bids(lot, world, state=state, in_closing_set=True)
    if stage not in ("closed", "failed", "terminated"):
        ended = past + HOUR if opened else None
        Opening.objects.create(lot=lot, started_at=past, window_ends_at=past + 20 * HOUR, ended_at=ended)
    if opened:
        columns["opened_at"] = past + HOUR
        _open(lot, bids)
        ledger.append("opening.finished", lot=lot.code, at=NOW, payload={})
    if stage in PATH[4:] or stage in ("result_published", "awarded"):
        _seat(lot, world.cast, delegate, phase="preliminary" if stage == "evaluating" else "signed")
    if stage in PATH[5:] or stage in ("result_published", "awarded"):
        columns["evaluated_at"] = past + 2 * HOUR
        _report(lot)
        for rank, bid in enumerate(bids, start=1):
            Candidate.objects.create(lot=lot, bid=bid, bidder=bid.bidder, rank=rank, price_yuan=bid.opened.price_yuan)
    if stage in ("candidates_published", "result_published", "awarded"):
        columns |= {"publicity_starts_at": past + 3 * HOUR, "publicity_ends_at": past + 80 * HOUR}
        ledger.append("candidates.published", lot=lot.code, at=NOW, payload={})
    if stage in ("result_published", "awarded"):
        columns["result_published_at"] = past + 4 * HOUR
        issued = past + 5 * HOUR if stage == "awarded" else None
        first = bids[0]
        Award.objects.create(
            lot=lot,
            bid=first,
            winner=first.bidder,
            price_yuan=first.opened.price_yuan,
            determined_at=past,
            issued_at=issued,
        )
        ledger.append("result.published", lot=lot.code, at=NOW, payload={})
        columns["awarded_at"] = issued
    Notice.objects.create(lot=lot, kind="opening_record", title="公告二", body="正文", published_at=NOW)
    Lot.objects.filter(pk=lot.pk).update(**columns)


def _open(lot: Lot, bids: list[Bid]) -> None:
    for number, bid in enumerate(bids):
        OpenedBid.objects.create(
            bid=bid,
            opened_by="bidder",
            manifest={"files": []},
            price_yuan=Decimal(36_000_000 + number),
            duration_days=400,
            lead_person="林工",
            opened_at=NOW - 9 * HOUR,
        )


def _seat(lot: Lot, cast: Cast, delegate: Player, *, phase: str) -> None:
    draw = {
        "size": 5,
        "representative": "delegate",
        "matters": [],
        "purpose": f"{lot.code}/experts",
        "seed": "11" * 32,
        "commitment": "00" * 32,
        "contributions": [],
        "checkpoint": {"size": 0, "root": "00" * 32},
        "orders": {},
        "result": {},
        "unavailable": [],
    }
    committee = Committee.objects.create(lot=lot, size=5, formed_at=NOW, draw=draw, phase=phase)
    players = [*cast.experts[:4], delegate]
    for seat, player in enumerate(players, start=1):
        kind = "purchaser_representative" if player is delegate else "expert"
        Member.objects.create(
            committee=committee,
            person=player.person,
            kind=kind,
            seat=seat,
            state="seated",
            pledged_at=NOW,
            leader=seat == 1,
        )
