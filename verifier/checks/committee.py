"""Whether the committee was lawfully made up (BL-37), by the rule that the platform itself applies.

With its draw (`full`, from the result on) size and representative are known; before, and in the public variant, only
the seats that judged: their number has to be lawful too, so that a single member left out everywhere is missed there.
"""

from collections.abc import Iterator

from evaluation.rules.committee import MemberKind, Seat, composition_reasons
from lawbook.procedures import procedures
from tendering.rules.calendars import legal_day
from verifier.case import COMMITTEE_DRAWN, REPORTED, Case
from verifier.evidence import LedgerEntry
from verifier.outcome import Finding, judged, not_applicable

JUDGED = ("sheet.submitted", "report.signed")


def committee(case: Case) -> Finding:
    """The committee is of an odd number, not fewer than the law wants, two thirds of them experts."""
    drawn, report = case.evidence.of(COMMITTEE_DRAWN), case.evidence.last(REPORTED)
    if not drawn and report is None:
        return not_applicable("neither the committee's draw nor its report is public yet")
    wrong = [f"entry {entry.index}: {reason}" for entry in drawn for reason in _drawn_reasons(entry)]
    if drawn:
        size, representative = drawn[-1].payload["size"], drawn[-1].payload["representative"]
        told = f"{size} members, {size - representative} of them drawn experts"
    else:
        assert report is not None  # as above
        seats = {entry.payload["seat"] for entry in case.evidence.of(*JUDGED)}
        wrong = list(_made_up(len(seats), representative=False, at=report))
        told = f"{len(seats)} members judged; the draw is not shown, so not who is an expert"
    return judged(wrong, told)


def _drawn_reasons(entry: LedgerEntry) -> Iterator[str]:
    return _made_up(entry.payload["size"], representative=entry.payload["representative"], at=entry)


def _made_up(size: int, *, representative: bool, at: LedgerEntry) -> Iterator[str]:
    """Yield what is unlawful, by code: the texts are for people who speak Chinese."""
    kinds = [MemberKind.PURCHASER_REPRESENTATIVE] * representative + [MemberKind.EXPERT] * (size - representative)
    seats = [Seat(str(number), kind) for number, kind in enumerate(kinds, start=1)]
    for one in composition_reasons(seats, minimum=_minimum(at)):
        yield f"{one.code} ({one.law}): {', '.join(f'{name} {value}' for name, value in one.values.items())}"


def _minimum(at: LedgerEntry) -> int:
    """The smallest committee that any procedure allowed then: which procedure a lot follows is not in its bundle."""
    return min(one.committee_minimum(legal_day(at.at)) for one in procedures().values())
