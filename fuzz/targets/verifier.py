"""The evidence bundle, as the verifier reads it from a stranger: container, members, every check."""

import hashlib
import tempfile
import zlib
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fuzz import Target, demand
from fuzz.corpus import parts, root, sealed, vectors
from fuzz.targets.ledger import checkpoint
from ledger import notes
from sealing import canonical
from suites.base64_text import to_base64
from tendering.bundle import form
from tendering.bundle.container import BadContainer, Entry, directory, local_header, read
from verifier.archive import opened
from verifier.case import Brought
from verifier.table import examine

LOG = "log.example"
_KEY = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
_LOG_KEY = notes.verifier_key(LOG, notes.public_bytes(_KEY.public_key()))
_AT = "2030-01-01T00:00:00.000000Z"


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="fuzz-bundle-"))


def _members() -> list[tuple[str, bytes]]:
    """Members in their form, though of no lot that was ever played: enough to be read by every check."""
    tender: dict[str, Any] = vectors()["tender-accepted"]["tender"]
    statement = tender["parameters"]
    body = {"kind": "lot.announced", "lot": tender["lot"], "role": "agency", "payload": {}, "personal": {}}
    entry = {"index": 0, "at": _AT, "salt": "cd" * 32, "body": body}
    signed = {"note": notes.signed(checkpoint().text, LOG, _KEY), "size": 7, "cosignatures": [], "timestamps": []}
    document: dict[str, Any] = {
        "documents": [],
        "scheme": {},
        "ceiling_yuan": None,
        "price_kind": "total",
        "duration_days": 90,
    }
    trust = {
        "receipt_key": to_base64(b"k" * 91), "roots": [to_base64(der) for der in root()], "crls": [], "witnesses": [],
        "timestamp_roots": [],
    }  # fmt: skip
    header, _, trailer = parts(sealed()[0].data)
    bid = "ab" * 32
    return [
        *((name, bytes(form.LEAF * 7)) for name in form.LEAVES.values()),
        (form.CHECKPOINTS, form.lines([signed])),
        (form.ENTRIES, form.lines([entry])),
        (
            form.PARAMETERS,
            canonical.dumps([{"sequence": 1, "statement": statement, "recipients": tender["recipients"]}]),
        ),
        (form.DOCUMENT, canonical.dumps(document)),
        (form.TRUST, canonical.dumps(trust)),
        (form.bid_member(bid, form.HEADER), header),
        (form.bid_member(bid, form.TRAILER), trailer),
    ]


def _index(members: list[tuple[str, bytes]], variant: str) -> bytes:
    listed = [{"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in members]
    tender: dict[str, Any] = vectors()["tender-accepted"]["tender"]
    body = {
        "v": 1, "lot": tender["lot"], "tender": tender["tender"], "variant": variant, "at": _AT, "log_key": _LOG_KEY,
        "size": 7, "members": listed,
    }  # fmt: skip
    return canonical.dumps({"body": body, "note": notes.signed(form.signed_text(body), LOG, _KEY)})


def _zip(members: list[tuple[str, bytes]]) -> bytes:
    rows = [Entry(name, len(data), zlib.crc32(data)) for name, data in members]
    body = b"".join(local_header(row) + data for row, (_, data) in zip(rows, members, strict=True))
    return body + directory(rows)


@cache
def _bundles() -> list[bytes]:
    members = _members()
    return [_zip([(form.INDEX, _index(members, form.PUBLIC)), *members])]


def check_bundle(data: bytes) -> None:
    """Examining raises nothing, and no bundle passes: none was ever exported by a platform."""
    path = _folder() / "bundle.zip"
    path.write_bytes(data)
    with opened(path) as archive:
        findings = [finding for _, finding, _ in examine(archive, Brought(log_key=_LOG_KEY, trust=tuple(root())))]
    demand(any(finding.failed for finding in findings), "a bundle that nobody exported passes")


def check_container(data: bytes) -> None:
    """An accepted container is written again with the same bytes."""
    path = _folder() / "container.zip"
    path.write_bytes(data)
    with path.open("rb") as file:
        try:
            placed = read(file, len(data))
        except BadContainer:
            return
    kept = [(one.entry, data[one.offset : one.offset + one.entry.size]) for one in placed]
    again = b"".join(local_header(entry) + contents for entry, contents in kept)
    demand(again + directory(entry for entry, _ in kept) == data, "a container has two forms")


TARGETS = (
    Target("bundle", _bundles, check_bundle, "zip", most=1 << 17),
    Target("container", lambda: [_zip([("a", b"x" * 40), ("b/c", b"")]), _zip([])], check_container, "zip"),
)
