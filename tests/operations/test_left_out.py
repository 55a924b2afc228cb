"""Who does not go on to a later envelope reads why in the log: no bid is dropped without a reason."""

import pytest

import ledger
from tendering.models import Bid, EnvelopeOpening, Opening, Release
from tendering.operations.close_lot import close_lot
from tendering.operations.end_envelope import end_envelope
from tendering.operations.end_window import end_window
from tendering.operations.open_bids import open_bids
from tendering.operations.open_envelope import open_envelope
from tendering.operations.start_envelope import start_envelope
from tendering.operations.start_opening import start_opening
from tendering.refusals import ActRefused
from tendering.rules.admission import FOUND_SHUT, MOST_WORDS
from tests.custodian.conftest import agent_of  # noqa: F401
from tests.operations.test_opening_envelopes import (  # noqa: F401
    PRICE,
    REASON,
    TECHNICAL,
    digests,
    envelopes,
    made,
    open_first,
    policy,
    release,
    start,
    technical,
    tender,
)

GRACE = 20  # seconds, of the rehearsal's procedure


@pytest.fixture
def one_shut(tender, hands, made):  # noqa: F811
    """The first two technical envelopes are opened, the third bidder handed over nothing; returns what was made."""
    release(tender, made[:2], TECHNICAL)
    hands.to(Opening.objects.get().window_ends_at)
    end_window(lot_id=tender.lot.pk)
    hands.move(GRACE)
    open_bids(lot_id=tender.lot.pk)
    assert Bid.objects.get(bid_digest=digests(made, TECHNICAL, 2)[0]).state != "opened"
    return made


def recorded(tender):  # noqa: F811
    (entry,) = ledger.entries_of(tender.lot.code, kinds=["envelope.started"])
    return entry["body"]["payload"]


def test_the_log_says_of_everybody_left_out_why_sorted_by_digest(tender, technical):  # noqa: F811
    first, *others = digests(technical, PRICE, 0, 1, 2)
    start(tender, [first, first], {others[0]: f"  {REASON}\n", others[1]: "字" * MOST_WORDS})
    said = {others[0]: REASON, others[1]: "字" * MOST_WORDS}
    assert recorded(tender)["admitted"] == [first]
    assert recorded(tender)["left_out"] == [{"bid_digest": one, "reason": said[one]} for one in sorted(others)]
    assert {Bid.objects.get(bid_digest=one).state for one in others} == {"returned"}


def test_where_all_go_on_nobody_is_left_out(tender, technical):  # noqa: F811
    start(tender, digests(technical, PRICE, 0, 1, 2), {})
    assert recorded(tender)["left_out"] == []


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({}, "left_out_reason"),
        ({2: " \n"}, "left_out_reason"),
        ({2: "\u200b\u2060"}, "left_out_reason"),
        ({2: "\u3164 \u2800\ufe0f"}, "left_out_reason"),
        ({2: "a\x00b"}, "left_out_reason"),
        ({2: "a\ud800"}, "left_out_reason"),
        ({2: FOUND_SHUT}, "left_out_reason"),
        ({2: "前面的信封\u200b没有 全部开启"}, "left_out_reason"),
        ({2: "字" * (MOST_WORDS + 1)}, "left_out_reason"),
        ({2: REASON, 1: REASON}, "left_out_stranger"),
        ({2: REASON, None: REASON}, "left_out_stranger"),
    ],
)
def test_reasons_are_those_of_exactly_the_bids_left_out(tender, technical, said, code):  # noqa: F811
    stranger = digests(technical, TECHNICAL, 2)[0]
    words = {stranger if who is None else digests(technical, PRICE, who)[0]: text for who, text in said.items()}
    with pytest.raises(ActRefused) as refused:
        start(tender, digests(technical, PRICE, 0, 1), words)
    assert refused.value.codes == {code}
    assert not EnvelopeOpening.objects.exists()
    assert set(Bid.objects.filter(envelope=PRICE).values_list("state", flat=True)) == {"received"}


def test_who_did_not_open_the_earlier_envelope_is_not_admitted(tender, one_shut):  # noqa: F811
    with pytest.raises(ActRefused) as refused:
        start(tender, digests(one_shut, PRICE, 0, 1, 2), {})
    assert refused.value.codes == {"earlier_not_opened"}
    assert not EnvelopeOpening.objects.exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (None, FOUND_SHUT),
        ("  ", FOUND_SHUT),
        ("\u200b", FOUND_SHUT),
        (FOUND_SHUT, FOUND_SHUT),
        (REASON, REASON),
    ],
)
def test_of_such_a_bidder_the_log_says_so_unless_the_host_does(tender, one_shut, words, told):  # noqa: F811
    (out,) = digests(one_shut, PRICE, 2)
    start(tender, digests(one_shut, PRICE, 0, 1), {} if words is None else {out: words})
    assert recorded(tender)["left_out"] == [{"bid_digest": out, "reason": told}]
    assert Bid.objects.get(bid_digest=out).state == "returned"


@pytest.mark.parametrize("envelopes", [("qualification", TECHNICAL, PRICE)])
def test_who_was_left_out_once_stays_out(tender, hands, envelopes):  # noqa: F811
    made = [{name: tender.bid(player, envelope=name) for name in envelopes} for player in tender.cast.bidders[:3]]  # noqa: F811
    hands.to(tender.lot.deadline_at)
    close_lot(lot_id=tender.lot.pk)
    start_opening(lot_id=tender.lot.pk)
    open_first(tender, hands, made, "qualification")
    host, (out,) = tender.cast.centre.actor, digests(made, TECHNICAL, 2)
    admitted = digests(made, TECHNICAL, 0, 1)
    start_envelope(lot_code=tender.lot.code, envelope=TECHNICAL, admitted=admitted, left_out={out: REASON}, actor=host)
    release(tender, made[:2], TECHNICAL)
    hands.to(EnvelopeOpening.objects.get().window_ends_at)
    end_envelope(lot_id=tender.lot.pk)
    open_envelope(lot_id=tender.lot.pk)
    with pytest.raises(ActRefused) as refused:
        start(tender, digests(made, PRICE, 0, 1, 2), {})
    assert refused.value.codes == {"earlier_not_opened"}
    start(tender, digests(made, PRICE, 0, 1), {})
    last = ledger.entries_of(tender.lot.code, kinds=["envelope.started"])[-1]["body"]["payload"]
    assert last["left_out"] == [{"bid_digest": digests(made, PRICE, 2)[0], "reason": FOUND_SHUT}]


def test_agents_release_for_the_admitted_whatever_else_the_entry_says(tender, hands, technical, agent_of):  # noqa: F811
    (out,) = digests(technical, PRICE, 2)
    start(tender, digests(technical, PRICE, 0, 1), {out: REASON})
    hands.to(EnvelopeOpening.objects.get().window_ends_at)
    end_envelope(lot_id=tender.lot.pk)
    assert [agent_of(name).round() for name in ("centre", "regulator")] == [2, 2]
    assert not Release.objects.filter(bid__bid_digest=out).exists()
