"""Several envelopes a lot: each with its own file and sequence, opened in signed order, prices of those admitted."""

import pytest
from django.conf import settings

import ledger
from tendering import agenda, bid_queries
from tendering.models import Bid, EnvelopeOpening, OpenedBid, OpenedEnvelope, Opening, Release, ReleaseRefusal
from tendering.operations.close_lot import close_lot
from tendering.operations.end_envelope import end_envelope
from tendering.operations.end_window import end_window
from tendering.operations.open_bids import NotCollected, open_bids
from tendering.operations.open_envelope import open_envelope
from tendering.operations.start_envelope import start_envelope
from tendering.operations.start_opening import start_opening
from tendering.refusals import ActRefused, LostRace
from tests.custodian.conftest import agent_of  # noqa: F401

TECHNICAL, PRICE = "technical", "price"
REASON = "技术标未达到 60 分。"


@pytest.fixture
def policy():
    return "bidder-or-custodians"


@pytest.fixture
def envelopes():
    return (TECHNICAL, PRICE)


@pytest.fixture
def tender(cast, hands, tmp_path, settings, policy, envelopes):
    from tests.sealed import make_tender

    for name in ("SEALED_ROOT", "OPENED_ROOT", "UPLOAD_ROOT"):
        setattr(settings, name, tmp_path / "server" / name.lower())
    return make_tender(cast, tmp_path, now=hands.at, policy=policy, envelopes=envelopes)


def hand_in(tender, number):
    """Bidder `number` hands in both envelopes; returns envelope → (file, bid)."""
    player = tender.cast.bidders[number]
    made = {TECHNICAL: tender.bid(player, envelope=TECHNICAL, price=None)}
    return made | {PRICE: tender.bid(player, envelope=PRICE, price=f"{8_000_000 + number}.00")}


@pytest.fixture
def made(tender, hands):
    """Three bidders handed in both envelopes; the opening's window is open."""
    found = [hand_in(tender, number) for number in range(3)]
    hands.to(tender.lot.deadline_at)
    close_lot(lot_id=tender.lot.pk)
    start_opening(lot_id=tender.lot.pk)
    return found


def release(tender, made, envelope):
    for player, files in zip(tender.cast.bidders, made, strict=False):
        tender.bidder_releases(player, files[envelope][0])


def open_first(tender, hands, made, envelope):
    """Open the first envelopes: every bidder hands over its share, then the window ends."""
    release(tender, made, envelope)
    hands.to(Opening.objects.get().window_ends_at)
    end_window(lot_id=tender.lot.pk)
    open_bids(lot_id=tender.lot.pk)


@pytest.fixture
def technical(tender, hands, made):
    """The technical envelopes are opened; returns what was handed in."""
    open_first(tender, hands, made, TECHNICAL)
    return made


def digests(made, envelope, *numbers):
    return [made[number][envelope][1].bid_digest for number in numbers]


def begin(tender, made, *numbers, actor=None):
    """Start the price envelope for these bidders; of the others the host says that they fell short."""
    admitted = digests(made, PRICE, *numbers)
    out = {bid.bid_digest: REASON for _, bid in (one[PRICE] for one in made) if bid.bid_digest not in admitted}
    return start(tender, admitted, out, actor=actor)


def start(tender, admitted, left_out, *, actor=None):
    host = actor or tender.cast.centre.actor
    return start_envelope(lot_code=tender.lot.code, envelope=PRICE, admitted=admitted, left_out=left_out, actor=host)


def test_each_envelope_has_its_own_file_sequence_and_place(tender, hands):
    player = tender.cast.bidders[0]
    first = hand_in(tender, 0)
    _, again = tender.bid(player, envelope=PRICE, sequence=2, price="7999999.00")
    assert (again.envelope, again.sequence) == (PRICE, 2)
    assert Bid.objects.get(pk=first[PRICE][1].pk).state == "replaced"
    assert Bid.objects.get(pk=first[TECHNICAL][1].pk).state == "received"
    organisation = player.organisation.pk
    assert bid_queries.next_sequence(tender.lot, organisation, PRICE) == 3
    assert bid_queries.next_sequence(tender.lot, organisation, TECHNICAL) == 2
    with pytest.raises(ActRefused) as refused:
        tender.bid(player, envelope="whole")
    assert "envelope" in refused.value.codes


