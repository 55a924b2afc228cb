"""From candidates to the award: the published list, objections, the award notice."""

from django.db import models

from identity.models import Organisation
from tendering.models.bid import Bid
from tendering.models.lot import Lot


class Candidate(models.Model):
    """A candidate as the committee recommended it; `rank` is empty where it recommends without ranking."""

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="candidates")
    bid = models.ForeignKey(Bid, on_delete=models.PROTECT, related_name="+")
    bidder = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField(null=True, blank=True)
    price_yuan = models.DecimalField(max_digits=18, decimal_places=2)
    total = models.DecimalField(max_digits=9, decimal_places=4, null=True, blank=True)
    summary = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lot", "bid"], name="candidate_once")]


class Objection(models.Model):
    """An objection 异议 to the document, the opening or the candidates; unanswered ones block what the law names."""

    public_id = models.UUIDField(unique=True)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="objections")
    matter = models.CharField(max_length=20)  # document | opening | candidates
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    filed_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)


class Award(models.Model):
    """The winner and its award notice 中标通知书."""

    lot = models.OneToOneField(Lot, on_delete=models.PROTECT, related_name="award")
    bid = models.ForeignKey(Bid, on_delete=models.PROTECT, related_name="+")
    winner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="awards")
    price_yuan = models.DecimalField(max_digits=18, decimal_places=2)
    reason = models.TextField(blank=True)  # BR-55: recorded whenever rank 1 is not the winner
    determined_at = models.DateTimeField()
    notice_sha256 = models.CharField(max_length=64, blank=True)
    issued_at = models.DateTimeField(null=True, blank=True)
