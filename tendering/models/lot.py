"""Projects and their lots: the aggregate root that every deadline is judged on."""

from django.db import models

from identity.models import Organisation


class Project(models.Model):
    """A project as registered by its purchaser or agency; the procedure is fixed at creation."""

    code = models.CharField(max_length=20, unique=True)  # 17 characters; rehearsals carry the prefix R
    name = models.CharField(max_length=200)
    procedure = models.CharField(max_length=40)  # a code of lawbook/procedures
    region = models.CharField(max_length=60, blank=True)
    fund_source = models.CharField(max_length=120, blank=True)
    purchaser = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="purchased_projects")
    agency = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="agency_projects", null=True, blank=True
    )
    rehearsal = models.BooleanField(default=False)  # outside statistics and exchange
    created_by = models.CharField(max_length=80)  # login
    created_at = models.DateTimeField()


class Lot(models.Model):
    """A lot. `stage` is a word of `tendering.rules.lifecycle.Stage`; `suspended_at` is the overlay that freezes it."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="lots")
    code = models.CharField(max_length=26, unique=True)  # 23 characters; rehearsals carry the prefix R
    name = models.CharField(max_length=200)
    stage = models.CharField(max_length=30, default="draft")
    stage_at = models.DateTimeField()
    next_due_at = models.DateTimeField(null=True, blank=True, db_index=True)  # the minimum of the pending dates
    suspended_at = models.DateTimeField(null=True, blank=True)
    suspended_reason = models.TextField(blank=True)
    returned_reason = models.TextField(blank=True)
    failed_reason = models.TextField(blank=True)
    retender_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="retenders")

    estimate_yuan = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    ceiling_yuan = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    bond_yuan = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    price_kind = models.CharField(max_length=10, default="total")  # total | rate | discount
    duration_days = models.PositiveIntegerField(null=True, blank=True)
    site = models.CharField(max_length=200, blank=True)
    scope = models.TextField(blank=True)
    qualification = models.TextField(blank=True)  # what a bidder must be

    suite = models.CharField(max_length=10, default="INTL-1")
    policy = models.CharField(max_length=30, default="bidder-or-custodians")
    threshold = models.PositiveSmallIntegerField(default=2)
    scheme = models.JSONField(default=dict, blank=True)  # evaluation.rules.scheme; locked with the document
    amendment = models.PositiveIntegerField(default=0)  # raised by every amendment of document or deadline
    document_hash = models.CharField(max_length=64, blank=True)  # what bids are bound to; see operations.announce_lot

    planned_deadline_at = models.DateTimeField(null=True, blank=True)  # as the draft asks
    announced_at = models.DateTimeField(null=True, blank=True)
    deadline_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    evaluated_at = models.DateTimeField(null=True, blank=True)
    publicity_starts_at = models.DateTimeField(null=True, blank=True)
    publicity_ends_at = models.DateTimeField(null=True, blank=True)
    result_published_at = models.DateTimeField(null=True, blank=True)
    awarded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["stage", "deadline_at"])]
