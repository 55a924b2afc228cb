"""Who sees which lots, searched and sorted, in how many queries; and whose turn it is."""

from datetime import date
from decimal import Decimal

import pytest

from identity.actor import public
from tendering import queries, seats
from tendering.models import Lot
from tendering.operations.ask_question import ask_question
from tendering.operations.submit_lot import submit_lot
from tendering.queries import LotSearch
from tendering.refusals import NotFound
from tests import lots


def names(actor=None, **search):
    return [lot.name for lot in queries.visible_lots(actor, search=LotSearch(**search))]


def test_the_public_sees_what_was_announced_and_owners_their_drafts(cast, clock, keys):
    announced = lots.make_announced(cast, keys)
    draft = lots.make_draft(cast, name="未公告标段")
    assert names() == [announced.name] == names(cast.bidders[0].actor) == names(cast.centre.actor)
    assert set(names(cast.agency.actor)) == {announced.name, draft.name} == set(names(cast.purchaser.actor))
    submit_lot(lot_code=draft.code, actor=cast.agency.actor)
    assert set(names(cast.centre.actor)) == {announced.name, draft.name} == set(names(cast.regulator.actor))
    assert names(public()) == [announced.name]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ({"text": "水闸 香山"}, True),
        ({"text": "水闸 没有"}, False),
        ({"type": "construction"}, True),
        ({"type": "supervision"}, False),
        ({"region": "中山"}, True),
        ({"stages": ("announced", "closed")}, True),
        ({"stages": ("failed",)}, False),
        ({"amount_from": Decimal("38126540.00"), "amount_to": Decimal("38126540.00")}, True),
        ({"amount_from": Decimal("38126540.01")}, False),
        ({"date_from": date(2026, 3, 2), "date_to": date(2026, 3, 2)}, True),
        ({"date_from": date(2026, 3, 3)}, False),
        ({"dates_of": "deadline", "date_to": date(2026, 4, 1)}, True),
        ({"rehearsal": True}, False),
        ({"sort": "no such sort"}, True),
    ],
)
def test_every_filter_of_the_public_search(cast, clock, keys, search, found):
    lot = lots.make_announced(cast, keys)
    assert names(**search) == ([lot.name] if found else [])


def test_a_list_of_lots_is_one_query_and_a_desk_is_one_query(cast, clock, keys, django_assert_num_queries):
    for _ in range(3):
        lots.make_announced(cast, keys)
    with django_assert_num_queries(1):
        rows = [(lot.project.purchaser.name, lot.project.agency.name) for lot in queries.visible_lots()]
    assert len(rows) == 3
    for actor in (cast.agency.actor, cast.bidders[0].actor, cast.centre.actor, cast.regulator.actor):
        with django_assert_num_queries(1):
            queries.desk(actor, clock.now)


def test_regions_come_in_the_order_of_their_pronunciation(cast, clock, keys):
    for region in ("中山市", "广州市", "阿坝州"):
        lot = lots.make_announced(cast, keys)
        lot.project.region = region
        lot.project.save()
    assert queries.regions() == ["阿坝州", "广州市", "中山市"]


def test_a_desk_tells_whose_turn_it_is(cast, clock, keys):
    lot = lots.make_draft(cast)
    (agencys,) = queries.desk(cast.agency.actor, clock.now)
    assert agencys.yours
    assert queries.desk(cast.centre.actor, clock.now) == []
    submit_lot(lot_code=lot.code, actor=cast.agency.actor)
    (centres,) = queries.desk(cast.centre.actor, clock.now)
    assert (centres.yours, centres.next_action) == (True, "受理或退回")
    assert not queries.desk(cast.agency.actor, clock.now)[0].yours
    assert queries.desk(cast.experts[0].actor, clock.now) == queries.desk(public(), clock.now) == []


def test_a_bidders_desk_holds_what_it_touched(cast, clock, keys):
    lot = lots.make_announced(cast, keys)
    assert queries.desk(cast.bidders[0].actor, clock.now) == []
    ask_question(lot_code=lot.code, actor=cast.bidders[0].actor, text="?")
    (row,) = queries.desk(cast.bidders[0].actor, clock.now)
    assert (row.next_action, row.next_at, row.reseal) == ("投标截止", lots.DEADLINE, False)
    (owners,) = queries.desk(cast.agency.actor, clock.now)
    assert owners.unanswered_questions == 1


def test_the_subject_names_bidders_and_members_for_the_policy_only(cast, clock, keys, monkeypatch):
    lot = lots.make_announced(cast, keys)
    lots.put_bid(lot, cast.bidders[0], 1)
    monkeypatch.setattr(seats, "_sources", [lambda lot_id: frozenset({"expert1"})])
    subject = queries.subject(lot)
    assert subject.bidder_ids == {cast.bidders[0].organisation.pk}
    assert (subject.member_logins, subject.published) == ({"expert1"}, True)


def test_an_unknown_code_is_not_found(cast):
    for read in (queries.lot_by_code, queries.project_by_code):
        with pytest.raises(NotFound):
            read("E4420000001999999001001")
    assert not Lot.objects.exists()
