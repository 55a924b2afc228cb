"""Who may be drawn, and who follows in a seat: recusals, the centre's replacements, supplementary draws."""

import pytest

import ledger
from evaluation import queries
from evaluation.models import Expert, MemberState
from evaluation.operations.draw_committee import draw_committee, inputs_of, seats_of
from evaluation.operations.elect_leader import elect_leader
from evaluation.operations.pledge import pledge
from evaluation.operations.recuse import recuse
from evaluation.operations.replace_member import replace_member
from evaluation.operations.start_evaluation import start_evaluation
from evaluation.operations.succession import orders_of, supplements_of
from evaluation.rules.draw import record_reasons
from identity.models import Membership
from identity.roles import Role
from lawbook.reasons import Refused
from ledger import clock
from tendering.models import Lot
from tendering.rules import draws
from tests.cast import make_player
from tests.opened_lot import findings, hand_in, seat, start

pytestmark = pytest.mark.django_db
TECHNOLOGY = "construction_technology"


def draw(opened, **how):
    return draw_committee(lot_code=opened.code, actor=opened.cast.centre.actor, **how)


def sitting(opened, number: int):
    return queries.members(opened.committee).filter(seat=number).first()


def replace(opened, number: int = 1, **how):
    member = sitting(opened, number)
    typed = {"seen": member.person.login if member else "", "reason": "联系不上", "actor": opened.cast.centre.actor}
    return replace_member(lot_code=opened.code, seat=number, **(typed | how))


def codes(opened, number: int = 1, **how) -> set[str]:
    before = [(m.seat, m.person.login) for m in opened.members()], len(kinds(opened))
    with pytest.raises(Refused) as refusal:
        replace(opened, number, **how)
    assert before == ([(m.seat, m.person.login) for m in opened.members()], len(kinds(opened)))
    return refusal.value.codes


def kinds(opened) -> list[str]:
    return [row["body"]["kind"] for row in ledger.entries_of(opened.code)]


def holds(opened) -> bool:
    committee = opened.committee
    return not record_reasons(
        seats_of(committee),
        inputs_of(committee),
        committed=committee.draw["commitment"],
        seated=[m.person.login for m in queries.members(committee) if m.kind == "expert"],
        unavailable=committee.draw["unavailable"],
        supplements=supplements_of(committee),
    )


def further_expert(number: int, specialty: str = TECHNOLOGY) -> str:
    player = make_player(200 + number, f"专家单位{number}", role=Role.EXPERT, login=f"further{number}")
    Expert.objects.create(person=player.person, specialty=specialty, region="中山市")
    return player.person.login


def exhausted(opened):
    """Two of four technologists step aside; the second leaves the seat vacant."""
    draw(opened)
    for _ in range(2):
        recuse(lot_code=opened.code, actor=opened.actor(sitting(opened, 1)), reason="配偶在投标人处任职")
    return opened


def test_whose_role_as_an_expert_has_ended_is_not_in_the_pool(opened):
    Membership.objects.filter(person__login="expert1", role=Role.EXPERT).update(ended_at=clock.now())
    Membership.objects.create(
        person=opened.cast.experts[0].person,
        organisation=opened.cast.outsider.organisation,
        role=Role.BIDDER,
        granted_at=clock.now(),
    )
    assert "expert1" not in {one.person for one in queries.pool(opened.lot, TECHNOLOGY)}


def test_an_expert_of_two_organisations_is_in_the_pool_once(opened):
    Membership.objects.create(
        person=opened.cast.experts[0].person,
        organisation=opened.cast.outsider.organisation,
        role=Role.EXPERT,
        granted_at=clock.now(),
    )
    assert [one.person for one in queries.pool(opened.lot, TECHNOLOGY)].count("expert1") == 1


def test_whose_own_role_as_an_expert_is_of_a_bidder_is_not_drawn(opened):
    bidder = opened.cast.bidders[0].organisation
    Membership.objects.filter(person__login="expert1", role=Role.EXPERT).update(organisation=bidder)
    committee = draw(opened)
    assert "expert1" not in {login for row in committee.draw["matters"] for login in row["candidates"]}


def test_an_ended_role_at_a_bidder_keeps_nobody_out(opened):
    Membership.objects.create(
        person=opened.cast.experts[0].person,
        organisation=opened.cast.bidders[0].organisation,
        role=Role.BIDDER,
        granted_at=clock.now(),
        ended_at=clock.now(),
    )
    committee = draw(opened)
    assert "expert1" in {login for row in committee.draw["matters"] for login in row["candidates"]}


def test_a_recusal_is_recorded_though_nobody_is_left_and_the_seat_stays_vacant(opened):
    exhausted(opened)
    assert sitting(opened, 1) is None and len(opened.members()) == 4
    assert kinds(opened)[-1] == "member.recused" and holds(opened)
    for actor in opened.actors():
        pledge(lot_code=opened.code, actor=actor)
    with pytest.raises(Refused) as refusal:
        start_evaluation(lot_code=opened.code, actor=opened.cast.centre.actor)
    assert {"too_few_members", "even_members"} <= refusal.value.codes


def test_whose_role_ended_after_the_draw_is_passed_over_by_the_order(opened):
    committee = draw(opened)
    next_one = committee.draw["orders"][TECHNOLOGY][3]
    Membership.objects.filter(person__login=next_one, role=Role.EXPERT).update(ended_at=clock.now())
    assert recuse(lot_code=opened.code, actor=opened.actor(sitting(opened, 1)), reason="回避") is None
    assert next_one in opened.committee.draw["unavailable"] and holds(opened)


