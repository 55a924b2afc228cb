"""Lots of the tests, brought to a stage through the real operations; keys are certified by the demonstration CA."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from identity import demo_ca
from identity.models import Certificate, Custodian
from sealing.keys import OwnKeys, make_keys
from sealing.parameters import KIND
from sealing.statements import sign_statement
from tendering import parameters, queries
from tendering.models import Bid, BidState, Candidate, Lot, OpenedBid
from tendering.operations.accept_lot import accept_lot
from tendering.operations.announce_lot import announce_lot
from tendering.operations.attach_document import attach_document
from tendering.operations.draft_lot import LotDraft, draft_lot
from tendering.operations.register_project import ProjectDraft, register_project
from tendering.operations.submit_lot import submit_lot
from tests.cast import Cast, Player

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday, 09:00 in Shanghai
DEADLINE = datetime(2026, 4, 1, 1, 30, tzinfo=UTC)  # 30 days on, 09:30
PDF = b"%PDF-1.7\n% a tender document of the tests\n%%EOF\n"
SCHEME = {"code": "tests", "items": [{"id": "form", "title": "形式评审"}]}


@dataclass
class SettableClock:
    """The clock of a test: it stands until it is moved."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now


@dataclass(frozen=True)
class Keys:
    """The agency's signing keys and the custodians' keys, all certified."""

    agency: OwnKeys
    custodians: tuple[OwnKeys, ...]

    @property
    def recipients(self) -> list[dict[str, Any]]:
        return [keys.public.body() for keys in self.custodians]


def certified(player: Player, *, now: datetime = START) -> OwnKeys:
    """Return fresh keys of a player's organisation, certified and registered."""
    plain = make_keys("INTL-1", player.organisation.uscc)
    der, start, end = demo_ca.issue(plain.public.sign_public, player.organisation, now=now)
    keys = plain.with_certificates((der,))
    Certificate.objects.create(
        organisation=player.organisation,
        kid=keys.kid,
        pub=keys.public.body(),
        not_before=start,
        not_after=end,
        issued_to=player.actor.login,
        issued_at=now,
    )
    return keys


def make_keys_of(cast: Cast) -> Keys:
    """Return the keys of the agency and of three custodians: centre, purchaser, regulator, in order of name."""
    custodians = []
    for player in (cast.centre, cast.purchaser, cast.regulator):
        keys = certified(player)
        Custodian.objects.create(
            name=player.actor.login,
            organisation=player.organisation,
            certificate=Certificate.objects.get(kid=keys.kid),
            token_hash=keys.kid,
            registered_at=START,
        )
        custodians.append(keys)
    return Keys(certified(cast.agency), tuple(custodians))


def lot_draft(**changes: Any) -> LotDraft:
    """Return a complete draft of a lot."""
    draft = LotDraft(
        name="东河水闸重建工程施工",
        estimate_yuan=Decimal("40000000.00"),
        ceiling_yuan=Decimal("38126540.00"),
        bond_yuan=Decimal("700000.00"),
        duration_days=420,
        site="东区",
        scope="水闸拆除重建及附属工程",
        qualification="水利水电工程施工总承包二级及以上",
        planned_deadline_at=DEADLINE,
        scheme=SCHEME,
    )
    return replace(draft, **changes)


def make_draft(cast: Cast, *, procedure: str = "construction", **changes: Any) -> Lot:
    """Return a complete draft with its tender document."""
    project = register_project(
        actor=cast.agency.actor,
        draft=ProjectDraft(
            name="东河水闸重建工程",
            procedure=procedure,
            purchaser_uscc=cast.purchaser.actor.uscc,
            agency_uscc=cast.agency.actor.uscc,
            region="中山市",
            fund_source="财政资金",
        ),
    )
    lot = draft_lot(project_code=project.code, actor=cast.agency.actor, draft=lot_draft(**changes))
    attach_document(
        lot_code=lot.code, actor=cast.agency.actor, kind="tender_document", name="招标文件.pdf", content=PDF
    )
    return lot


def make_accepted(cast: Cast, **changes: Any) -> Lot:
    """Return a lot that the centre has accepted."""
    lot = make_draft(cast, **changes)
    submit_lot(lot_code=lot.code, actor=cast.agency.actor)
    return accept_lot(lot_code=lot.code, actor=cast.centre.actor)


def signed(lot: Lot, keys: Keys, deadline_at: datetime = DEADLINE, /, **other: Any) -> dict[str, Any]:
    """Return the arguments of `announce_lot` and `amend_lot`: signed by the agency, `other` fields changed before."""
    fresh = queries.lot_by_code(lot.code)
    body = parameters.expected_parameters(fresh, deadline_at=deadline_at, recipients=keys.recipients) | other
    return {
        "deadline_at": deadline_at,
        "statement": sign_statement(keys.agency, KIND, body),
        "recipients": keys.recipients,
    }


def make_announced(cast: Cast, keys: Keys, **changes: Any) -> Lot:
    """Return an announced lot with the deadline `DEADLINE`."""
    lot = make_accepted(cast, **changes)
    return announce_lot(lot_code=lot.code, actor=cast.agency.actor, **signed(lot, keys))


def put_bid(lot: Lot, bidder: Player, number: int, **columns: Any) -> Bid:
    """Return a bid's row as if it had been received; no file lies behind it."""
    values = {
        "sequence": 1,
        "bid_digest": f"{number:064x}",
        "core": f"{number:064x}",
        "count": 1,
        "size": 4096,
        "received_at": START,
        "received_by": bidder.actor.login,
        "address": bidder.actor.address,
        "receipt": {},
    }
    return Bid.objects.create(lot=lot, bidder=bidder.organisation, **(values | columns))


def make_evaluated(cast: Cast, keys: Keys, *, now: datetime) -> Lot:
    """Return a lot whose evaluation is over, with three ranked candidates; rows only, no committee."""
    lot = make_announced(cast, keys)
    for rank, bidder in enumerate(cast.bidders[:3], start=1):
        price = Decimal(36_000_000 + rank * 100_000)
        bid = put_bid(lot, bidder, rank, state=BidState.OPENED, in_closing_set=True)
        OpenedBid.objects.create(
            bid=bid,
            opened_by="bidder",
            manifest={},
            price_yuan=price,
            duration_days=400,
            lead_person="林工",
            opened_at=now,
        )
        Candidate.objects.create(lot=lot, bid=bid, bidder=bidder.organisation, rank=rank, price_yuan=price)
    Lot.objects.filter(pk=lot.pk).update(
        stage="evaluated", stage_at=now, evaluated_at=now, opened_at=now, next_due_at=None
    )
    return queries.lot_by_code(lot.code)
