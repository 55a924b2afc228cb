"""What a bid letter must say of its price to be read out; the opening and the verifier judge by it. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

MOST_PRICE = Decimal("9999999999999999.99")  # what a price may be at most


def price_fault(fields: Mapping[str, Any], *, kind: str) -> str:
    """Return the check that the letter's price fails, empty where it can be read out.

    `price`: there is none, or it is not above zero, or beyond MOST_PRICE. `price_kind`: it is of another kind than the
    tender document asks for (a rate in a lot of totals would be ranked as a few yuan). `fields` are those of a manifest
    in its form.

    >>> price_fault({"price": "3.00", "price_kind": "rate"}, kind="total")
    'price_kind'
    """
    if "price" not in fields or not 0 < Decimal(fields["price"]) <= MOST_PRICE:
        return "price"
    return "" if fields["price_kind"] == kind else "price_kind"
