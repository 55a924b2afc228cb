"""The agent against an honest platform and against one that lies: it releases only when its own eyes say so."""

import contextlib
import json
import subprocess
import sys
from datetime import timedelta

import pytest

from custodian.log import LogBroken
from custodian.server import ServerAway
from tendering.models import OpenedBid, Opening, Release, ReleaseRefusal
from tendering.operations.end_window import end_window
from tendering.operations.open_bids import open_bids
from tests.sealed import publish


def ended(tender, hands):
    hands.to(Opening.objects.get().window_ends_at)
    end_window(lot_id=tender.lot.pk)


def test_two_agents_open_what_no_bidder_came_for(tender, hands, agent_of):
    tender.opened_window(hands)
    centre, regulator = agent_of("centre"), agent_of("regulator")
    assert (centre.round(), regulator.round()) == (0, 0)  # the window is open: nothing is asked
    ended(tender, hands)
    assert (centre.round(), regulator.round()) == (3, 3)
    assert (centre.round(), regulator.round()) == (0, 0)
    assert Release.objects.filter(matches=True).count() == 6
    assert open_bids(lot_id=tender.lot.pk).stage == "opened"
    assert set(OpenedBid.objects.values_list("opened_by", flat=True)) == {"custodians"}


def test_an_agent_whose_own_clock_is_before_the_deadline_refuses_and_says_so_once(tender, hands, agent_of):
    tender.opened_window(hands)
    ended(tender, hands)
    agent = agent_of("centre", now=lambda: tender.lot.deadline_at - timedelta(seconds=1))
    assert [agent.round() for _ in range(3)] == [0, 0, 0]
    assert not Release.objects.exists()
    assert ReleaseRefusal.objects.count() == 3
    assert "clock" in ReleaseRefusal.objects.first().reason


def test_the_skew_holds_a_release_back(tender, hands, agent_of):
    tender.opened_window(hands)
    ended(tender, hands)
    agent = agent_of("centre")
    agent.skew = timedelta(hours=1)
    assert agent.round() == 0


def test_an_agent_started_again_goes_on_from_its_memory(tender, hands, agent_of):
    tender.opened_window(hands)
    first = agent_of("centre")
    first.round()
    ended(tender, hands)
    again = agent_of("centre")
    assert again.log.head.size == first.log.head.size > 0
    assert again.round() == 3
    assert again.log.head.size > first.log.head.size


def test_a_rewritten_log_is_noticed(tender, hands, agent_of):
    tender.opened_window(hands)
    agent_of("centre").round()

    def rewritten(path, answer):
        if "/ledger?" in path:
            for row in answer["entries"]:
                row["leaf"] = "00" * 32
                row["body"] = None
        return answer

    ended(tender, hands)
    with pytest.raises(LogBroken):
        agent_of("centre", change=rewritten).round()
    assert not Release.objects.exists()


def test_another_log_key_is_noticed(tender, hands, agent_of):
    agent_of("centre").round()

    def other_key(path, answer):
        return {**answer, "log_key": "other+00000000+AAAA"} if path.endswith("hello") else answer

    with pytest.raises(LogBroken):
        agent_of("centre", change=other_key)


def lying(tender, hands, agent_of, lie, keeps_back=()):
    """Let the platform change its work list, and keep back bodies in the feed; return the reasons of the refusals."""
    tender.opened_window(hands)
    ended(tender, hands)

    def change(path, answer):
        if path.endswith("/work"):
            for lot in answer["lots"]:
                lie(lot)
        for row in answer["entries"] if "/ledger?" in path else []:
            if row["body"] and row["body"]["kind"] in keeps_back:
                row.update(body=None, salt=None)
        return answer

    assert agent_of("centre", change=change).round() == 0
    assert not Release.objects.exists()
    return " ".join(ReleaseRefusal.objects.values_list("reason", flat=True))


def test_an_invented_closing_entry_is_refused(tender, hands, agent_of):
    def lie(lot):
        for row in lot["entries"]:
            if row["body"]["kind"] == "lot.closed":
                row["body"]["payload"]["bids"] = row["body"]["payload"]["bids"][:1]

    assert "is not in the log that was signed" in lying(tender, hands, agent_of, lie)


def test_a_withheld_closing_entry_is_refused(tender, hands, agent_of):
    def lie(lot):
        lot["entries"] = [row for row in lot["entries"] if row["body"]["kind"] != "lot.closed"]

    assert "the lot is not closed" in lying(tender, hands, agent_of, lie)


