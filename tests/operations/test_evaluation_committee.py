"""Drawing the committee, stepping aside, pledging, electing the leader, starting."""

import pytest

import ledger
from evaluation import queries
from evaluation.models import Committee, Expert, Member
from evaluation.operations.draw_committee import draw_committee, inputs_of, seats_of
from evaluation.operations.elect_leader import elect_leader
from evaluation.operations.pledge import pledge
from evaluation.operations.recuse import recuse
from evaluation.operations.start_evaluation import start_evaluation
from evaluation.rules.draw import DrawInvalid, draw_experts, record_reasons
from lawbook.reasons import Refused
from tendering.models import Lot, Opening
from tendering.rules import draws
from tests.opened_lot import seat, start

pytestmark = pytest.mark.django_db


def draw(opened, **how):
    return draw_committee(lot_code=opened.code, actor=opened.cast.centre.actor, **how)


def holds(committee) -> list:
    record = committee.draw
    return record_reasons(
        seats_of(committee),
        inputs_of(committee),
        committed=record["commitment"],
        seated=[m.person.login for m in queries.members(committee) if m.kind == "expert"],
        unavailable=record["unavailable"],
    )


def kinds(opened) -> list[str]:
    return [row["body"]["kind"] for row in ledger.entries_of(opened.code)]


def test_the_draw_can_be_recomputed_from_its_record(opened):
    committee = draw(opened)
    assert committee.members.count() == 5
    assert holds(committee) == [] and draws.problems(committee.draw) == []
    again = draw_experts(seats_of(committee), inputs_of(committee))
    assert list(again.members) == [m.person.login for m in queries.members(committee)]


def test_another_member_in_the_seat_breaks_the_record(opened):
    committee = draw(opened)
    stranger = next(p for p in opened.cast.experts if not committee.members.filter(person=p.person).exists())
    Member.objects.filter(committee=committee, seat=1).update(person=stranger.person)
    assert "called_out_of_turn" in {reason.code for reason in holds(committee)}


def test_who_works_for_a_bidder_is_never_in_the_pool(opened):
    expert = Expert.objects.get(person__login="expert1")
    expert.employer = opened.cast.bidders[0].organisation
    expert.save()
    committee = draw(opened)
    assert "expert1" not in {name for row in committee.draw["matters"] for name in row["candidates"]}


def test_a_pool_too_small_is_refused_and_nothing_is_written(opened):
    Expert.objects.filter(specialty="construction_cost").update(active=False)
    with pytest.raises(DrawInvalid) as refusal:
        draw(opened)
    assert "pool_too_small" in refusal.value.codes
    assert not Committee.objects.exists()


def test_only_the_centre_draws_and_only_once(opened):
    with pytest.raises(Refused) as refusal:
        draw_committee(lot_code=opened.code, actor=opened.cast.purchaser.actor)
    assert refusal.value.codes == {"wrong_role"}
    draw(opened)
    with pytest.raises(Refused) as refusal:
        draw(opened)
    assert refusal.value.codes == {"committee_exists"}


def test_nobody_is_drawn_before_the_deadline(opened):
    Lot.objects.update(stage="announced")
    with pytest.raises(Refused) as refusal:
        draw(opened)
    assert refusal.value.codes == {"too_early"}


def test_the_purchasers_representative_takes_one_seat_of_five(opened):
    committee = draw(opened, representative="purchaser")
    assert [m.kind for m in queries.members(committee)].count("purchaser_representative") == 1
    assert committee.members.count() == 5


def test_a_stranger_cannot_represent_the_purchaser(opened):
    with pytest.raises(Refused) as refusal:
        draw(opened, representative="bidder1")
    assert refusal.value.codes == {"not_a_representative"}


def test_an_even_committee_is_refused(opened):
    with pytest.raises(Refused) as refusal:
        draw(opened, size=6)
    assert "even_members" in refusal.value.codes


def test_who_steps_aside_is_replaced_by_the_next_of_the_recorded_order(opened):
    committee = draw(opened)
    first = opened.members()[0]
    order = committee.draw["orders"]["construction_technology"]
    successor = recuse(lot_code=opened.code, actor=opened.actor(first), reason="配偶在投标人处任职")
    assert successor.seat == first.seat and successor.person.login == order[3]
    assert holds(opened.committee) == [] and draws.problems(opened.committee.draw) == []
    assert queries.member_of(opened.lot, first.person.login) is None
    assert kinds(opened)[-2:] == ["member.recused", "member.replaced"]


def test_stepping_aside_needs_a_reason(opened):
    draw(opened)
    with pytest.raises(Refused) as refusal:
        recuse(lot_code=opened.code, actor=opened.actors()[0], reason="  ")
    assert refusal.value.codes == {"reason_empty"}


