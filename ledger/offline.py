"""Verifying a receipt with nothing but itself and pinned keys: no Django, no database, no network, no clock.

It reports every fault and never raises for what it reads; what it was not given a key for, it says was not checked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ledger import cosignatures, entries, notes, tree
from ledger.canonical import NotCanonical, canonical, plain
from ledger.compact import MARK, expanded
from suites.base64_text import from_base64

TEXTS = ("at", "leaf", "leaf_sm3", "salt", "checkpoint")
LISTS = ("path", "path_sm3", "cosignatures", "timestamps")
HASHES = ("leaf", "leaf_sm3", "salt", "path", "path_sm3")  # one hash, or a list of them
FIELDS = frozenset({"v", "index", "size", "body", "revealed", *TEXTS, *LISTS})
STATEMENT = "statement"  # what the platform signed of the entry, in a bid's receipt
STATED = frozenset({"suite", "kind", "body", "signature", "certificates"})
BODY = frozenset({"kind", "lot", "role", "payload", "personal"})
MOST_BYTES = 1 << 20
_HASH = re.compile(r"[0-9a-f]{64}\Z")


@dataclass(frozen=True)
class Pinned:
    """What the reader holds already: the log's key, keys of witnesses, roots of timestamp authorities (PEM)."""

    log_key: str
    witnesses: Sequence[str] = ()
    roots: Sequence[bytes] = ()


@dataclass
class Verdict:
    """Every fault, and what could be established: `facts` name → words."""

    faults: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        return not self.faults


class Unreadable(ValueError):
    """No receipt at all."""


def read_receipt(raw: bytes) -> dict[str, Any]:
    """Return a receipt out of a file: the ledger's own, the text of its QR code, or a bid's receipt with it inside.

    Of a bid's receipt the platform's signed statement is kept beside the entry, as `statement`: in form only, since
    whose signature it bears and what it must say is for those to judge who know statements and bids.

    :raises Unreadable: too long, not JSON, a field doubled, missing or not known, or another type
    """
    if len(raw) > MOST_BYTES:
        raise Unreadable(f"longer than {MOST_BYTES} bytes")
    try:
        whole = expanded(raw.decode("ascii").rstrip("\r\n")) if raw.startswith(MARK.encode()) else raw
        found = json.loads(whole, object_pairs_hook=_once)
        plain(found)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"not canonical JSON: {error}") from error
    signed = {}
    if isinstance(found, dict) and set(found) == {STATEMENT, "evidence"}:
        signed, found = {STATEMENT: found[STATEMENT]}, found["evidence"]
    if isinstance(found, dict) and STATEMENT in found:
        raise Unreadable("a statement stands beside the evidence, not within")  # one form only
    receipt = {**found, **signed} if isinstance(found, dict) else found
    _check_form(receipt)
    return dict(receipt)


def verify_receipt(receipt: Mapping[str, Any], pinned: Pinned) -> Verdict:
    """Return what a receipt proves: its entry stands in the log that the pinned key signed, as its body says.

    The receipt has the form of `read_receipt`; one that has not is a fault.
    """
    verdict = Verdict()
    try:
        _check_form(receipt)
        signed = _check_checkpoint(receipt, pinned, verdict)
        for name in tree.HASHES:
            _check_tree(receipt, signed, name, verdict)
        _check_personal(receipt, verdict)
        if signed is not None:
            _check_witnesses(receipt, signed.text, pinned, verdict)
            _check_timestamps(receipt, signed.text, pinned, verdict)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        verdict.faults.append(f"form: {error}")
    verdict.facts |= {name: receipt.get(name) for name in ("index", "at", "leaf")}
    if STATEMENT in receipt:
        verdict.facts["statement_checked"] = False  # `python -m verifier --receipt` and the evidence page do
    return verdict


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotCanonical("a field stands twice")
    return found


def _check_form(receipt: Any) -> None:
    if not isinstance(receipt, Mapping) or set(receipt) - {STATEMENT} != FIELDS:
        strange = sorted(set(receipt) - {STATEMENT} ^ FIELDS) if isinstance(receipt, Mapping) else "no object"
        raise Unreadable(f"not the fields of a receipt: {strange}")
    wrong = [name for name in TEXTS if not isinstance(receipt[name], str)]
    wrong += [name for name in ("v", "index", "size") if type(receipt[name]) is not int]
    for name in LISTS:
        listed = receipt[name]
        if not isinstance(listed, list) or not all(isinstance(item, str) for item in listed):
            wrong.append(name)
    wrong += [name for name in HASHES if name not in wrong and not all(map(_is_hash, _listed(receipt[name])))]
    body, revealed = receipt["body"], receipt["revealed"]
    if not isinstance(body, Mapping) or set(body) != BODY or not isinstance(body["personal"], Mapping):
        wrong.append("body")
    if not isinstance(revealed, Mapping) or not all(map(_is_revealed, revealed.values())):
        wrong.append("revealed")
    if STATEMENT in receipt and not _is_statement(receipt[STATEMENT]):
        wrong.append(STATEMENT)
    if wrong or receipt["v"] != 1:
        raise Unreadable(f"fields of another form: {', '.join(wrong) or 'v'}")


