"""Price tables of born-digital bids: rows of item, unit, quantity, unit price and amount, and whether the sums hold.

Ruled tables are read with pdfplumber, which is 15 to 40 times slower than PDFium: only pages that look like price
tables are opened. Amounts are Decimal in the unit printed in the heading (yuan unless 万元); nothing is rounded. Boxes
are points.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pdfplumber
from pdfminer.pdfexceptions import PDFException
from pdfplumber.utils.exceptions import PdfminerException

from ocr.fields.shapes import plain
from ocr.pages import Box, Unreadable

# Column → headings that mean it, first match wins.
HEADINGS: dict[str, str] = {
    "number": r"^(?:序号|编号|项目编码)",
    "amount": r"合价|金额|总价|小计|合计|投标报价$",
    "unit_price": r"单价|投标价$",
    "quantity": r"工程量|数量",
    "unit": r"^(?:计量)?单位",
    "item": r"名称|项目|内容|货物|服务",
}
TOTAL = re.compile(r"^(?:合计|总计|投标总价|总价|报价合计|总报价)")
CENT = Decimal("0.01")
MAX_TABLE_PAGES = 200


@dataclass(frozen=True)
class PriceRow:
    """One row as printed. Numbers that are not printed or not numbers are None. `sum_holds`: quantity × unit price =
    amount."""

    item: str
    unit: str
    quantity: Decimal | None
    unit_price: Decimal | None
    amount: Decimal | None
    page: int
    box: Box
    sum_holds: bool | None


@dataclass(frozen=True)
class PriceTable:
    """The rows of a file's price tables, the printed totals, and the reasons for which sums do not hold."""

    rows: tuple[PriceRow, ...]
    totals: tuple[PriceRow, ...]
    problems: tuple[str, ...]

    @property
    def amount(self) -> Decimal:
        """The sum of the amounts of all rows."""
        return sum((row.amount for row in self.rows if row.amount is not None), Decimal(0))


def price_table(path: Path) -> PriceTable:
    """This function will read every price table with ruled lines in a PDF with a text layer.

    :raises Unreadable: not a PDF that pdfplumber can open
    """
    rows: list[PriceRow] = []
    try:
        with pdfplumber.open(path) as document:
            for page in document.pages[:MAX_TABLE_PAGES]:
                if _looks_priced(page):
                    rows += _page_rows(page, rows)
                page.close()  # frees the page's parsed objects
    except (PDFException, PdfminerException, OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise Unreadable(f"the tables cannot be read: {error}") from error
    items = tuple(row for row in rows if not TOTAL.match(row.item))
    totals = tuple(row for row in rows if TOTAL.match(row.item) and row.amount is not None)
    return PriceTable(items, totals, tuple(_problems(items, totals)))


def _looks_priced(page: Any) -> bool:
    text = plain(page.extract_text() or "")
    return bool(re.search(r"单价|合价|金额|总价", text)) and bool(re.search(r"数量|工程量|单位|合计|名称", text))


def _page_rows(page: Any, before: list[PriceRow]) -> Iterator[PriceRow]:
    for table in page.find_tables():
        columns: dict[str, int] = {}
        for row, texts in zip(table.rows, table.extract(), strict=True):
            cells = [plain(text or "") for text in texts]
            heading = _columns(cells)
            if heading:
                columns = heading
            elif columns and any(cells):
                yield _price_row(cells, columns, page.page_number, tuple(row.bbox))


def _columns(cells: list[str]) -> dict[str, int]:
    """The columns of a heading row: at least an item and one price; empty for any other row."""
    found: dict[str, int] = {}
    for at, cell in enumerate(cells):
        name = next((name for name, words in HEADINGS.items() if name not in found and re.search(words, cell)), None)
        if name and not re.fullmatch(r"[\d.,]+", cell):
            found[name] = at
    return found if "item" in found and ({"amount", "unit_price"} & found.keys()) and len(found) >= 3 else {}


def _price_row(cells: list[str], columns: dict[str, int], page: int, box: Any) -> PriceRow:
    def cell(name: str) -> str:
        at = columns.get(name)
        return cells[at] if at is not None and at < len(cells) else ""

    quantity, price, amount = _number(cell("quantity")), _number(cell("unit_price")), _number(cell("amount"))
    total = next((text for text in cells if TOTAL.match(text)), "")
    if total and amount is None:
        amount = next((number for text in reversed(cells) if (number := _number(text)) is not None), None)
    item = total or cell("item")
    holds = None
    if quantity is not None and price is not None and amount is not None:
        holds = abs(quantity * price - amount) <= CENT
    return PriceRow(item, cell("unit"), quantity, price, amount, page, box, holds)


def _number(text: str) -> Decimal | None:
    """A printed number; None for a cell that holds none."""
    bare = re.sub(r"[¥￥,，元\s]", "", text)
    try:
        return Decimal(bare) if re.fullmatch(r"-?\d+(?:\.\d+)?", bare) else None
    except InvalidOperation:
        return None


def _problems(items: tuple[PriceRow, ...], totals: tuple[PriceRow, ...]) -> Iterator[str]:
    for row in items:
        if row.sum_holds is False:
            yield f"page {row.page}, {row.item}: {row.quantity} × {row.unit_price} is not {row.amount}"
    summed = sum((row.amount for row in items if row.amount is not None), Decimal(0))
    if len(totals) == 1 and totals[0].amount is not None and abs(totals[0].amount - summed) > CENT:
        yield f"page {totals[0].page}, {totals[0].item}: the rows add up to {summed}, not {totals[0].amount}"
