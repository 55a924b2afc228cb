"""Lists: sorted, paged, exported as a spreadsheet that runs no formula."""

from datetime import UTC, datetime
from io import BytesIO
from types import SimpleNamespace

from django.test import RequestFactory
from openpyxl import load_workbook

from ui.lists import Column, ListPage

ROWS = [SimpleNamespace(name=name, n=n) for n, name in enumerate(["丙", "甲", "乙", "=1+1"])]
COLUMNS = (Column("name", "名称", lambda row: row.name, "name"), Column("n", "数", lambda row: row.n, "n"))


def page(query: str = "", **options: object) -> ListPage:
    return ListPage(RequestFactory().get(f"/x/?{query}"), rows=ROWS, columns=COLUMNS, default="n", **options)


def test_rows_are_sorted_as_asked_and_the_head_turns_the_order():
    asked = page("sort=-n")
    assert [row.n for row in asked] == [3, 2, 1, 0]
    assert asked.order_of("n") == "descending"
    assert asked.sorted_by("n") == "?sort=n"


def test_an_unknown_order_falls_back():
    assert [row.n for row in page("sort=password")] == [0, 1, 2, 3]


def test_pages_keep_the_filters_and_end_at_the_last():
    first = page("text=x", per_page=3)
    assert first.next == "?text=x&page=2" and first.previous == ""
    assert [row.n for row in page("page=99", per_page=3)] == [3]


def test_the_sheet_holds_all_rows_and_no_formula():
    response = page("format=xlsx", per_page=1).sheet("名单")
    sheet = load_workbook(BytesIO(response.content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == ("名称", "数") and len(rows) == 5
    assert rows[4][0] == "'=1+1"
    assert "attachment" in response.headers["Content-Disposition"]


def test_times_in_sheets_are_shanghai_wall_time():
    from ui.lists import sheet_response

    response = sheet_response("t", heads=["时刻"], rows=[[datetime(2026, 11, 18, 16, 0, tzinfo=UTC)]])
    sheet = load_workbook(BytesIO(response.content)).active
    assert sheet["A2"].value.isoformat() == "2026-11-19T00:00:00"
