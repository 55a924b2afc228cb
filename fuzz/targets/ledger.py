"""What a stranger keeps of the ledger: receipts, signed notes, checkpoints, cosignatures, pinned keys, proofs."""

import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fuzz import Target, demand
from ledger import canonical, cosignatures, entries, notes, tree
from ledger.compact import MARK, expanded
from ledger.offline import Pinned, Unreadable, read_receipt, verify_receipt

LOG, WITNESS = "log.example", "witness.example"
AT = datetime(2030, 1, 1, tzinfo=UTC)
SIZE = 7
_KEY, _OWN = (Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2))
LOG_KEY = notes.verifier_key(LOG, notes.public_bytes(_KEY.public_key()))
WITNESS_KEY = cosignatures.verifier_key(WITNESS, _OWN)
PINNED = Pinned(LOG_KEY, (WITNESS_KEY,))
SUFFIX = {"sha256": "", "sm3": "_sm3"}


def _body(index: int) -> dict[str, Any]:
    personal = {"actor": entries.personal_hash("ab" * 32, "someone")}
    return {"kind": "bid.received", "lot": "L-1", "role": "bidder", "payload": {"n": index}, "personal": personal}


def _salt(index: int) -> str:
    return f"{index:064x}"


@cache
def _leaves() -> dict[str, list[bytes]]:
    """Hash → the leaves of a log of seven entries."""
    return {
        name: [
            bytes.fromhex(entries.leaf(index, AT, entries.body_hash(_salt(index), _body(index), hashed), hashed))
            for index in range(SIZE)
        ]
        for name, hashed in tree.HASHES.items()
    }


@cache
def checkpoint() -> notes.Checkpoint:
    """Return the head of that log."""
    roots = {name: tree.root(leaves, tree.HASHES[name]) for name, leaves in _leaves().items()}
    return notes.Checkpoint(LOG, SIZE, roots["sha256"], roots["sm3"])


@cache
def _note() -> str:
    return notes.signed(checkpoint().text, LOG, _KEY)


@cache
def _cosignature() -> str:
    return cosignatures.cosigned(checkpoint().text, WITNESS, _OWN, AT)


@cache
def _receipts() -> list[bytes]:
    found = []
    for index in (0, 3, 6):
        told: dict[str, Any] = {
            "v": 1, "index": index, "size": SIZE, "at": canonical.instant(AT), "salt": _salt(index),
            "body": _body(index),
            "revealed": {"actor": {"salt": "ab" * 32, "value": "someone"}}, "checkpoint": _note(),
            "cosignatures": [_cosignature()], "timestamps": [],
        }  # fmt: skip
        for name, leaves in _leaves().items():
            path = tree.inclusion_path(leaves, index, tree.HASHES[name])
            told |= {f"leaf{SUFFIX[name]}": leaves[index].hex(), f"path{SUFFIX[name]}": [node.hex() for node in path]}
        found.append(canonical.canonical(canonical.plain(told)))
    return found


@cache
def _signed_receipts() -> list[bytes]:
    """The last of them as a bidder's file, beside what the platform signed; the ledger judges its form only."""
    body = {"bid_digest": "cd" * 32, "size": 7, "received_at": canonical.instant(AT)}
    statement: dict[str, Any] = {"suite": "INTL-1", "kind": "bid.receipt", "body": body}
    statement |= {"signature": "AAAA", "certificates": ["AAAA"]}
    return [canonical.canonical({"statement": statement, "evidence": json.loads(_receipts()[-1])})]


def check_receipt(data: bytes) -> None:
    """Verifying never raises; a receipt that is good says of its entry what the log says, and is read in one form."""
    try:
        receipt = read_receipt(data)
    except Unreadable:
        return
    signed = {name: receipt[name] for name in ("statement",) if name in receipt}
    entry = {name: value for name, value in receipt.items() if name not in signed}
    whole = json.loads(expanded(data.decode("ascii").rstrip("\r\n")) if data.startswith(MARK.encode()) else data)
    demand(whole == ({**signed, "evidence": entry} if signed else entry), "a receipt has a second form")
    verdict = verify_receipt(receipt, PINNED)
    if verdict.good:
        known = [json.loads(seed) for seed in _receipts()]
        told = ("index", "at", "leaf", "leaf_sm3", "body", "salt", "path", "path_sm3", "size")
        same = [all(receipt[name] == one[name] for name in told) for one in known]
        demand(any(same), "a receipt that the log never gave is good")


