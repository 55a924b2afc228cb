"""Everybody at every address: what the policy allows opens, what it refuses does not, and nothing ever breaks."""

from collections import defaultdict

import pytest

from tests.walk import addresses, steps
from tests.walk.world import STAGES, UNREACHED

ALL = [*addresses.pages(), *addresses.operations()]
WALKERS = range(13)


def test_every_address_is_guarded_by_an_act_of_the_policy():
    bare = [one.name for one in ALL if one.act is None and one.name not in addresses.UNGUARDED]
    assert not bare, f"no @access: {bare}"
    assert len(addresses.pages()) > 60 and len(addresses.operations()) > 12


def test_the_only_websocket_is_the_halls():
    assert addresses.websockets() == ["ws/hall/<str:lot>/"]


def test_the_walk_knows_what_fills_every_place(world):
    known = world.places(world.lots["opened"])
    unknown = {one.name: place for one in ALL for place in one.places if place not in known}
    assert not unknown, f"the walk cannot fill these addresses: {unknown}"


@pytest.mark.parametrize("number", WALKERS)
def test_everybody_gets_exactly_what_the_policy_allows(world, number):
    walker = world.walkers[number]
    client, faults = steps.client_of(walker), defaultdict(list)
    known = {lot.code: world.places(lot) for lot in world.lots.values()}
    for address in (one for one in ALL if one.act is not None):
        for lot, decision in steps.worth_trying(address, walker, world):
            path = address.at(**known[lot.code])
            for method, answer in steps.tries(client, address, path, allowed=decision.allowed):
                if wrong := steps.fault(address, walker, decision, answer):
                    faults[f"{method} {address.name}: {wrong}"].append(lot.stage)
    told = [f"{what} [{' '.join(stages)}]" for what, stages in sorted(faults.items())]
    assert not told, f"{walker.name}: {len(told)} faults\n" + "\n".join(told)


def test_the_walk_has_everybody(world):
    assert len(world.walkers) == len(WALKERS)
    assert len({walker.name for walker in world.walkers}) == len(WALKERS)
    print(f"walked: {len(ALL)} addresses, {len(WALKERS)} walkers, {len(STAGES)} stages; not reached: {UNREACHED}")
