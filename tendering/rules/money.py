"""Amounts of yuan as records write them: grouped figures, and capitals 大写, also read. Exact to the fen. Pure."""

import re
from decimal import Decimal

MOST_YUAN = Decimal(10) ** 16
_FEN = Decimal("0.01")
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_SPELLED = re.compile(
    "(?:(?P<whole>[零壹贰叁肆伍陆柒捌玖拾佰仟万亿]+)元)?零?"
    "(?:(?P<jiao>[零壹贰叁肆伍陆柒捌玖])角)?零?(?:(?P<fen>[零壹贰叁肆伍陆柒捌玖])分)?整?"
)
_GROUPS = ("", "万", "亿", "万亿")  # 10⁰, 10⁴, 10⁸, 10¹²


class NotAnAmount(ValueError):
    """Negative, 10¹⁶ yuan or more, or finer than a fen."""


def grouped(amount_yuan: Decimal) -> str:
    """Return the figure with thousands apart: `Decimal("1234567.8")` → `1,234,567.80`.

    :raises NotAnAmount: see there
    """
    return f"{_checked(amount_yuan):,.2f}"


def capitals(amount_yuan: Decimal) -> str:
    """Return the amount in capitals: 1,005,000.30 → 壹佰万伍仟元叁角整; 0 → 零元整.

    A zero stands for any gap between two written digits of the whole yuan, and before the fen where there is no jiao.

    :raises NotAnAmount: see there
    """
    fen = int(_checked(amount_yuan) * 100)
    whole, jiao, cents = fen // 100, fen // 10 % 10, fen % 10
    words = f"{_whole(whole)}元" if whole or not fen else ""
    if jiao:
        words += f"{_DIGITS[jiao]}角"
    elif cents and words:
        words += "零"
    return f"{words}{_DIGITS[cents]}分" if cents else f"{words}整"


def _checked(amount_yuan: Decimal) -> Decimal:
    if not 0 <= amount_yuan < MOST_YUAN or amount_yuan != amount_yuan.quantize(_FEN):
        raise NotAnAmount(f"{amount_yuan} is not an amount of yuan and fen")
    return amount_yuan.quantize(_FEN)


def _whole(number: int) -> str:
    if number == 0:
        return _DIGITS[0]
    groups = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    words = ""
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if not group:
            continue
        gap = words and (group < 1000 or groups[place + 1] == 0)
        # 万亿 is 万 of 亿: the 亿 is written once, by its own group where there is one.
        unit = "万" if place == 3 and groups[2] else _GROUPS[place]
        words += ("零" if gap else "") + _group(group) + unit
    return words


def _group(group: int) -> str:
    """Write 1 … 9999: 1005 → 壹仟零伍."""
    words, gap = "", False
    for place in (3, 2, 1, 0):
        digit = group // 10**place % 10
        if digit:
            words += ("零" if gap and words else "") + _DIGITS[digit] + _PLACES[place]
        gap = digit == 0
    return words


def from_capitals(text: str) -> Decimal:
    """Return the yuan that an amount in capitals says: 壹佰万伍仟元叁角整 → 1,005,000.30.

    圆 and 元, 正 and 整, spaces and a leading 人民币 are all read, and so are the many spellings of gaps: only the
    figures count, so what is read need not be spelled as `capitals` spells it.

    :raises NotAnAmount: anything else
    """
    plain = "".join(text.split()).removeprefix("人民币").removeprefix("：").replace("圆", "元").replace("正", "整")
    found = _SPELLED.fullmatch(plain)
    if found is None or not any(found.groups()):
        raise NotAnAmount(f"{text!r} is not an amount in capitals")
    jiao, fen = (_DIGITS.index(found[part] or "零") for part in ("jiao", "fen"))
    return Decimal(_spelled(found["whole"] or "零") * 100 + jiao * 10 + fen).scaleb(-2).quantize(_FEN)


def _spelled(text: str) -> int:
    """Read a whole number: the greatest unit splits it, what stands before counts that often."""
    for unit, size, most in (
        ("亿", 10**8, 10**8),
        ("万", 10**4, 10**4),
        ("仟", 1000, 10),
        ("佰", 100, 10),
        ("拾", 10, 10),
    ):
        head, mark, tail = text.rpartition(unit)
        if mark:
            # 拾万 at the start says ten: only there may the digit before 拾 be left out.
            count = _spelled(head) if head.strip("零") or unit != "拾" else 1
            rest = _spelled(tail) if tail else 0
            if not 0 < count < most or rest >= size:
                raise NotAnAmount(f"{text!r} is not a number in capitals")
            return count * size + rest
    digit = text.lstrip("零") or "零"
    if len(digit) != 1:
        raise NotAnAmount(f"{text!r} is not a number in capitals")
    return _DIGITS.index(digit)
