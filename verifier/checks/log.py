"""The log: its key, its tree, its signed heads, the lot's entries in it, and what others say they saw of it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from ledger import entries, notes, tree
from ledger.cosignatures import COSIGNATURE, verified
from ledger.kinds import KINDS, Visibility
from ledger.notes import BadNote
from ledger.offline import Pinned, verify_receipt
from suites.base64_text import from_base64
from tendering.bundle import form
from verifier.case import Case, note_size
from verifier.checks.own import Own, held_receipts
from verifier.evidence import LedgerEntry
from verifier.outcome import Finding, judged, not_applicable, printable, short


def log_key(case: Case) -> Finding:
    """The log's key is the one that the reader pinned."""
    told = str(case.evidence.body["log_key"])
    if not case.brought.log_key:
        return not_applicable(f"log key not pinned; the bundle names {told}")
    wrong = [] if case.brought.log_key == told else [f"the bundle names another log key: {told}"]
    return judged(wrong, f"the pinned key {told}")


def checkpoints(case: Case) -> Finding:
    """Every checkpoint is signed by the log over the root of the leaves: one history, each head extends the last."""
    evidence = case.evidence
    rows, size = evidence.checkpoints, evidence.body["size"]
    wrong = [reason for row in rows for reason in _note_reasons(case, row["note"], row["size"])]
    sizes = [row["size"] for row in rows]
    if sizes != sorted(set(sizes)) or not sizes or sizes[-1] != size:
        wrong.append(f"the checkpoints do not lead up to the log's size {size}")
    wrong += _leaves_reasons(case)
    return judged(wrong, f"{len(rows)} checkpoints over {size} leaves")


def _leaves_reasons(case: Case) -> list[str]:
    wanted = case.evidence.body["size"] * form.LEAF
    sizes = {name: case.evidence.archive.members[name].entry.size for name in form.LEAVES.values()}
    return [f"{name} has {found} bytes, not {wanted}" for name, found in sizes.items() if found != wanted]


def _note_reasons(case: Case, note: str, size: int) -> list[str]:
    """Hold a signed head against the leaves."""
    try:
        name, public = notes.parsed_key(case.evidence.body["log_key"])
        signed = notes.verified_checkpoint(note, name, public)
    except BadNote as error:
        return [f"checkpoint {size}: {error}"]
    if signed.origin != name or signed.size != size:
        return [f"checkpoint {size}: it is of {signed.origin} and size {signed.size}"]
    if size > case.evidence.body["size"]:
        return [f"checkpoint {size}: the log in this bundle has only {case.evidence.body['size']} entries"]
    signs = {"sha256": signed.root, "sm3": signed.root_sm3}
    wrong = [name for name, facts in case.trees.items() if facts.roots.get(size) != signs[name]]
    return [f"checkpoint {size}: it signs another {name} root than the leaves give" for name in wrong]


def lot_entries(case: Case) -> Finding:
    """Every entry of the lot hashes to the leaf at its place, is of this lot and of a kind that may be shown."""
    evidence = case.evidence
    wrong = [reason for entry in evidence.entries for reason in _entry_reasons(case, entry)]
    indexes = [entry.index for entry in evidence.entries]
    if indexes != sorted(set(indexes)):
        wrong.append("the entries are not in the order of the log, or one stands twice")
    return judged(wrong, f"{len(indexes)} entries")


def _entry_reasons(case: Case, entry: LedgerEntry) -> Iterator[str]:
    place = f"entry {entry.index} ({entry.kind})"
    if entry.body["lot"] != case.evidence.lot:
        yield f"{place} is of lot {entry.body['lot']}"
    if KINDS.get(entry.kind, Visibility.PERSONAL) is Visibility.PERSONAL:
        yield f"{place}: no such kind is ever shown"
    for name, facts in case.trees.items():
        hashed = tree.HASHES[name]
        leaf = entries.leaf(entry.index, entry.at, entries.body_hash(entry.salt, entry.body, hashed), hashed)
        if facts.leaves.get(entry.index) != bytes.fromhex(leaf):
            yield f"{place} does not hash to the {name} leaf at its place"