def test_who_hands_in_only_one_envelope_has_handed_in_nothing(tender, hands):
    complete = [hand_in(tender, number) for number in range(3)]
    _, lone = tender.bid(tender.cast.bidders[3], envelope=TECHNICAL, price=None)
    hands.to(tender.lot.deadline_at)
    assert close_lot(lot_id=tender.lot.pk).stage == "closed"
    lone.refresh_from_db()
    assert (lone.state, lone.end_reason, lone.in_closing_set) == ("withdrawn", "incomplete", False)
    (entry,) = ledger.entries_of(tender.lot.code, kinds=["lot.closed"])
    said = {row["bid_digest"]: row["state"] for row in entry["body"]["payload"]["bids"]}
    assert said.pop(lone.bid_digest) == "withdrawn"
    assert sorted(said) == sorted(digests(complete, PRICE, 0, 1, 2) + digests(complete, TECHNICAL, 0, 1, 2))


def test_too_few_complete_bidders_and_the_lot_fails(tender, hands):
    hand_in(tender, 0)
    hand_in(tender, 1)
    tender.bid(tender.cast.bidders[2], envelope=PRICE)
    hands.to(tender.lot.deadline_at)
    assert close_lot(lot_id=tender.lot.pk).stage == "failed"


@pytest.mark.parametrize("lone", [0, 1, 2])
def test_the_public_feed_shows_the_same_rows_however_many_bids_were_incomplete(tender, hands, lone):
    hand_in(tender, 0)
    incomplete = [tender.bid(tender.cast.bidders[1 + number], envelope=PRICE)[1].bid_digest for number in range(lone)]
    size = ledger.head()["size"]
    hands.to(tender.lot.deadline_at)
    close_lot(lot_id=tender.lot.pk)
    assert [row["body"] and row["body"]["kind"] for row in ledger.feed(size - 1)] == [None, "lot.failed"]
    (entry,) = ledger.entries_of(tender.lot.code, kinds=["bids.incomplete"])
    assert entry["body"]["payload"] == {"bids": sorted(incomplete)}


def test_at_the_opening_only_the_first_envelope_is_opened_and_shows_no_price(tender, technical):
    assert tender.fresh().stage == "opened"
    assert OpenedEnvelope.objects.count() == 3
    assert not OpenedBid.objects.exists()
    opened = [row["body"]["payload"] for row in ledger.entries_of(tender.lot.code, kinds=["bid.opened"])]
    assert {row["envelope"] for row in opened} == {TECHNICAL}
    assert not any("price_yuan" in row for row in opened)
    for digest in digests(technical, PRICE, 0, 1, 2):
        assert Bid.objects.get(bid_digest=digest).state == "received"
        assert not (settings.OPENED_ROOT / tender.lot.code / digest).exists()


def test_no_share_of_a_later_envelope_is_taken_or_asked_for_before_its_stage(
    tender,
    hands,
    made,
    agent_of,  # noqa: F811
):
    file, bid = made[0][PRICE]
    with pytest.raises(ActRefused) as refused:
        tender.bidder_releases(tender.cast.bidders[0], file)
    assert refused.value.codes == {"window_closed"}
    hands.to(Opening.objects.get().window_ends_at)
    end_window(lot_id=tender.lot.pk)
    with pytest.raises(ActRefused):
        tender.custodian_releases("centre", bid, at=hands.at)
    assert agent_of("centre").round() == 3  # the technical ones
    assert set(Release.objects.values_list("bid__envelope", flat=True)) == {TECHNICAL}


