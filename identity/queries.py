"""Every read of identity: memberships, certificates, custodians, the root of trust."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from typing import Any

from cryptography import x509
from django.db.models import QuerySet

from identity import demo_ca
from identity.actor import Actor
from identity.models import Certificate, Custodian, Membership, Organisation, Person
from identity.roles import Role
from ledger import Viewer


def organisation_by_uscc(uscc: str) -> Organisation:
    """Return the organisation. :raises Organisation.DoesNotExist: there is none"""
    return Organisation.objects.get(uscc=uscc)


def memberships(person: Person) -> list[Membership]:
    """Return the person's memberships in force, oldest first."""
    rows = Membership.objects.select_related("person", "organisation").filter(person=person, ended_at=None)
    return list(rows.order_by("pk"))


def trust_root() -> str:
    """Return the installation's root certificate as PEM."""
    return demo_ca.root_pem()


def root_fingerprint() -> str:
    """Return hex SHA-256 of the root certificate's DER: what people compare."""
    return hashlib.sha256(demo_ca.authority().certificate).hexdigest()


def certificate_of(kid: str) -> Certificate:
    """Return the certificate of a key, revoked or not. :raises Certificate.DoesNotExist: there is none"""
    return Certificate.objects.select_related("organisation").get(kid=kid)


def certificates_in_force(organisation_id: int, *, now: datetime) -> QuerySet[Certificate]:
    """Return the organisation's certificates that are valid at `now` and not revoked, newest first."""
    rows = Certificate.objects.filter(organisation_id=organisation_id, revoked_at=None)
    return rows.filter(not_before__lte=now, not_after__gt=now)


def in_force(kid: str, *, now: datetime) -> bool:
    """Whether the key has a certificate that is valid at `now` and not revoked."""
    return Certificate.objects.filter(kid=kid, revoked_at=None, not_before__lte=now, not_after__gt=now).exists()


def custodians(*, now: datetime) -> list[Custodian]:
    """Return the custodians that bids may be sealed to at `now`: with a certificate in force, in order of name."""
    rows = Custodian.objects.select_related("organisation", "certificate").filter(certificate__revoked_at=None)
    return list(rows.filter(certificate__not_before__lte=now, certificate__not_after__gt=now).order_by("name"))


def custodian_of_token(token: str) -> Custodian | None:
    """Return the custodian whose bearer token this is, or None."""
    hashed = hashlib.sha256(token.encode("utf-8")).hexdigest()
    return Custodian.objects.select_related("organisation", "certificate").filter(token_hash=hashed).first()


def leaf_of(pub: dict[str, Any]) -> x509.Certificate:
    """Return the leaf certificate of a `.pub`."""
    return x509.load_der_x509_certificate(base64.b64decode(pub["certificates"][0]))


def viewer_of(actor: Actor) -> Viewer:
    """Return with whose eyes an actor reads the ledger."""
    return Viewer(uscc=actor.uscc, regulator=actor.role is Role.REGULATOR)
