"""BL-22: until the opening publishes the names, no page tells anybody who has bid, or how many.

Every page is asked twice, without any bid and with bids (rows and ledger entries): not a byte may differ, except for
the bidders themselves and on the pages named below.
"""

import re

import pytest

from identity.roles import Role
from tests.undone import undone
from tests.walk import addresses, steps
from tests.walk.world import PATH, add_bids

SECRET_STAGES = ("announced", "closed")
WATCHERS = ("anonymous", "owner", "its agency", "bidder without", "centre", "regulator", "administrator")
# Pages that differ from one asking to the next whatever is bid: the whole ledger's length tells nothing of one lot.
OTHERWISE = {
    "GET /certificates/challenge": "random bytes each time",
    "public:revocation_list": "signed anew whenever asked for; tells of certificates alone",
    "public:evidence": "faces of the entries of all lots together",
    "regulator:evidence": "the size and root of the whole ledger",
    "GET /ledger": "faces of the entries of all lots together",
    "GET /ledger/checkpoint": "the size and root of the whole ledger",
    "hall:state": "grows with every entry of the whole ledger, so that a screen can drop an overtaken frame",
}
# Registers of everybody on the platform: they name bidders as organisations, whoever has bid.
REGISTERS = {"centre:organisations", "centre:people", "centre:person", "centre:expert", "centre:expert_new"}
_CHANGING = (
    re.compile(r'name="csrfmiddlewaretoken" value="\w+"'),
    re.compile(r'"index": ?\d+'),
    re.compile(r'"crls": ?\[[^\]]*\]'),  # signed anew whenever asked for; tells of certificates alone
    re.compile(r'<script id="[\w-]+-nonce".*?</script>', re.S),
)


def plain(text: str) -> str:
    for pattern in _CHANGING:
        text = pattern.sub("", text)
    return text


def readable(world):
    for address in [*addresses.pages(), *addresses.operations()]:
        if address.act is not None and address.name not in OTHERWISE and address.method in ("", "GET"):
            for stage in SECRET_STAGES:
                yield address, world.lots[stage]


def places_of(world):
    return {lot.code: world.places(lot) for lot in world.lots.values()}


def asked(world, client, known):
    """Return (address, lot's stage) → what is read there; `known` fills the places of the addresses."""
    paths = {}  # an address that names nothing of the lot is one page, not one a stage
    for address, lot in readable(world):
        paths.setdefault(address.at(**known[lot.code]), (address.name, lot.stage))
    found = {}
    for path, place in paths.items():
        answer = steps.ask(client, "GET", path)
        found[place] = (answer.status, plain(answer.text))
    return found


@pytest.fixture
def bidless(world):
    """The world before anybody has bid in the lots whose bids are still secret."""
    for stage in SECRET_STAGES:
        for bid in world.lots[stage].bids.all():
            bid.uploads.all().delete()
            bid.delete()
    return world


@pytest.mark.parametrize("name", WATCHERS)
def test_no_page_differs_by_who_has_bid(bidless, name):
    world = bidless
    walker = next(one for one in world.walkers if one.name == name)
    client, known = steps.client_of(walker), places_of(world)
    before = asked(world, client, known)
    with undone():
        for stage in SECRET_STAGES:
            add_bids(world.lots[stage], world, in_closing_set=stage == "closed")
        after = asked(world, client, known)
    differing = sorted(f"{page} [{stage}]" for (page, stage), told in before.items() if after[page, stage] != told)
    assert not differing, f"{name} can tell that somebody has bid from: {differing}"
    names = [player.organisation.name for player in world.cast.bidders]
    if walker.actor.role is not Role.BIDDER:
        naming = [f"{page} [{stage}]" for (page, stage), (_, text) in after.items() if any(n in text for n in names)]
        assert {one.split()[0] for one in naming} <= REGISTERS, f"{name} reads a bidder's name on: {naming}"


def test_a_bidder_learns_of_no_other_bidder(world):
    walker = next(one for one in world.walkers if one.name == "bidder with a bid")
    others = [player.organisation.name for player in world.cast.bidders[1:]]
    read = asked(world, steps.client_of(walker), places_of(world))
    naming = [page for page, (_, text) in read.items() if any(other in text for other in others)]
    assert not naming


def test_the_secret_stages_come_before_the_opening():
    assert set(SECRET_STAGES) == set(PATH[: PATH.index("opening")])