def lying(answer, lot, bid):
    """A platform that asks for a price envelope's share before its stage."""
    upload = bid.uploads.get()
    from suites.base64_text import to_base64

    row = {
        "bid_digest": bid.bid_digest,
        "header": to_base64(bytes(upload.header)),
        "trailer": to_base64(bytes(upload.trailer)),
    }
    entries = [{**entry, "revealed": {}} for entry in ledger.entries_of(lot.code)]
    return {**answer, "lots": [{"lot": lot.code, "entries": entries, "bids": [row]}]}


@pytest.mark.parametrize("stage", ["window", "opened", "invented"])
def test_an_agent_refuses_a_price_envelope_before_its_stage_whatever_the_platform_says(
    tender,
    hands,
    made,
    agent_of,  # noqa: F811
    stage,
):
    if stage != "window":
        release(tender, made, TECHNICAL)
    hands.to(Opening.objects.get().window_ends_at)
    end_window(lot_id=tender.lot.pk)
    if stage != "window":
        open_bids(lot_id=tender.lot.pk)
    bid = made[0][PRICE][1]

    def change(path, answer):
        if not path.endswith("/work"):
            return answer
        told = lying(answer, tender.lot, bid)
        if stage == "invented":
            last = told["lots"][0]["entries"][-1]
            body = {**last["body"], "kind": "envelope.started"}
            body["payload"] = {"envelope": PRICE, "admitted": [bid.bid_digest]}
            told["lots"][0]["entries"].append({**last, "body": body})
        return told

    assert agent_of("centre", change=change).round() == 0
    assert not Release.objects.filter(bid=bid).exists()
    said = ReleaseRefusal.objects.get(bid=bid).reason
    assert "envelope: " in said
    assert ("comes first, is not opened yet" in said) == (stage == "window")


def test_only_admitted_bidders_prices_are_opened_and_the_others_stay_shut(tender, hands, technical):
    begin(tender, technical, 0, 2)
    outside = Bid.objects.get(bid_digest=digests(technical, PRICE, 1)[0])
    assert outside.state == "returned"
    with pytest.raises(ActRefused) as refused:
        tender.bidder_releases(tender.cast.bidders[1], technical[1][PRICE][0])
    assert refused.value.codes == {"not_to_open"}
    for number in (0, 2):
        tender.bidder_releases(tender.cast.bidders[number], technical[number][PRICE][0])
    hands.to(EnvelopeOpening.objects.get().window_ends_at)
    for _ in range(2):
        agenda.carry_out(tender.lot.pk)
    assert [str(row.price_yuan) for row in OpenedBid.objects.order_by("pk")] == ["8000000.00", "8000002.00"]
    assert EnvelopeOpening.objects.get().finished_at == hands.at
    assert tender.fresh().stage == "opened"
    assert tender.fresh().next_due_at is None
    assert not (settings.OPENED_ROOT / tender.lot.code / outside.bid_digest).exists()
    with pytest.raises(LostRace):
        open_envelope(lot_id=tender.lot.pk)


def test_custodians_rescue_a_price_envelope_in_its_own_window(tender, hands, technical, agent_of):  # noqa: F811
    begin(tender, technical, 0, 1, 2)
    agents = [agent_of(name) for name in ("centre", "regulator")]
    assert [agent.round() for agent in agents] == [0, 0]  # the window is the bidders'
    tender.bidder_releases(tender.cast.bidders[0], technical[0][PRICE][0])
    with pytest.raises(ActRefused):
        end_envelope(lot_id=tender.lot.pk)
    hands.to(EnvelopeOpening.objects.get().window_ends_at)
    end_envelope(lot_id=tender.lot.pk)
    with pytest.raises(NotCollected):
        open_envelope(lot_id=tender.lot.pk)
    assert not OpenedBid.objects.exists()  # collect before publish, here too
    assert [agent.round() for agent in agents] == [2, 2]
    open_envelope(lot_id=tender.lot.pk)
    assert OpenedBid.objects.count() == 3


