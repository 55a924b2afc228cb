"""Lots in given stages, written straight into the tables: pages are tested here, not operations."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from ledger import clock
from tendering.models import Bid, Document, Lot, Notice, OpenedBid, Opening, Project
from tendering.operations import drawing

SERIAL = iter(range(1, 10_000))


def make_lot(cast, stage="announced", **columns) -> Lot:
    """Return a stored lot of the cast's purchaser and agency, announced twenty days ago unless it is a draft."""
    now, serial = clock.now(), next(SERIAL)
    project = Project.objects.create(
        code=f"A44200017261{serial:05d}",
        name=f"滨江路改造 {serial}",
        procedure="construction",
        region="东区",
        purchaser=cast.purchaser.organisation,
        agency=cast.agency.organisation,
        created_by="agency",
        created_at=now,
    )
    early = stage in {"draft", "submitted", "accepted"}
    dates = {"announced_at": None if early else now - timedelta(days=20), "deadline_at": now + timedelta(hours=3)}
    values = {"name": f"滨江路改造施工 {serial}", "ceiling_yuan": Decimal("86420000"), **dates, **columns}
    return Lot.objects.create(project=project, code=f"{project.code}001001", stage=stage, stage_at=now, **values)


def with_draws(lot: Lot, cast) -> Lot:
    """Commit to the lot's draws, as the announcement does, and return it."""
    with transaction.atomic():
        drawing.commit(lot, now=lot.announced_at, actor=cast.agency.actor)
    return lot


def make_bid(lot: Lot, player, number: int, *, state="received", price: Decimal | None = None, end_reason="") -> Bid:
    """Return a stored bid of a player; opened when a price is given."""
    at: datetime = lot.announced_at + timedelta(days=1, minutes=number)
    bid = Bid.objects.create(
        lot=lot,
        bidder=player.organisation,
        sequence=1,
        bid_digest=f"{lot.pk:08x}{number:056x}",
        state=state,
        end_reason=end_reason,
        core="00" * 32,
        count=1,
        size=1,
        received_at=at,
        received_by=player.actor.login,
        address="192.0.2.1",
        receipt={},
        in_closing_set=state != "received",
    )
    if price is not None:
        OpenedBid.objects.create(bid=bid, opened_by="bidder", manifest={}, price_yuan=price, opened_at=at)
    return bid


def make_opened(cast, stage="opened") -> Lot:
    """Return a lot with three opened bids and one that its bidder did not decrypt."""
    now = clock.now()
    lot = make_lot(cast, stage, deadline_at=now - timedelta(hours=2), opened_at=now - timedelta(hours=1))
    Opening.objects.create(lot=lot, started_at=lot.deadline_at, window_ends_at=lot.opened_at, ended_at=lot.opened_at)
    for number, player in enumerate(cast.bidders[:3], 1):
        make_bid(lot, player, number, state="opened", price=Decimal(80_000_000 + number))
    make_bid(lot, cast.bidders[3], 4, state="revoked", end_reason="threshold")
    return lot


def make_notice(lot: Lot, kind="tender", title="施工招标公告", at: datetime | None = None) -> Notice:
    return Notice.objects.create(lot=lot, kind=kind, title=title, body="正文", published_at=at or lot.announced_at)


def make_document(lot: Lot, sha256: str = "ab" * 32) -> Document:
    at = lot.announced_at
    return Document.objects.create(
        lot=lot, kind="tender_document", name="招标文件.pdf", sha256=sha256, size=8, uploaded_at=at, published_at=at
    )
