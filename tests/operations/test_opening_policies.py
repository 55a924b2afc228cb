"""The four opening policies: who may act when, what is collected before anything is shown, whose fault an end is."""

import pytest
from django.conf import settings

import ledger
from tendering import agenda, bid_queries
from tendering.models import Bid, OpenedBid, Opening, Release
from tendering.operations.ask_rescue import ask_rescue
from tendering.operations.close_lot import close_lot
from tendering.operations.end_window import end_window
from tendering.operations.open_bids import NotCollected, open_bids
from tendering.operations.start_opening import start_opening
from tendering.refusals import ActRefused, LostRace
from tendering.rules.lifecycle import MoveRefused
from tests.custodian.conftest import agent_of  # noqa: F401

POLICIES = ("bidder", "bidder-or-custodians", "custodians", "bidder-and-custodians")


@pytest.fixture(params=POLICIES)
def policy(request):
    return request.param


@pytest.fixture
def tender(cast, hands, tmp_path, settings, policy):
    from tests.sealed import make_tender

    for name in ("SEALED_ROOT", "OPENED_ROOT", "UPLOAD_ROOT"):
        setattr(settings, name, tmp_path / "server" / name.lower())
    return make_tender(cast, tmp_path, now=hands.at, policy=policy)


@pytest.fixture
def made(tender, hands):
    return tender.opened_window(hands)


def only(*names):
    return pytest.mark.parametrize("policy", names, indirect=True)


def end(tender, hands):
    hands.to(Opening.objects.get().window_ends_at)
    return end_window(lot_id=tender.lot.pk)


def bidders_release(tender, made, count=3):
    for player, (file, _) in list(zip(tender.cast.bidders, made, strict=False))[:count]:
        tender.bidder_releases(player, file)


def states(tender):
    return sorted(Bid.objects.filter(lot=tender.lot).values_list("state", flat=True))


# bidder: the statutory classic


@only("bidder")
def test_under_bidder_no_custodian_is_ever_asked_and_none_acts(tender, hands, made, agent_of):  # noqa: F811
    agent = agent_of("centre")
    bid = made[0][1]
    assert bid_queries.header_on_record(bid).binding.groups[0].name == "bidder"
    assert agent.round() == 0
    end(tender, hands)
    assert agent.round() == 0
    assert bid_queries.agent_work(tender.custodians["centre"][0]) == []
    assert not Release.objects.exists()


@only("bidder")
def test_under_bidder_who_does_not_come_has_its_bid_revoked_and_the_others_go_on(tender, hands, made):
    bidders_release(tender, made, 2)
    with pytest.raises(ActRefused):
        ask_rescue(
            lot_code=tender.lot.code,
            bid_digest=made[2][1].bid_digest,
            reason="",
            actor=tender.cast.bidders[2].actor,
        )
    end(tender, hands)
    with pytest.raises(NotCollected):
        open_bids(lot_id=tender.lot.pk)
    assert not OpenedBid.objects.exists()
    hands.move(20)
    assert open_bids(lot_id=tender.lot.pk).stage == "opened"
    assert states(tender) == ["opened", "opened", "revoked"]  # EB-31: its own fault
    assert Bid.objects.get(pk=made[2][1].pk).end_reason == "threshold"
    assert not (settings.OPENED_ROOT / tender.lot.code / made[2][1].bid_digest).exists()


# custodians: opens by itself


@only("custodians")
def test_under_custodians_everything_opens_by_itself_from_the_deadline(tender, hands, agent_of):  # noqa: F811
    made = [tender.bid(player) for player in tender.cast.bidders[:3]]
    agents = [agent_of(name) for name in ("centre", "purchaser", "regulator")]
    assert [agent.round() for agent in agents] == [0, 0, 0]
    hands.to(tender.lot.deadline_at)
    for _ in range(3):
        agenda.carry_out(tender.lot.pk)
    assert tender.fresh().stage == "opening"
    assert Opening.objects.get().ended_at == hands.at  # no window: there is nothing for bidders to hand over
    assert [agent.round() for agent in agents] == [3, 3, 0]  # the third is not needed any more
    agenda.carry_out(tender.lot.pk)
    assert tender.fresh().stage == "opened"
    assert set(OpenedBid.objects.values_list("opened_by", flat=True)) == {"custodians"}
    assert len(made) == OpenedBid.objects.count()


@only("custodians")
def test_under_custodians_a_bidder_has_no_share_to_hand_over_and_too_few_custodians_blame_nobody(tender, hands, made):
    bid = made[0][1]
    header = bid_queries.header_on_record(bid)
    assert [group.name for group in header.binding.groups] == ["custodians"]
    end(tender, hands)
    tender.custodian_releases("centre", bid, at=hands.at)
    hands.move(20)
    assert open_bids(lot_id=tender.lot.pk).stage == "failed"
    assert states(tender) == ["withdrawn_no_blame"] * 3


# bidder-and-custodians: nobody without the bidder


@only("bidder-and-custodians")
def test_under_and_custodians_act_at_the_deadline_and_alone_open_nothing(tender, hands, made, agent_of):  # noqa: F811
    assert [agent_of(name).round() for name in ("centre", "purchaser", "regulator")] == [3, 3, 3]
    assert not any(row.openable for row in bid_queries.collection(tender.lot).rows)
    end(tender, hands)
    hands.move(20)
    assert open_bids(lot_id=tender.lot.pk).stage == "failed"
    assert states(tender) == ["revoked"] * 3  # every bidder had to give its share and did not


