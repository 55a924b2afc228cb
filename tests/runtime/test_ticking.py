"""The tick takes lots up side by side, each once at a time, and a failing one harms no other."""

import threading

import pytest
from django.db import OperationalError

from runtime import ticking
from runtime.ticking import Ticker


def test_a_slow_lot_does_not_delay_another():
    slow, quick = threading.Event(), threading.Event()
    ticker = Ticker(lambda lot_id: slow.wait(10) if lot_id == 1 else quick.set())
    ticker.take_up([1, 2])
    assert quick.wait(5)
    slow.set()
    ticker.stop()


def test_a_lot_under_way_is_not_taken_up_again():
    going, calls = threading.Event(), []
    ticker = Ticker(lambda lot_id: calls.append(lot_id) or going.wait(10))
    assert ticker.take_up([1]) == 1
    assert ticker.take_up([1]) == 0
    going.set()
    ticker.stop()
    assert calls == [1]


def test_a_lot_that_failed_is_taken_up_again():
    calls, twice = [], threading.Event()

    def failing(lot_id):
        calls.append(lot_id)
        if len(calls) == 2:
            twice.set()
        raise OperationalError("the database went away")

    ticker = Ticker(failing)
    for _ in range(500):
        ticker.take_up([1])
        if twice.wait(0.01):
            break
    ticker.stop()
    assert len(calls) >= 2


@pytest.mark.django_db
@pytest.mark.parametrize("error", [OperationalError("value too long"), RuntimeError("a bug")])
def test_a_chore_that_fails_does_not_keep_the_others_from_being_done(monkeypatch, caplog, error):
    done = []

    def failing(now):
        raise error

    monkeypatch.setattr(ticking, "CHORES", (done.append, failing, done.append))
    ticking.keep_house()
    assert len(done) == 2
    assert "a chore of the clock failed" in caplog.text
