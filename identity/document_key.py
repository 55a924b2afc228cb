"""The trading centre's document key: what signs opening records, evaluation reports and award notices.

It lies under SERVER_HOME/secrets (0600): JSON with `key` (PKCS#8 DER), `certificate` and `chain` (DER), in base64. A
demonstration makes one a year, certified by its own CA; a real installation puts the file there, made with its licensed
CA.
"""

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from identity import demo_ca
from identity.models import Membership, Organisation
from identity.roles import Role
from ledger.private_file import read_or_make
from signing import DocumentSigner
from suites import suite_named


class NoDocumentKey(RuntimeError):
    """There is no key to sign documents with; the text says why, in Chinese."""


@dataclass(frozen=True)
class DocumentKey:
    """The signer and the organisation whose name the seal bears."""

    signer: DocumentSigner
    organisation: str


def document_key(now: datetime) -> DocumentKey:
    """Return the key in force.

    :raises NoDocumentKey: no trading centre is registered, or there is no key and no CA of a demonstration to make one
    """
    centre = _centre()
    if centre is None:
        raise NoDocumentKey("尚未登记交易中心")
    path = Path(settings.SERVER_HOME) / "secrets" / "document-key.json"
    try:
        if not path.exists():
            path = path.with_name(f"document-key-{centre.uscc}-{now.year}-{_root_mark()}.json")
        stored = json.loads(read_or_make(path, lambda: _made(centre, now)))
        parts = {name: base64.b64decode(stored[name]) for name in ("key", "certificate")}
        chain = tuple(base64.b64decode(der) for der in stored.get("chain", ()))
    except demo_ca.NotDemonstration as error:
        raise NoDocumentKey("没有文件签名密钥") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NoDocumentKey("文件签名密钥无法读取") from error
    return DocumentKey(DocumentSigner(parts["key"], parts["certificate"], chain), centre.name)


def _root_mark() -> str:
    """Return what tells the CA's roots apart: a key that an earlier root certified is of no use under another."""
    return hashlib.sha256(demo_ca.authority().certificate).hexdigest()[:12]


def _centre() -> Organisation | None:
    seats = Membership.objects.filter(role=Role.CENTRE, ended_at=None).select_related("organisation")
    first = seats.order_by("pk").first()
    return None if first is None else first.organisation


def _made(centre: Organisation, now: datetime) -> bytes:
    root = demo_ca.authority().certificate
    suite = suite_named(demo_ca.DEFAULT_SUITE)
    pair = suite.generate()
    certificate, _start, _end = demo_ca.issue(pair.public, centre, now=now)
    parts = {"key": _text(pair.private), "certificate": _text(certificate), "chain": [_text(root)]}
    return json.dumps(parts).encode("ascii")


def _text(der: bytes) -> str:
    return base64.b64encode(der).decode("ascii")
