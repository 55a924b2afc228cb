"""No early opening, no loss, no double opening: 6 runs a policy in every test run, 125 each by `make machine`."""

import os
from collections import Counter
from itertools import count

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, core, settings
from hypothesis.stateful import run_state_machine_as_test

from ledger import clock
from sealing import release_rule
from tendering import bid_queries
from tendering.models import Bid
from tendering.operations import close_lot
from tests.machine.machine import SealedBids
from tests.machine.stage import POLICIES, Clocks, make_world

RUNS = int(os.environ.get("GONGHENG_MACHINE_RUNS", "24")) // len(POLICIES)
STEPS = 14
SEED = int(os.environ.get("GONGHENG_MACHINE_SEED", "2026"))  # the same runs every time, others under another seed
SHRINK = (Phase.shrink,) if os.environ.get("GONGHENG_MACHINE_SHRINK") else ()  # takes minutes; for whoever mends it
NOTICED_WITHIN = 60
MANY = 100  # so many runs must have come through all of these
MUST_BE_SEEN = {
    "lot opened",
    "lot failed",
    "replaced",
    "withdrawn",
    "superseded",
    "closed early by a clock set forward",
}
ENDS = {
    "bidder": {"bid opened", "bid revoked"},
    "bidder-or-custodians": {"bid opened", "bid withdrawn_no_blame", "rescue asked", "lie kept as evidence"},
    "custodians": {"bid opened", "bid withdrawn_no_blame", "lie kept as evidence"},
    "bidder-and-custodians": {"bid opened", "bid revoked", "bid withdrawn_no_blame", "lie kept as evidence"},
}


@pytest.fixture
def machine(transactional_db, tmp_path, settings, monkeypatch, request):
    for name in ("SEALED_ROOT", "OPENED_ROOT", "UPLOAD_ROOT"):
        setattr(settings, name, tmp_path / "server" / name.lower())
    if connection.vendor != "sqlite":
        pytest.skip("a run starts from a copy of SQLite's database; operations on PostgreSQL: tests/operations")
    clocks, numbers = Clocks(), count()
    monkeypatch.setattr(clock, "now", clocks.platform)
    monkeypatch.setattr(os, "fsync", lambda handle: None)  # power cuts are played in tests/stack

    class Played(SealedBids):
        pass

    Played.policy, Played.clocks, Played.seen = request.param, clocks, Counter()
    Played.world = make_world(tmp_path, request.param)
    Played.homes = staticmethod(lambda: tmp_path / "custodians" / str(next(numbers)))
    return Played


def play(machine, monkeypatch, *, runs=RUNS):
    """Play so many runs under this policy's own seed."""
    monkeypatch.setattr(core, "global_force_seed", SEED + POLICIES.index(machine.policy))  # as --hypothesis-seed does
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=runs,
            stateful_step_count=STEPS,
            derandomize=False,
            deadline=None,
            database=None,
            phases=(Phase.generate, *SHRINK),
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )


@pytest.mark.parametrize("machine", POLICIES, indirect=True)
def test_no_early_opening_no_loss_and_no_double_opening(machine, capsys, monkeypatch):
    play(machine, monkeypatch)
    with capsys.disabled():
        print(f"\n{machine.policy}: {RUNS} runs of up to {STEPS} steps")
        for what, times in sorted(machine.seen.items()):
            print(f"  {times:6} {what}")
    wanted = MUST_BE_SEEN | ENDS[machine.policy] if RUNS >= MANY else {"lot opened"}
    assert wanted <= set(machine.seen), "the runs did not come to what they are for"


# negative controls: with one defence taken away, the runs come to the attack it was for


@pytest.mark.parametrize("machine", ["custodians", "bidder-and-custodians"], indirect=True)
def test_without_the_agents_own_clock_a_clock_set_forward_opens_early(machine, monkeypatch):
    monkeypatch.setattr(release_rule, "_clock_reasons", lambda *found, **how: [])
    with pytest.raises(AssertionError, match="before"):
        play(machine, monkeypatch, runs=NOTICED_WITHIN)


@pytest.mark.parametrize("machine", ["custodians"], indirect=True)
def test_a_closing_set_that_drops_a_bid_is_noticed(machine, monkeypatch):
    real = bid_queries.closing_set
    monkeypatch.setattr(bid_queries, "closing_set", lambda lot: real(lot)[1:])
    with pytest.raises(AssertionError):
        play(machine, monkeypatch, runs=NOTICED_WITHIN)


@pytest.mark.parametrize("machine", ["custodians"], indirect=True)
def test_a_withdrawn_bid_that_is_opened_is_noticed(machine, monkeypatch):
    real = close_lot._close

    def closed(lot, now):
        Bid.objects.filter(lot=lot, state="withdrawn").update(state="received")
        real(lot, now)

    monkeypatch.setattr(close_lot, "_close", closed)
    with pytest.raises(AssertionError):
        play(machine, monkeypatch, runs=NOTICED_WITHIN)
