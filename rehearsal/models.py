"""Rehearsals as centre staff see them: who asked for one, how far it is. The rehearsed lot itself is a lot like any."""

import uuid

from django.db import models

DEFAULT_PROCEDURE = "R-construction"


class RehearsalState(models.TextChoices):
    """How a rehearsal stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Rehearsal(models.Model):
    """One rehearsal that was asked for on the centre's page; `lot` once it has been drafted. Times are UTC."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(max_length=10, choices=RehearsalState.choices, default=RehearsalState.WAITING)
    procedure = models.CharField(max_length=40)
    bidders = models.PositiveSmallIntegerField()
    step = models.CharField(max_length=200, blank=True)
    lot = models.ForeignKey("tendering.Lot", null=True, on_delete=models.PROTECT, related_name="+")
    log = models.TextField(blank=True)
    started_by = models.CharField(max_length=80)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["procedure"], condition=models.Q(state="waiting"), name="one_rehearsal_waits_a_procedure"
            )
        ]
