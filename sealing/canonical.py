"""Canonical JSON (RFC 8785) over ASCII keys, strings, integers up to 2^53 − 1, booleans and null; no floats. Pure."""

import json
from typing import Any

LARGEST = (1 << 53) - 1
_DEEPEST = 32

Json = Any


class NotCanonical(ValueError):
    """A value that has no canonical form, or bytes that are not the canonical form of anything."""


def dumps(value: Json) -> bytes:
    """Return the canonical bytes of a value.

    :raises NotCanonical: a float, a large integer, a key that is not ASCII, a lone surrogate, or nesting beyond 32
    """
    _check(value, 0)
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise NotCanonical("a string holds a lone surrogate") from error


def loads(data: bytes) -> Json:
    """Return the value of JSON text in any formatting; a double key and a float are refused.

    :raises NotCanonical: not such JSON
    """
    try:
        value = json.loads(data.decode(), object_pairs_hook=_pairs, parse_float=_refuse, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise NotCanonical(f"not JSON of the accepted kind: {error}") from error
    _check(value, 0)
    return value


def loads_canonical(data: bytes) -> Json:
    """Return the value of bytes that are its canonical form.

    :raises NotCanonical: other spelling, order, spaces, double keys or trailing bytes
    """
    value = loads(data)
    if dumps(value) != data:
        raise NotCanonical("the bytes are not the canonical form of their value")
    return value


def _pairs(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _refuse(text: str) -> Json:
    raise ValueError(f"{text[:40]} is not an integer")


def _check(value: Json, depth: int) -> None:
    if depth > _DEEPEST:
        raise NotCanonical("nested too deeply")
    if isinstance(value, dict):
        for key, member in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise NotCanonical("a key is not ASCII")
            _check(member, depth + 1)
    elif isinstance(value, list):
        for member in value:
            _check(member, depth + 1)
    elif isinstance(value, int) and not isinstance(value, bool):
        if abs(value) > LARGEST:
            raise NotCanonical("an integer is larger than 2^53 - 1")
    elif not isinstance(value, str | bool) and value is not None:
        raise NotCanonical(f"{type(value).__name__} has no canonical form")
