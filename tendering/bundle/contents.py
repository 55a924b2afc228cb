"""What goes into a lot's bundle, read from the installation: entries as the public may see them now, and their proofs.

Bodies come through the ledger's own rules of visibility, so that a bundle never shows what the feed would not; personal
values (logins, addresses) are in no bundle. Plaintext of bids is not written: who holds the full variant can open the
sealed files with the released shares, the public variant has neither.
"""

from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings

import ledger
from ledger import heads
from ledger.anchoring import tokens_of
from ledger.models import Checkpoint, Entry, Witness
from ledger.reading import PUBLIC
from sealing import canonical
from suites.base64_text import from_base64, to_base64
from suites.certificates import from_pem
from suites.revocation import issued_by, read_crl
from tendering import bid_queries, receipts, sealed_store
from tendering.bundle import form
from tendering.bundle.writer import BundleWriter
from tendering.models import Bid, BidState, Lot
from tendering.parameters import document_content
from tendering.refusals import NotFound

BLOCK_OF_LEAVES = 4096
SETTLED = frozenset({BidState.OPENED, BidState.REVOKED, BidState.WITHDRAWN_NO_BLAME})
_COLUMNS = {"sha256": "leaf", "sm3": "leaf_sm3"}
_ENTRY = ("index", "at", "body", "salt")
_EVIDENCE = ("index", "at", "leaf", "body", "salt", "size", "path", "checkpoint")


def write_members(out: BundleWriter, lot: Lot, *, variant: str, size: int) -> None:
    """Write every member but `bundle.json`; `size` is that of the log's head that the bundle shows."""
    rows = entries(lot, variant)
    for hashed, name in form.LEAVES.items():
        out.add_stream(name, _leaves(_COLUMNS[hashed], size), size * form.LEAF)
    out.add(form.CHECKPOINTS, form.lines(_checkpoints([row["index"] for row in rows], size)))
    out.add(form.ENTRIES, form.lines(rows))
    out.add(form.PARAMETERS, canonical.dumps(_parameters(lot)))
    out.add(form.DOCUMENT, canonical.dumps(document_content(lot, pending=False)))
    out.add(form.TRUST, canonical.dumps(_trust(lot)))
    named = _named_in_public(rows) if variant == form.PUBLIC else None
    for bid in Bid.objects.filter(lot=lot).order_by("bid_digest"):
        if named is None or bid.bid_digest in named:
            _WRITE[variant](out, lot, bid)


def entries(lot: Lot, variant: str) -> list[dict[str, Any]]:
    """Return the lot's entries whose bodies are public now, in order, without personal values."""
    rows = [row for row in ledger.entries_of(lot.code, viewer=PUBLIC) if row["body"] is not None]
    kept_back = form.ENTRY_KINDS_KEPT_BACK if variant == form.PUBLIC else frozenset()
    return [{name: row[name] for name in _ENTRY} for row in rows if row["body"]["kind"] not in kept_back]


def _named_in_public(rows: list[dict[str, Any]]) -> set[str]:
    """Return the bids whose bidders the opening has published: those in the closing set, however they ended."""
    ends = {"bid.opened", "bid.revoked", "bid.withdrawn_no_blame"}
    return {row["body"]["payload"]["bid_digest"] for row in rows if row["body"]["kind"] in ends}


def _leaves(column: str, size: int) -> Iterator[bytes]:
    rows = Entry.objects.filter(index__lt=size).order_by("index").values_list(column, flat=True)
    block = bytearray()
    for leaf in rows.iterator(chunk_size=BLOCK_OF_LEAVES):
        block += bytes.fromhex(leaf)
        if len(block) >= BLOCK_OF_LEAVES * form.LEAF:
            yield bytes(block)
            block.clear()
    yield bytes(block)


def _checkpoints(indexes: list[int], size: int) -> list[dict[str, Any]]:
    """Return for each entry the first checkpoint that covers it, and the one of the bundle's own head; by size."""
    sizes = list(Checkpoint.objects.filter(size__lte=size).order_by("size").values_list("size", flat=True))
    wanted = {size} | {sizes[place] for index in indexes if (place := bisect_right(sizes, index)) < len(sizes)}
    wanted |= _attested(sizes, indexes)
    rows = Checkpoint.objects.filter(size__in=wanted).order_by("size").prefetch_related("cosignatures", "anchors")
    return [
        {
            "size": row.size,
            "note": row.note,
            "cosignatures": [cosignature.line for cosignature in row.cosignatures.all()],
            "timestamps": tokens_of(row),
        }
        for row in rows
    ]


