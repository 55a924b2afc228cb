"""The form of a bundle: which members there are, what each holds, what the log's key signs. Pure; no Django.

`bundle.json` is canonical `{"body": {…}, "note": …}`. Its body lists every other member with size and SHA-256; the note
is a C2SP signed note over `TEXT`, so that one key and one form of signature serve the whole log. The second line of the
text is no number: such a note can never be taken for a checkpoint.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ledger import notes
from sealing import canonical
from sealing.canonical import LARGEST
from sealing.fields import Form, is_code, is_hash, is_object, is_text, number, octets, one

VERSION = 1
FULL, PUBLIC = "full", "public"
VARIANTS = (FULL, PUBLIC)

INDEX = "bundle.json"
LEAVES = {"sha256": "log/leaves.bin", "sm3": "log/leaves-sm3.bin"}  # one tree for each hash of `ledger.tree`
CHECKPOINTS = "log/checkpoints.jsonl"
ENTRIES = "log/entries.jsonl"
PARAMETERS = "tender/parameters.json"
DOCUMENT = "tender/document.json"
TRUST = "trust.json"
SEALED, HEADER, TRAILER = "sealed.bid", "header.json", "trailer.json"
RECEIPT, SHARES, WITHDRAWAL = "receipt.json", "shares.json", "withdrawal.json"
ONCE = (*LEAVES.values(), CHECKPOINTS, ENTRIES, PARAMETERS, DOCUMENT, TRUST)
BID_MEMBERS = {FULL: (RECEIPT, SEALED, SHARES, WITHDRAWAL), PUBLIC: (HEADER, RECEIPT, TRAILER)}
LEAF = 32
# of the public variant: their pools name who was never drawn
ENTRY_KINDS_KEPT_BACK = frozenset({"committee.drawn", "committee.supplemented"})

TEXT = "gongheng/bundle/v1\nlot {lot}\n{digest}\n"
_BID_MEMBER = re.compile(r"bids/([0-9a-f]{64})/([a-z.]{1,20})\Z")
_VERIFIER_KEY = re.compile(r"[^+\s]{1,200}\+[0-9a-f]{8}\+[A-Za-z0-9+/=]{1,60}\Z")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\Z", re.ASCII)


def is_instant(value: Any) -> bool:
    """An instant of the ledger: to the microsecond, UTC."""
    return isinstance(value, str) and _INSTANT.match(value) is not None


def is_note(value: Any) -> bool:
    """The text of a signed note."""
    return isinstance(value, str) and 1 <= len(value) <= 20_000


def list_of(form: Form, *, least: int = 0, most: int = 10_000) -> Form:
    """A list of so many values of one form."""
    return lambda value: isinstance(value, list) and least <= len(value) <= most and all(map(form, value))


def member(table: Mapping[str, Form]) -> Form:
    """An object with exactly the members of the table."""
    return lambda value: (
        isinstance(value, dict) and set(value) == set(table) and all(table[name](item) for name, item in value.items())
    )


def either(*forms: Form) -> Form:
    """A value of one of the forms."""
    return lambda value: any(form(value) for form in forms)


def _is_null(value: Any) -> bool:
    return value is None


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_string(value: Any) -> bool:
    return isinstance(value, str)


def _is_verifier_key(value: Any) -> bool:
    return isinstance(value, str) and _VERIFIER_KEY.match(value) is not None


_LISTED = member({"name": is_text, "size": number(0, LARGEST), "sha256": is_hash})
BODY = {
    "v": one,
    "lot": is_code,
    "tender": is_code,
    "variant": lambda value: isinstance(value, str) and value in VARIANTS,
    "at": is_instant,
    "log_key": _is_verifier_key,
    "size": number(1, 1 << 32),
    "members": list_of(_LISTED, most=60_000),
}
IS_INDEX = member({"body": member(BODY), "note": is_note})
IS_TRUST = member(
    {
        "receipt_key": octets(1, 200),
        "roots": list_of(octets(1, 1 << 14), least=1, most=16),
        "crls": list_of(octets(1, 16 << 20), most=16),
        "witnesses": list_of(_is_verifier_key, most=100),
        "timestamp_roots": list_of(octets(1, 1 << 16), most=16),
    }
)
IS_CHECKPOINT = member(
    {
        "note": is_note,
        "size": number(0, 1 << 32),
        "cosignatures": list_of(is_note, most=100),
        "timestamps": list_of(octets(1, 1 << 20), most=20),
    }
)
BODY_OF_ENTRY = {
    "kind": is_text,
    "lot": is_code,
    "role": _is_string,
    "payload": is_object,
    "personal": lambda value: isinstance(value, dict) and all(is_hash(hashed) for hashed in value.values()),
}
IS_ENTRY = member(
    {"index": number(0, 1 << 32), "at": is_instant, "body": member(BODY_OF_ENTRY), "salt": is_hash},
)
IS_PARAMETERS = list_of(
    member({"sequence": number(0, LARGEST), "statement": is_object, "recipients": list_of(is_object, most=16)}),
    least=1,
    most=1000,
)
_IS_DOCUMENT_ROW = member({"kind": is_text, "name": is_text, "sha256": is_hash})
IS_DOCUMENT = member(
    {
        "documents": list_of(_IS_DOCUMENT_ROW),
        "scheme": is_object,
        "ceiling_yuan": either(_is_null, is_text),
        "price_kind": is_text,
        "duration_days": either(_is_null, number(0, LARGEST)),
    }
)
EVIDENCE = {
    "index": number(0, 1 << 32),
    "at": is_instant,
    "leaf": is_hash,
    "body": member(BODY_OF_ENTRY),
    "salt": is_hash,
    "size": number(1, 1 << 32),
    "path": list_of(is_hash, most=64),
    "checkpoint": is_note,
}
IS_EVIDENCE = member(EVIDENCE)
IS_RECEIPT = member({"statement": is_object, "evidence": IS_EVIDENCE})
_IS_RELEASE = member(
    {
        "group": is_text,
        "index": number(1, 255),
        "kid": is_hash,
        "share": octets(32, 32),
        "matches": _is_flag,
        "statement": either(_is_null, is_object),
    }
)
IS_SHARES = member({"releases": list_of(_IS_RELEASE, most=1000), "refusals": list_of(is_object, most=1000)})


def bid_member(bid_digest: str, name: str) -> str:
    """Return the name of one bid's member."""
    return f"bids/{bid_digest}/{name}"


def parsed_bid_member(name: str) -> tuple[str, str] | None:
    """Return digest and kind of a bid's member; None for another name."""
    found = _BID_MEMBER.match(name)
    return (found[1], found[2]) if found else None


def known_member(name: str, variant: str) -> bool:
    """Whether a bundle of this variant may have such a member beside `bundle.json`."""
    bid = parsed_bid_member(name)
    return name in ONCE or (bid is not None and bid[1] in BID_MEMBERS.get(variant, ()))


def signed_text(body: Mapping[str, Any]) -> str:
    """Return the text that the log's key signs: it names the lot and the hash of the canonical body."""
    digest = hashlib.sha256(canonical.dumps(dict(body))).hexdigest()
    return TEXT.format(lot=body["lot"], digest=digest)


def note_holds(note: str, body: Mapping[str, Any]) -> bool:
    """Whether the note is the log's signature (the key is the one that the body names) over this very body."""
    try:
        name, public = notes.parsed_key(body["log_key"])
        return notes.verified_text(note, name, public) == signed_text(body)
    except notes.BadNote:
        return False


def lines(rows: Sequence[Any]) -> bytes:
    """Return rows as canonical JSON, one a line."""
    return b"".join(canonical.dumps(row) + b"\n" for row in rows)
