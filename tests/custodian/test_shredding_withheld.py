"""A platform that withholds an announcement cannot talk a custodian into destroying a key that a lot needs."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

import ledger
from custodian.log import LogBroken
from custodian.needing import count
from custodian.shredding import StillNeeded, destroy

NOW = datetime(2026, 1, 1, tzinfo=UTC)
KID = "ab" * 32


def hiding(path, answer):
    """The platform from the first day: faces of announcements without body, and nothing depends on anyone."""
    if "/ledger" in path:
        for row in answer["entries"]:
            if row["body"] and row["body"]["kind"] == "lot.announced":
                row["body"] = None
    return {"lots": []} if path.endswith("/dependents") else answer


def add(tender, hands, *kinds):
    with transaction.atomic():
        for kind in kinds:
            ledger.append(kind, lot=tender.lot.code, at=hands.at, actor=tender.cast.centre.actor, payload={})


@pytest.mark.parametrize(
    ("kind", "words"),
    [("question.asked", "withholds the announcement"), ("lot.accepted", "no announcement is shown")],
)
def test_a_withheld_announcement_holds_the_key_back_in_words_to_act_on(tender, hands, agent_of, kind, words):
    add(tender, hands, kind)
    agent = agent_of("centre", change=hiding)
    with pytest.raises(StillNeeded, match=words) as refused:
        destroy(agent, kid=agent.home.keys.kid, reason="x")
    assert tender.lot.code in str(refused.value)
    assert "run the command again" in str(refused.value)
    assert list(agent.home.folder.glob("*.key"))


def test_the_person_sees_which_lots_were_counted_and_how_many_bodies_were_hidden(tender, hands, agent_of, capsys):
    add(tender, hands, "question.asked")
    with pytest.raises(StillNeeded):
        destroy(agent := agent_of("centre"), kid=agent.home.keys.kid, reason="x")
    told = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    (counted,) = [row for row in told if row["event"] == "lots_counted"]
    assert counted["unfinished"] == [tender.lot.code]
    assert counted["announcement_not_shown"] == []
    hidden = sum(row["body"] is None for row in ledger.feed(limit=1000))
    assert (counted["entries_without_body"], counted["entries"]) == (hidden, len(ledger.feed(limit=1000)))


def test_a_platform_that_shows_other_entries_in_their_place_is_caught(tender, hands, agent_of):
    agent = agent_of("centre")
    agent.round()

    def again(path, answer):
        if "/ledger?after=-1" in path:
            answer["entries"] = [answer["entries"][-1]] * len(answer["entries"])
        return answer

    with pytest.raises(LogBroken, match="or others"):
        destroy(agent := agent_of("centre", change=again), kid=agent.home.keys.kid, reason="x")


def counted(*kinds, certified_until=NOW + timedelta(days=365), now=NOW):
    parameters = {"parameters": {"body": {"custodians": [KID]}}}
    rows = [
        {"index": at, "at": NOW.isoformat(), "body": {"kind": kind, "lot": "L", "payload": parameters}}
        for at, kind in enumerate(kinds)
    ]
    return count(rows, KID, now=now, certified_until=certified_until)


def test_lots_are_told_apart():
    later = NOW + timedelta(days=16 * 366)
    assert counted("lot.accepted", "lot.announced").unfinished == ["L"]
    assert list(counted("lot.announced", "opening.finished").kept) == ["L"]
    assert counted("lot.announced", "opening.finished", now=later).free == ["L"]
    assert counted("lot.announced", "opening.finished", now=later).needed() == []
    assert counted("lot.accepted", "opening.started").withheld == ["L"]
    assert counted("opening.finished").withheld == ["L"]
    assert counted("opening.finished", now=later).needed() == []
    assert counted("lot.accepted").waiting == ["L"]
    assert counted("lot.accepted", certified_until=NOW - timedelta(days=1)).needed() == []
    for honest in (["lot.submitted", "lot.returned"], ["lot.accepted", "lot.suspended", "lot.terminated"]):
        assert counted(*honest).needed() == []
