"""Whoever comes second changes nothing: the compare-and-set of every move, on a row read before the other commit."""

from importlib import import_module

import pytest

from ledger.models import Entry
from tendering import queries
from tendering.models import Award, Lot, Notice
from tendering.refusals import LostRace
from tests import lots


def call(name, monkeypatch, stale, clock, **arguments):
    module = import_module(f"tendering.operations.{name}")
    monkeypatch.setattr(module, "lock_lot", lambda **which: (stale, clock()))
    return getattr(module, name)(lot_code=stale.code, **arguments)


def prepared(stage, cast, keys, clock):
    if stage == "draft":
        return lots.make_draft(cast)
    if stage == "accepted":
        return lots.make_accepted(cast)
    if stage == "submitted":
        lot = lots.make_accepted(cast)
        Lot.objects.filter(pk=lot.pk).update(stage="submitted")
        return lot
    return lots.make_evaluated(cast, keys, now=clock.now)


MOVES = [
    ("draft", "submit_lot", "agency", {}),
    ("submitted", "return_lot", "centre", {"reason": "缺件"}),
    ("submitted", "accept_lot", "centre", {}),
    ("evaluated", "publish_candidates", "agency", {}),
    ("evaluated", "terminate_lot", "agency", {"reason": "规划调整"}),
    ("evaluated", "suspend_lot", "regulator", {"reason": "受理投诉"}),
]


@pytest.mark.parametrize(("stage", "name", "who", "arguments"), MOVES, ids=[move[1] for move in MOVES])
def test_the_loser_of_a_race_writes_nothing(cast, clock, keys, monkeypatch, stage, name, who, arguments):
    lot = prepared(stage, cast, keys, clock)
    stale = queries.lot_by_code(lot.code)
    Lot.objects.filter(pk=lot.pk).update(stage="contracted")  # somebody else was faster
    before = (Entry.objects.count(), Notice.objects.count(), Award.objects.count())
    with pytest.raises(LostRace):
        call(name, monkeypatch, stale, clock, actor=getattr(cast, who).actor, **arguments)
    assert (Entry.objects.count(), Notice.objects.count(), Award.objects.count()) == before
    assert Lot.objects.get(pk=lot.pk).stage == "contracted"


def test_announcing_against_a_moved_lot_publishes_nothing(cast, clock, keys, monkeypatch):
    lot = lots.make_accepted(cast)
    arguments = lots.signed(lot, keys)
    stale = queries.lot_by_code(lot.code)
    Lot.objects.filter(pk=lot.pk).update(stage="terminated")
    with pytest.raises(LostRace):
        call("announce_lot", monkeypatch, stale, clock, actor=cast.agency.actor, **arguments)
    assert not queries.documents_published(lot).exists()
    assert not lot.parameters.exists()
