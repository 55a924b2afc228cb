"""How figures are written: money in yuan, capitals, overviews in 万元/亿元, times to the second in Asia/Shanghai. Pure.

Rounding is half up, once, here: two places for amounts and overviews.
"""

from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
CENT = Decimal("0.01")
WAN = Decimal(10_000)
YI = Decimal(100_000_000)

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
CAPITALS_LIMIT = Decimal(10) ** 16

Amount = Decimal | int | str


def _amount(value: Amount) -> Decimal:
    return Decimal(value).quantize(CENT, rounding=ROUND_HALF_UP)


def yuan(value: Amount) -> str:
    """Write an amount of yuan: `Decimal("1234567.891")` → `¥1,234,567.89`."""
    amount = _amount(value)
    sign = "-" if amount < 0 else ""
    return f"{sign}¥{abs(amount):,.2f}"


def wan(value: Amount) -> tuple[str, str]:
    """Write an amount for an overview, as figure and unit.

    `81306512.40` → `("8,130.65", "万元")`, `71248000000` → `("712.48", "亿元")`; below one 万元 plain yuan.
    """
    amount = Decimal(value)
    for unit, size in (("亿元", YI), ("万元", WAN)):
        if abs(amount) >= size:
            return f"{_amount(amount / size):,.2f}", unit
    return f"{_amount(amount):,.2f}", "元"


def millions(value: Amount) -> tuple[str, str]:
    """Write an amount for an overview in English: `81306512.40` → `("81.31", "million")`; below a million plain."""
    amount = Decimal(value)
    for unit, size in (("billion", Decimal(10**9)), ("million", Decimal(10**6))):
        if abs(amount) >= size:
            return f"{_amount(amount / size):,.2f}", unit
    return f"{_amount(amount):,.2f}", ""


def _group(number: int) -> str:
    """Write 1..9999 in capitals: 1005 → 壹仟零伍."""
    words, gap = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            words += ("零" if gap and words else "") + _DIGITS[digit] + _PLACES[place]
        gap = not digit
    return words


def _whole(number: int) -> str:
    """Write a whole number of yuan in capitals: 100500 → 壹拾万零伍佰; the empty string for 0."""
    for size, unit in ((10**8, "亿"), (10**4, "万")):
        if number >= size:
            head, rest = divmod(number, size)
            zero = "零" if 0 < rest < size // 10 else ""
            return _whole(head) + unit + zero + _whole(rest)
    return _group(number)


def capitals(value: Amount) -> str:
    """Write an amount in capitals 大写 as contracts do: `81306512.40` → `捌仟壹佰叁拾万陆仟伍佰壹拾贰元肆角`.

    :raises ValueError: beyond ±10¹⁶ yuan, where no tender goes
    """
    amount = _amount(value)
    if abs(amount) >= CAPITALS_LIMIT:
        raise ValueError(f"no capitals for {value}")
    whole, cents = divmod(int(abs(amount) * 100), 100)
    jiao, fen = divmod(cents, 10)
    words = f"{_whole(whole)}元" if whole else ""
    if jiao:
        words += f"{_DIGITS[jiao]}角"
    elif fen and whole:
        words += "零"
    words += f"{_DIGITS[fen]}分" if fen else ""
    if not cents:
        words = (words or "零元") + "整"
    return ("负" if amount < 0 else "") + words


def shanghai(at: datetime) -> datetime:
    """Move an aware datetime to Asia/Shanghai; a naive one is taken as UTC, as the database stores it."""
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(SHANGHAI)


def iso(at: datetime) -> str:
    """Write an instant to the second in Asia/Shanghai: `2026-11-18 14:36:19`."""
    return shanghai(at).strftime("%Y-%m-%d %H:%M:%S")


def isodate(at: datetime | date) -> str:
    """Write a day in Asia/Shanghai: `2026-11-18`."""
    return (shanghai(at) if isinstance(at, datetime) else at).strftime("%Y-%m-%d")


def machine(at: datetime) -> str:
    """Write an instant for a `datetime` attribute: `2026-11-18T14:36:19+08:00`."""
    return shanghai(at).isoformat(timespec="seconds")


def size(octets: int) -> str:
    """Write a file's size: `421888` → `412.0 KB`."""
    amount = float(octets)
    for unit in ("B", "KB", "MB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} GB"
