"""Canonical JSON for hashing: RFC 8785 limited to ASCII keys, text, integers up to 2^53 − 1, booleans and null. Pure.

Texts may be Chinese and are written as UTF-8. Floats are refused: a price is a decimal string, a share a ratio string.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from uuid import UUID

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]
MOST_INTEGER = 2**53 - 1
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


class NotCanonical(ValueError):
    """A value that has no canonical form; the message names its place."""


def instant(at: datetime) -> str:
    """Return an aware datetime as `2026-01-02T03:04:05.000006Z`.

    :raises NotCanonical: if it has no time zone
    """
    if at.tzinfo is None:
        raise NotCanonical("a time without zone")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def plain(value: object, place: str = "$") -> Json:
    """Return the value as plain JSON: times as `instant`, Decimal and UUID as text, tuples as lists.

    :raises NotCanonical: a float, a key that is not ASCII text, a too large integer, NUL or half a surrogate pair
    """
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return _integer(value, place)
    if isinstance(value, str):
        return _text(value, place)
    if isinstance(value, Mapping):
        return {_key(key, place): plain(item, f"{place}.{key}") for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item, f"{place}[{number}]") for number, item in enumerate(value)]
    return _scalar(value, place)


def canonical(value: Json) -> bytes:
    """Return the one byte sequence of plain JSON: sorted keys, no blanks, UTF-8."""
    return _ENCODER.encode(value).encode("utf-8")


def _scalar(value: object, place: str) -> str:
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, Decimal) and value.is_finite():
        return format(value, "f")
    if isinstance(value, UUID):
        return str(value)
    raise NotCanonical(f"{place}: {type(value).__name__} has no canonical form")


def _integer(value: int, place: str) -> int:
    if abs(value) > MOST_INTEGER:
        raise NotCanonical(f"{place}: the integer is beyond 2^53 - 1")
    return int(value)


def _text(value: str, place: str) -> str:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise NotCanonical(f"{place}: half a surrogate pair") from error
    if "\x00" in value:  # PostgreSQL's jsonb cannot hold it
        raise NotCanonical(f"{place}: NUL")
    return str(value)


def _key(key: object, place: str) -> str:
    if not isinstance(key, str) or not key.isascii():
        raise NotCanonical(f"{place}: the key {key!r} is not ASCII text")
    return _text(key, place)
