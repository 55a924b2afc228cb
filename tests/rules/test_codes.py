"""Codes of projects and lots, and the unified deal code."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tendering.rules import codes

USCC = "91110000600037341L"


def test_codes_grow_from_project_to_lot():
    project = codes.project_code("E", "442000", platform="0001", serial=123)
    tender_project = codes.tender_project_code(project, 1)
    lot = codes.lot_code(tender_project, 2)
    assert (project, tender_project, lot) == (
        "E4420000001000123",
        "E4420000001000123001",
        "E4420000001000123001002",
    )
    assert [len(code) for code in (project, tender_project, lot)] == [17, 20, 23]
    assert [codes.kind_of(code) for code in (project, tender_project, lot)] == ["project", "tender_project", "lot"]


def test_a_rehearsal_is_marked_in_every_code():
    project = codes.project_code("E", "442000", platform="0001", serial=7, rehearsal=True)
    lot = codes.lot_code(codes.tender_project_code(project, 1), 1)
    assert project.startswith("RE")
    assert codes.is_rehearsal(lot)
    assert codes.kind_of(lot) == "lot"
    assert not codes.is_rehearsal(lot.removeprefix("R"))


@pytest.mark.parametrize(("category", "region", "serial"), [("R", "442000", 1), ("E", "44200", 0), ("e", "442000", 1)])
def test_parts_of_the_wrong_form_are_refused(category: str, region: str, serial: int):
    with pytest.raises(codes.BadCode):
        codes.project_code(category, region, platform="0001", serial=serial)


@given(serial=st.integers(1, 999_999), day=st.dates(date(2015, 1, 1), date(2060, 12, 31)))
def test_a_unified_deal_code_has_36_characters_and_checks(serial: int, day: date):
    code = codes.unified_deal_code("A01", USCC, on=day, serial=serial)
    assert len(code) == 36
    assert codes.deal_code_is_consistent(code)
    changed = code[:-2] + str((int(code[-2]) + 1) % 10) + code[-1]
    assert not codes.deal_code_is_consistent(changed)


def test_a_deal_code_needs_a_valid_credit_code():
    with pytest.raises(codes.BadCode):
        codes.unified_deal_code("A01", USCC[:-1] + "M", on=date(2026, 3, 2), serial=1)
