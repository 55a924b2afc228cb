"""A platform that admits to a later envelope whom the log does not allow, or in other than its turn, is named.

It has the log's key and signs everything anew. So is one that drops a bid without a reason. Whether a reason is a good
one is told, not judged (docs/decisions/0009).
"""

import copy

import pytest

from tendering.bundle import form
from tendering.rules.admission import FOUND_SHUT
from tests.verifier import rewriting
from tests.verifier.test_envelopes import (  # noqa: F401
    INVENTED,
    PRICE,
    REASON,
    TECHNICAL,
    between,
    exported,
    start,
    technical,
    tender,
)
from tests.verifier.test_tamperings import failing

pytestmark = pytest.mark.django_db
NAMED = INVENTED | {"admitted"}


@pytest.fixture
def running(tender, technical, tmp_path):  # noqa: F811
    """The price envelope's window is open for the first two; the first handed over its share."""
    start(tender, technical)
    return between(tender, tmp_path / "running.zip")


@pytest.fixture
def judged(tmp_path, capsys):
    def judge(bundle, *options):
        bundle.rebuild_log()
        found, told = failing(capsys, bundle.write(tmp_path / "forged.zip", signed=True), *options)
        rows = {row["name"]: row for row in told["checks"]}
        return found, rows["admitted"], rows

    return judge


def digest(made, number, envelope):
    return made[number][envelope][1].bid_digest


def test_an_honest_start_holds_and_says_whom_the_host_left_out(running, judged, technical, tender):  # noqa: F811
    found, row, _rows = judged(running)
    assert found == INVENTED
    rival, bidder = digest(technical, 2, PRICE), tender.cast.bidders[2].organisation.uscc
    told = f"price: 2 of 3 admitted; left out by the host: {rival[:16]} of {bidder}: “{REASON}”"
    assert row["detail"] == told


def test_a_dropped_rival_hears_it_by_its_receipt(running, judged, technical, tmp_path):  # noqa: F811
    found, _row, rows = judged(running, *rewriting.held(running, tmp_path, digest(technical, 2, PRICE)))
    assert found == INVENTED
    place = running.of_kind("envelope.started")[0]["index"]
    detail = rows["own_receipts"]["detail"]
    assert "in force, not admitted by the host at 20" in detail and f"(entry {place}): {REASON}" in detail
    held = rewriting.held(running, tmp_path, digest(technical, 1, PRICE))
    assert "in force, not opened" in judged(running, *held)[2]["own_receipts"]["detail"]


@pytest.mark.parametrize("stranger", ["technical", "invented", "incomplete", "twice"])
def test_only_bids_of_the_envelope_in_force_are_admitted_and_once(running, judged, technical, stranger):  # noqa: F811
    admitted = running.payload("envelope.started")["admitted"]
    one = {
        "technical": digest(technical, 0, TECHNICAL),
        "invented": "ab" * 32,
        "incomplete": running.payload("bids.incomplete")["bids"][0],
        "twice": admitted[0],
    }[stranger]
    admitted.append(one)
    found, row, _rows = judged(running)
    assert found == NAMED
    wanted = "2 times" if stranger == "twice" else "is no bid of it in force at the deadline"
    assert any(one[:16] in reason and wanted in reason for reason in row["reasons"])


def shut_technical(bundle, one):
    """This technical envelope stays shut: its bidder handed over nothing, and no custodian acted."""
    row = next(row for row in bundle.of_kind("bid.opened") if row["body"]["payload"]["bid_digest"] == one)
    old = row["body"]["payload"]
    said = {"bid_digest": one, "bidder": old["bidder"], "check": "threshold", "envelope": TECHNICAL}
    row["body"] |= {"kind": "bid.withdrawn_no_blame", "payload": said}
    shares = [row for row in bundle.of_kind("share.released") if row["body"]["payload"]["bid_digest"] == one]
    for released in shares:
        bundle.entries.remove(released)
    bundle.store(bundle.bid(one, form.SHARES), {"releases": [], "refusals": []})
    counts = bundle.payload("opening.finished")
    counts["opened"], counts["not_opened"] = counts["opened"] - 1, counts["not_opened"] + 1


def test_who_did_not_open_the_envelope_before_is_not_admitted(running, judged, technical):  # noqa: F811
    shut_technical(running, digest(technical, 1, TECHNICAL))
    found, row, _rows = judged(running)
    assert found == NAMED
    (reason,) = row["reasons"]
    accomplice = digest(technical, 1, PRICE)
    assert accomplice[:16] in reason and "its envelope technical was not opened before" in reason
    payload = running.payload("envelope.started")
    payload["admitted"].remove(accomplice)
    payload["left_out"].append({"bid_digest": accomplice, "reason": FOUND_SHUT})
    found, row, _rows = judged(running)
    assert found == INVENTED
    assert row["detail"].startswith("price: 1 of 3 admitted") and f"“{FOUND_SHUT}”" in row["detail"]


def dropped(payload, _victim):
    payload["left_out"].clear()


def both(payload, victim):
    payload["admitted"].append(victim)


