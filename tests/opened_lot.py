"""An opened lot of the tests: rows as the opening leaves them, small real PDF files, the expert pool, the committee."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

import lawbook
from evaluation import queries
from evaluation.models import Committee, Expert, Member
from evaluation.operations.draw_committee import draw_committee
from evaluation.operations.elect_leader import elect_leader
from evaluation.operations.pledge import pledge
from evaluation.operations.prepare_readings import prepare_readings
from evaluation.operations.record_reading import record_reading
from evaluation.operations.save_sheet import save_sheet, what_is_judged
from evaluation.operations.start_evaluation import start_evaluation
from evaluation.operations.submit_sheet import submit_sheet
from evaluation.read_file import lead_facts
from evaluation.rules.suggestions import leads_of
from identity.actor import Actor
from ledger import clock
from ocr import read_document
from ocr.fields import KINDS, fields_of
from tendering.models import Bid, BidState, Lot, OpenedBid, Opening, Project
from tendering.operations import drawing
from tests.cast import Cast, Player
from tests.ocr.papers import text_pdf

PRICES = (Decimal("8900000.00"), Decimal("9100000.00"), Decimal("9400000.00"), Decimal("9000000.00"))
TECHNICAL = [
    ["施工组织设计", "第一章 施工方案与技术措施", "基坑采用钢板桩围护，分层开挖。"],
    ["第二章 质量管理体系与措施", "设专职质检员三名。", "第三章 工程进度计划与措施", "总工期三百天。"],
]


@dataclass
class OpenedLot:
    """The lot, who plays in it, and the bids' digests in reading order."""

    lot: Lot
    cast: Cast
    digests: list[str]
    players: dict[str, Player] = field(default_factory=dict)

    @property
    def code(self) -> str:
        return self.lot.code

    def fresh(self) -> Lot:
        return Lot.objects.select_related("project__purchaser", "project__agency").get(pk=self.lot.pk)

    @property
    def committee(self) -> Committee:
        return Committee.objects.get(lot=self.lot)

    def members(self) -> list[Member]:
        return list(queries.members(self.committee))

    def actor(self, member: Member) -> Actor:
        return next(p.actor for p in self.cast.everybody() if p.actor.login == member.person.login)

    def actors(self) -> list[Actor]:
        """Return the sitting members as actors, by seat."""
        return [self.actor(member) for member in self.members()]


def make_pool(cast: Cast) -> None:
    """Put the cast's seven experts into the pool: four of technology, three of cost."""
    for place, player in enumerate(cast.experts):
        specialty = "construction_technology" if place < 4 else "construction_cost"
        Expert.objects.create(person=player.person, specialty=specialty, region="中山市")


def paper_of(player: Player, price: Decimal, folder: Path) -> dict[str, tuple[str, Path]]:
    """Write the bidder's three files; return name → (role, path)."""
    folder.mkdir(parents=True, exist_ok=True)
    name = player.organisation.name
    letter = [
        ["投 标 函", f"投标人：{name}", f"投标总报价（小写）：{price:,.2f} 元", "工期：300 日历天", "投标有效期：90 天"]
    ]
    licence = [["营业执照", f"统一社会信用代码 {player.organisation.uscc}", f"名称 {name}", "类型 有限责任公司"]]
    pages = {"1-letter.pdf": ("bid_letter", letter), "2-licence.pdf": ("business_licence", licence)}
    pages["3-technical.pdf"] = ("technical", [[*TECHNICAL[0], f"{name}编制"], *TECHNICAL[1:]])
    return {file: (role, text_pdf(folder / file, lines)) for file, (role, lines) in pages.items()}


def put_opened(lot: Lot, player: Player, number: int, *, price: Decimal) -> Bid:
    """Return an opened bid with its files under OPENED_ROOT."""
    digest = hashlib.sha256(f"{lot.code}/{number}".encode()).hexdigest()
    at = lot.deadline_at - timedelta(hours=9 - number)
    bid = Bid.objects.create(
        lot=lot,
        bidder=player.organisation,
        sequence=1,
        bid_digest=digest,
        state=BidState.OPENED,
        core="00" * 32,
        count=1,
        size=1,
        received_at=at,
        received_by=player.actor.login,
        address="192.0.2.1",
        receipt={},
        in_closing_set=True,
    )
    files = paper_of(player, price, Path(settings.OPENED_ROOT) / lot.code / digest)
    listed = [
        {"name": name, "role": role, "hash": hashlib.sha256(path.read_bytes()).hexdigest()}
        for name, (role, path) in files.items()
    ]
    OpenedBid.objects.create(
        bid=bid,
        opened_by="bidder",
        manifest={"files": listed},
        price_yuan=price,
        duration_days=300,
        opened_at=lot.opened_at,
        confirmed_at=lot.opened_at,
    )
    return bid