def test_who_never_appears_is_replaced_by_the_next_of_the_order(opened):
    committee = draw(opened)
    gone, order = sitting(opened, 2), committee.draw["orders"][TECHNOLOGY]
    member = replace(opened, 2)
    assert (member.seat, member.person.login, member.state) == (2, order[3], MemberState.DRAWN)
    gone.refresh_from_db()
    assert (gone.state, gone.conflict) == (MemberState.REPLACED, "联系不上")
    assert kinds(opened)[-2:] == ["member.removed", "member.replaced"] and holds(opened)


def test_a_second_click_replaces_nobody_else(opened):
    draw(opened)
    seen = sitting(opened, 4).person.login
    replace(opened, 4)
    assert codes(opened, 4, seen=seen) == {"seat_changed"}


def test_a_vacant_seat_is_filled_by_a_supplementary_draw_that_can_be_recomputed(opened):
    exhausted(opened)
    fresh = {further_expert(1), further_expert(2), further_expert(3)}
    member = replace(opened, 1)
    assert member.seat == 1 and member.person.login in fresh
    assert kinds(opened)[-3:] == ["member.removed", "committee.supplemented", "member.replaced"]
    (entry,) = ledger.entries_of(opened.code, kinds=["committee.supplemented"])
    record = entry["body"]["payload"]["record"]
    assert draws.problems(record) == [] and set(record["matters"][0]["candidates"]) == fresh
    assert record["result"] == {f"{TECHNOLOGY}/1": [member.person.login]} and holds(opened)
    assert not ledger.entries_of(opened.code, kinds=["committee.supplemented"], viewer=ledger.Viewer())[0]["body"]


def test_the_order_of_a_supplementary_draw_is_followed_before_another_is_held(opened):
    exhausted(opened)
    fresh = {further_expert(1), further_expert(2)}
    first = replace(opened, 1).person.login
    second = replace(opened, 1)
    assert {first, second.person.login} == fresh
    assert kinds(opened).count("committee.supplemented") == 1 and holds(opened)
    assert orders_of(opened.committee)[TECHNOLOGY][-2:] == (first, second.person.login)


def test_another_member_in_a_supplemented_seat_breaks_the_record(opened):
    exhausted(opened)
    fresh = {further_expert(1), further_expert(2)}
    member = replace(opened, 1)
    (other,) = fresh - {member.person.login}
    member.person = Expert.objects.get(person__login=other).person
    member.save()
    assert not holds(opened)


def test_where_the_pool_is_empty_too_the_centre_is_told_what_to_do(opened):
    exhausted(opened)
    assert codes(opened, 1) == {"pool_empty"}


def test_the_purchaser_sends_another_representative(opened):
    draw(opened, representative="purchaser")
    other = make_player(0, "", role=Role.PURCHASER, login="delegate2", organisation=opened.cast.purchaser.organisation)
    assert codes(opened, 5, representative="") == {"not_a_representative"}
    assert codes(opened, 5, representative="bidder1") == {"not_a_representative"}
    assert codes(opened, 5, representative="purchaser") == {"sat_already"}
    member = replace(opened, 5, representative="delegate2")
    assert (member.kind, member.person, member.seat) == ("purchaser_representative", other.person, 5)
    assert holds(opened)


def test_a_representative_whose_role_has_ended_cannot_be_sent(opened):
    Membership.objects.filter(person__login="purchaser", role=Role.PURCHASER).update(ended_at=clock.now())
    with pytest.raises(Refused) as refusal:
        draw(opened, representative="purchaser")
    assert refusal.value.codes == {"not_a_representative"}


def test_every_reason_against_a_replacement_is_told_at_once(opened):
    with pytest.raises(Refused) as refusal:
        replace_member(lot_code=opened.code, seat=1, seen="", reason="x", actor=opened.cast.centre.actor)
    assert refusal.value.codes == {"no_committee"}
    draw(opened)
    Lot.objects.update(suspended_at=clock.now())
    wanted = {"suspended", "wrong_role", "reason_empty", "seat_changed"}
    assert codes(opened, 1, actor=opened.cast.purchaser.actor, reason=" ", seen="") == wanted
    assert {"no_such_seat", "suspended"} == codes(opened, 6)


def test_a_member_is_replaced_during_the_review_until_a_sheet_is_handed_in(opened):
    start(opened)
    for actor in opened.actors()[1:]:
        hand_in(opened, actor, findings(opened))
    assert codes(opened, 2) == {"has_submitted"}
    leader = sitting(opened, 1)
    assert leader.leader
    member = replace(opened, 1)
    assert not any(m.leader for m in opened.members())
    actor = opened.actor(member)
    pledge(lot_code=opened.code, actor=actor)
    hand_in(opened, actor, findings(opened))
    assert opened.committee.phase == "detailed"
    for voter in opened.actors():
        if not any(m.leader for m in opened.members()):
            elect_leader(lot_code=opened.code, actor=voter, seat=2)
    assert sitting(opened, 2).leader


def test_votes_for_who_was_replaced_do_not_fall_to_the_successor(opened):
    seat(opened)
    assert opened.committee.votes
    replace(opened, 1)
    assert opened.committee.votes == {}
