"""Later envelopes of a lot: after the first is opened, each of the others has a window of its own."""

from datetime import timedelta

from django.db import models

from tendering.models.bid import Bid
from tendering.models.lot import Lot


class EnvelopeOpening(models.Model):
    """The opening of one later envelope, for the bidders that were admitted to it. Its window is that of `Opening`."""

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="envelope_openings")
    envelope = models.CharField(max_length=20)
    started_at = models.DateTimeField()
    window_ends_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    grace_moved_by = models.DurationField(default=timedelta)
    collected_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lot", "envelope"], name="envelope_opened_once")]


class OpenedEnvelope(models.Model):
    """What an envelope without a price said once opened; one with a price is an `OpenedBid`."""

    bid = models.OneToOneField(Bid, on_delete=models.PROTECT, related_name="opened_envelope")
    opened_by = models.CharField(max_length=20)  # bidder | custodians
    manifest = models.JSONField()
    opened_at = models.DateTimeField()