def heads_seen(case: Case) -> Finding:
    """Every head of the log that a custodian signed, or that entered a draw, is a head of this very log."""
    heads = case.claimed_heads()
    if not heads:
        return not_applicable("no custodian's statement and no draw names a head of the log")
    wrong = []
    for place, size, root in heads:
        found = case.log.roots.get(size)
        if found is None or found.hex() != root:
            wrong.append(f"{place} names the head {size}:{root[:16]}, which is not one of this log")
    return judged(wrong, f"{len(heads)} heads that others saw are heads of this log")


def kept_checkpoints(case: Case) -> Finding:
    """A checkpoint that the reader saved earlier is a head of this very log."""
    kept = case.brought.checkpoints
    if not kept:
        return not_applicable("no saved checkpoint was given (--checkpoint)")
    return judged((reason for note in kept for reason in _kept_reasons(case, note)), f"{len(kept)} saved checkpoints")


def _kept_reasons(case: Case, note: str) -> list[str]:
    size = note_size(note)
    return ["a saved checkpoint is none"] if size is None else _note_reasons(case, note, size)


def inclusion_reasons(case: Case, evidence: Mapping[str, Any], place: str) -> list[str]:
    """Hold a receipt's entry, path and head against each other and against this log."""
    body = entries.body_hash(evidence["salt"], evidence["body"])
    at = LedgerEntry(evidence["index"], evidence["at"], evidence["salt"], evidence["body"]).at
    leaf = bytes.fromhex(entries.leaf(evidence["index"], at, body))
    wrong = [] if leaf.hex() == evidence["leaf"] else [f"{place}: the entry does not hash to its leaf"]
    path = [bytes.fromhex(node) for node in evidence["path"]]
    size = evidence["size"]
    try:
        name, public = notes.parsed_key(case.evidence.body["log_key"])
        signed = notes.verified_checkpoint(evidence["checkpoint"], name, public)
    except BadNote as error:
        return [*wrong, f"{place}: {error}"]
    if signed.size != size or signed.origin != name:
        wrong.append(f"{place}: the head is of another size or log")
    if not tree.included(leaf, evidence["index"], size, path=path, root=signed.root):
        wrong.append(f"{place}: the entry is not in the tree that the head signs")
    if case.log.roots.get(size) != signed.root:
        wrong.append(f"{place}: its head is not one of this log")
    if case.log.leaves.get(evidence["index"]) != leaf:
        wrong.append(f"{place}: another entry stands at its place in this log")
    return wrong


def own_receipts(case: Case) -> Finding:
    """A receipt that the reader holds proves itself, is in this log as signed, and its bid was not ended by others.

    Who brings a receipt asks whether the bid counted. Replacing and withdrawing are the bidder's own acts. A withdrawal
    bears a signature, but whose bid it was the platform's receipts tell, and a replacement bears none of its own: there
    the check holds only by what the reader brings.
    """
    held = case.brought.receipts
    if not held:
        return not_applicable("no receipt of one's own was given (--receipt)")
    own = held_receipts(case)
    wrong = own.strangers() + [reason for one in held for reason in _held_reasons(case, one, own)]
    told = "; ".join(own.told(digest) for digest in own.digests)
    return judged(wrong, f"{len(held)} receipts of one's own: {told}")


def _held_reasons(case: Case, receipt: Mapping[str, Any], own: Own) -> list[str]:
    digest = str(receipt["body"]["payload"].get("bid_digest"))
    place = f"your receipt of {short(digest)}"
    pinned = Pinned(case.evidence.body["log_key"], case.brought.witnesses, case.brought.timestamp_roots)
    wrong = [f"{place}: {fault}" for fault in verify_receipt(receipt, pinned).faults]
    wrong += inclusion_reasons(case, receipt, place) if not wrong else []
    if receipt["body"]["lot"] != case.evidence.lot:
        wrong.append(f"{place}: it is of lot {receipt['body']['lot']}")
    if case.closing and all(row["bid_digest"] != digest for row in case.closing.payload["bids"]):
        wrong.append(f"{place}: the bid is missing from the closing set")
    return wrong + [f"{place}: {reason}" for reason in [*own.signed_reasons(receipt), *own.reasons(digest)]]


class Seen(NamedTuple):
    """A head that an outsider attested: whose word it is, of how many entries, when."""

    name: str
    size: int
    at: datetime


