"""The draws: each recomputed from its record, its seed committed to before, its lines and its head from the log."""

from collections.abc import Iterator, Mapping
from typing import Any

from evaluation.rules.price_score import published_values
from evaluation.rules.scheme import parse
from tendering.rules import draws
from verifier.case import Case
from verifier.evidence import LedgerEntry
from verifier.outcome import Finding, judged, not_applicable

COEFFICIENTS = "coefficients"
SUPPLEMENT = "committee.supplemented"


def draws_recomputed(case: Case) -> Finding:
    """Every draw follows from its committed seed, the lines of those present and the head of the log."""
    wrong = list(_coefficient_reasons(case))
    if not case.records and not wrong:
        return not_applicable("the bundle shows no draw")
    for entry, record in case.records:
        place = f"draw {record.get('purpose')} (entry {entry.index})"
        wrong += [f"{place}: {reason.code}: {_said(reason.values)}" for reason in draws.problems(record)]
        wrong += [f"{place}: {reason}" for reason in _context_reasons(case, entry, record)]
    wrong += list(_supplement_reasons(case))
    purposes = [record.get("purpose") for entry, record in case.records if entry.kind != SUPPLEMENT]
    wrong += [f"{purpose} was drawn twice" for purpose in purposes if purposes.count(purpose) > 1]
    return judged(wrong, f"{', '.join(str(purpose).rpartition('/')[2] for purpose in purposes)} recomputed")


def _said(values: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items())


def _context_reasons(case: Case, entry: LedgerEntry, record: Mapping[str, Any]) -> Iterator[str]:
    """Hold what entered the draw against what the log says was committed to, opened and contributed."""
    evidence = case.evidence
    purpose, matter = str(record.get("purpose")), str(record.get("purpose")).rpartition("/")[2]
    if purpose != f"{evidence.lot}/{matter}":
        yield "it is not a draw of this lot"
    committed = [
        row["commitment"]
        for one in evidence.of("draw.committed")
        if case.closing and one.index < case.closing.index
        for row in one.payload["draws"]
        if row["purpose"] == purpose
    ]
    if committed != [record.get("commitment")]:
        yield "its commitment is not the one published before the lot closed"
    opened = [one for one in evidence.of("draw.opened") if matter in one.payload["matters"] and one.index < entry.index]
    if [one.payload["checkpoint"] for one in opened] != [record["checkpoint"]]:
        yield "its head of the log is not the one fixed before the first line"
    if any(record["checkpoint"]["size"] > one.index for one in opened):
        yield "its head of the log is of later than the opening to lines"
    lines = [one.payload["text"] for one in evidence.of("draw.contributed") if one.index < entry.index]
    if lines != record.get("contributions"):
        yield "its lines are not those that the log took"


def _coefficient_reasons(case: Case) -> Iterator[str]:
    """What the scheme leaves to be drawn is drawn, from the published values, before any share was released."""
    rule = parse(case.evidence.document["scheme"]).price
    values = published_values(rule) if rule is not None else {}
    wanted = {name: sorted(map(str, found)) for name, found in values.items() if len(found) > 1}
    purpose = f"{case.evidence.lot}/{COEFFICIENTS}"
    drawn = [(entry, record) for entry, record in case.records if record.get("purpose") == purpose]
    if wanted and case.opened and not drawn:
        yield "the coefficients that the scheme leaves open were not drawn"
    for entry, record in drawn:
        matters = {row["name"]: sorted(row["candidates"]) for row in record["matters"]}
        if matters != wanted:
            yield "the coefficients were drawn from other values than the published ones"
        if any(one.index < entry.index for one in case.evidence.of("share.released")):
            yield "a share was released before the coefficients were drawn"


def _supplement_reasons(case: Case) -> Iterator[str]:
    """A supplementary draw follows the main one, one of its specialties, among people whom no record names yet."""
    drawn = case.evidence.last("committee.drawn")
    main = drawn.payload["matters"] if drawn and isinstance(drawn.payload.get("matters"), list) else []
    specialties = {str(row["name"]) for row in main}
    named = {login for row in main for login in row["candidates"]}
    supplements = [(entry, record) for entry, record in case.records if entry.kind == SUPPLEMENT]
    for number, (entry, record) in enumerate(supplements, start=1):
        if draws.problems(record):
            continue  # told already
        place = f"the supplementary draw of entry {entry.index}"
        matters = [str(row["name"]).rpartition("/") for row in record["matters"]]
        if [(name in specialties, place_in_row) for name, _slash, place_in_row in matters] != [(True, str(number))]:
            yield f"{place} is not number {number} of a specialty of the committee"
        if drawn is None or drawn.index > entry.index or drawn.payload.get("purpose") != record["purpose"]:
            yield f"{place} follows no draw of the committee"
        candidates = {login for row in record["matters"] for login in row["candidates"]}
        if candidates & named:
            yield f"{place} names people whom an earlier draw named"
        named |= candidates
