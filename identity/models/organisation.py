"""Organisations, and the roles in which people act for them."""

from django.core.exceptions import ValidationError
from django.db import models

from identity.models.person import Person
from identity.roles import MEMBER_ROLES, ROLE_NAMES
from identity.uscc import normal_uscc


class Organisation(models.Model):
    """A legal person, named by its unified social credit code (GB 32100)."""

    uscc = models.CharField(max_length=18, unique=True)
    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=60, blank=True)
    operator = models.BooleanField(default=False)  # runs the servers: never bids, never holds keys (EB-23)
    registered_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.short_name or self.name

    def clean(self) -> None:
        try:
            self.uscc = normal_uscc(self.uscc)
        except ValueError as error:
            raise ValidationError({"uscc": str(error)}) from error


class Membership(models.Model):
    """A person's role in an organisation. Ended, never deleted."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=16, choices=[(role.value, ROLE_NAMES[role]) for role in MEMBER_ROLES])
    granted_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "organisation", "role"], name="one_membership_a_role"),
        ]
        ordering = ["id"]
