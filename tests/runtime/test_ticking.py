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


def test_four_lots_are_under_way_at_once_and_the_rest_in_turn():
    going, lock, now, most, done = threading.Event(), threading.Lock(), [0], [0], []

    def carry_out(lot_id):
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
            if now[0] == ticking.LOTS_AT_ONCE:
                going.set()
        assert going.wait(5)
        with lock:
            now[0] -= 1
            done.append(lot_id)

    ticker = Ticker(carry_out)
    assert ticker.take_up(list(range(10))) == 10
    for _ in range(500):
        if len(done) == 10:
            break
        threading.Event().wait(0.01)
    ticker.stop()
    assert (sorted(done), most[0]) == (list(range(10)), ticking.LOTS_AT_ONCE)


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


def test_an_unforeseen_failure_of_a_lot_is_said_and_holds_up_no_other(caplog):
    other = threading.Event()

    def carry_out(lot_id):
        if lot_id == 1:
            raise RuntimeError("a bug")
        other.set()

    ticker = Ticker(carry_out)
    ticker.take_up([1, 2])
    assert other.wait(5)
    ticker.stop()
    assert "lot 1 could not be carried out" in caplog.text and "RuntimeError" in caplog.text


def test_lots_that_were_not_started_for_want_of_a_thread_are_started_at_the_next_tick(monkeypatch):
    done, everything, start = [], threading.Event(), threading.Thread.start

    def carry_out(lot_id):
        done.append(lot_id)
        if len(done) == 3:
            everything.set()

    ticker = Ticker(carry_out)

    def refusing(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refusing)
    with pytest.raises(RuntimeError):
        ticker.take_up([1, 2, 3])
    monkeypatch.setattr(threading.Thread, "start", start)
    ticker.take_up([1, 2, 3])
    assert everything.wait(5)
    ticker.stop()
    assert sorted(done) == [1, 2, 3]


def test_the_only_due_lot_is_carried_out_once_a_thread_can_be_started_and_once_only(monkeypatch):
    done, carried, start = [], threading.Event(), threading.Thread.start

    def carry_out(lot_id):
        done.append(lot_id)
        carried.set()

    ticker = Ticker(carry_out)

    def refusing(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refusing)
    for _ in range(3):
        with pytest.raises(RuntimeError):
            ticker.take_up([7])
    monkeypatch.setattr(threading.Thread, "start", start)
    ticker.take_up([7])
    assert carried.wait(5)
    ticker.stop()
    assert done == [7]


@pytest.mark.django_db
@pytest.mark.parametrize("error", [OperationalError("the database went away"), RuntimeError("a bug")])
def test_when_lots_cannot_be_taken_up_the_house_is_kept_and_the_clock_goes_on(monkeypatch, caplog, error):
    ticks, stop = [], threading.Event()

    def due(now):
        ticks.append(now)
        if len(ticks) == 3:
            stop.set()
        raise error

    kept = []
    monkeypatch.setattr(ticking.agenda, "due_lot_ids", due)
    monkeypatch.setattr(ticking, "keep_house", lambda: kept.append(len(ticks)))
    monkeypatch.setattr(ticking, "PERIOD_SECONDS", 0.001)
    ticking.run(stop)
    assert (len(ticks), kept) == (3, [1])
    assert "lots could not be taken up" in caplog.text


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
