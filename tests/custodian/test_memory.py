"""What an agent has once read under a signed head cannot be hidden, masked or exchanged for something else."""

import json
from datetime import datetime, timedelta

import pytest
from django.db import transaction

import ledger
from custodian.log import LogBroken
from identity.actor import CLOCK
from ledger import entries as leaves
from sealing.fields import format_time
from tendering.models import Release, ReleaseRefusal
from tendering.operations.amend_lot import amend_lot
from tests.custodian.test_threats import HOUR, asking_for, end
from tests.lots import Keys, signed
from tests.sealed import own_keys


def postpone(tender):
    """Postpone by an hour, signed by the agency; return the new deadline."""
    keys = Keys(tender.keys_of(tender.cast.agency), tuple(own_keys(held) for _, held, _ in tender.custodians.values()))
    later = tender.lot.deadline_at + HOUR
    amend_lot(
        lot_code=tender.lot.code,
        actor=tender.cast.agency.actor,
        explanation="延期开标",
        **signed(tender.fresh(), keys, later),
    )
    return later


def enter(tender, hands, kind, payload):
    with transaction.atomic():
        ledger.append(kind, lot=tender.lot.code, at=hands.at, payload=payload, actor=CLOCK)


def enter_closing(tender, hands, bid, deadline):
    """Enter a closing by the platform's own hand that lists this bid alone, as received."""
    row = {"bid_digest": bid.bid_digest, "sequence": bid.sequence, "state": "received"}
    enter(
        tender,
        hands,
        "lot.closed",
        {"lot": tender.lot.code, "deadline": format_time(deadline), "bids": [row]},
    )


def refusals():
    return " ".join(ReleaseRefusal.objects.values_list("reason", flat=True))


def without(bid, *kinds):
    return asking_for(bid, entries=lambda row: row["body"]["kind"] not in kinds)


def with_fakes(tender, answer):
    """Add to a page of the feed five amendments behind its end, each with a leaf of its own."""
    (first,) = ledger.entries_of(tender.lot.code, kinds=["lot.announced"])
    body, rows = {**first["body"], "kind": "lot.amended"}, answer["entries"]
    start = rows[-1]["index"] + 1
    for index in range(start, start + 5):
        digest = leaves.body_hash(first["salt"], body)
        leaf = leaves.leaf(index, datetime.fromisoformat(first["at"]), digest)
        rows.append({"index": index, "at": first["at"], "leaf": leaf, "body": body, "salt": first["salt"]})
    return answer


# amendments


def test_an_amendment_that_no_head_covers_does_not_take_the_place_of_the_real_one(tender, hands, agent_of):
    _, bid = tender.bid(tender.cast.bidders[0])
    old = tender.lot.deadline_at
    agent = agent_of(
        "centre", change=lambda path, said: with_fakes(tender, said) if "/ledger" in path and said["entries"] else said
    )
    assert agent.round() == 0
    kept = json.loads((agent.home.folder / "memory.json").read_text())["remembered"][tender.lot.code]
    assert [row["body"]["kind"] for row in kept if row["index"] >= agent.log.head.size] == []
    postpone(tender)
    with pytest.raises(LogBroken):
        agent.round()
    hands.to(old + timedelta(seconds=5))
    enter_closing(tender, hands, bid, old)
    enter(tender, hands, "opening.window_ended", {})
    assert agent_of("centre", change=without(bid, "lot.postponed", "bids.superseded")).round() == 0
    assert "clock: the deadline" in refusals()


def test_a_remembered_entry_that_is_not_in_the_log_is_dropped_at_the_start(tender, hands, agent_of):
    tender.bid(tender.cast.bidders[0])
    agent = agent_of("centre")
    agent.round()
    path, lot = agent.home.folder / "memory.json", tender.lot.code
    memory = json.loads(path.read_text())
    true = memory["remembered"][lot][0]
    memory["remembered"][lot].append({**true, "index": true["index"] + 1})
    path.write_text(json.dumps(memory))
    assert agent_of("centre").log.remembered[lot] == [true]


def test_a_remembered_entry_that_is_not_in_the_log_holds_the_release_back(tender, hands, agent_of):
    tender.opened_window(hands)
    end(tender, hands)
    agent = agent_of("centre")
    agent.follow_to(ledger.checkpoint())
    true = agent.log.remembered[tender.lot.code][0]
    agent.log.remembered[tender.lot.code].append({**true, "index": true["index"] + 1})
    assert agent.round() == 0
    assert "is remembered but is not in the log" in refusals()


