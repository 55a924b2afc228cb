"""Bar charts as inline SVG, drawn by attributes only: labels on the bars, no colour alone. Pure.

Sizes are units of the view box; each chart stands beside a table of the same figures. Values must not be negative.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

Value = int | float | Decimal
LEFT, TOP, FOOT = 34, 14, 24
ROW, LABEL = 30, 112
STEPS = (1, 2, 5, 10)


@dataclass(frozen=True)
class Bar:
    """One label with one value for each series, and how the last is written at its end."""

    label: str
    values: tuple[Value, ...]
    words: str = ""


def ceiling(value: float) -> int:
    """Return the least 1, 2, 5 or 10 times a power of ten, divisible into four, that holds the value: 37 → 40."""
    size = 1
    while True:
        for step in STEPS:
            if 4 * step * size >= value:
                return 4 * step * size
        size *= 10


def columns(bars: Sequence[Bar], *, title: str, width: int = 740, height: int = 220) -> SafeString:
    """Draw upright bars side by side, at most two series: light first, dark second; one series is dark."""
    top = ceiling(max((float(value) for bar in bars for value in bar.values), default=1))
    foot = height - FOOT
    slot = (width - LEFT) / max(len(bars), 1)
    grid = _drawn(GRID, (_line(top * n // 4, foot - (foot - TOP) * n / 4, width) for n in range(5)))
    columns = [_column(bar, LEFT + slot * n, slot, (foot - TOP) / top, foot) for n, bar in enumerate(bars)]
    return _svg(width, height, title, _drawn("{}", [(grid,), *((column,) for column in columns)]))


GRID = '<line class="ax{}" x1="34" x2="{}" y1="{}" y2="{}"/><text x="28" y="{}" text-anchor="end">{}</text>'
COLUMN = '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>'
COLUMN_WORDS = (
    '{}<text x="{}" y="{}" text-anchor="middle">{}</text><text class="hi" x="{}" y="{}" text-anchor="middle">{}</text>'
)
ROW_MARKUP = (
    '<text x="{}" y="{}" text-anchor="end">{}</text><rect class="a" x="{}" y="{}" width="{}" height="17"/>'
    '<text class="hi" x="{}" y="{}">{}</text>'
)


def _drawn(markup: str, rows: Iterable[Sequence[object]]) -> SafeString:
    """Return the markup once for each row, with lengths rounded to a tenth."""
    return format_html_join("", markup, ([round(v, 1) if isinstance(v, float) else v for v in row] for row in rows))


def _line(value: int, y: float, width: int) -> tuple[object, ...]:
    return (" ax0" if not value else "", width, y, y, y + 4, value)


def _column(bar: Bar, x: float, slot: float, unit: float, foot: float) -> SafeString:
    broad = min(slot * 0.64 / len(bar.values), 46)
    start = x + (slot - broad * len(bar.values)) / 2
    looks = ("b", "a") if len(bar.values) > 1 else ("a",)
    heights = [float(value) * unit for value in bar.values]
    rects = _drawn(
        COLUMN,
        (
            (look, start + broad * n, foot - high, broad - 2, high)
            for n, (look, high) in enumerate(zip(looks, heights, strict=True))
            if high
        ),
    )
    end = bar.words or (str(bar.values[-1]) if bar.values[-1] and len(bar.values) == 1 else "")
    middle = x + slot / 2
    return _drawn(COLUMN_WORDS, [(rects, middle, foot + 17, bar.label, middle, foot - heights[-1] - 4, end)])


def rows(bars: Sequence[Bar], *, title: str, width: int = 370) -> SafeString:
    """Draw lying bars, one below the other, each with its label before and its figure behind it."""
    top = max((float(bar.values[0]) for bar in bars), default=0) or 1
    room = width - LABEL - 90
    height = ROW * len(bars) + 4
    axis = format_html('<line class="ax ax0" x1="{}" x2="{}" y1="0" y2="{}"/>', LABEL, LABEL, height)
    drawn = _drawn(ROW_MARKUP, (_row(bar, ROW * n, float(bar.values[0]) / top * room) for n, bar in enumerate(bars)))
    return _svg(width, height, title, format_html("{}{}", axis, drawn))


def _row(bar: Bar, y: float, length: float) -> tuple[object, ...]:
    words = bar.words or str(bar.values[0])
    return (LABEL - 8, y + 17, bar.label, LABEL, y + 4, max(length, 0.1), LABEL + length + 6, y + 17, words)


def _svg(width: int, height: int, title: str, inside: SafeString) -> SafeString:
    return format_html('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>', width, height, title, inside)
