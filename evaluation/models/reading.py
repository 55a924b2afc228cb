"""What the machine read in an opened bid: pages, fields, suggestions; each with its place."""

from django.db import models

from tendering.models import Bid


class ReadingState(models.TextChoices):
    WAITING = "waiting"
    READING = "reading"
    DONE = "done"
    FAILED = "failed"


class Reading(models.Model):
    """The reading of one file of an opened bid; restartable, one row a file."""

    bid = models.ForeignKey(Bid, on_delete=models.PROTECT, related_name="readings")
    name = models.CharField(max_length=1024)  # path inside the bid's archive; sealing.names allows as many bytes
    role = models.CharField(max_length=40, blank=True)  # role in the manifest: bid_letter, business_licence, …
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=ReadingState, default=ReadingState.WAITING)
    failure = models.TextField(blank=True)
    page_count = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bid", "name"], name="one_reading_a_file")]


class Page(models.Model):
    """One page: its text, where it came from, and lines with boxes (unit: PDF points or pixels, from the top left)."""

    reading = models.ForeignKey(Reading, on_delete=models.CASCADE, related_name="pages")
    number = models.PositiveIntegerField()  # from 1
    source = models.CharField(max_length=5)  # text | ocr | none
    quality = models.FloatField()
    text = models.TextField(blank=True)
    reason = models.TextField(blank=True)  # only when none
    kind = models.CharField(max_length=20, blank=True)
    width = models.FloatField()
    height = models.FloatField()
    unit = models.CharField(max_length=2)  # pt | px
    lines = models.JSONField(default=list, blank=True)  # [{"text", "box": [x0, y0, x1, y1], "confidence"}]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reading", "number"], name="page_once")]
        ordering = ["reading_id", "number"]


class Field(models.Model):
    """A field read from a file, with confidence, place and the checks it passed or not."""

    reading = models.ForeignKey(Reading, on_delete=models.CASCADE, related_name="fields")
    kind = models.CharField(max_length=30)
    name = models.CharField(max_length=40)
    value = models.TextField()
    confidence = models.FloatField()
    page = models.PositiveIntegerField()
    box = models.JSONField()
    unit = models.CharField(max_length=2)
    checks = models.JSONField(default=list)


class Suggestion(models.Model):
    """A lead for one scheme item of one bid. No quotation, no suggestion: `quote` is never empty."""

    bid = models.ForeignKey(Bid, on_delete=models.PROTECT, related_name="suggestions")
    item = models.CharField(max_length=60)  # id in the scheme
    verdict = models.CharField(max_length=20, blank=True)  # pass | doubt | or a tier / points as text
    text = models.TextField()
    quote = models.TextField()
    reading = models.ForeignKey(Reading, on_delete=models.CASCADE, related_name="suggestions")
    page = models.PositiveIntegerField()
    box = models.JSONField()
    unit = models.CharField(max_length=2)
    confidence = models.FloatField()
