"""Custodians 密钥托管方: organisations whose agents hold a part of each bid's key."""

from django.db import models

from identity.models.certificate import Certificate
from identity.models.organisation import Organisation


class Custodian(models.Model):
    """An agent on another machine with a key of one suite. Its bearer token is stored as a hash; it is shown once."""

    name = models.CharField(max_length=40, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="custodians")
    suite = models.CharField(max_length=10, default="INTL-1")
    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    token_hash = models.CharField(max_length=64, unique=True)  # hex SHA-256
    registered_at = models.DateTimeField()
    last_seen_at = models.DateTimeField(null=True, blank=True)
    last_head = models.JSONField(default=dict, blank=True)  # {size, root} the agent said it has seen
    last_report = models.JSONField(default=dict, blank=True)  # {version, key, log_key, skew_seconds} of the agent

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "suite"], name="one_custodian_a_suite")]