def twice(payload, _victim):
    payload["left_out"] *= 2


def blank(payload, _victim):
    payload["left_out"][0]["reason"] = " \n"


def invisible(payload, _victim):
    payload["left_out"][0]["reason"] = "\u200b\u2060"


def in_the_records_words(payload, _victim):
    payload["left_out"][0]["reason"] = f" {FOUND_SHUT}"


@pytest.mark.parametrize(
    ("tamper", "wanted"),
    [
        (invisible, "is left out of price for a blank reason"),
        (
            in_the_records_words,
            "is left out of price since its earlier envelopes were not opened, and the log shows them opened",
        ),
        (dropped, "is neither admitted to price nor left out of it with a reason"),
        (both, "is admitted to price and left out of it"),
        (twice, "is left out of price 2 times"),
        (blank, "is left out of price for a blank reason"),
    ],
)
def test_every_bid_is_admitted_or_left_out_with_a_reason_once(running, judged, technical, tender, tamper, wanted):  # noqa: F811
    victim, bidder = digest(technical, 2, PRICE), tender.cast.bidders[2].organisation.uscc
    tamper(running.payload("envelope.started"), victim)
    found, row, _rows = judged(running)
    assert found == NAMED and row["reasons"] == [f"{victim[:16]} of {bidder} {wanted}"]


def test_a_rival_dropped_from_both_lists_hears_that_no_reason_is_given(running, judged, technical, tmp_path):  # noqa: F811
    running.payload("envelope.started")["left_out"] = []
    rival = digest(technical, 2, PRICE)
    found, _row, rows = judged(running, *rewriting.held(running, tmp_path, rival))
    assert found == NAMED and rows["own_receipts"]["detail"].count("): no reason is given") == 1


@pytest.mark.parametrize("stranger", ["technical", "invented", "incomplete"])
def test_only_bids_of_the_envelope_in_force_are_left_out(running, judged, technical, stranger):  # noqa: F811
    one = {
        "technical": digest(technical, 0, TECHNICAL),
        "invented": "ab" * 32,
        "incomplete": running.payload("bids.incomplete")["bids"][0],
    }[stranger]
    running.payload("envelope.started")["left_out"].append({"bid_digest": one, "reason": REASON})
    found, row, _rows = judged(running)
    assert found == NAMED
    assert row["reasons"] == [f"{one[:16]} is left out of price, and is no bid of it in force at the deadline"]


def test_a_reason_cannot_write_over_the_line_that_tells_it(running, judged):
    running.payload("envelope.started")["left_out"][0]["reason"] = "x\x1b[2K\n" + "字" * 1000
    found, row, _rows = judged(running)
    assert found == INVENTED and row["detail"].isprintable() and len(row["detail"]) < 600


def test_a_start_without_reasons_has_not_its_form(running, judged):
    del running.payload("envelope.started")["left_out"]
    found, _row, rows = judged(running)
    assert "form" in found and any("payload.left_out is missing" in one for one in rows["form"]["reasons"])


def test_an_envelope_is_started_once(running, judged, technical):  # noqa: F811
    """The first start names the rival, the second, which all would be judged by, does not any more."""
    first = running.of_kind("envelope.started")[0]["body"]
    again = running.of_kind("share.released")[-1]
    again["body"] = copy.deepcopy(first)
    first["payload"]["admitted"].append(digest(technical, 2, PRICE))
    found, row, _rows = judged(running)
    assert found == NAMED
    assert "the envelope price was started 2 times" in row["reasons"][0]


def test_an_envelope_is_started_after_the_one_before_it_was_opened(running, judged):
    """Prices known before the technical envelopes were all read out."""
    one, two = running.of_kind("opening.finished")[0], running.of_kind("envelope.started")[0]
    one["body"], two["body"] = two["body"], one["body"]
    found, row, _rows = judged(running)
    assert found == NAMED
    assert "the envelope price was started before technical was opened" in row["reasons"][0]


def test_an_envelope_that_the_tender_has_not_or_that_is_the_first_is_not_started(running, judged):
    released = running.of_kind("share.released")[-1]
    for name in ("qualification", TECHNICAL):
        payload = running.payload("envelope.started") | {"envelope": name}
        released["body"] = {**running.of_kind("envelope.started")[0]["body"], "payload": payload}
        found, row, _rows = judged(running)
        assert found == NAMED
        assert f"starts the envelope {name}, which the tender has not as a later one" in row["reasons"][0]


def test_nobody_admitted_is_no_start(running, judged):
    running.entries.remove(running.of_kind("share.released")[-1])
    running.payload("envelope.started")["admitted"] = []
    found, row, _rows = judged(running)
    assert found == NAMED and "was started for nobody" in row["reasons"][0]


def test_before_any_later_envelope_there_is_nothing_to_judge(tender, technical, tmp_path, capsys):  # noqa: F811
    found, told = failing(capsys, exported(tender, tmp_path / "between.zip"))
    row = next(row for row in told["checks"] if row["name"] == "admitted")
    assert found == INVENTED and row["outcome"] == "not applicable"
