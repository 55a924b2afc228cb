"""JSON that people and machines hand over: tenders, packages, keys, shares, statements, what a custodian is sent."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from unittest import mock

import sealing.keys
from fuzz import Target, demand
from fuzz.corpus import keys, parts, root, sealed, vectors
from sealing import canonical
from sealing.canonical import NotCanonical
from sealing.header import parse_header
from sealing.keys import check_public_path, key_body, read_keys, read_public
from sealing.packages import read_package
from sealing.parameters import verify_parameters
from sealing.release import release_share
from sealing.release_rule import may_release
from sealing.releases import (
    LedgerHead,
    sign_destruction,
    sign_refusal,
    sign_release,
    verify_destruction,
    verify_refusal,
    verify_release,
)
from sealing.shares import dumps, read_share
from sealing.tender import check_tender, read_tender, write_tender
from sealing.trailer import Detached, parse_trailer
from sealing.withdrawals import sign_withdrawal, verify_withdrawal
from suites import Refused
from suites.certificates import to_pem

AT = datetime(2030, 1, 1, tzinfo=UTC)
LATER = AT + timedelta(days=1)
HEAD = LedgerHead(12, "cd" * 32)
WORD = "open sesame"


def value_of(data: bytes) -> Any:
    """Return the JSON value, None where the bytes are refused."""
    try:
        return canonical.loads(data)
    except NotCanonical:
        return None


def _tender_body() -> dict[str, Any]:
    found: dict[str, Any] = vectors()["tender-accepted"]["tender"]
    return found


def check_tender_file(data: bytes) -> None:
    """An accepted tender survives a round; under a pinned root it is the one that the agency signed."""
    body = value_of(data)
    try:
        tender = read_tender(body)
    except Refused:
        return
    demand(read_tender(write_tender(tender)) == tender, "a tender does not survive a round")
    own = keys("tender-accepted")
    if check_tender(tender, own.public, roots=root()) == []:
        signed = read_tender(_tender_body())
        free = {name: getattr(tender, name) for name in ("envelope", "sequence")}
        same = {name: getattr(signed, name) for name in vars(signed) if name not in {*free, "recipients", "parameters"}}
        demand(all(getattr(tender, name) == value for name, value in same.items()), "an unsigned tender is accepted")
        used = {kid for group in tender.groups for kid in group.recipients}
        demand(used == {kid for group in signed.groups for kid in group.recipients}, "another recipient is accepted")


def _package() -> dict[str, Any]:
    body = _tender_body()
    said = {name: body[name] for name in ("tender", "lot", "document_hash", "deadline", "suite", "parameters")}
    custodians = body["recipients"][1:]
    pem = to_pem(root()[0]).decode()
    more = {"envelope": "whole", "sequence": 1, "bidder": body["bidder"]}
    return said | more | {"recipients": custodians, "root": pem, "crls": []}


def check_package(data: bytes) -> None:
    """An accepted package carries the statement that was signed, and gives the tender of that statement."""
    try:
        package = read_package(value_of(data))
    except Refused:
        return
    own = keys("tender-accepted").public
    try:
        tender = package.tender_for(own)
    except Refused:
        return
    if check_tender(tender, own, roots=root()) == []:
        demand(package.statement["body"] == _tender_body()["parameters"]["body"], "an unsigned statement is accepted")


def _cheap(passphrase: str, salt: bytes, rounds: int) -> bytes:
    """In place of 600,000 rounds, which would leave no run per second."""
    return hashlib.sha256(f"{passphrase}{rounds}".encode() + salt).digest()


def _cheaply() -> Any:
    """Stretch passphrases cheaply within this block, and only there: tests run targets beside others."""
    return mock.patch.object(sealing.keys, "_stretch", _cheap)


@cache
def _key_files() -> list[bytes]:
    own = keys("release-bidder")
    with _cheaply():
        return [canonical.dumps(key_body(own)), canonical.dumps(key_body(own, passphrase=WORD))]


def check_key_file(data: bytes) -> None:
    """An accepted key file holds pairs that belong together, those that were made."""
    try:
        with _cheaply():
            found = read_keys(value_of(data), passphrase=WORD)
    except Refused:
        return
    own = keys("release-bidder")
    demand(found.seal_private == own.seal_private and found.sign_private == own.sign_private, "another key is accepted")
    demand(found.public.kid == own.kid, "another public half is accepted")


def check_pub(data: bytes) -> None:
    """A `.pub` that leads to the pinned root is one that was certified, in every member."""
    body = value_of(data)
    try:
        found = read_public(body)
    except Refused:
        return
    demand(read_public(found.body()) == found, "a public key does not survive a round")
    if check_public_path(found, root(), AT) == []:
        known = {(row["kid"], row["organisation"], *row["certificates"]) for row in _tender_body()["recipients"]}
        told = found.body()
        demand((told["kid"], told["organisation"], *told["certificates"]) in known, "a key that nobody certified")


def check_share_file(data: bytes) -> None:
    """An accepted share is written again with the same value."""
    body = value_of(data)
    try:
        share = read_share(body)
    except Refused:
        return
    demand(canonical.loads(dumps(share)) == body, "a share does not survive a round")


@cache
def _bid() -> Detached:
    header, _, trailer = parts(base64.b64decode(vectors()["release-custodian"]["file"]))
    return Detached(parse_header(header), parse_trailer(trailer))


@cache
def _statements() -> list[bytes]:
    holder, bid = keys("release-custodian"), _bid()
    share = release_share(bid.header, bid.bid_digest, holder)
    organisation, kid = holder.public.organisation, holder.kid
    rows = [
        sign_release(holder, share, ledger_head=HEAD, at=AT),
        sign_refusal(holder, bid.bid_digest, kid, reason="clock", ledger_head=HEAD, at=AT),
        sign_destruction(holder, kid=kid, organisation=organisation, reason="kept long", ledger_head=HEAD, at=AT),
        sign_withdrawal(holder, lot=bid.header.binding.lot, bid_digest=bid.bid_digest),
        _tender_body()["parameters"],
    ]
    return [canonical.dumps(row) for row in rows]


def check_statement(data: bytes) -> None:
    """An accepted statement says what was signed: kind, body, and whose certificate."""
    body, bid, holder = value_of(data), _bid(), keys("release-custodian").public
    own = {"lot": bid.header.binding.lot, "bid_digest": bid.bid_digest, "suite": holder.suite.name}
    judges = (
        lambda: verify_release(body, header=bid.header, bid_digest=bid.bid_digest, holder=holder, roots=root()),
        lambda: verify_refusal(body, holder=holder, roots=root()),
        lambda: verify_destruction(body, holder=holder),
        lambda: verify_withdrawal(body, **own, bidder=holder.organisation, roots=root(), at=AT),
        lambda: verify_parameters(body, roots=root(), at=AT),
    )
    known = [(row["kind"], row["body"]) for row in map(canonical.loads, _statements())]
    for judge in judges:
        try:
            judge()
        except Refused:
            continue
        demand((body["kind"], body["body"]) in known, "a statement that nobody signed is accepted")


def _told() -> list[bytes]:
    """What a custodian is sent: a closing entry and the lot's entries, with which it may release."""
    bid = _bid()
    binding = bid.header.binding.body()
    row = {"bid_digest": bid.bid_digest, "sequence": binding["sequence"], "state": "received"}
    payload = {"lot": binding["lot"], "deadline": binding["deadline"], "bids": [row]}
    closing = {"kind": "lot.closed", "lot": binding["lot"], "payload": payload, "at": "2030-01-01T00:00:01Z"}
    ended = {"kind": "opening.window_ended", "payload": {}, "at": "2030-01-01T00:30:00Z"}
    announced = {"kind": "lot.announced", "payload": {"parameters": _tender_body()["parameters"]}}
    postponed = {"kind": "lot.postponed", "payload": {"parameters": _tender_body()["parameters"]}}
    halts = [{"kind": "lot.suspended", "payload": {}}, {"kind": "lot.resumed", "payload": {}}]
    rescue = {"kind": "opening.rescue_asked", "payload": {"bid_digest": bid.bid_digest}}
    return [
        canonical.dumps({"closing": closing, "entries": entries})
        for entries in ([ended], [announced, *halts, postponed, ended], [rescue])
    ]


