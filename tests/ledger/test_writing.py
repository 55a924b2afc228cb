"""Appending entries: gap-free, in a transaction, never changed."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction

import ledger
from ledger import tree, writing
from ledger.canonical import NotCanonical
from ledger.models import Body, Checkpoint, Entry, Head, Personal
from ledger.stores import HeadMoved
from ledger.verify import verify

AT = datetime(2026, 3, 2, 1, 30, 0, 5, tzinfo=UTC)


def _append(kind="lot.announced", **given):
    return ledger.append(kind, lot=given.pop("lot", "L1"), at=AT, payload=given.pop("payload", {"n": 1}), **given)


def test_entries_are_numbered_from_zero_without_gaps(db):
    assert [_append().index for _ in range(5)] == [0, 1, 2, 3, 4]
    assert ledger.head()["size"] == 5


def test_the_head_is_the_root_over_all_leaves(db):
    for _ in range(11):
        _append()
    leaves = [bytes.fromhex(leaf) for leaf in Entry.objects.values_list("leaf", flat=True)]
    assert ledger.head()["root"] == tree.root(leaves).hex()


def test_an_entry_rolled_back_leaves_no_gap(db):
    _append()
    with pytest.raises(RuntimeError), transaction.atomic():
        _append()
        raise RuntimeError
    assert _append().index == 1
    assert verify().good


def test_entries_of_one_transaction_read_the_head_once(db, monkeypatch):
    read = []
    real = writing._locked_head
    monkeypatch.setattr(writing, "_locked_head", lambda store: read.append(1) or real(store))
    with transaction.atomic():
        assert [_append().index for _ in range(3)] == [0, 1, 2]
    assert len(read) == 1 and verify().good


def test_the_head_is_read_again_after_any_savepoint_was_rolled_back(db):
    """Inner and outer, released and not: only what still waits for its commit says where the head stands."""
    for inner_fails in (False, True):
        with transaction.atomic(), suppress(RuntimeError), transaction.atomic():
            kept = _append().index
            with suppress(RuntimeError), transaction.atomic():
                _append()
                if inner_fails:
                    raise RuntimeError
            assert _append().index == kept + 2 - inner_fails
            raise RuntimeError
        assert _append().index == kept
    assert Entry.objects.count() == 2 and verify().good


def test_a_head_that_stands_elsewhere_than_the_writer_believes_is_refused(db):
    with pytest.raises(HeadMoved), transaction.atomic():
        _append()
        Head.objects.update(size=5)
        _append()
    assert Entry.objects.count() == 0 and _append().index == 0 and verify().good


@pytest.mark.django_db(transaction=True)
def test_without_a_transaction_nothing_is_appended():
    with pytest.raises(transaction.TransactionManagementError):
        _append()
    assert Entry.objects.count() == 0


def test_an_unknown_kind_is_refused(db):
    with pytest.raises(ledger.UnknownKind):
        _append("lot.invented")


@pytest.mark.parametrize(
    "payload", [{"a": 1.5}, {"投": 1}, {"a": 2**53}, {"a": "\ud800"}, {"a": "\x00"}, {"a": {1, 2}}]
)
def test_a_payload_without_canonical_form_is_refused(db, payload):
    with pytest.raises(NotCanonical):
        _append(payload=payload)
    assert ledger.head()["size"] == 0


def test_a_time_without_zone_is_refused(db):
    with pytest.raises(NotCanonical):
        ledger.append("lot.announced", at=AT.replace(tzinfo=None), payload={})


@pytest.mark.parametrize("model", [Entry, Body, Checkpoint])
@pytest.mark.parametrize("act", ["update", "delete"])
def test_what_is_written_is_never_changed(db, model, act):
    _append()
    ledger.checkpoint()
    rows = model.objects.all()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        rows.update(
            **{Entry: {"leaf": "0"}, Body: {"lot": "L2"}, Checkpoint: {"note": ""}}[model]
        ) if act == "update" else (rows._raw_delete(rows.db))


def test_the_head_never_shrinks_and_is_never_deleted(db):
    _append()
    for act in (lambda: Head.objects.update(size=0), lambda: Head.objects.all().delete()):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            act()


def test_a_personal_value_can_be_erased_and_never_altered(db, cast):
    _append(actor=cast.agency.actor)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Personal.objects.update(value="somebody else")
    assert ledger.erase_personal("address", cast.agency.actor.address) == 1
    assert verify().good


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_truncation_is_refused_on_postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("TRUNCATE exists on PostgreSQL only: set DATABASE_URL")
    with pytest.raises(IntegrityError, match="append-only"), connection.cursor() as cursor:
        cursor.execute("TRUNCATE ledger_body")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_postgresql_keeps_both_statements_prepared():
    if connection.vendor != "postgresql":
        pytest.skip("statements are prepared on PostgreSQL only: set DATABASE_URL")
    for _ in range(3):
        with transaction.atomic():
            _append()
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement, generic_plans + custom_plans FROM pg_prepared_statements")
        runs = [runs for statement, runs in cursor.fetchall() if "ledger_head" in statement]
    assert len(runs) == 2 and min(runs) >= 3
