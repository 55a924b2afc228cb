"""The demonstration CA (P-256): a root made at first use under CA_HOME with mode 0600, and the certificates it issues.

Only the issuing operation, and who asks for the root, read it. In real use a licensed CA stands in its place. Key and
certificate lie in one file, so that two processes starting at once end with one root.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings

from identity.models import Organisation
from ledger import clock
from ledger.private_file import read_or_make
from suites.certificates import issue_certificate, make_authority

COMMON_NAME = "Gongheng Demonstration Root CA"
ROOT_VALID = timedelta(days=3650)
LEAF_VALID = timedelta(days=730)
BACKDATED = timedelta(minutes=5)  # a client whose clock is a little behind must accept what was just issued


class NotDemonstration(RuntimeError):
    """There is no root yet and this is no demonstration: none is made."""


@dataclass(frozen=True)
class Authority:
    """The root: private key (PKCS#8 DER) and certificate (DER)."""

    key: bytes
    certificate: bytes


def authority() -> Authority:
    """Return the root, making it at first use in a demonstration.

    :raises NotDemonstration: there is none, and DEMONSTRATION is off
    """
    stored = json.loads(read_or_make(settings.CA_HOME / "root.json", _new_root))
    return Authority(base64.b64decode(stored["key"]), base64.b64decode(stored["certificate"]))


def root_pem() -> str:
    """Return the root certificate as PEM."""
    root = x509.load_der_x509_certificate(authority().certificate)
    return root.public_bytes(serialization.Encoding.PEM).decode("ascii")


def issue(sign_public: bytes, organisation: Organisation, *, now: datetime) -> tuple[bytes, datetime, datetime]:
    """Return (DER certificate, not before, not after) for an organisation's signing key (SPKI, P-256).

    Subject: serialNumber = USCC, common name = short name or name, cut to 64 characters.

    :raises suites.BadKey: the key is not P-256
    """
    root = authority()
    start = (now - BACKDATED).replace(microsecond=0)
    end = min((now + LEAF_VALID).replace(microsecond=0), _end_of(root.certificate))
    der = issue_certificate(
        root.key,
        root.certificate,
        public_key_spki=sign_public,
        organisation_id=organisation.uscc,
        common_name=str(organisation)[:64],
        not_before=start,
        not_after=end,
    )
    return der, start, end


def _end_of(certificate: bytes) -> datetime:
    return x509.load_der_x509_certificate(certificate).not_valid_after_utc


def _new_root() -> bytes:
    if not settings.DEMONSTRATION:
        raise NotDemonstration("no root certificate under CA_HOME, and DEMONSTRATION is off")
    key = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    start = (clock.now() - BACKDATED).replace(microsecond=0)
    certificate = make_authority(key, common_name=COMMON_NAME, not_before=start, not_after=start + ROOT_VALID)
    parts = {"key": key, "certificate": certificate}
    return json.dumps({name: base64.b64encode(part).decode("ascii") for name, part in parts.items()}).encode("ascii")