def test_a_first_statement_that_is_entered_again_does_not_bring_a_superseded_bid_back(tender, hands, agent_of):
    _, bid = tender.bid(tender.cast.bidders[0])
    (first,) = ledger.entries_of(tender.lot.code, kinds=["lot.announced"])
    later = postpone(tender)
    hands.to(later + timedelta(seconds=5))
    enter(tender, hands, "lot.amended", first["body"]["payload"])
    enter_closing(tender, hands, bid, later)
    enter(tender, hands, "opening.window_ended", {})
    assert agent_of("centre", change=without(bid, "bids.superseded")).round() == 0
    said = refusals()
    assert "the amendments' numbers do not grow along the log: [0, 1, 0]" in said
    assert "the bid is bound to another deadline than was signed" in said  # the latest is the one of greatest number


# states


@pytest.mark.parametrize("kind", ["lot.suspended", "lot.terminated", "lot.failed"])
@pytest.mark.parametrize("restarted", [False, True])
def test_an_end_or_a_halt_read_in_the_feed_is_not_forgotten(tender, hands, agent_of, kind, restarted):
    ((_, bid), *_) = tender.opened_window(hands)
    end(tender, hands)
    enter(tender, hands, kind, {"reason": "x"})
    agent = agent_of("centre", change=without(bid, kind))
    if restarted:
        agent.follow_to(ledger.checkpoint())
        agent = agent_of("centre", change=without(bid, kind))
    assert agent.round() == 0
    assert "suspended: the lot" in refusals()


def test_a_lot_that_was_resumed_is_released_though_only_its_suspension_is_shown(tender, hands, agent_of):
    ((_, bid), *_) = tender.opened_window(hands)
    end(tender, hands)
    enter(tender, hands, "lot.suspended", {})
    enter(tender, hands, "lot.resumed", {})
    assert agent_of("centre", change=without(bid, "lot.resumed")).round() == 1


# the closing entry


@pytest.fixture
def withdrawn(tender, hands):
    """A bid that was withdrawn; three others wait to be opened."""
    player = tender.cast.bidders[3]
    _, gone = tender.bid(player)
    tender.withdraws(player, gone.bid_digest)
    tender.opened_window(hands)
    return gone


def hiding(bid, index):
    """The true closing entry and the withdrawal are left out."""
    return asking_for(bid, entries=lambda row: row["index"] != index and row["body"]["kind"] != "bid.withdrawn")


def closings_of(tender):
    return [row["index"] for row in ledger.entries_of(tender.lot.code, kinds=["lot.closed"])]


def test_a_closing_entry_behind_the_start_of_the_opening_is_not_believed(tender, hands, withdrawn, agent_of):
    enter_closing(tender, hands, withdrawn, tender.fresh().deadline_at)
    end(tender, hands)
    assert agent_of("centre", change=hiding(withdrawn, closings_of(tender)[0])).round() == 0
    assert "closing_set: the closing entry stands behind the opening" in refusals()
    assert not Release.objects.exists()


def test_two_closing_entries_of_one_lot_are_refused(tender, hands, withdrawn, agent_of):
    enter_closing(tender, hands, withdrawn, tender.fresh().deadline_at)
    end(tender, hands)
    assert agent_of("centre").round() == 0
    assert "closing_set: the lot is closed more than once" in refusals()


@pytest.mark.parametrize("restarted", [False, True])
def test_the_closing_entry_that_was_acted_on_is_not_exchanged(tender, hands, withdrawn, agent_of, restarted):
    end(tender, hands)
    agent = agent_of("centre")
    assert agent.round() == 3
    (index,) = closings_of(tender)
    assert agent.log.closings == {tender.lot.code: index}
    enter_closing(tender, hands, withdrawn, tender.fresh().deadline_at)
    assert closings_of(tender)[0] == index
    again = agent_of("centre", change=hiding(withdrawn, index)) if restarted else agent
    again.server = agent_of("centre", change=hiding(withdrawn, index)).server
    assert again.round() == 0
    assert "shares were released on another closing entry" in refusals()
    assert not Release.objects.filter(bid=withdrawn).exists()