def check_closing(data: bytes) -> None:
    """Whatever a custodian is sent, it judges; it releases only a bid that stands in the closing set as received."""
    body = value_of(data)
    if not isinstance(body, dict) or not isinstance(body.get("entries"), list):
        return
    closing, bid = body.get("closing"), _bid()
    entries = [entry for entry in body["entries"] if isinstance(entry, dict)]
    told = closing if isinstance(closing, dict) else None
    if may_release(bid, told, entries, own_now=LATER, skew=timedelta(seconds=5), roots=root()) == []:
        rows = told["payload"]["bids"] if told else []
        demand(
            [row["state"] for row in rows if row["bid_digest"] == bid.bid_digest] == ["received"],
            "a bid outside the closing set is released",
        )
        demand(not any(entry.get("kind") == "lot.terminated" for entry in entries), "a terminated lot is released")


def _pubs() -> list[bytes]:
    return [canonical.dumps(row) for row in _tender_body()["recipients"]]


TARGETS = (
    Target("tender", lambda: [canonical.dumps(_tender_body())], check_tender_file, "json"),
    Target("package", lambda: [canonical.dumps(_package())], check_package, "json"),
    Target("key-file", _key_files, check_key_file, "json"),
    Target("pub", _pubs, check_pub, "json"),
    Target("share", lambda: [dumps(share) for seed in sealed() for share in seed.shares], check_share_file, "json"),
    Target("statement", _statements, check_statement, "json"),
    Target("closing-entry", _told, check_closing, "json"),
)
