"""The figures over lots: worked examples."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from tendering.rules.statistics import LotFact, competition, group, groups, months, spans

ANNOUNCED = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
AWARDED = LotFact(
    code="A1",
    name="一标段",
    procedure="construction",
    region="东区",
    stage="awarded",
    accepted_month=2,
    closed_month=4,
    ceiling_yuan=Decimal(100),
    price_yuan=Decimal(90),
    bidders=5,
    announced_at=ANNOUNCED,
    deadline_at=ANNOUNCED + timedelta(days=20),
    awarded_at=ANNOUNCED + timedelta(days=40),
)
SECRET = replace(AWARDED, code="A2", region="西区", stage="announced", closed_month=0, price_yuan=None, bidders=None)


def test_ten_of_a_hundred_is_ten_percent_saved():
    found = group("", [AWARDED, SECRET])
    assert (found.accepted, found.closed, found.saved_yuan, found.saved_percent) == (2, 1, 10, Decimal("10.00"))
    assert found.bidders == Decimal("5.0") and found.days == Decimal("40.0")


def test_without_an_award_nothing_is_said_of_savings():
    found = group("", [SECRET])
    assert found.saved_percent is None and found.bidders is None and found.price_yuan == 0


def test_an_award_without_a_ceiling_counts_its_amount_but_no_saving():
    found = group("", [replace(AWARDED, ceiling_yuan=None)])
    assert found.price_yuan == 90 and found.saved_percent is None


def test_months_count_acceptance_and_award_each_in_its_own_month():
    found = months([AWARDED])
    assert [(one.accepted, one.closed) for one in found[:4]] == [(0, 0), (1, 0), (0, 0), (0, 1)]
    assert len(found) == 12


def test_the_greatest_amount_comes_first():
    assert [one.key for one in groups([SECRET, AWARDED], lambda lot: lot.region)] == ["东区", "西区"]


def test_bids_not_yet_opened_are_in_no_bucket():
    assert competition([SECRET]) == [("<3", 0), ("3", 0), ("4–5", 0), ("6–8", 0), ("9–12", 0), ("13+", 0)]
    assert dict(competition([AWARDED]))["4–5"] == 1


def test_a_step_is_measured_by_median_and_nine_of_ten():
    later = replace(AWARDED, deadline_at=ANNOUNCED + timedelta(days=30))
    step = spans([AWARDED, later])[0]
    assert (step.key, step.count, step.median, step.nine_of_ten) == ("to_deadline", 2, Decimal("25.0"), Decimal("29.0"))
