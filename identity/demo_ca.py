"""The installation's own CA, one root for each suite, made at first use of a demonstration or by `manage.py ca init`.

Only who issues, and who asks for a root, reads it. In real use a licensed CA stands in its place (`manage.py ca
trust`). A root's key and certificate lie in one file under CA_HOME (0600), so that two processes starting at once end
with one.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from identity.models import Organisation
from ledger import clock
from ledger.private_file import read_or_make
from suites import suite_named
from suites.certificates import facts_of, issue_certificate, make_authority, to_pem

DEFAULT_SUITE = "INTL-1"
FILES: Mapping[str, str] = {"INTL-1": "root.json", "GM-1": "root-gm-1.json"}
COMMON_NAMES: Mapping[str, str] = {
    "INTL-1": "Gongheng Demonstration Root CA",
    "GM-1": "Gongheng Demonstration Root CA SM2",
}
ROOT_VALID = timedelta(days=3650)
LEAF_VALID = timedelta(days=730)
BACKDATED = timedelta(minutes=5)  # a client whose clock is a little behind must accept what was just issued


class NotDemonstration(RuntimeError):
    """There is no root yet and this is no demonstration: none is made."""


@dataclass(frozen=True)
class Authority:
    """A root: private key (in its suite's encoding) and certificate (DER)."""

    key: bytes
    certificate: bytes


def authority(suite: str = DEFAULT_SUITE) -> Authority:
    """Return the root of a suite, making it at first use in a demonstration.

    :raises NotDemonstration: there is none, and DEMONSTRATION is off
    """
    return _read(read_or_make(_path(suite), lambda: _new_root(suite)))


def existing(suite: str) -> Authority | None:
    """Return the root of a suite where there is one; none is made."""
    path = _path(suite)
    return _read(path.read_bytes()) if path.exists() else None


def make_root(suite: str, *, common_name: str = "") -> bool:
    """Make the root of a suite on somebody's word, also outside a demonstration; False where there was one already."""
    if existing(suite) is not None:
        return False
    read_or_make(_path(suite), lambda: _made(suite, common_name or COMMON_NAMES[suite]))
    return True


def root_pem(suite: str = DEFAULT_SUITE) -> str:
    """Return the root certificate of a suite as PEM. :raises NotDemonstration: there is none"""
    return to_pem(authority(suite).certificate).decode("ascii")


def issue(
    sign_public: bytes, organisation: Organisation, *, now: datetime, suite: str = DEFAULT_SUITE
) -> tuple[bytes, datetime, datetime]:
    """Return (DER certificate, not before, not after) for an organisation's signing key (SPKI of the suite).

    Subject: serialNumber = USCC, common name = short name or name, cut to 64 characters.

    :raises suites.BadKey: the key is not of the suite
    :raises NotDemonstration: there is no root of the suite
    """
    root = authority(suite)
    start = (now - BACKDATED).replace(microsecond=0)
    end = min((now + LEAF_VALID).replace(microsecond=0), facts_of(root.certificate).not_after)
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


def _path(suite: str) -> Path:
    return Path(settings.CA_HOME) / FILES[suite]


def _read(raw: bytes) -> Authority:
    stored = json.loads(raw)
    return Authority(base64.b64decode(stored["key"]), base64.b64decode(stored["certificate"]))


def _new_root(suite: str) -> bytes:
    if not settings.DEMONSTRATION:
        raise NotDemonstration(f"no root certificate of suite {suite} under CA_HOME, and DEMONSTRATION is off")
    return _made(suite, COMMON_NAMES[suite])


def _made(suite: str, common_name: str) -> bytes:
    key = suite_named(suite).generate().private
    start = (clock.now() - BACKDATED).replace(microsecond=0)
    certificate = make_authority(
        key, common_name=common_name, not_before=start, not_after=start + ROOT_VALID, suite_name=suite
    )
    parts = {"key": key, "certificate": certificate}
    return json.dumps({name: base64.b64encode(part).decode("ascii") for name, part in parts.items()}).encode("ascii")
