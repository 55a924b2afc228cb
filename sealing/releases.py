"""What custodians sign: releases of shares, refusals with a reason, and that a key was destroyed. Pure.

Unsigned ones are not stored.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sealing.canonical import LARGEST, Json
from sealing.checks import refuse
from sealing.fields import (
    Form,
    check_fields,
    format_time,
    is_code,
    is_hash,
    is_object,
    is_text,
    is_time,
    number,
    one,
    parse_time,
)
from sealing.header import Header
from sealing.keys import PublicKeys
from sealing.shares import FIELDS as SHARE_FIELDS
from sealing.shares import Share, check_share, read_share
from sealing.statements import Signer, sign_statement, verify_statement
from suites import Reason, Refused

RELEASED, REFUSED, DESTROYED = "share.released", "share.refused", "custodian.key_destroyed"
_HEAD = {"size": number(0, LARGEST), "root": is_hash}
_RELEASED = SHARE_FIELDS | {"ledger_head": is_object, "at": is_time}
_REFUSED = {
    "v": one,
    "bid_digest": is_hash,
    "kid": is_hash,
    "reason": is_text,
    "ledger_head": is_object,
    "at": is_time,
}


_DESTROYED = {
    "v": one,
    "kid": is_hash,
    "organisation": is_code,
    "reason": is_text,
    "ledger_head": is_object,
    "at": is_time,
}


class LedgerHead(NamedTuple):
    """The ledger as the custodian saw it: number of entries, and root in hex."""

    size: int
    root: str


class Release(NamedTuple):
    """A verified release."""

    share: Share
    ledger_head: LedgerHead
    at: datetime


class Refusal(NamedTuple):
    """A verified refusal; digests are hex."""

    bid_digest: str
    kid: str
    reason: str
    ledger_head: LedgerHead
    at: datetime


class Destruction(NamedTuple):
    """A verified statement that a custodian's key was destroyed."""

    kid: str
    organisation: str
    reason: str
    ledger_head: LedgerHead
    at: datetime


def sign_release(signer: Signer, share: Share, *, ledger_head: LedgerHead, at: datetime) -> dict[str, Json]:
    """Return the signed release of a share."""
    body = share.body() | {"ledger_head": ledger_head._asdict(), "at": format_time(at)}
    return sign_statement(signer, RELEASED, body)


def sign_refusal(
    signer: Signer, bid_digest: str, kid: str, *, reason: str, ledger_head: LedgerHead, at: datetime
) -> dict[str, Json]:
    """Return the signed refusal to release; `reason` is 1 … 2,000 characters."""
    body = {"v": 1, "bid_digest": bid_digest, "kid": kid, "reason": reason}
    return sign_statement(signer, REFUSED, body | {"ledger_head": ledger_head._asdict(), "at": format_time(at)})


def sign_destruction(
    signer: Signer, *, kid: str, organisation: str, reason: str, ledger_head: LedgerHead, at: datetime
) -> dict[str, Json]:
    """Return the statement that a key is destroyed, signed by its sign key just before that goes too."""
    body = {"v": 1, "kid": kid, "organisation": organisation, "reason": reason}
    return sign_statement(signer, DESTROYED, body | {"ledger_head": ledger_head._asdict(), "at": format_time(at)})


def verify_release(
    statement: Json, *, header: Header, bid_digest: str, holder: PublicKeys, roots: list[bytes] | None = None
) -> Release:
    """Return a release that is of this bid, matches its commitment and is signed by the holder of the kid.

    With pinned roots the certificate's path is judged at the statement's own instant.

    :raises Refused: `statement`, `certificates`, `path`, `validity`, `share_binding`, `share_commitment`
    """
    body = _verified(statement, RELEASED, _RELEASED, holder=holder, roots=roots)
    share = read_share({name: body[name] for name in SHARE_FIELDS})
    refuse(check_share(header, bid_digest, share))
    return Release(share, LedgerHead(**body["ledger_head"]), parse_time(body["at"]))


def verify_refusal(statement: Json, *, holder: PublicKeys, roots: list[bytes] | None = None) -> Refusal:
    """Return a refusal that is signed by the holder of the kid.

    :raises Refused: `statement`, `certificates`, `path`, `validity`
    """
    body = _verified(statement, REFUSED, _REFUSED, holder=holder, roots=roots)
    head = LedgerHead(**body["ledger_head"])
    return Refusal(body["bid_digest"], body["kid"], body["reason"], head, parse_time(body["at"]))


def verify_destruction(statement: Json, *, holder: PublicKeys) -> Destruction:
    """Return the statement that the holder's key was destroyed, signed by the holder.

    No path is judged: keys outlive their certificates by the years of retention, and `holder` was certified.

    :raises Refused: `statement`, `certificates`
    """
    body = _verified(statement, DESTROYED, _DESTROYED, holder=holder, roots=None)
    if body["organisation"] != holder.organisation:
        raise Refused([Reason("statement", "the key is of another organisation")])
    head = LedgerHead(**body["ledger_head"])
    return Destruction(body["kid"], body["organisation"], body["reason"], head, parse_time(body["at"]))


def _verified(
    statement: Json, kind: str, table: Mapping[str, Form], *, holder: PublicKeys, roots: list[bytes] | None
) -> dict[str, Json]:
    verified = verify_statement(statement, kind)
    found = check_fields("statement", kind, verified.body, table)
    if not found:
        found = check_fields("statement", "ledger_head", verified.body["ledger_head"], _HEAD)
    if not found and (verified.body["kid"] != holder.kid or verified.signer.public != holder.sign_public):
        found = [Reason("statement", f"{kind} is not signed by the holder of the key it names")]
    if found:
        raise Refused(found)
    if roots is not None:
        verify_statement(statement, kind, roots=roots, at=parse_time(verified.body["at"]))
    return verified.body
