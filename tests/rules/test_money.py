"""Amounts in figures and capitals, both ways, checked against cn2an."""

from decimal import Decimal

import cn2an
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tendering.rules.money import NotAnAmount, capitals, from_capitals, grouped

AMOUNTS = st.integers(1, 10**13).map(lambda fen: Decimal(fen).scaleb(-2))


@given(amount=AMOUNTS)
@example(Decimal("100000.00"))
@example(Decimal("10000500.05"))
@example(Decimal("100000000.00"))
@example(Decimal("1010000000.10"))
def test_capitals_are_read_back(amount: Decimal):
    assert from_capitals(capitals(amount)) == amount


@given(amount=AMOUNTS)
def test_capitals_say_the_same_number_as_another_library(amount: Decimal):
    words = capitals(amount).removesuffix("整")
    assert from_capitals(cn2an.an2cn(str(amount), "rmb")) == from_capitals(words) == amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("人民币壹佰万伍仟元叁角整", "1005000.30"),
        ("贰仟零叁圆正", "2003.00"),
        ("拾万元整", "100000.00"),
        ("壹 亿 零 伍 元 整", "100000005.00"),
        ("伍角", "0.50"),
        ("零元整", "0.00"),
    ],
)
def test_spellings_of_real_letters_are_read(text: str, amount: str):
    assert from_capitals(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["", "元整", "壹佰", "一百元整", "壹贰元整", "壹拾佰元整", "壹佰元叁", "壹元-整"])
def test_what_is_no_amount_is_refused(text: str):
    with pytest.raises(NotAnAmount):
        from_capitals(text)


def test_figures_are_grouped_by_thousands():
    assert grouped(Decimal("1234567.8")) == "1,234,567.80"
