"""Closed field sets: a table of member → form, checked so that every deviation is named with its path. Pure."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from sealing.canonical import Json
from suites import NAMES, Reason
from suites.base64_text import from_base64

Form = Callable[[Json], bool]

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")
HEX = re.compile(r"[0-9a-f]{64}\Z")
TIME = "%Y-%m-%dT%H:%M:%SZ"
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z", re.ASCII)
ENVELOPES = ("whole", "qualification", "technical", "price")


def is_code(value: Json) -> bool:
    """A code: 1 … 64 letters, digits, dots, underscores and hyphens."""
    return isinstance(value, str) and CODE.match(value) is not None


def is_hash(value: Json) -> bool:
    """64 lower-case hex digits."""
    return isinstance(value, str) and HEX.match(value) is not None


def is_hashes(value: Json) -> bool:
    """A list of hashes."""
    return isinstance(value, list) and all(is_hash(member) for member in value)


def is_time(value: Json) -> bool:
    """A real instant, to the second, in UTC."""
    if not isinstance(value, str) or not _TIME.match(value):
        return False
    try:
        parse_time(value)
    except ValueError:
        return False
    return True


def is_text(value: Json) -> bool:
    """A string of 1 … 2,000 characters."""
    return isinstance(value, str) and 1 <= len(value) <= 2000


def is_list(value: Json) -> bool:
    """A list."""
    return isinstance(value, list)


def is_object(value: Json) -> bool:
    """An object."""
    return isinstance(value, dict)


def is_suite(value: Json) -> bool:
    """The name of a known suite."""
    return value in NAMES if isinstance(value, str) else False


def is_envelope(value: Json) -> bool:
    """The name of an envelope."""
    return isinstance(value, str) and value in ENVELOPES


def one(value: Json) -> bool:
    """The format version."""
    return isinstance(value, int) and not isinstance(value, bool) and value == 1


def number(least: int, most: int) -> Form:
    """An integer within bounds."""
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def octets(least: int, most: int) -> Form:
    """Canonical base64 of so many bytes."""

    def holds(value: Json) -> bool:
        if not isinstance(value, str):
            return False
        try:
            return least <= len(from_base64(value)) <= most
        except ValueError:
            return False

    return holds


def check_fields(check: str, path: str, value: Json, table: Mapping[str, Form]) -> list[Reason]:
    """Return a reason for every missing, unknown or malformed member of an object."""
    if not isinstance(value, dict):
        return [Reason(check, f"{path} is not an object")]
    missing = [Reason(check, f"{path}.{name} is missing") for name in table if name not in value]
    unknown = [Reason(check, f"{path}.{name[:64]} is not known") for name in value if name not in table]
    wrong = [
        Reason(check, f"{path}.{name} has another form")
        for name, holds in table.items()
        if name in value and not holds(value[name])
    ]
    return missing + unknown + wrong


def parse_time(text: str) -> datetime:
    """Return the aware UTC instant of `YYYY-MM-DDTHH:MM:SSZ`.

    :raises ValueError: another form
    """
    return datetime.strptime(text, TIME).replace(tzinfo=UTC)


def format_time(at: datetime) -> str:
    """Return an aware instant as `YYYY-MM-DDTHH:MM:SSZ`, fractions of a second cut off."""
    moved = at.astimezone(UTC)
    return f"{moved.year:04d}{moved:-%m-%dT%H:%M:%SZ}"
