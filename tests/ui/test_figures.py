"""Figures: worked values, and capitals against an independent writer."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import cn2an
import pytest

from ui import figures, spans


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("1234567.891", "¥1,234,567.89"),
        ("0", "¥0.00"),
        ("0.005", "¥0.01"),
        ("-12.5", "-¥12.50"),
        ("86420000", "¥86,420,000.00"),
    ],
)
def test_amounts_have_separators_and_two_decimals(value, written):
    assert figures.yuan(Decimal(value)) == written


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("81306512.40", "捌仟壹佰叁拾万陆仟伍佰壹拾贰元肆角"),
        ("1234567.89", "壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分"),
        ("1005", "壹仟零伍元整"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("0.05", "伍分"),
        ("0", "零元整"),
        ("100000001", "壹亿零壹元整"),
        ("-3", "负叁元整"),
    ],
)
def test_capitals_are_those_of_contracts(value, words):
    assert figures.capitals(value) == words


def test_capitals_agree_with_an_independent_writer():
    rng = random.Random(20261118)
    for _ in range(500):
        value = Decimal(rng.randrange(10 ** rng.randint(1, 14))) / 100
        assert figures.capitals(value) == cn2an.an2cn(str(value), "rmb"), value


def test_amounts_beyond_any_tender_have_no_capitals():
    with pytest.raises(ValueError, match="no capitals"):
        figures.capitals(Decimal(10) ** 16)


@pytest.mark.parametrize(
    ("value", "figure", "unit"),
    [("81306512.40", "8,130.65", "万元"), ("71248000000", "712.48", "亿元"), ("9999.99", "9,999.99", "元")],
)
def test_overviews_round_to_wan_and_yi(value, figure, unit):
    assert figures.wan(Decimal(value)) == (figure, unit)


def test_times_are_written_in_shanghai_whatever_zone_they_come_in():
    at = datetime(2026, 11, 18, 16, 30, 5, tzinfo=UTC)
    assert figures.iso(at) == "2026-11-19 00:30:05"
    assert figures.isodate(at) == "2026-11-19"
    assert figures.machine(at) == "2026-11-19T00:30:05+08:00"


def test_what_is_left_is_never_negative():
    assert spans.clock_face(timedelta(hours=2, minutes=23, seconds=41)) == "02:23:41"
    assert spans.clock_face(timedelta(seconds=-5)) == "00:00:00"
    assert spans.ticking(timedelta(days=1, hours=2)) == "1 天 02:00:00"
    assert spans.coarse(timedelta(days=1, hours=2, minutes=9)) == "1 天 2 时"
