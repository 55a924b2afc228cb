"""Documents that the trading centre signed."""

from django.db import models

from tendering.models.lot import Lot


class SignedDocument(models.Model):
    """What is known of a document's signature. A late timestamp lies beside the document, which never changes."""

    sha256 = models.CharField(max_length=64, unique=True)  # of the finished file, in DOCUMENT_ROOT and in the ledger
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="signed_documents")
    kind = models.CharField(max_length=30)  # opening_record | evaluation_report | award_notice | receipt
    level = models.CharField(max_length=10)  # B-T | B-B | unsigned
    pending = models.CharField(max_length=200, blank=True)  # why it bears no timestamp (or no signature), in Chinese
    signed_at = models.DateTimeField()
    token_sha256 = models.CharField(max_length=64, blank=True)  # the timestamp got later, in DOCUMENT_ROOT
    stamped_at = models.DateTimeField(null=True, blank=True)  # the instant it proves

    @property
    def waiting(self) -> bool:
        """Whether a timestamp over the file is still to be got."""
        return self.level != "B-T" and not self.token_sha256