def make_opened_lot(cast: Cast, *, bidders: int = 3, scheme: dict[str, Any] | None = None) -> OpenedLot:
    """Return an opened lot with a confirmed record; the pool is filled, no committee is drawn."""
    now = clock.now()
    project = Project.objects.create(
        code=f"A4420001726{Project.objects.count():05d}",
        name="东河水闸重建工程",
        procedure="construction",
        region="中山市",
        purchaser=cast.purchaser.organisation,
        agency=cast.agency.organisation,
        created_by="agency",
        created_at=now,
    )
    lot = Lot.objects.create(
        project=project,
        code=f"{project.code}001001",
        name="东河水闸重建工程施工",
        stage="opened",
        stage_at=now,
        ceiling_yuan=Decimal("9500000.00"),
        duration_days=420,
        scheme=scheme or lawbook.scheme("construction"),
        announced_at=now - timedelta(days=30),
        deadline_at=now - timedelta(hours=2),
        opened_at=now - timedelta(hours=1),
    )
    Opening.objects.create(
        lot=lot,
        started_at=lot.deadline_at,
        window_ends_at=lot.opened_at,
        ended_at=lot.opened_at,
        collected_at=lot.opened_at,
        record={},
        record_confirmed_at=lot.opened_at,
    )
    with transaction.atomic():
        drawing.commit(lot, now=lot.announced_at, actor=cast.agency.actor)
    bids = [put_opened(lot, cast.bidders[n], n, price=PRICES[n]) for n in range(bidders)]
    make_pool(cast)
    return OpenedLot(lot, cast, [bid.bid_digest for bid in bids])


def read_all(opened: OpenedLot) -> None:
    """Read every file here and now, as a worker would, without a process of its own."""
    prepare_readings(lot_id=opened.lot.pk)
    for reading in queries.readings(opened.lot):
        path = Path(settings.OPENED_ROOT) / opened.code / reading.bid.bid_digest / reading.name
        document = read_document(path)
        fields = fields_of(document, reading.role) if reading.role in KINDS else {}
        leads = leads_of(queries.scheme_of(opened.lot), lead_facts(reading), document=document, fields=fields)
        record_reading(reading_id=reading.pk, document=document, fields=fields, leads=leads)


def seat(opened: OpenedLot, *, representative: str = "") -> OpenedLot:
    """Draw the committee; everybody pledges and votes for the first seat."""
    draw_committee(lot_code=opened.code, actor=opened.cast.centre.actor, representative=representative)
    for actor in opened.actors():
        pledge(lot_code=opened.code, actor=actor)
    for actor in opened.actors():
        if not any(member.leader for member in opened.members()):
            elect_leader(lot_code=opened.code, actor=actor, seat=1)
    return opened


def start(opened: OpenedLot, **how: Any) -> OpenedLot:
    """Seat the committee and start the evaluation."""
    seat(opened, **how)
    start_evaluation(lot_code=opened.code, actor=opened.cast.centre.actor)
    return opened


def findings(opened: OpenedLot, *, failing: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return a full preliminary sheet; bids in `failing` fail the first item, with a reason."""
    codes = [item.code for item in queries.scheme_of(opened.lot).review]
    sheet = {digest: {code: {"value": "pass"} for code in codes} for digest in opened.digests}
    for digest in failing:
        sheet[digest][codes[0]] = {"value": "fail", "reason": "未盖单位公章"}
    return sheet


def points(opened: OpenedLot, **changed: str) -> dict[str, Any]:
    """Return a full detailed sheet at the items' maximum, `changed` items of the first bid replaced."""
    bids, _codes = what_is_judged(opened.lot, opened.committee)
    items = queries.scheme_of(opened.lot).judged_items()
    marks = {digest: {item.code: {"value": str(item.points)} for item in items} for digest in bids}
    for code, value in changed.items():
        marks[bids[0]][code] = {"value": value}
    return marks


def hand_in(opened: OpenedLot, actor: Actor, marks: dict[str, Any]) -> None:
    save_sheet(lot_code=opened.code, actor=actor, marks=marks, version=0)
    submit_sheet(lot_code=opened.code, actor=actor)


def to_detailed(opened: OpenedLot, *, failing: tuple[str, ...] = (), **how: Any) -> OpenedLot:
    """Bring the lot into the detailed review (or the summary, when nothing valid is left)."""
    start(opened, **how)
    for actor in opened.actors():
        hand_in(opened, actor, findings(opened, failing=failing))
    return opened


def to_summary(opened: OpenedLot, *, failing: tuple[str, ...] = (), **how: Any) -> OpenedLot:
    """Bring the lot into the summary; everybody gives the same points, the bids differ by price alone."""
    to_detailed(opened, failing=failing, **how)
    if opened.committee.phase == "detailed":
        for actor in opened.actors():
            hand_in(opened, actor, points(opened))
    return opened
