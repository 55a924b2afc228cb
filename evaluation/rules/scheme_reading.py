"""Reads plain data into frozen dataclasses by a table of members, collecting every fault with its place. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _

MESSAGES: dict[str, str] = {
    "member_missing": _("评标办法缺少“{place}”，请补充。"),
    "member_unknown": _("评标办法中有未知的“{place}”，请删除。"),
    "member_wrong": _("评标办法的“{place}”格式不对，应为{wanted}。"),
}
TEXT, WORD, CODE = _("文字"), _("英文单词"), _("由小写字母、数字、下划线组成的编号")
NUMBER, WHOLE, FLAG = _("以字符串书写的十进制数"), _("非负整数"), _("是或否")
LIST, TABLE, WORDS = _("列表"), _("表"), _("文字列表")

_DECIMAL = re.compile(r"-?\d{1,15}(\.\d{1,8})?")
_CODE = re.compile(r"[a-z][a-z0-9_]{0,59}")


class _Faults(list[Reason]):
    def add(self, code: str, place: str, wanted: str = "") -> None:
        values = {"place": place, "wanted": wanted} if wanted else {"place": place}
        self.append(Reason(code, MESSAGES[code], "BL-19", values))


Read = Callable[[Any, str, _Faults], Any]


@dataclass(frozen=True)
class Optional:
    """A member that may be left out."""

    read: Read
    default: Any


@dataclass(frozen=True)
class Shape:
    """A table of members that becomes `make(**members)`; unknown members are faults."""

    make: Callable[..., Any]
    members: Mapping[str, "Read | Optional"]

    def __call__(self, value: Any, place: str, faults: _Faults) -> Any:
        if not isinstance(value, Mapping):
            faults.add("member_wrong", place, TABLE)
            return None
        before = len(faults)
        for name in value:
            if name not in self.members:
                faults.add("member_unknown", _at(place, str(name)))
        found = {name: _member(value, name, (entry, _at(place, name), faults)) for name, entry in self.members.items()}
        return self.make(**found) if len(faults) == before else None


def _at(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _member(value: Mapping[str, Any], name: str, how: tuple["Read | Optional", str, _Faults]) -> Any:
    entry, place, faults = how
    if isinstance(entry, Optional):
        return entry.read(value[name], place, faults) if name in value else entry.default
    if name not in value:
        faults.add("member_missing", place)
        return None
    return entry(value[name], place, faults)


def read(data: Any, shape: Shape) -> tuple[Any, list[Reason]]:
    """Return what `shape` makes of the data, and every fault; with faults the first is not to be used."""
    faults = _Faults()
    return shape(data, "", faults), list(faults)


def optional(entry: Read, default: Any) -> Optional:
    """A member that may be left out, and what it then is."""
    return Optional(entry, default)


def many(entry: Read) -> Read:
    """A list of what `entry` reads, as a tuple."""

    def read_list(value: Any, place: str, faults: _Faults) -> Any:
        if not isinstance(value, list | tuple):
            faults.add("member_wrong", place, LIST)
            return ()
        return tuple(entry(one, f"{place}[{number}]", faults) for number, one in enumerate(value, 1))

    return read_list


def choice(words_of: type[StrEnum]) -> Read:
    """One word of an enumeration."""

    def read_choice(value: Any, place: str, faults: _Faults) -> Any:
        if isinstance(value, str) and value in set(words_of):
            return words_of(value)
        faults.add("member_wrong", place, " | ".join(words_of))
        return None

    return read_choice


def _scalar(wanted: str, fits: Callable[[Any], bool], make: Callable[[Any], Any]) -> Read:
    def read_scalar(value: Any, place: str, faults: _Faults) -> Any:
        if fits(value):
            return make(value)
        faults.add("member_wrong", place, wanted)
        return None

    return read_scalar


def _is_decimal(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return False
    return _DECIMAL.fullmatch(str(value)) is not None


text = _scalar(TEXT, lambda value: isinstance(value, str) and bool(value.strip()), str.strip)
word = _scalar(WORD, lambda value: isinstance(value, str) and bool(value), str)
code = _scalar(CODE, lambda value: isinstance(value, str) and _CODE.fullmatch(value) is not None, str)
decimal = _scalar(NUMBER, _is_decimal, Decimal)
whole = _scalar(WHOLE, lambda value: isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**6, int)
flag = _scalar(FLAG, lambda value: isinstance(value, bool), bool)
words = many(_scalar(WORDS, lambda value: isinstance(value, str), str))
decimals = many(decimal)