def test_an_invented_end_of_the_window_is_refused(tender, hands, agent_of):
    def lie(lot):
        lot["entries"] = [row for row in lot["entries"] if row["body"]["kind"] != "opening.window_ended"]
        lot["entries"].append({**lot["entries"][-1], "index": 10_000})

    reasons = lying(tender, hands, agent_of, lie, keeps_back=("opening.window_ended",))
    assert "window" in reasons
    assert "entry 10000" in reasons


def test_a_postponement_that_the_platform_hides_is_remembered(tender, hands, agent_of):
    tender.opened_window(hands)
    tender.lot.deadline_at += timedelta(days=5)
    tender.lot.amendment = 1
    publish(tender, now=hands.at)  # the ledger has it; the work list will not show it
    ended(tender, hands)

    def hide(path, answer):
        for lot in answer.get("lots", []):
            lot["entries"] = [row for row in lot["entries"] if row["body"]["kind"] != "lot.amended"]
        return answer

    assert agent_of("centre", change=hide).round() == 0
    assert "deadline" in ReleaseRefusal.objects.first().reason


@pytest.mark.parametrize("rubbish", [{}, {"header": 1}, {"header": "", "trailer": "", "bid_digest": "ab" * 32}])
def test_a_malformed_work_list_releases_nothing_and_ends_nothing(tender, hands, agent_of, rubbish):
    def lie(lot):
        lot["bids"] = [rubbish]

    lying(tender, hands, agent_of, lie)


def test_header_and_trailer_of_different_bids_are_refused(tender, hands, agent_of):
    def lie(lot):
        lot["bids"][0]["trailer"] = lot["bids"][1]["trailer"]

    tender.opened_window(hands)
    ended(tender, hands)

    def change(path, answer):
        for lot in answer.get("lots", []):
            lie(lot)
        return answer

    assert agent_of("centre", change=change).round() == 2
    assert "signature" in ReleaseRefusal.objects.get().reason


def test_the_program_ends_clearly_and_without_django(tmp_path, agent_of):
    home = agent_of("centre").home.folder
    run = [sys.executable, "-m", "custodian", "--server", "http://127.0.0.1:9", "--once", "--home"]
    away = subprocess.run([*run, str(home)], capture_output=True, text=True, timeout=60, check=False)
    assert away.returncode == 3
    assert [json.loads(line)["event"] for line in away.stderr.splitlines()] == ["started", "server_away"]
    empty = subprocess.run([*run, str(tmp_path)], capture_output=True, text=True, timeout=60, check=False)
    assert empty.returncode == 1
    code = "import sys, custodian.__main__; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


def test_sigterm_ends_it(agent_of):
    home = agent_of("centre").home.folder
    argv = [sys.executable, "-m", "custodian", "--server", "http://127.0.0.1:9", "--home", str(home)]
    with subprocess.Popen(argv, stderr=subprocess.PIPE, text=True) as program:
        assert program.stderr is not None
        while json.loads(program.stderr.readline())["event"] != "server_away":
            pass
        program.terminate()
        assert program.wait(timeout=30) == 0
        assert json.loads(program.stderr.readlines()[-1])["event"] == "stopped"


RUBBISH = [None, 0, "x", {}, [None], [[]], [{"bids": [1]}]]


HARMFUL = (("hello", "log_key"), ("ledger", "entries"), ("work", "lots"), ("work", "checkpoint"))
HARMLESS = (("hello", "now"), ("work", "crls"))  # neither is needed for the decision; what is wrong may still refuse


def spoilt(path, member, rubbish):
    return lambda at, answer: {**answer, member: rubbish} if f"/{path}" in at else answer


def test_whatever_a_platform_answers_the_agent_never_breaks_and_releases_nothing_unproven(tender, hands, agent_of):
    tender.opened_window(hands)
    ended(tender, hands)
    for path, member in HARMFUL:
        for rubbish in RUBBISH:
            with contextlib.suppress(LogBroken, ServerAway):
                assert agent_of("centre", change=spoilt(path, member, rubbish)).round() == 0
    assert not Release.objects.exists()
    for path, member in HARMLESS:
        for rubbish in RUBBISH:
            with contextlib.suppress(LogBroken, ServerAway):
                agent_of("regulator", change=spoilt(path, member, rubbish)).round()
    assert Release.objects.filter(matches=True).count() == 3
