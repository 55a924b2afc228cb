"""Every read of identity: memberships, certificates, custodians, the root of trust."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from typing import Any

from cryptography import x509
from django.db.models import QuerySet

from identity import ca_files, crl, demo_ca
from identity.actor import Actor
from identity.models import Certificate, Custodian, Membership, Organisation, Person
from identity.roles import Role
from ledger import Viewer
from suites.certificates import facts_of, from_pem, to_pem
from suites.revocation import Trust


def organisation_by_uscc(uscc: str) -> Organisation:
    """Return the organisation. :raises Organisation.DoesNotExist: there is none"""
    return Organisation.objects.get(uscc=uscc)


def memberships(person: Person) -> list[Membership]:
    """Return the person's memberships in force, oldest first."""
    rows = Membership.objects.select_related("person", "organisation").filter(person=person, ended_at=None)
    return list(rows.order_by("pk"))


def trust_root(suite: str = demo_ca.DEFAULT_SUITE) -> str:
    """Return the roots that certificates of a suite lead to as PEM: the installation's own, then outside ones.

    :raises NotDemonstration: there is none
    """
    outside = [root.certificate for root in ca_files.outside_roots() if facts_of(root.certificate).suite == suite]
    own = demo_ca.existing(suite) or (None if outside else demo_ca.authority(suite))
    ders = [*([] if own is None else [own.certificate]), *outside]
    return "".join(to_pem(der).decode("ascii") for der in ders)


def has_outside_root(suite: str) -> bool:
    """Whether an outside root of a suite is trusted."""
    return any(facts_of(root.certificate).suite == suite for root in ca_files.outside_roots())


def trust_roots(*, now: datetime) -> Trust:
    """Return every root of the installation, of both suites and outside ones, with the revocation lists as of `now`.

    :raises NotDemonstration: there is none
    """
    outside = ca_files.outside_roots()
    own = [root.certificate for suite in demo_ca.FILES if (root := demo_ca.existing(suite)) is not None]
    if not own and not outside:
        own = [demo_ca.authority().certificate]
    lists = [crl.current(suite, now=now) for suite in demo_ca.FILES]
    return Trust(
        [*own, *(root.certificate for root in outside)],
        [*(der for der in lists if der is not None), *(der for root in outside for der in root.crls)],
    )


def revocation_lists(suite: str, *, now: datetime) -> list[bytes]:
    """Return the DER of the revocation lists that go with `trust_root(suite)`."""
    outside = [root for root in ca_files.outside_roots() if facts_of(root.certificate).suite == suite]
    own = crl.current(suite, now=now)
    return [*([] if own is None else [own]), *(der for root in outside for der in root.crls)]


def root_fingerprint(suite: str = demo_ca.DEFAULT_SUITE) -> str:
    """Return hex SHA-256 of the first root's DER: what people compare. :raises NotDemonstration: there is none"""
    return ca_files.fingerprint(from_pem(trust_root(suite).encode("ascii"))[0])


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


def custodians(*, now: datetime, suite: str = demo_ca.DEFAULT_SUITE) -> list[Custodian]:
    """Return the custodians that bids of a suite may be sealed to at `now`: certificate in force, in order of name."""
    rows = Custodian.objects.select_related("organisation", "certificate").filter(certificate__revoked_at=None)
    rows = rows.filter(suite=suite)
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
