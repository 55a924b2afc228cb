"""The form of a sheet's marks as they are saved: known bids and items, words and figures that can be read. Pure."""

import re
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from evaluation.rules.preliminary import Finding
from evaluation.rules.sheets import Sheet
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _

LONGEST_REASON = 2000
SUGGESTION_WORDS = frozenset({"", "accepted", "changed", "rejected"})
FINDINGS = frozenset({"", "pass", "fail"})
_FIELDS = frozenset({"value", "reason", "suggestion"})
_FIGURE = re.compile(r"-?[0-9]{1,6}(\.[0-9]{0,6})?")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # neither the ledger nor PostgreSQL can hold them
BAD_MARKS = Reason("marks_form", _("评审表的内容不能识别，没有保存。"))
STRANGE_BID = Reason("marks_bid", _("评审表里有不在评审范围内的投标。"))
STRANGE_ITEM = Reason("marks_item", _("评审表里有评标办法没有的评审项。"))
TOO_LONG = Reason("marks_long", _("理由不能超过 2000 字。"))


def form_reasons(marks: Any, *, bids: Collection[str], items: Collection[str], phase: str) -> list[Reason]:
    """Return why marks cannot be saved; a half-filled sheet can."""
    if not isinstance(marks, Mapping) or not all(isinstance(one, Mapping) for one in marks.values()):
        return [BAD_MARKS]
    cells = [cell for one in marks.values() for cell in one.values()]
    checks = (
        (bool(set(marks) - set(bids)), STRANGE_BID),
        (any(set(one) - set(items) for one in marks.values()), STRANGE_ITEM),
        (not all(_well_formed(cell, phase) for cell in cells), BAD_MARKS),
        (
            any(isinstance(cell, Mapping) and len(str(cell.get("reason", ""))) > LONGEST_REASON for cell in cells),
            TOO_LONG,
        ),
    )
    return [reason for failed, reason in checks if failed]


def _well_formed(cell: Any, phase: str) -> bool:
    if not isinstance(cell, Mapping) or set(cell) - _FIELDS:
        return False
    value, reason, suggestion = (cell.get(name, "") for name in ("value", "reason", "suggestion"))
    if not all(isinstance(text, str) for text in (value, reason, suggestion)) or suggestion not in SUGGESTION_WORDS:
        return False
    if _UNSTORABLE.search(reason):
        return False
    return value in FINDINGS if phase == "preliminary" else value == "" or _FIGURE.fullmatch(value) is not None


def findings_of(marks: Mapping[str, Any]) -> dict[str, dict[str, Finding]]:
    """Return a preliminary sheet's marks as the rules read them: bid → item → finding; undecided ones are left out."""
    return {
        bid: {
            code: Finding(mark["value"] == "pass", mark.get("reason", ""))
            for code, mark in items.items()
            if mark.get("value") in ("pass", "fail")
        }
        for bid, items in marks.items()
    }


def scores_of(member: str, marks: Mapping[str, Any]) -> Sheet:
    """Return a detailed sheet's marks as the rules read them; marks without a value are left out."""
    given = {
        bid: {code: Decimal(mark["value"]) for code, mark in items.items() if mark.get("value") not in (None, "")}
        for bid, items in marks.items()
    }
    return Sheet(member, given)