def _attested(sizes: list[int], indexes: list[int]) -> set[int]:
    """Return the checkpoints from the lot's first entry on that witnesses cosigned or an authority stamped."""
    rows = Checkpoint.objects.filter(size__gt=min(indexes, default=0), size__lte=sizes[-1] if sizes else 0)
    signed = rows.filter(cosignatures__isnull=False) | rows.filter(anchors__isnull=False)
    return set(signed.values_list("size", flat=True).distinct())


def _parameters(lot: Lot) -> list[dict[str, Any]]:
    rows = lot.parameters.order_by("sequence")
    return [{"sequence": row.sequence, "statement": row.statement, "recipients": row.recipients} for row in rows]


def _trust(lot: Lot) -> dict[str, Any]:
    trust = bid_queries.trust_roots()
    authorities = [*trust, *_above_leaves(lot)]
    crls = [der for der in trust.crls if any(issued_by(read_crl(der), authority) for authority in authorities)]
    return {
        "receipt_key": to_base64(receipts.public_key()),
        "roots": [to_base64(der) for der in trust],
        "crls": [to_base64(der) for der in crls],
        "witnesses": list(Witness.objects.order_by("name").values_list("key", flat=True)),
        "timestamp_roots": [to_base64(der) for der in _timestamp_roots()],
    }


def _timestamp_roots() -> list[bytes]:
    """Return what the installation's timestamps are verified by, DER; nothing without an authority."""
    path = Path(settings.TIMESTAMP_ROOTS)
    return from_pem(path.read_bytes()) if settings.TIMESTAMP_AUTHORITY and path.is_file() else []


def _above_leaves(lot: Lot) -> list[bytes]:
    """Return every certificate above a leaf in the chains that this lot's bids, parameters and custodians carry."""
    signed = [body for row in lot.parameters.all() for body in (row.statement, *row.recipients)]
    chains = [body["certificates"] for body in signed]
    chains += [canonical.loads(bytes(upload.trailer))["certificates"] for upload in lot.uploads.exclude(trailer=b"")]
    return [from_base64(der) for chain in chains for der in chain[1:]]


def _write_full(out: BundleWriter, lot: Lot, bid: Bid) -> None:
    """Write a bid's receipt, and of the closing set the sealed file and what was released. A lost file stays out.

    Of a bid taken back it writes the bidder's statement. The public variant has none: it would tell who that was.
    """
    _write_receipt(out, bid)
    if bid.withdrawal is not None:
        out.add(form.bid_member(bid.bid_digest, form.WITHDRAWAL), canonical.dumps(bid.withdrawal))
    if not bid.in_closing_set:
        return
    path = sealed_store.sealed_path(lot.code, bid.bid_digest)
    if path.is_file():
        out.add_file(form.bid_member(bid.bid_digest, form.SEALED), path)
    if bid.state in SETTLED:  # collect before publish: no share leaves while its envelope is not opened
        out.add(form.bid_member(bid.bid_digest, form.SHARES), canonical.dumps(_shares(bid)))


def _write_public(out: BundleWriter, lot: Lot, bid: Bid) -> None:
    """Write what names and signs the bid, not its ciphertext: header, trailer, receipt."""
    upload = bid.uploads.filter(copy_of=None).order_by("pk").first()
    if upload is None:
        raise NotFound(bid.bid_digest)
    out.add(form.bid_member(bid.bid_digest, form.HEADER), bytes(upload.header))
    _write_receipt(out, bid)
    out.add(form.bid_member(bid.bid_digest, form.TRAILER), bytes(upload.trailer))


_WRITE = {form.FULL: _write_full, form.PUBLIC: _write_public}


def _write_receipt(out: BundleWriter, bid: Bid) -> None:
    held = bid.receipt.get("evidence", {})
    if any(name not in held for name in _EVIDENCE):
        return  # the verifier names a missing receipt
    evidence = {name: held[name] for name in _EVIDENCE}
    receipt = {"statement": bid.receipt["statement"], "evidence": evidence}
    out.add(form.bid_member(bid.bid_digest, form.RECEIPT), canonical.dumps(receipt))


def _shares(bid: Bid) -> dict[str, Any]:
    releases = bid.releases.order_by("group", "index", "kid")
    return {
        "releases": [
            {
                "group": row.group,
                "index": row.index,
                "kid": row.kid,
                "share": to_base64(bytes.fromhex(row.share)),
                "matches": row.matches,
                "statement": row.statement,
            }
            for row in releases
        ],
        "refusals": [row.statement for row in bid.refusals.order_by("received_at", "pk")],
    }


def head_size() -> int:
    """Sign the present head, unless it is signed already, and return how many entries it counts."""
    ledger.checkpoint()
    latest = Checkpoint.objects.order_by("-size").values_list("size", flat=True).first()
    return int(latest or 0)


def log_key() -> str:
    """Return the log's key as people pin it."""
    return heads.verifier_key()
