"""What a letter must say of its price to be read out."""

import pytest

from tendering.rules.letters import MOST_PRICE, price_fault


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"price": "8900000.00", "price_kind": "total"}, ""),
        ({"price": "0.01", "price_kind": "total"}, ""),
        ({"price": str(MOST_PRICE), "price_kind": "total"}, ""),
        ({}, "price"),
        ({"price": "0.00", "price_kind": "total"}, "price"),
        ({"price": "10000000000000000.00", "price_kind": "total"}, "price"),
        ({"price": "3.00", "price_kind": "rate"}, "price_kind"),
        ({"price": "99999999.00", "price_kind": "discount"}, "price_kind"),
    ],
)
def test_a_price_is_read_out_where_it_is_one_of_the_lots_kind(fields, fault):
    assert price_fault(fields, kind="total") == fault


def test_a_total_is_no_rate():
    assert price_fault({"price": "3.00", "price_kind": "total"}, kind="rate") == "price_kind"
