"""The draws: each recomputed from its record, its seed committed to before, its lines and its head from the log."""

from collections.abc import Iterator, Mapping
from typing import Any

from tendering.rules import draws
from verifier.case import Case
from verifier.evidence import LedgerEntry
from verifier.outcome import Finding, judged, not_applicable

_DEEPEST = 8


def draws_recomputed(case: Case) -> Finding:
    """Every draw follows from its committed seed, the lines of those present and the head of the log."""
    if not case.records:
        return not_applicable("the bundle shows no draw")
    wrong = []
    for entry, record in case.records:
        place = f"draw {record.get('purpose')} (entry {entry.index})"
        wrong += [f"{place}: {reason.code}: {_said(reason.values)}" for reason in draws.problems(record)]
        wrong += [f"{place}: {reason}" for reason in _context_reasons(case, entry, record)]
    return judged(wrong, f"{len(case.records)} draws recomputed")


def _said(values: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items())


def _context_reasons(case: Case, entry: LedgerEntry, record: Mapping[str, Any]) -> Iterator[str]:
    purpose = record.get("purpose")
    if not isinstance(purpose, str) or not purpose.startswith(f"{case.evidence.lot}/"):
        yield "it is not a draw of this lot"
    if record["checkpoint"]["size"] > entry.index:
        yield "its head of the log is of later than the draw itself"
    commitment = record.get("commitment")
    earlier = [one for one in case.evidence.entries if one.index < record["checkpoint"]["size"]]
    if not any(_holds(one.payload, commitment, 0) for one in earlier):
        yield "its commitment was not published before the head that enters it"


def _holds(value: Any, text: Any, depth: int) -> bool:
    """Whether a text stands anywhere in a payload."""
    if isinstance(value, dict | list) and depth < _DEEPEST:
        items = value.values() if isinstance(value, dict) else value
        return any(_holds(item, text, depth + 1) for item in items)
    return isinstance(text, str) and value == text
