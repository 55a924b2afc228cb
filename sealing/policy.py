"""The four opening policies and the only groups they may have. Pure.

`bidder` and `bidder-or-custodians` are foreseen by law as decryption by the bidder (EB-31); see design 4.3.
"""

from collections.abc import Sequence
from typing import NamedTuple

from suites import Reason

BIDDER, CUSTODIANS = "bidder", "custodians"
MOST_CUSTODIANS = 16


class Group(NamedTuple):
    """A group of recipients, `threshold` of whom restore its secret; `recipients` are kids, index 1 first."""

    name: str
    threshold: int
    recipients: tuple[str, ...]


class Shape(NamedTuple):
    """What a policy's groups are called and how they join: `any` or `all`."""

    join: str
    groups: tuple[str, ...]


SHAPES: dict[str, Shape] = {
    "bidder": Shape("any", (BIDDER,)),
    "bidder-or-custodians": Shape("any", (BIDDER, CUSTODIANS)),
    "custodians": Shape("any", (CUSTODIANS,)),
    "bidder-and-custodians": Shape("all", (BIDDER, CUSTODIANS)),
}


def policy_of(join: str, names: Sequence[str]) -> str:
    """Return the name of the policy with this join and these groups (in any order), or "" for a fifth one."""
    wanted = sorted(names)
    return next((name for name, shape in SHAPES.items() if shape.join == join and sorted(shape.groups) == wanted), "")


def build_groups(policy: str, *, bidder_kid: str, custodians: Sequence[str], threshold: int) -> tuple[Group, ...]:
    """Return the groups of a policy from the tender's parameters and the bidder's own key.

    :raises KeyError: there is no such policy
    """
    made = {BIDDER: Group(BIDDER, 1, (bidder_kid,)), CUSTODIANS: Group(CUSTODIANS, threshold, tuple(custodians))}
    return tuple(made[name] for name in SHAPES[policy].groups)


def check_groups(policy: str, groups: Sequence[Group]) -> list[Reason]:
    """Return why these groups are not the policy's: names and order, thresholds, recipients named twice."""
    found = []
    names = tuple(group.name for group in groups)
    if policy not in SHAPES or names != SHAPES[policy].groups:
        found.append(Reason("policy", f"the groups of {policy} are not {', '.join(names) or 'none'}"))
    for group in groups:
        count = len(group.recipients)
        if group.name == BIDDER and (group.threshold, count) != (1, 1):
            found.append(Reason("policy", "group bidder has threshold 1 and exactly one recipient"))
        if group.name == CUSTODIANS and not 2 <= group.threshold <= count <= MOST_CUSTODIANS:
            found.append(Reason("policy", f"group custodians: {group.threshold} of {count} is not 2 ≤ t ≤ n ≤ 16"))
    kids = [kid for group in groups for kid in group.recipients]
    if len(set(kids)) != len(kids):
        found.append(Reason("policy", "a recipient is named twice"))
    return found