@only("bidder-and-custodians")
def test_under_and_both_together_open_and_missing_custodians_blame_nobody(tender, hands, made):
    bidders_release(tender, made)
    for _, bid in made[:2]:
        for name in ("centre", "regulator"):
            tender.custodian_releases(name, bid, at=hands.at)
    tender.custodian_releases("centre", made[2][1], at=hands.at)
    end(tender, hands)
    with pytest.raises(NotCollected):
        open_bids(lot_id=tender.lot.pk)
    assert not OpenedBid.objects.exists()
    hands.move(20)
    open_bids(lot_id=tender.lot.pk)
    assert states(tender) == ["opened", "opened", "withdrawn_no_blame"]


# the default: the rescue plan


@only("bidder-or-custodians")
def test_under_or_agents_wait_for_the_window_or_for_the_bidders_own_word(tender, hands, made, agent_of):  # noqa: F811
    agents = [agent_of(name) for name in ("centre", "regulator")]
    assert [agent.round() for agent in agents] == [0, 0]
    lost = made[1][1]
    ask_rescue(
        lot_code=tender.lot.code, bid_digest=lost.bid_digest, reason="手机丢失", actor=tender.cast.bidders[1].actor
    )
    assert [agent.round() for agent in agents] == [1, 1]
    bidders_release(tender, made[:1], 1)
    end(tender, hands)
    assert [agent.round() for agent in agents] == [1, 1]  # the one who never came; the first had released itself
    open_bids(lot_id=tender.lot.pk)
    by = dict(OpenedBid.objects.values_list("bid__bid_digest", "opened_by"))
    assert [by[bid.bid_digest] for _, bid in made] == ["bidder", "custodians", "custodians"]


# under each of them


def test_nothing_is_shown_or_decrypted_while_one_key_may_still_come(tender, hands, made, policy):
    """Collect before publish: with every key but the last one's, the price of no bid can be seen."""
    if policy != "custodians":
        bidders_release(tender, made, 2)
    end(tender, hands)
    if policy in ("custodians", "bidder-and-custodians"):
        for _, bid in made[:2]:
            for name in ("centre", "regulator"):
                tender.custodian_releases(name, bid, at=hands.at)
    with pytest.raises(NotCollected):
        open_bids(lot_id=tender.lot.pk)
    assert not OpenedBid.objects.exists()
    assert not settings.OPENED_ROOT.exists() or not list(settings.OPENED_ROOT.rglob("*.pdf"))
    hands.move(20)
    open_bids(lot_id=tender.lot.pk)
    assert OpenedBid.objects.count() == 2


def test_after_all_is_settled_no_share_is_taken_any_more(tender, hands, made, policy):
    end(tender, hands)
    hands.move(20)
    open_bids(lot_id=tender.lot.pk)
    for name in ("centre", "regulator"):
        if policy != "bidder":
            with pytest.raises(ActRefused):
                tender.custodian_releases(name, made[0][1], at=hands.at)
    assert not Release.objects.exists()
    assert not ledger.entries_of(tender.lot.code, kinds=["bid.opened"])


def test_before_the_deadline_no_agent_is_asked_under_any_policy(tender, hands, agent_of, policy):  # noqa: F811
    for player in tender.cast.bidders[:3]:
        tender.bid(player)
    for name in ("centre", "purchaser", "regulator"):
        assert agent_of(name).round() == 0
    with pytest.raises(MoveRefused):
        close_lot(lot_id=tender.lot.pk)
    with pytest.raises(LostRace):
        start_opening(lot_id=tender.lot.pk)
    assert not Release.objects.exists()


def test_the_purchasers_form_offers_every_policy_that_a_procedure_allows():
    from lawbook.procedures import procedure
    from purchaser_portal.forms import POLICIES as OFFERED

    for code in ("construction", "R-construction"):
        assert sorted(name for name, _ in OFFERED) == sorted(procedure(code).opening.policies) == sorted(POLICIES)


def test_a_lot_can_be_announced_under_each_policy(cast, hands, policy, monkeypatch):
    from sealing.parameters import KIND
    from sealing.statements import sign_statement
    from tendering import parameters, queries, scheme_validator
    from tendering.operations.announce_lot import announce_lot
    from tests import lots

    monkeypatch.setattr(scheme_validator, "problems", lambda scheme: [])
    keys = lots.make_keys_of(cast)
    lot = queries.lot_by_code(lots.make_accepted(cast, policy=policy).code)
    recipients = [] if policy == "bidder" else keys.recipients
    body = parameters.expected_parameters(lot, deadline_at=lots.DEADLINE, recipients=recipients)
    assert (body["policy"], len(body["custodians"]), body["threshold"]) == (
        policy,
        len(recipients),
        min(2, len(recipients)),
    )
    announced = announce_lot(
        lot_code=lot.code,
        actor=cast.agency.actor,
        deadline_at=lots.DEADLINE,
        statement=sign_statement(keys.agency, KIND, body),
        recipients=recipients,
    )
    assert (announced.stage, announced.policy) == ("announced", policy)
