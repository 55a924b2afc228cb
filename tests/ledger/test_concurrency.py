"""Many writers at once: no gap, no lost row for readers that follow, on SQLite in a file and on PostgreSQL.

A reader trusts nothing: it puts both trees together from what the feed gave it and compares with the signed head.
"""

import threading
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

import ledger
from ledger import notes, tree
from ledger.models import Entry
from ledger.verify import verify
from tests.real_database import in_threads

AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
WRITERS, EACH = 6, 20
PAGES = (1, 7, 1000)  # rows asked for at a time, one reader each


def _write(writer):
    indexes = []
    for number in range(EACH):
        with transaction.atomic(durable=True):
            entry = ledger.append("lot.announced", lot=f"L{writer}", at=AT, payload={"n": number})
            if number % 5 == 4:
                transaction.set_rollback(True)
                continue
        indexes.append(entry.index)
    return indexes


def _follow(stop, limit):
    """Read the feed as a reader does, after the last index seen, until the writers are done and nothing is left."""
    seen = []
    while True:
        done = stop.is_set()
        rows = ledger.feed(seen[-1]["index"] if seen else None, limit=limit)
        seen += rows
        if done and not rows:
            return seen


def _roots(rows):
    return [
        tree.root([bytes.fromhex(row[column]) for row in rows], hashed)
        for column, hashed in (("leaf", tree.sha256), ("leaf_sm3", tree.sm3))
    ]


def _run():
    stop, left = threading.Event(), threading.Semaphore(0)

    def writing(writer):
        try:
            return _write(writer)
        finally:
            left.release()

    def waiting():
        for _ in range(WRITERS):
            left.acquire(timeout=60)
        stop.set()

    writers = [lambda writer=writer: writing(writer) for writer in range(WRITERS)]
    readers = [lambda limit=limit: _follow(stop, limit) for limit in PAGES]
    return in_threads(*writers, *readers, waiting)


def _check():
    *outcomes, _ = _run()
    failures = [outcome for outcome in outcomes if not isinstance(outcome, list)]
    assert not failures
    written, followed = outcomes[:WRITERS], outcomes[WRITERS:]
    everything = sorted(index for indexes in written for index in indexes)
    assert everything == list(range(WRITERS * (EACH - EACH // 5)))  # gap-free, although a fifth was rolled back
    assert all([row["index"] for row in rows] == everything for rows in followed)  # nothing lost, nothing twice
    signed = notes.parsed_checkpoint(ledger.checkpoint().rpartition("\n\n")[0] + "\n")
    assert all(_roots(rows) == [signed.root, signed.root_sm3] for rows in followed)
    assert verify().faults == ()


def test_writers_at_once_leave_no_gap_and_a_reader_loses_no_row(real_database):
    _check()


@pytest.mark.postgres
def test_the_same_holds_on_postgresql(real_database):
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: set DATABASE_URL")
    _check()


def test_a_head_is_made_once_by_two_first_writers(real_database):
    def first():
        with transaction.atomic(durable=True):
            return ledger.append("lot.announced", at=AT, payload={}).index

    assert sorted(in_threads(first, first, first)) == [0, 1, 2]
    assert Entry.objects.count() == 3


def test_after_a_commit_readers_are_woken_and_after_a_rollback_not(real_database, monkeypatch):
    woken = []

    def failing(index):
        raise RuntimeError(index)

    monkeypatch.setattr("ledger.writing._callbacks", [])
    ledger.after_append(failing)
    ledger.after_append(woken.append)
    ledger.after_append(woken.append)
    with transaction.atomic():
        ledger.append("lot.announced", at=AT, payload={})
        assert woken == []
    with transaction.atomic():
        ledger.append("lot.announced", at=AT, payload={})
        transaction.set_rollback(True)
    assert woken == [0]
