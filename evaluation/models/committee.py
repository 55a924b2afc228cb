"""The expert pool and a lot's committee."""

from django.db import models

from identity.models import Organisation, Person
from tendering.models import Lot


class Expert(models.Model):
    """An entry of the expert pool. Employers, present and of the last three years, are grounds of recusal (EC-12)."""

    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="expert")
    specialty = models.CharField(max_length=40)
    region = models.CharField(max_length=60)
    title = models.CharField(max_length=60, blank=True)
    employer = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    former_employers = models.JSONField(default=list, blank=True)  # [{"uscc", "left_on": ISO day}]
    active = models.BooleanField(default=True)


class Committee(models.Model):
    """The committee of a lot and how it was drawn: conditions, avoid list, seed, refusals (a public recomputation)."""

    lot = models.OneToOneField(Lot, on_delete=models.PROTECT, related_name="committee")
    size = models.PositiveSmallIntegerField(default=5)
    draw = models.JSONField(default=dict, blank=True)  # the record, and `supplements`: records of later draws
    formed_at = models.DateTimeField()
    phase = models.CharField(max_length=20, default="gathering")  # gathering|preliminary|detailed|summary|signed
    votes = models.JSONField(default=dict, blank=True)  # login → seat voted for as leader (EC-9)


class MemberState(models.TextChoices):
    DRAWN = "drawn"
    SEATED = "seated"  # pledged, no conflict
    RECUSED = "recused"
    REFUSED = "refused"
    REPLACED = "replaced"  # by the trading centre: never appeared, or the purchaser sends somebody else


class Member(models.Model):
    """A seat. Names are secret until the result (BL-37)."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="seats")
    kind = models.CharField(max_length=30)  # expert | purchaser_representative
    seat = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=MemberState, default=MemberState.DRAWN)
    leader = models.BooleanField(default=False)
    pledged_at = models.DateTimeField(null=True, blank=True)
    conflict = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["committee", "person"], name="one_seat_a_person")]
