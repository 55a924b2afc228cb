"""`machine` of a manifest: marks of the computer a bid was made on, as the exchange standard asks (table 519). Pure.

The members carry the standard's own names; each is a list, empty where the mark could not be read. The bidder sees them
before sealing; the platform shows them to the trading centre and the supervisor, only after the opening.
"""

import re
from collections.abc import Mapping

from sealing.canonical import Json
from sealing.fields import Form, check_fields
from suites import Reason

MOST_MARKS = 16
_MOST_TEXT = 100
_IPV4 = re.compile(r"(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?!\Z)|\Z)){4}\Z", re.ASCII)
_MAC = re.compile(r"[0-9a-f]{2}(?:-[0-9a-f]{2}){5}\Z")
_TEXT = re.compile(r"[!-:<-~](?:[ -:<-~]*[!-:<-~])?\Z")  # visible ASCII without the standard's separator ;


def _marks(holds: re.Pattern[str], most_in_all: int) -> Form:
    """A list of different marks of a form that, joined by semicolons, is no longer than the standard allows."""

    def check(value: Json) -> bool:
        if not isinstance(value, list) or len(value) > MOST_MARKS or not all(isinstance(mark, str) for mark in value):
            return False
        sound = all(len(mark) <= _MOST_TEXT and holds.match(mark) for mark in value)
        return sound and len(set(value)) == len(value) and len(";".join(value)) <= most_in_all

    return check


FIELDS: Mapping[str, Form] = {
    "CPU_ID": _marks(_TEXT, 2000),
    "HARD_DISK_SERIAL_NUMBER": _marks(_TEXT, 2000),
    "MEMORY_SERIAL_NUMBER": _marks(_TEXT, 2000),
    "NET_ID": _marks(_IPV4, 200),
    "MAC_ADDRESS": _marks(_MAC, 200),
}


def check_machine(value: Json) -> list[Reason]:
    """Return why a `machine` is refused; empty when it has its form."""
    return check_fields("manifest", "machine", value, FIELDS)


def sound_marks(raw: Mapping[str, list[str]]) -> dict[str, Json]:
    """Return a well-formed `machine` of what was read: blanks cut off, what has another form left out."""
    found: dict[str, Json] = {}
    for name, holds in FIELDS.items():
        kept: list[str] = []
        for mark in (each.strip() for each in raw.get(name, [])):
            if mark not in kept and holds([*kept, mark]):
                kept.append(mark)
        found[name] = kept
    return found