def test_votes_for_who_left_do_not_fall_to_the_successor(opened):
    draw(opened)
    leaving, *staying = opened.actors()
    for actor in staying[:2]:
        pledge(lot_code=opened.code, actor=actor)
        elect_leader(lot_code=opened.code, actor=actor, seat=1)
    recuse(lot_code=opened.code, actor=leaving, reason="出差不能到场", refusal=True)
    assert opened.committee.votes == {}
    assert kinds(opened)[-2] == "member.refused"


def test_nobody_pledges_before_the_bidders_names_are_out(opened):
    draw(opened)
    Lot.objects.update(stage="opening")
    with pytest.raises(Refused) as refusal:
        pledge(lot_code=opened.code, actor=opened.actors()[0])
    assert refusal.value.codes == {"names_sealed"}


def test_pledging_twice_is_one_pledge(opened):
    draw(opened)
    actor = opened.actors()[0]
    first = pledge(lot_code=opened.code, actor=actor)
    assert pledge(lot_code=opened.code, actor=actor).pledged_at == first.pledged_at
    assert kinds(opened).count("member.pledged") == 1


def test_a_stranger_does_not_sit(opened):
    draw(opened)
    with pytest.raises(Refused) as refusal:
        pledge(lot_code=opened.code, actor=opened.cast.outsider.actor)
    assert refusal.value.codes == {"not_member"}


def test_nobody_votes_without_a_pledge(opened):
    draw(opened)
    with pytest.raises(Refused) as refusal:
        elect_leader(lot_code=opened.code, actor=opened.actors()[0], seat=1)
    assert refusal.value.codes == {"not_pledged"}


def test_more_than_half_elects_and_then_the_vote_is_over(opened):
    seat(opened)
    assert [m.leader for m in opened.members()] == [True, False, False, False, False]
    assert len(opened.committee.votes) == 3
    with pytest.raises(Refused) as refusal:
        elect_leader(lot_code=opened.code, actor=opened.actors()[4], seat=2)
    assert refusal.value.codes == {"leader_elected"}


def test_a_vote_can_be_changed_until_a_leader_is_found(opened):
    draw(opened)
    actors = opened.actors()
    for actor in actors:
        pledge(lot_code=opened.code, actor=actor)
    for actor, chosen in zip(actors, (1, 1, 2, 2, 3), strict=True):
        elect_leader(lot_code=opened.code, actor=actor, seat=chosen)
    assert not any(m.leader for m in opened.members())
    elect_leader(lot_code=opened.code, actor=actors[4], seat=2)
    assert opened.members()[1].leader


def test_the_evaluation_does_not_start_while_a_member_has_not_pledged(opened):
    draw(opened)
    for actor in opened.actors()[:4]:
        pledge(lot_code=opened.code, actor=actor)
    with pytest.raises(Refused) as refusal:
        start_evaluation(lot_code=opened.code, actor=opened.cast.centre.actor)
    assert "seats_open" in refusal.value.codes


def test_the_evaluation_does_not_start_without_committee_and_record(opened):
    Opening.objects.update(record_confirmed_at=None)
    with pytest.raises(Refused) as refusal:
        start_evaluation(lot_code=opened.code, actor=opened.cast.centre.actor)
    assert {"no_committee", "record_unconfirmed"} <= refusal.value.codes


def test_started_the_preliminary_review_is_open_and_nobody_steps_aside_any_more(opened):
    start(opened)
    assert opened.fresh().stage == "evaluating" and opened.committee.phase == "preliminary"
    with pytest.raises(Refused) as refusal:
        recuse(lot_code=opened.code, actor=opened.actors()[0], reason="回避")
    assert refusal.value.codes == {"wrong_phase"}


def test_a_suspended_lot_takes_nothing_from_members(opened):
    draw(opened)
    Lot.objects.update(suspended_at=opened.lot.opened_at)
    with pytest.raises(Refused) as refusal:
        pledge(lot_code=opened.code, actor=opened.actors()[0])
    assert refusal.value.codes == {"suspended"}


def test_what_becomes_public_with_the_candidates_names_nobody_of_the_committee(opened):
    from evaluation.operations.draft_report import draft_report
    from tests.opened_lot import to_summary

    to_summary(opened, failing=(opened.digests[2],))
    draft_report(lot_code=opened.code, actor=opened.actors()[0])
    shown = [
        r["body"] for r in ledger.entries_of(opened.code) if r["body"]["kind"] in ("sheet.submitted", "report.drafted")
    ]
    text = str([body["payload"] for body in shown])
    assert len(shown) == 11 and not any(m.person.login in text or m.person.name in text for m in opened.members())
