"""What an invented bid says: prices that add up, people, dates. Pure: the same seed gives the same offer.

Amounts are Decimal yuan with two decimals; quantity × unit price is the amount of every row, and the rows sum to the
price.
"""

import random
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from rehearsal.cast import Party

CENT = Decimal("0.01")
VALIDITY_DAYS = 90
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN = ("国强", "建军", "志远", "文博", "海涛", "明辉", "永安", "思远", "立新", "晓东", "静文", "雨晨")
ITEMS = (
    ("土方开挖", "m³", 12600, 4),
    ("路基填筑", "m³", 8400, 6),
    ("级配碎石垫层", "m²", 15300, 8),
    ("水泥稳定碎石基层", "m²", 14800, 17),
    ("沥青混凝土面层", "m²", 14200, 24),
    ("雨水管道铺设 DN800", "m", 1860, 11),
    ("污水管道铺设 DN500", "m", 1720, 8),
    ("路缘石安砌", "m", 3900, 3),
    ("人行道铺装", "m²", 5600, 6),
    ("行道树种植", "株", 420, 2),
    ("路灯安装", "套", 96, 4),
)
LAST_ITEM = ("措施项目费", "项")


@dataclass(frozen=True)
class PricedRow:
    """One row of the price schedule."""

    item: str
    unit: str
    quantity: int
    unit_price: Decimal
    amount: Decimal


@dataclass(frozen=True)
class Terms:
    """What the tender asks for, as far as a bid repeats it."""

    project_name: str
    lot_name: str
    lot_code: str
    purchaser: str
    ceiling_yuan: Decimal
    duration_days: int
    day: date


@dataclass(frozen=True)
class Offer:
    """An invented bid."""

    terms: Terms
    bidder: Party
    price_yuan: Decimal
    duration_days: int
    rows: tuple[PricedRow, ...]
    legal_representative: str
    delegate: str
    engineer: str

    def letter_fields(self) -> dict[str, object]:
        """Return the bid letter's fields as the manifest of a sealed bid has them."""
        return {
            "price": f"{self.price_yuan:.2f}",
            "price_kind": "total",
            "duration_days": self.duration_days,
            "validity_days": VALIDITY_DAYS,
            "quality": "合格",
            "key_persons": [{"name": self.engineer, "role": "project_manager"}],
        }


def make_offer(terms: Terms, bidder: Party, *, seed: str) -> Offer:
    """Return the offer of a bidder: 88 to 97 % of the ceiling, at most the duration asked for."""
    dice = random.Random(f"{seed}/{bidder.uscc}")
    price = (terms.ceiling_yuan * Decimal(dice.randint(8800, 9700)) / 10000).quantize(CENT, ROUND_HALF_UP)
    return Offer(
        terms=terms,
        bidder=bidder,
        price_yuan=price,
        duration_days=max(1, terms.duration_days - dice.randint(0, terms.duration_days // 12)),
        rows=_rows(price, dice),
        legal_representative=_person(random.Random(bidder.uscc)),
        delegate=_person(dice),
        engineer=_person(dice),
    )


def _rows(price: Decimal, dice: random.Random) -> tuple[PricedRow, ...]:
    """Split the price by the items' weights; the last item takes what rounding leaves."""
    weights = [weight * dice.uniform(0.9, 1.1) for *_, weight in ITEMS]
    whole = sum(weights) + 7
    rows = []
    for (item, unit, quantity, _), weight in zip(ITEMS, weights, strict=True):
        unit_price = (price * Decimal(weight / whole) / quantity).quantize(CENT, ROUND_HALF_UP)
        rows.append(PricedRow(item, unit, quantity, unit_price, unit_price * quantity))
    rest = price - sum((row.amount for row in rows), Decimal(0))
    return (*rows, PricedRow(*LAST_ITEM, 1, rest, rest))


def _person(dice: random.Random) -> str:
    return dice.choice(SURNAMES) + dice.choice(GIVEN)
