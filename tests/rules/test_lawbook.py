"""Articles, dated parameters, procedures and ready-made schemes load, and cite what exists."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

import lawbook
from lawbook.parameters import UNITS, histories, parse
from lawbook.reasons import Reason, Refused
from tendering.rules.lifecycle import Stage

TODAY = date(2026, 3, 2)


def test_an_unknown_key_is_refused_everywhere():
    for unknown, look_up in (
        (lawbook.UnknownArticle, lambda: lawbook.article("BL-" + "998")),
        (lawbook.UnknownParameter, lambda: lawbook.parameter("no_such", TODAY)),
        (lawbook.UnknownProcedure, lambda: lawbook.procedure("no_such")),
        (lawbook.UnknownScheme, lambda: lawbook.scheme("no_such")),
    ):
        with pytest.raises(unknown):
            look_up()


def test_a_parameter_is_not_in_force_before_its_first_day():
    assert lawbook.parameter("document_offer_days", date(2012, 2, 1)).value == 5
    with pytest.raises(lawbook.UnknownParameter):
        lawbook.parameter("document_offer_days", date(2012, 1, 31))


def test_of_several_dated_values_the_one_in_force_counts():
    row = {
        "title": "例",
        "law": "BL-24",
        "unit": "day",
        "values": [
            {"value": "30", "in_force_from": date(2020, 1, 1)},
            {"value": "20", "in_force_from": date(2000, 1, 1), "in_force_to": date(2019, 12, 31)},
        ],
    }
    old, new = parse("example", row)
    assert (old.value, new.value) == (Decimal(20), Decimal(30))
    assert old.in_force(date(2019, 12, 31))
    assert not old.in_force(date(2020, 1, 1))
    assert new.in_force(date(2020, 1, 1))


def test_dated_values_do_not_overlap_and_cite_articles():
    for values in histories().values():
        for before, after in pairwise(values):
            assert before.in_force_to is not None
            assert before.in_force_to < after.in_force_from
        for value in values:
            assert value.unit in UNITS
            assert lawbook.article(value.law)


@pytest.mark.parametrize("code", sorted(lawbook.procedures()))
def test_a_procedure_is_whole(code: str):
    procedure = lawbook.procedure(code)
    assert set(procedure.stages) <= {stage.value for stage in Stage}
    for name in procedure.periods:
        period = procedure.period(name, TODAY)
        assert period.amount > 0
        assert lawbook.article(period.law)
        assert not procedure.rehearsal or period.unit == "second"
    assert procedure.opening.default_policy in procedure.opening.policies
    assert lawbook.scheme(procedure.default_scheme)["title"]
    assert procedure.minimum_bidders(TODAY) == 3
    assert procedure.candidates_maximum(TODAY) == 3
    assert procedure.committee_minimum(TODAY) == 5
    assert len({kind.kind for kind in procedure.documents}) == len(procedure.documents)
    assert all(lawbook.article(kind.law) for kind in procedure.documents)


def test_a_rehearsal_has_the_same_shape_as_what_it_rehearses():
    rehearsal = lawbook.procedure("R-construction")
    real = lawbook.procedure(rehearsal.rehearses)
    assert (rehearsal.rehearsal, real.rehearsal) == (True, False)
    assert set(rehearsal.periods) == set(real.periods)
    assert rehearsal.documents == real.documents
    assert (rehearsal.stages, rehearsal.opening, rehearsal.committee) == (real.stages, real.opening, real.committee)


def test_bonds_are_capped_and_rounded_down():
    procedure = lawbook.procedure("construction")
    assert procedure.bid_bond_limit(Decimal("12345678.90"), TODAY) == Decimal("246913.57")
    assert procedure.bid_bond_limit(Decimal("90000000.00"), TODAY) == Decimal("800000.00")
    assert procedure.performance_bond_limit(Decimal("1234567.89"), TODAY) == Decimal("123456.78")


def test_a_ready_made_scheme_is_a_copy():
    lawbook.scheme("construction")["title"] = "changed"
    assert lawbook.scheme("construction")["title"] != "changed"


def test_a_refusal_carries_every_reason_and_fills_its_places():
    reasons = [Reason("one", "少于{count}个", "BL-28", {"count": "3"}), Reason("two", "迟到")]
    refusal = Refused(reasons)
    assert refusal.reasons == reasons
    assert refusal.codes == {"one", "two"}
    assert str(refusal) == "少于3个〔BL-28〕；迟到"
