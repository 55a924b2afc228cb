"""Listing the files of opened bids for the machine to read: one row a file, made once."""

from django.db import transaction

from evaluation.models import Reading
from tendering.models import BidState, Lot, OpenedBid


@transaction.atomic(durable=True)
def prepare_readings(*, lot_id: int) -> int:
    """Make a reading for every file of the lot's opened bids that has none yet; return how many were made."""
    lot = Lot.objects.get(pk=lot_id)
    opened = OpenedBid.objects.filter(bid__lot=lot, bid__state=BidState.OPENED).select_related("bid")
    known = set(Reading.objects.filter(bid__lot=lot).values_list("bid_id", "name"))
    rows = [
        Reading(bid=row.bid, name=file["name"], role=file["role"], sha256=file["hash"])
        for row in opened
        for file in row.manifest["files"]
        if (row.bid_id, file["name"]) not in known
    ]
    Reading.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)
