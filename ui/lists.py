"""A list page: filter, sort, page and export to XLSX, from one declaration of columns. Knows rows only as objects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header

from ui.figures import shanghai

if TYPE_CHECKING:
    from openpyxl import Workbook

Row = TypeVar("Row")
PER_PAGE = 20
SHEET_LIMIT = 50_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Column:
    """A column: `key` in the address, words of its head, the cell's value, what the database orders by."""

    key: str
    words: Any
    value: Callable[[Any], Any]
    order: str = ""  # a field lookup; empty when the column does not sort


@dataclass
class ListPage(Generic[Row]):
    """A filtered, sorted, paged list as one request asks for it; `.xlsx()` when it asks for a sheet.

    In a view: `page = ListPage(request, rows=queryset, columns=COLUMNS, default="-deadline_at", form=form)`, then
    `if page.wants_sheet: return page.sheet("lots")`, else render with `{"page": page}` and `ui/pager.html`.
    """

    request: HttpRequest
    rows: QuerySet[Any] | Sequence[Row]
    columns: Sequence[Column]
    default: str = ""
    form: forms.Form | None = None
    per_page: int = PER_PAGE
    extra: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def sort(self) -> str:
        """The order asked for, `key` or `-key`, when a column allows it; else the default."""
        asked = self.request.GET.get("sort", "")
        return asked if asked.removeprefix("-") in self._orders else self.default

    @cached_property
    def _orders(self) -> dict[str, str]:
        return {column.key: column.order for column in self.columns if column.order}

    @cached_property
    def _sorted(self) -> QuerySet[Any] | Sequence[Row]:
        key, down = self.sort.removeprefix("-"), self.sort.startswith("-")
        if key not in self._orders:
            return self.rows
        if isinstance(self.rows, QuerySet):
            from django.db.models import F

            by = F(self._orders[key])
            return self.rows.order_by(by.desc(nulls_last=True) if down else by.asc(nulls_last=True), "pk")
        value = next(column.value for column in self.columns if column.key == key)
        known = [row for row in self.rows if value(row) is not None]
        return sorted(known, key=value, reverse=down) + [row for row in self.rows if value(row) is None]

    @cached_property
    def page(self) -> Page[Any]:
        """The page asked for; beyond the last one, the last."""
        return Paginator(self._sorted, self.per_page).get_page(self.request.GET.get("page"))

    def __iter__(self) -> Any:
        return iter(self.page.object_list)

    @property
    def count(self) -> int:
        return self.page.paginator.count

    def __len__(self) -> int:
        return self.count

    def _address(self, **changes: str) -> str:
        query: QueryDict = self.request.GET.copy()
        for name in ("page", "format"):
            query.pop(name, None)
        for name, value in changes.items():
            query[name] = value
        return f"?{query.urlencode()}"

    def order_of(self, key: str) -> str:
        """Return how the column is sorted now: `ascending`, `descending` or nothing, as `aria-sort` wants it."""
        if self.sort.removeprefix("-") != key:
            return ""
        return "descending" if self.sort.startswith("-") else "ascending"

    def sorted_by(self, key: str) -> str:
        """Return the address that sorts by `key`; by it already, the other way round."""
        return self._address(sort=f"-{key}" if self.sort == key else key)

    @property
    def previous(self) -> str:
        return self._address(page=str(self.page.previous_page_number())) if self.page.has_previous() else ""

    @property
    def next(self) -> str:
        return self._address(page=str(self.page.next_page_number())) if self.page.has_next() else ""

    @property
    def sheet_address(self) -> str:
        return self._address(format="xlsx")

    @property
    def filtered(self) -> bool:
        """Whether a filter is in force, so that an empty list can say "widen the conditions"."""
        return bool(self.form and self.form.is_valid() and any(self.form.cleaned_data.values()))

    @property
    def wants_sheet(self) -> bool:
        return self.request.GET.get("format") == "xlsx"

    def sheet(self, name: str) -> HttpResponse:
        """Return all filtered and sorted rows, not only this page, as `name`.xlsx; at most 50,000."""
        rows = ([column.value(row) for column in self.columns] for row in self._sorted[:SHEET_LIMIT])
        return sheet_response(name, heads=[str(column.words) for column in self.columns], rows=rows)


def _cell(value: Any) -> Any:
    """Return a cell value that a spreadsheet shows and never runs."""
    if isinstance(value, datetime):
        return shanghai(value).replace(tzinfo=None, microsecond=0)
    if value is None or isinstance(value, bool | int | float | Decimal):
        return value
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def sheet_response(name: str, *, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """Return a workbook of one sheet for download; times in Asia/Shanghai, text never a formula."""
    return workbook_response(name, [Sheet(name, heads, rows)])


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook: its name, the heads, the rows."""

    name: str
    heads: Sequence[str]
    rows: Iterable[Sequence[Any]]


def workbook_response(name: str, sheets: Iterable[Sheet]) -> HttpResponse:
    """Return `name`.xlsx with these sheets for download."""
    from openpyxl import Workbook  # half a second that a start need not take

    book = Workbook(write_only=True)
    for one in sheets:
        _add(book, one)
    out = BytesIO()
    book.save(out)
    disposition = content_disposition_header(True, f"{name}.xlsx") or "attachment"
    return HttpResponse(out.getvalue(), content_type=XLSX, headers={"Content-Disposition": disposition})


def _add(book: Workbook, one: Sheet) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    sheet = book.create_sheet(one.name[:31])
    sheet.freeze_panes = "A2"
    bold = []
    for words in one.heads:
        cell = WriteOnlyCell(sheet, value=_cell(words))
        cell.font = Font(bold=True)
        bold.append(cell)
    sheet.append(bold)
    for row in one.rows:
        sheet.append([_cell(value) for value in row])