def witnesses(case: Case) -> Finding:
    """Every cosignature is a known witness's, over the checkpoint it stands at; every pinned one saw the closing."""
    evidence = case.evidence
    pinned = _by_name(case.brought.witnesses)
    keys = _by_name(evidence.witnesses) | pinned
    rows = [(row, line) for row in evidence.checkpoints for line in row["cosignatures"]]
    if not rows and not pinned:
        return not_applicable("no witness has cosigned a checkpoint of this bundle")
    wrong, seen = [], []
    for row, line in rows:
        name = [*line.split(" "), ""][1]
        try:
            one = verified(line, note_text(row["note"]), keys.get(name, ""))
            seen.append(Seen(one.name, row["size"], one.at))
        except BadNote as error:
            wrong.append(f"checkpoint {row['size']}: {error}")
    for name in sorted(pinned):
        short_of = _short_of(case, (one for one in seen if one.name == name))
        wrong += [f"the pinned witness {name} cosigned {reason}" for reason in short_of]
    names = sorted({one.name for one in seen})
    trusted = [one for one in seen if one.name in pinned or not pinned]
    strangers = [name for name in names if name not in pinned]
    unpinned = f"; not pinned (--witness): {', '.join(strangers)}" if strangers else ""
    told = f"{len(seen)} cosignatures by {printable(', '.join(names))}; {_reach(case, trusted)}"
    return judged(wrong, told + printable(unpinned))


def _by_name(witness_keys: Iterable[str]) -> dict[str, str]:
    return {notes.parsed_key(key, COSIGNATURE)[0]: key for key in witness_keys}


def _short_of(case: Case, seen: Iterable[Seen]) -> list[str]:
    """Return what a pinned outsider's attestations lack: without one of the closing every bid may be rewritten."""
    newest = max((one.size for one in seen), default=0)
    if not newest:
        return ["none of these checkpoints"]
    if case.closing is not None and newest <= case.closing.index:
        return [f"nothing behind entry {newest - 1}, and the lot's closing is entry {case.closing.index}"]
    return []


def _reach(case: Case, seen: list[Seen]) -> str:
    """Return how far outsiders' words reach: what stands behind that, the platform may have rewritten since."""
    newest = max((one.size for one in seen), default=0)
    upto = f"attested up to entry {newest - 1} of {case.evidence.body['size'] - 1}"
    if case.closing is None:
        return f"{upto}, the lot is not closed"
    index = case.closing.index
    first = min((one.at for one in seen if one.size > index), default=None)
    return f"{upto}, the lot's closing is entry {index}, " + (
        f"first attested at {_said(first)}" if first is not None else "not attested"
    )


def _said(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def note_text(note: str) -> str:
    """Return what cosignatures and timestamps speak of: a checkpoint's text without its signatures."""
    return note.rpartition("\n\n")[0] + "\n"


def stamps(case: Case) -> Finding:
    """Every timestamp is a trusted authority's, over the checkpoint it stands at; a pinned one stamped the closing."""
    evidence, pinned = case.evidence, case.brought.timestamp_roots
    rows = [(row, token) for row in evidence.checkpoints for token in row["timestamps"]]
    if not rows and not pinned:
        return not_applicable("no checkpoint of this bundle is timestamped")
    roots = list(pinned or evidence.timestamp_roots)
    wrong, seen = _stamped(rows, roots)
    if pinned:
        wrong += [f"the pinned timestamp authority stamped {reason}" for reason in _short_of(case, seen)]
    unpinned = "" if pinned else "; not pinned (--tsa-root): the authority is the bundle's word"
    first = min((one.at for one in seen), default=None)
    return judged(
        wrong, f"{len(seen)} timestamps, the first of {_said(first)}; {_reach(case, seen)}{unpinned}" if first else ""
    )


def _stamped(rows: list[tuple[Mapping[str, Any], str]], roots: list[bytes]) -> tuple[list[str], list[Seen]]:
    """Return what is wrong with the timestamps, and what they attest."""
    wrong: list[str] = []
    seen: list[Seen] = []
    if not rows:
        return wrong, seen
    import timestamps  # only where there is one: it brings a client with it that is not used here

    for row, token in rows:
        try:
            at = timestamps.verify(from_base64(token), note_text(row["note"]).encode(), roots=roots)
            seen.append(Seen("", row["size"], at))
        except timestamps.TimestampInvalid as error:
            wrong.append(f"checkpoint {row['size']}: {', '.join(reason.code for reason in error.reasons)}")
    return wrong, seen
