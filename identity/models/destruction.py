"""Keys that custodians destroyed: what was sealed to them and never opened stays shut."""

from django.db import models

from identity.models.custodian import Custodian


class KeyDestruction(models.Model):
    """One destroyed key; `statement` is signed by the key that went with it. Never edited."""

    custodian = models.ForeignKey(Custodian, on_delete=models.PROTECT, related_name="destructions")
    kid = models.CharField(max_length=64, unique=True)
    reason = models.TextField()
    statement = models.JSONField()
    destroyed_at = models.DateTimeField()  # by the custodian's own clock, as signed
    received_at = models.DateTimeField()