def check_note(data: bytes) -> None:
    """A note that verifies has the text that was signed, and the log's signature in its one spelling."""
    name, public = notes.parsed_key(LOG_KEY)
    try:
        text = data.decode()
        found = notes.verified_checkpoint(text, name, public)
    except (UnicodeDecodeError, notes.BadNote):
        return
    demand(found == checkpoint(), "a checkpoint that nobody signed verifies")
    demand(notes.parsed_checkpoint(found.text) == found, "a checkpoint does not survive a round")
    demand(_note().splitlines()[-1] in text.split("\n"), "a signature has two spellings")


def check_checkpoint_text(data: bytes) -> None:
    """An accepted text is the one form of its checkpoint."""
    try:
        text = data.decode()
        found = notes.parsed_checkpoint(text)
    except (UnicodeDecodeError, notes.BadNote):
        return
    demand(found.text == text, "a checkpoint has two forms")


def check_cosignature(data: bytes) -> None:
    """A cosignature line that verifies says when the witness signed."""
    try:
        line = data.decode()
        found = cosignatures.verified(line, checkpoint().text, WITNESS_KEY)
    except (UnicodeDecodeError, notes.BadNote):
        return
    demand(found.at == AT, "a cosignature of another time verifies")
    demand(line == _cosignature(), "a cosignature has two spellings")


def check_verifier_key(data: bytes) -> None:
    """An accepted key is written again with the same text."""
    for algorithm in (notes.ED25519, cosignatures.COSIGNATURE):
        try:
            text = data.decode()
            name, public = notes.parsed_key(text, algorithm)
        except (UnicodeDecodeError, notes.BadNote):
            continue
        demand(notes.verifier_key(name, public, algorithm) == text, "a pinned key has two forms")


def check_proof(data: bytes) -> None:
    """First byte an index, then nodes of 32 bytes: only the true path leads to the root, of either kind of proof."""
    path = [data[at : at + 32] for at in range(1, len(data), 32)]
    index = data[0] if data else 0
    for name, leaves in _leaves().items():
        hashed = tree.HASHES[name]
        root = tree.root(leaves, hashed)
        for leaf in set(leaves):
            if tree.included(leaf, index, SIZE, path=path, root=root, hashed=hashed):
                true = index < SIZE and leaf == leaves[index] and path == tree.inclusion_path(leaves, index, hashed)
                demand(true, "a forged inclusion proof is accepted")
        first = tree.root(leaves[:index], hashed) if index <= SIZE else bytes(32)
        if index and tree.consistent((index, first), (SIZE, root), path, hashed):
            demand(path == tree.consistency_path(leaves, index, hashed), "a forged consistency proof is accepted")


def _proofs() -> list[bytes]:
    leaves = _leaves()["sha256"]
    inclusion = [bytes([index]) + b"".join(tree.inclusion_path(leaves, index)) for index in range(SIZE)]
    return inclusion + [bytes([size]) + b"".join(tree.consistency_path(leaves, size)) for size in range(1, SIZE)]


TARGETS = (
    Target("receipt", lambda: [*_receipts(), *_signed_receipts()], check_receipt, "json"),
    Target("signed-note", lambda: [_note().encode()], check_note),
    Target("checkpoint", lambda: [checkpoint().text.encode()], check_checkpoint_text),
    Target("cosignature", lambda: [_cosignature().encode()], check_cosignature),
    Target("verifier-key", lambda: [LOG_KEY.encode(), WITNESS_KEY.encode()], check_verifier_key),
    Target("proof", _proofs, check_proof, most=1 << 11),
)
