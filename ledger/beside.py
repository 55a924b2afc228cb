"""What stands beside the trees and in none of them: rows of no entry, checkpoints' notes and times, witnesses, anchors.

No root covers these tables, so each is held against what does: the entries, the signed texts, the log's own record of
who witnesses. Every query asks for what does not fit; a join would pass over the very rows that are looked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder

from ledger import clock, cosignatures, notes
from ledger.anchors import AnchorInvalid
from ledger.anchors.timestamp import held_against
from ledger.cosignatures import EPOCH
from ledger.models import Anchor, Checkpoint, Cosignature, Entry, Witness
from ledger.rebuild import UNREADABLE
from ledger.witnessing import text_of

CHUNK = 1000
ASTRAY = timedelta(hours=1)  # how far a server's clock may have been set back between two checkpoints
SECOND_TREE = ("ledger", "0004_fill_trees")
# two ranges of a key, each found at once: no table is read through
_WITHOUT_ENTRY = """
SELECT COUNT(*), MIN(place) FROM (
  SELECT entry_id AS place FROM {0} WHERE entry_id < 0
  UNION ALL
  SELECT entry_id FROM {0} WHERE entry_id > (SELECT COALESCE(MAX("index"), -1) FROM ledger_entry)
) AS places
"""
_OUTSIDE = {
    "rows of ledger_entry stand before the first": 'SELECT COUNT(*), MIN("index") FROM ledger_entry WHERE "index" < 0',
    "rows of ledger_body belong to no entry": _WITHOUT_ENTRY.format("ledger_body"),
    "rows of ledger_personal belong to no entry": _WITHOUT_ENTRY.format("ledger_personal"),
}
_LOST = """
SELECT {1}, COUNT(*) FROM {0} WHERE NOT EXISTS (SELECT 1 FROM {2} WHERE {2}.{3} = {0}.{1}) GROUP BY {1} ORDER BY {1}
"""
_ORPHANS = {
    "cosignatures are over checkpoint": _LOST.format(
        *("ledger_cosignature", "checkpoint_id", "ledger_checkpoint", "size"),
    ),
    "cosignatures are of witness": _LOST.format("ledger_cosignature", "witness_id", "ledger_witness", "id"),
    "anchors are of checkpoint": _LOST.format("ledger_anchor", "checkpoint_id", "ledger_checkpoint", "size"),
}
_HASH = re.compile(r"[0-9a-f]{64}\Z")


def faults() -> list[str]:
    """Return what is wrong beside the trees; a row that cannot even be read is a fault of its table."""
    found: list[str] = []
    for what, check in CHECKS.items():
        try:
            found += check()
        except (*UNREADABLE, LookupError, OverflowError) as error:
            found.append(f"{what} cannot be read: {error}")
        except DatabaseError as error:  # SQLite: a text that is none
            if connection.vendor != "sqlite":
                raise
            found.append(f"{what} cannot be read: {error}")
    return found


def _outside() -> Iterator[str]:
    """Name rows whose place is outside the log: readers by lot or kind would find them, the trees would not."""
    with connection.cursor() as cursor:
        for what, query in _OUTSIDE.items():
            cursor.execute(query)
            count, first = cursor.fetchone()
            if count:
                yield f"{count} {what}, at {first}"


def _orphans() -> Iterator[str]:
    with connection.cursor() as cursor:
        for what, query in _ORPHANS.items():
            cursor.execute(query)
            for lost, count in cursor.fetchall():
                yield f"{count} {what} {lost}, which is missing"


def _checkpoints() -> Iterator[str]:
    """Name notes that say less or more than the log signs, and times that are out of the order of sizes."""
    latest, second = EPOCH, False
    begun = MigrationRecorder(connection).applied_migrations().get(SECOND_TREE)
    future = clock.now() + ASTRAY
    for row in Checkpoint.objects.order_by("size").iterator(CHUNK):
        if row.at > future:
            yield f"checkpoint {row.size}: its time has not come yet"
        elif row.at < latest - ASTRAY:
            yield f"checkpoint {row.size}: its time is before that of a smaller one"
        else:
            latest = max(latest, row.at)
        if row.note.rpartition("\n\n")[2].count("\n") > 1:
            yield f"checkpoint {row.size}: more stands in the note than the log's signature"
        try:
            has_second = bool(notes.parsed_checkpoint(text_of(row)).root_sm3)
        except notes.BadNote:
            continue  # named where its root is compared
        if not has_second and (second or (begun is not None and row.at >= begun.applied)):
            yield f"checkpoint {row.size}: has no second root, which the log signs since there is a second tree"
        second = second or has_second


def _cosignatures() -> Iterator[str]:
    for row in Cosignature.objects.select_related("checkpoint", "witness").order_by("id").iterator(CHUNK):
        try:
            signed = cosignatures.verified(row.line, text_of(row.checkpoint), row.witness.key)
        except notes.BadNote as error:
            yield f"checkpoint {row.checkpoint_id}: {error}"
            continue
        if signed.at != row.at:
            yield f"checkpoint {row.checkpoint_id}: the cosignature of {row.witness.name} was made at another time"


def _witnesses() -> Iterator[str]:
    """Hold the table of witnesses against the log's entries: who may swap a key may sign as a witness himself.

    The log is read before and after the table: one who is registered meanwhile is in the latter.
    """
    before = _registered()
    kept = list(Witness.objects.order_by("id").values_list("name", "key", "organisation"))
    after = _registered()
    for name, _, _ in (row for row in kept if row not in after):
        yield f"witness {name}: not the one that the log says was registered"
    for name, _, _ in (row for row in before if row not in kept):
        yield f"witness {name}: registered in the log, and not as such in the table"


def _registered() -> list[tuple[str, str, str]]:
    rows = Entry.objects.filter(body__kind="witness.registered", index__gte=0).order_by("index")
    payloads = rows.values_list("body__payload", flat=True)
    return [(payload["name"], payload["key"], payload["organisation"]) for payload in payloads]


def _anchors() -> Iterator[str]:
    """Name receipts that no anchor gives. Whether the place itself has it is asked with `--anchors`."""
    for row in Anchor.objects.select_related("checkpoint").order_by("id").iterator(CHUNK):
        given = row.receipt if isinstance(row.receipt, dict) else {}
        form = next((form for field, form in _FORMS.items() if field in given), bool)
        try:
            if not form(given):
                raise AnchorInvalid("this is no receipt")
            if "token" in given:
                held_against(row.checkpoint.note, given)
        except AnchorInvalid as error:
            yield f"anchor {row.name} of checkpoint {row.checkpoint_id}: {error}"


def _is_line(receipt: dict[str, object]) -> bool:
    line, digest = receipt.get("line"), receipt.get("sha256")
    return type(line) is int and line >= 0 and isinstance(digest, str) and bool(_HASH.match(digest))


_FORMS: dict[str, Callable[[dict[str, object]], bool]] = {  # a field that tells whose receipt it is → whether it is one
    "token": lambda receipt: isinstance(receipt["token"], str),
    "line": _is_line,
    "transaction": lambda receipt: {"chain", "contract", "block"} <= receipt.keys(),
}
CHECKS: dict[str, Callable[[], Iterator[str]]] = {
    "the places": _outside,
    "what hangs on checkpoints": _orphans,
    "the checkpoints": _checkpoints,
    "the cosignatures": _cosignatures,
    "the witnesses": _witnesses,
    "the anchors": _anchors,
}