def test_an_agent_refuses_a_bid_that_was_not_admitted(tender, hands, technical, agent_of):  # noqa: F811
    begin(tender, technical, 0, 1)
    hands.to(EnvelopeOpening.objects.get().window_ends_at)
    end_envelope(lot_id=tender.lot.pk)
    bid = technical[2][PRICE][1]

    def change(path, answer):
        return lying(answer, tender.lot, bid) if path.endswith("/work") else answer

    assert agent_of("centre", change=change).round() == 0
    assert "was not admitted" in ReleaseRefusal.objects.get(bid=bid).reason


def test_an_envelope_is_started_by_the_host_in_its_turn_for_somebody_who_bid(tender, hands, made, cast):
    with pytest.raises(ActRefused) as refused:
        begin(tender, made, 0)
    assert "not_its_turn" in refused.value.codes
    open_first(tender, hands, made, TECHNICAL)
    for wrong, code in (
        ({"actor": cast.bidders[0].actor}, "not_the_host"),
        ({"admitted": []}, "nobody_admitted"),
        ({"admitted": digests(made, TECHNICAL, 0)}, "not_admitted"),
        ({"envelope": TECHNICAL}, "not_its_turn"),
        ({"envelope": "whole"}, "not_its_turn"),
    ):
        how = {"envelope": PRICE, "admitted": digests(made, PRICE, 0), "actor": cast.centre.actor} | wrong
        with pytest.raises(ActRefused) as refused:
            start_envelope(lot_code=tender.lot.code, **how)
        assert code in refused.value.codes
    begin(tender, made, 0)
    with pytest.raises(ActRefused) as refused:
        begin(tender, made, 0)
    assert "not_its_turn" in refused.value.codes


@pytest.mark.parametrize("policy", ["bidder", "custodians", "bidder-and-custodians"])
def test_the_other_policies_hold_for_later_envelopes_too(tender, hands, made, policy):
    def hand_over(envelope, *, released):
        for number, files in enumerate(made):
            file, bid = files[envelope]
            if released and policy != "custodians":
                tender.bidder_releases(tender.cast.bidders[number], file)
            if policy != "bidder":
                for name in ("centre", "regulator"):
                    tender.custodian_releases(name, bid, at=hands.at)

    hand_over(TECHNICAL, released=True)
    hands.to(Opening.objects.get().window_ends_at)
    end_window(lot_id=tender.lot.pk)
    open_bids(lot_id=tender.lot.pk)
    begin(tender, made, 0, 1, 2)
    hand_over(PRICE, released=False)
    hands.to(EnvelopeOpening.objects.get().window_ends_at)
    end_envelope(lot_id=tender.lot.pk)
    hands.move(20)
    open_envelope(lot_id=tender.lot.pk)
    ends = set(Bid.objects.filter(envelope=PRICE).values_list("state", flat=True))
    assert ends == ({"opened"} if policy == "custodians" else {"revoked"})


@pytest.mark.parametrize("envelopes", [("qualification", TECHNICAL, PRICE)])
def test_three_envelopes_are_opened_one_after_the_other(tender, hands, envelopes):
    made = []
    for player in tender.cast.bidders[:3]:
        made.append({name: tender.bid(player, envelope=name) for name in envelopes})
    hands.to(tender.lot.deadline_at)
    close_lot(lot_id=tender.lot.pk)
    start_opening(lot_id=tender.lot.pk)
    open_first(tender, hands, made, "qualification")
    with pytest.raises(ActRefused):
        begin(tender, made, 0, 1, 2)  # the price before the technical envelope
    for name in (TECHNICAL, PRICE):
        start_envelope(
            lot_code=tender.lot.code,
            envelope=name,
            admitted=digests(made, name, 0, 1, 2),
            actor=tender.cast.centre.actor,
        )
        release(tender, made, name)
        hands.to(EnvelopeOpening.objects.get(envelope=name).window_ends_at)
        end_envelope(lot_id=tender.lot.pk)
        open_envelope(lot_id=tender.lot.pk)
    assert OpenedEnvelope.objects.count() == 6
    assert OpenedBid.objects.count() == 3
