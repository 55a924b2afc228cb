"""What is published for a lot: documents, signed parameters, notices, questions; and who fetched what (secret)."""

from django.db import models

from identity.models import Organisation
from tendering.models.lot import Lot


class Document(models.Model):
    """A file of a lot, stored once under DOCUMENT_ROOT by its hash. `version` is the amendment it came with."""

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=30)  # tender_document | attachment | bill_of_quantities | clarification
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=100, default="application/pdf")
    version = models.PositiveIntegerField(default=0)
    uploaded_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)


class TenderParameters(models.Model):
    """The parameters that bids are sealed against, signed by the agency (`sealing.parameters`)."""

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="parameters")
    sequence = models.PositiveIntegerField()  # Lot.amendment at that time
    statement = models.JSONField()  # the signed statement, exactly as verified
    recipients = models.JSONField()  # contents of the custodians' .pub files
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lot", "sequence"], name="one_parameters_per_amendment")]


class Notice(models.Model):
    """A published notice. Never edited: a correction is another notice."""

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=30)  # tender | amendment | failed | opening_record | candidates | result | award
    title = models.CharField(max_length=200)
    body = models.TextField()
    data = models.JSONField(default=dict, blank=True)
    published_at = models.DateTimeField()


class Question(models.Model):
    """A bidder's question; the answer is published without the asker's name."""

    public_id = models.UUIDField(unique=True)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="questions")
    asker = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    asked_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)


class Download(models.Model):
    """Who fetched which document: nobody sees the names before the opening, only a bidder its own."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="downloads")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
