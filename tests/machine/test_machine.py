"""No early opening, no loss, no double opening: 15 runs a policy in every test run, 125 each by `make machine`."""

import os
from collections import Counter
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from ledger import clock
from tests.machine.machine import SealedBids
from tests.machine.stage import POLICIES, Clocks, make_world

RUNS = int(os.environ.get("GONGHENG_MACHINE_RUNS", "60")) // len(POLICIES)
STEPS = 14
SHRINK = (Phase.shrink,) if os.environ.get("GONGHENG_MACHINE_SHRINK") else ()  # takes minutes; for whoever mends it
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
    clocks, numbers = Clocks(), count()
    monkeypatch.setattr(clock, "now", clocks.platform)
    monkeypatch.setattr(os, "fsync", lambda handle: None)  # power cuts are played in tests/stack

    class Played(SealedBids):
        pass

    Played.policy, Played.clocks, Played.seen = request.param, clocks, Counter()
    Played.world = make_world(tmp_path, request.param)
    Played.homes = staticmethod(lambda: tmp_path / "custodians" / str(next(numbers)))
    return Played


@pytest.mark.parametrize("machine", POLICIES, indirect=True)
def test_no_early_opening_no_loss_and_no_double_opening(machine, capsys):
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            derandomize=True,
            deadline=None,
            database=None,
            phases=(Phase.generate, *SHRINK),
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
    with capsys.disabled():
        print(f"\n{machine.policy}: {RUNS} runs of up to {STEPS} steps")
        for what, times in sorted(machine.seen.items()):
            print(f"  {times:6} {what}")
    wanted = MUST_BE_SEEN | ENDS[machine.policy] if RUNS >= MANY else {"lot opened"}
    assert wanted <= set(machine.seen), "the runs did not come to what they are for"
