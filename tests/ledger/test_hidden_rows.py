"""Rows where no tree looks: before the first entry, behind the last, of none. Named, refused, read by nobody."""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

import ledger
from ledger.anchoring import waiting
from ledger.reading import PUBLIC, entries_of, feed
from ledger.verify import verify
from tests.ledger_triggers import no_triggers
from tests.undone import undone

AT = datetime(2026, 3, 2, 1, 30, 0, 5, tzinfo=UTC)
ZEROS = "0" * 64
FAR = 10**12


@pytest.fixture
def lot(db, settings):
    """A lot that closed and is not opened yet; what the rows do to it is undone, since no constraint permits them."""
    settings.TIMESTAMP_AUTHORITY = "demonstration"
    with transaction.atomic():
        ledger.append("lot.announced", lot="L1", at=AT, payload={"n": 1})
        ledger.append("bid.received", lot="L1", at=AT, payload={"bid_digest": "aa" * 32})
        ledger.append("lot.closed", lot="L1", at=AT, payload={"bids": []})
    ledger.checkpoint()
    assert verify().good
    with undone():
        yield


def _run(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _entry(place):
    at = AT if connection.vendor == "postgresql" else "2026-03-01 00:00:00"
    row = (place, at, ZEROS, ZEROS)
    _run(
        """INSERT INTO ledger_entry ("index", at, leaf, leaf_sm3, nodes, nodes_sm3) VALUES (%s,%s,%s,%s,'','')""", *row
    )


def _body(place, kind="lot.announced", lot="L1"):
    row = (place, kind, lot, ZEROS)
    _run(
        "INSERT INTO ledger_body (entry_id, kind, lot, role, payload, salt, personal)"
        " VALUES (%s, %s, %s, '', '{}', %s, '{}')",
        *row,
    )


def _personal(place):
    row = (place, ZEROS)
    _run("INSERT INTO ledger_personal (entry_id, field, salt, value) VALUES (%s, 'organisation', %s, 'X')", *row)


HIDDEN = {
    "an entry before the first": (lambda: _entry(-1), "1 rows of ledger_entry stand before the first, at -1"),
    "a body before the first": (lambda: _body(-7), "1 rows of ledger_body belong to no entry, at -7"),
    "a body behind the last": (lambda: _body(FAR), f"1 rows of ledger_body belong to no entry, at {FAR}"),
    "a value before the first": (lambda: _personal(-1), "1 rows of ledger_personal belong to no entry, at -1"),
    "a value behind the last": (lambda: _personal(3), "1 rows of ledger_personal belong to no entry, at 3"),
}


@pytest.mark.parametrize("what", HIDDEN)
def test_a_row_outside_the_log_is_named(lot, what):
    hide, fault = HIDDEN[what]
    with no_triggers():
        hide()
    assert verify().faults == (fault,)


def test_a_value_between_two_entries_is_named(lot):
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite keeps it")
    _personal(1.5)
    assert verify().faults == ("personal values belong to no entry, at 1.5",)


@pytest.mark.parametrize("hide", [_entry, _body, _personal])
def test_the_database_refuses_a_row_before_the_first(lot, hide):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        hide(-1)


def test_what_stands_before_the_first_entry_is_read_by_nobody(lot):
    def seen():
        return [row["index"] for row in entries_of("L1")], [row["index"] for row in feed(-5)], feed(viewer=PUBLIC)

    before = seen()
    with no_triggers():
        _entry(-1)
        _body(-1, "opening.finished")
    assert seen() == before


def test_a_body_without_an_entry_unveils_nothing(lot):
    """An opening that is in no tree must not show the bids of a lot that is not opened."""
    before = feed(viewer=PUBLIC)
    assert before[1]["body"] is None
    _body(FAR, "opening.finished")
    assert feed(viewer=PUBLIC) == before


@pytest.mark.parametrize("with_entry", [False, True])
def test_a_moment_that_never_comes_holds_up_no_anchor(lot, with_entry):
    assert set(waiting()) == {"timestamp"}
    if with_entry:
        _entry(FAR)
    _body(FAR, "lot.closed")
    assert set(waiting()) == {"timestamp"}


def test_one_entry_far_behind_the_others_does_not_keep_the_verifier_busy(lot):
    _entry(FAR)
    faults = verify().faults
    assert any(fault.startswith(f"entries: most of the {FAR + 1} places") for fault in faults)
