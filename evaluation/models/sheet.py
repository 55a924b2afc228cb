"""A member's score sheets: one row a member and phase, every saved version kept."""

from django.db import models

from evaluation.models.committee import Member


class Sheet(models.Model):
    """The current sheet. `marks`: bid_digest → item → `{"value", "reason", "suggestion"}` (evaluation.rules.marks)."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="sheets")
    phase = models.CharField(max_length=20)  # preliminary | detailed
    marks = models.JSONField(default=dict)
    explanations = models.JSONField(default=dict, blank=True)  # "bid_digest/item" → why this score stands out
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "phase"], name="one_sheet_a_phase")]


class SheetVersion(models.Model):
    """A saved version, never changed (3.5: every version of a score sheet is kept)."""

    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    marks = models.JSONField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sheet", "version"], name="sheet_version_once")]
