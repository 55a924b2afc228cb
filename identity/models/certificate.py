"""Certificates of the keys that seal and sign, and the challenges that prove possession of them."""

from django.db import models

from identity.models.organisation import Organisation
from identity.models.person import Person


class Certificate(models.Model):
    """A key pair of an organisation, as its `.pub` says. An organisation may hold several at a time."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="certificates")
    kid = models.CharField(max_length=64, unique=True)  # hex H(SPKI of seal_public)
    pub = models.JSONField()  # {v, suite, kid, organisation, seal_public, sign_public, certificates, attestation}
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()
    issued_to = models.CharField(max_length=80)  # login of who proved possession
    issued_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-issued_at", "-id"]


class Challenge(models.Model):
    """32 random bytes a person signs with a new key, once, within five minutes."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="challenges")
    nonce = models.CharField(max_length=44, unique=True)  # base64
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
