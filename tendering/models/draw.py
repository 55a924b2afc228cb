"""Verifiable draws: the commitment made at the announcement, the lines of those present, the record afterwards."""

from django.db import models

from tendering.models.lot import Lot


class Draw(models.Model):
    """One draw of a lot, committed to when the tender is announced (docs/draws.md). `seed` is secret until held."""

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="draws")
    matter = models.CharField(max_length=20)  # coefficients | experts | ties
    commitment = models.CharField(max_length=64)  # hex, published at once
    seed = models.CharField(max_length=64)  # hex, secret until the draw is held
    committed_at = models.DateTimeField()
    # the head of the log as lines began to be taken: nobody can choose it after having read them
    opened_at = models.DateTimeField(null=True, blank=True)
    checkpoint_size = models.BigIntegerField(null=True, blank=True)
    checkpoint_root = models.CharField(max_length=64, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)  # coefficients only: lines are taken no longer than this
    closed_at = models.DateTimeField(null=True, blank=True)
    record = models.JSONField(default=dict, blank=True)  # tendering.rules.draws.records, once held

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lot", "matter"], name="draw_once_a_matter")]


class DrawLine(models.Model):
    """A line of text added by one who is present: one for each organisation, for every draw of the lot still open."""

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="draw_lines")
    number = models.PositiveIntegerField()  # from 1, in the order received
    author = models.CharField(max_length=120)  # organisation's name
    author_key = models.CharField(max_length=80)  # USCC, or the login of who has none
    role = models.CharField(max_length=20)
    text = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lot", "number"], name="draw_line_number"),
            models.UniqueConstraint(fields=["lot", "author_key"], name="draw_line_once_an_organisation"),
        ]
