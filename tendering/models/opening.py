"""The opening of a lot: who signed in, which key parts were handed over, what was opened and confirmed."""

from datetime import timedelta

from django.db import models

from identity.models import Organisation
from tendering.models.bid import Bid
from tendering.models.lot import Lot


class Opening(models.Model):
    """One opening a lot. The window starts and ends by the clock, host or no host."""

    lot = models.OneToOneField(Lot, on_delete=models.PROTECT, related_name="opening")
    started_at = models.DateTimeField()
    window_ends_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)  # the window; custodians act on it, then the grace runs
    collected_at = models.DateTimeField(null=True, blank=True)  # no share is taken any more; what opens is decided
    # suspensions while the custodians' grace or the confirmation of prices ran: its end is later by so much
    grace_moved_by = models.DurationField(default=timedelta)
    confirmation_moved_by = models.DurationField(default=timedelta)
    host = models.CharField(max_length=80, blank=True)
    record = models.JSONField(default=dict, blank=True)
    record_sha256 = models.CharField(max_length=64, blank=True)  # the PDF, in DOCUMENT_ROOT
    record_confirmed_at = models.DateTimeField(null=True, blank=True)


class OpeningSignIn(models.Model):
    """A bidder's presence at the opening."""

    opening = models.ForeignKey(Opening, on_delete=models.PROTECT, related_name="sign_ins")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    person_name = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["opening", "organisation"], name="sign_in_once")]


class Release(models.Model):
    """One share of one bid's key, as handed over by the bidder in its session or signed by a custodian's agent."""

    bid = models.ForeignKey(Bid, on_delete=models.PROTECT, related_name="releases")
    group = models.CharField(max_length=20)  # bidder | custodians
    index = models.PositiveSmallIntegerField()
    kid = models.CharField(max_length=64)
    share = models.CharField(max_length=64)  # hex, 32 bytes
    statement = models.JSONField(null=True, blank=True)  # the custodian's signed release
    matches = models.BooleanField()  # its commitment in the header was met
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bid", "group", "index", "kid"], name="release_once")]


class ReleaseRefusal(models.Model):
    """A custodian's signed refusal."""

    bid = models.ForeignKey(Bid, on_delete=models.PROTECT, related_name="refusals")
    kid = models.CharField(max_length=64)
    reason = models.TextField()
    statement = models.JSONField()
    received_at = models.DateTimeField()


class RescueRequest(models.Model):
    """A bidder asks the custodians to open its bid before the window ends (lost key)."""

    bid = models.OneToOneField(Bid, on_delete=models.PROTECT, related_name="rescue")
    reason = models.TextField(blank=True)
    asked_by = models.CharField(max_length=80)
    asked_at = models.DateTimeField()


class OpenedBid(models.Model):
    """What a bid said once opened; files under OPENED_ROOT/<lot>/<bid_digest>/."""

    bid = models.OneToOneField(Bid, on_delete=models.PROTECT, related_name="opened")
    opened_by = models.CharField(max_length=20)  # bidder | custodians
    manifest = models.JSONField()
    price_yuan = models.DecimalField(max_digits=18, decimal_places=2)
    price_kind = models.CharField(max_length=10, default="total")
    duration_days = models.PositiveIntegerField(null=True, blank=True)
    lead_person = models.CharField(max_length=80, blank=True)
    over_ceiling = models.BooleanField(default=False)  # a mark only: the committee rejects (BR-51)
    opened_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.CharField(max_length=80, blank=True)


class HallMessage(models.Model):
    """A line said in the hall by the host, a bidder (objection on the spot, BR-44) or the system."""

    opening = models.ForeignKey(Opening, on_delete=models.PROTECT, related_name="messages")
    author = models.CharField(max_length=120)
    role = models.CharField(max_length=20)
    kind = models.CharField(max_length=20, default="message")  # message | objection | answer
    text = models.TextField()
    at = models.DateTimeField()
