"""The draws: each recomputed from its record, its seed committed to before, its lines and its head from the log."""

from collections.abc import Iterator, Mapping
from typing import Any

from evaluation.rules.price_score import published_values
from evaluation.rules.scheme import parse
from tendering.rules import draws
from verifier.case import COEFFICIENTS_DRAWN, COMMITTEE_DRAWN, DRAWN_IN, SUPPLEMENTED, Case
from verifier.evidence import LedgerEntry
from verifier.outcome import Finding, judged, not_applicable

Drawn = tuple[LedgerEntry, Mapping[str, Any]]
RESULT = ("result.published", "award.issued")
JUDGING = ("evaluation.started", "sheet.submitted")


def draws_recomputed(case: Case) -> Finding:
    """Every draw follows from its committed seed, the lines of those present and the head of the log."""
    sound, wrong = [], [*_coefficients_missing(case), *_committee_missing(case)]
    if not case.shown_draws and not wrong:
        return not_applicable("the bundle shows no draw")
    for entry, value in case.shown_draws:
        found = [f"{reason.code}: {_said(reason.values)}" for reason in draws.problems(value)]
        if not found:
            sound.append((entry, value))
            found = [*_context_reasons(case, entry, value), *_REASONS.get(entry.kind, _no_reasons)(case, entry, value)]
        wrong += [f"draw of {DRAWN_IN[entry.kind].matter} (entry {entry.index}): {reason}" for reason in found]
    wrong += list(_supplement_reasons(case, sound))
    kinds = [entry.kind for entry, _value in case.shown_draws if entry.kind != SUPPLEMENTED]
    wrong += [
        f"{DRAWN_IN[kind].matter} were drawn more than once" for kind in dict.fromkeys(kinds) if kinds.count(kind) > 1
    ]
    return judged(wrong, f"{', '.join(DRAWN_IN[kind].matter for kind in kinds)} recomputed")


def _said(values: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items())


def _context_reasons(case: Case, entry: LedgerEntry, record: Mapping[str, Any]) -> Iterator[str]:
    """Hold what entered the draw against what the log says was committed to, opened and contributed."""
    evidence, (_path, matter, exclusive) = case.evidence, DRAWN_IN[entry.kind]
    if record["purpose"] != f"{evidence.lot}/{matter}":
        yield f"it is for {record['purpose']}, not for the {matter} of this lot"
    committed = [
        (row["purpose"], row["commitment"])
        for one in evidence.of("draw.committed")
        if case.closing and one.index < case.closing.index
        for row in one.payload["draws"]
        if row["matter"] == matter
    ]
    if committed != [(record["purpose"], record["commitment"])]:
        yield "its commitment is not the one published before the lot closed"
    if record["unavailable"]:  # who is recused is passed over afterwards; the draw itself calls whom it calls
        yield "it passes over people who were not called yet"
    if record["exclusive"] is not exclusive:
        yield f"exclusive is {record['exclusive']}, for the {matter} it never is"
    opened = [one for one in evidence.of("draw.opened") if matter in one.payload["matters"] and one.index < entry.index]
    if [one.payload["checkpoint"] for one in opened] != [record["checkpoint"]]:
        yield "its head of the log is not the one fixed before the first line"
    if any(record["checkpoint"]["size"] > one.index for one in opened):
        yield "its head of the log is of later than the opening to lines"
    lines = [one.payload["text"] for one in evidence.of("draw.contributed") if one.index < entry.index]
    if lines != record["contributions"]:
        yield "its lines are not those that the log took"


def _wanted_coefficients(case: Case) -> dict[str, list[str]]:
    """Return what the scheme leaves to be drawn: name → the published values."""
    rule = parse(case.evidence.document["scheme"]).price
    values = published_values(rule) if rule is not None else {}
    return {name: sorted(map(str, found)) for name, found in values.items() if len(found) > 1}


def _coefficients_missing(case: Case) -> Iterator[str]:
    if case.opened and _wanted_coefficients(case) and not case.evidence.of(COEFFICIENTS_DRAWN):
        yield "the coefficients that the scheme leaves open were not drawn"


def _committee_missing(case: Case) -> Iterator[str]:
    """BL-37: with the result the draw of the committee is public; only the public variant keeps it back."""
    if case.evidence.of(*RESULT) and not case.evidence.public and not case.evidence.of(COMMITTEE_DRAWN):
        yield "the result is published, and no draw of the committee is shown"


def _coefficient_reasons(case: Case, entry: LedgerEntry, record: Mapping[str, Any]) -> Iterator[str]:
    """What the scheme leaves to be drawn is drawn, from the published values, before any share was released."""
    matters = {row["name"]: sorted(row["candidates"]) for row in record["matters"]}
    if matters != _wanted_coefficients(case) or any(row["count"] != 1 for row in record["matters"]):
        yield "the coefficients were drawn from other values than the published ones"
    if any(one.index < entry.index for one in case.evidence.of("share.released")):
        yield "a share was released before the coefficients were drawn"


def _committee_reasons(case: Case, entry: LedgerEntry, record: Mapping[str, Any]) -> Iterator[str]:
    """As many are drawn as the committee has seats for experts, before anybody judges."""
    seats = sum(row["count"] for row in record["matters"]) + entry.payload["representative"]
    if seats != entry.payload["size"]:
        yield f"it fills {seats} seats of a committee of {entry.payload['size']}"
    if any(one.index < entry.index for one in case.evidence.of(*JUDGING)):
        yield "the committee was drawn after its work had begun"


def _no_reasons(_case: Case, _entry: LedgerEntry, _record: Mapping[str, Any]) -> Iterator[str]:
    return iter(())


_REASONS = {COEFFICIENTS_DRAWN: _coefficient_reasons, COMMITTEE_DRAWN: _committee_reasons}


def _supplement_reasons(case: Case, sound: list[Drawn]) -> Iterator[str]:
    """A supplementary draw follows the main one, one of its specialties, among people whom no record names yet."""
    drawn = next(((entry, record) for entry, record in sound if entry.kind == COMMITTEE_DRAWN), None)
    main = drawn[1]["matters"] if drawn else []
    specialties = {str(row["name"]) for row in main}
    named = {login for row in main for login in row["candidates"]}
    supplements = [(entry, record) for entry, record in sound if entry.kind == SUPPLEMENTED]
    for number, (entry, record) in enumerate(supplements, start=1):
        place = f"the supplementary draw of entry {entry.index}"
        matters = [str(row["name"]).rpartition("/") for row in record["matters"]]
        if [(name in specialties, place_in_row) for name, _slash, place_in_row in matters] != [(True, str(number))]:
            yield f"{place} is not number {number} of a specialty of the committee"
        if drawn is None or drawn[0].index > entry.index:
            yield f"{place} follows no draw of the committee"
        candidates = {login for row in record["matters"] for login in row["candidates"]}
        if candidates & named:
            yield f"{place} names people whom an earlier draw named"
        named |= candidates
