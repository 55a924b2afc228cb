"""The committee's report and its signatures."""

from django.db import models

from evaluation.models.committee import Member
from tendering.models import Lot


class Report(models.Model):
    """The drafted report: everything computed, and the PDF's hash."""

    lot = models.OneToOneField(Lot, on_delete=models.PROTECT, related_name="report")
    content = models.JSONField()  # validity, benchmark, price scores, totals, ranking, outliers, candidates
    sha256 = models.CharField(max_length=64)  # the PDF, in DOCUMENT_ROOT
    drafted_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True, blank=True)


class ReportSignature(models.Model):
    """A member's signature; a dissenter writes reasons (BR-53)."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="signatures")
    member = models.OneToOneField(Member, on_delete=models.PROTECT, related_name="signature")
    dissent = models.TextField(blank=True)
    signed_at = models.DateTimeField()