def _listed(told: str | list[str]) -> list[str]:
    return [told] if isinstance(told, str) else told


def _is_hash(told: object) -> bool:
    """32 bytes in lower-case hex: `bytes.fromhex` would read capitals and blanks too, a second form of one receipt."""
    return isinstance(told, str) and _HASH.match(told) is not None


def _is_revealed(told: object) -> bool:
    if not isinstance(told, Mapping) or set(told) != {"salt", "value"}:
        return False
    return _is_hash(told["salt"]) and isinstance(told["value"], str)


def _is_statement(told: object) -> bool:
    return isinstance(told, Mapping) and set(told) == STATED and isinstance(told["body"], Mapping)


def _check_checkpoint(receipt: Mapping[str, Any], pinned: Pinned, verdict: Verdict) -> notes.Checkpoint | None:
    try:
        name, public = notes.parsed_key(pinned.log_key)
        signed = notes.verified_checkpoint(receipt["checkpoint"], name, public)
    except notes.BadNote as error:
        verdict.faults.append(f"checkpoint: {error}")
        return None
    if signed.size != receipt["size"]:
        verdict.faults.append("checkpoint: signs another size than the proofs are for")
    if signed.origin != name:
        verdict.faults.append("checkpoint: signs the head of another log")
    verdict.facts |= {"origin": signed.origin, "size": signed.size, "root": signed.root.hex()}
    return signed


def _check_tree(receipt: Mapping[str, Any], signed: notes.Checkpoint | None, name: str, verdict: Verdict) -> None:
    """Recompute the leaf from the body, then the root from leaf and path, under one hash."""
    suffix, hashed = {"sha256": ("", tree.sha256), "sm3": ("_sm3", tree.sm3)}[name]
    face = _face(receipt, hashed)
    leaf = tree.leaf_hash(face, hashed)
    if leaf.hex() != receipt[f"leaf{suffix}"]:
        verdict.faults.append(f"leaf ({name}): body, salt, time and index do not give it")
    if signed is None:
        return
    root = {"sha256": signed.root, "sm3": signed.root_sm3}[name]
    if not root:
        verdict.facts[f"{name}_checked"] = False  # a checkpoint from before the second tree
        return
    path = [bytes.fromhex(node) for node in receipt[f"path{suffix}"]]
    if not tree.included(leaf, receipt["index"], signed.size, path=path, root=root, hashed=hashed):
        verdict.faults.append(f"inclusion ({name}): the path does not lead from the leaf to the signed root")


def _face(receipt: Mapping[str, Any], hashed: tree.Hash) -> bytes:
    body = entries.body_hash(receipt["salt"], receipt["body"], hashed)
    return canonical({"index": receipt["index"], "at": receipt["at"], "body_hash": body})


def _check_personal(receipt: Mapping[str, Any], verdict: Verdict) -> None:
    for name, told in receipt["revealed"].items():
        if receipt["body"]["personal"].get(name) != entries.personal_hash(told["salt"], told["value"]):
            verdict.faults.append(f"personal: the value of {name} is not the one in the entry")


def _check_witnesses(receipt: Mapping[str, Any], text: str, pinned: Pinned, verdict: Verdict) -> None:
    """A cosignature that carries a pinned witness's name must be right; missing ones are told, not a fault."""
    seen = []
    for verifier in pinned.witnesses:
        name, _ = notes.parsed_key(verifier, cosignatures.COSIGNATURE)
        for line in (line for line in receipt["cosignatures"] if line.startswith(f"— {name} ")):
            try:
                seen.append(cosignatures.verified(line, text, verifier))
            except notes.BadNote as error:
                verdict.faults.append(f"witness {name}: {error}")
    verdict.facts["witnesses"] = {one.name: one.at.isoformat() for one in seen}
    verdict.facts["cosignatures_not_checked"] = len(receipt["cosignatures"]) - len(seen)


def _check_timestamps(receipt: Mapping[str, Any], text: str, pinned: Pinned, verdict: Verdict) -> None:
    times = []
    for number, encoded in enumerate(receipt["timestamps"]) if pinned.roots else ():
        try:
            times.append(_stamped_at(from_base64(encoded), text, pinned.roots).isoformat())
        except ValueError as error:
            verdict.faults.append(f"timestamp {number}: {error}")
    verdict.facts |= {"timestamps": times, "timestamps_not_checked": len(receipt["timestamps"]) - len(times)}


def _stamped_at(token: bytes, text: str, roots: Sequence[bytes]) -> datetime:
    import timestamps  # only where a root is pinned

    try:
        check: Callable[..., datetime] = timestamps.verify
        return check(token, text.encode(), roots=list(roots))
    except timestamps.TimestampInvalid as error:
        raise ValueError(str(error)) from error
