"""The evaluation: sheets as submitted, and everything that the rules make of them, compared with the report."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from evaluation.rules import as_data
from evaluation.rules.marks import findings_of, form_reasons, scores_of
from evaluation.rules.preliminary import Review, competition_lacking, findings_reasons, review
from evaluation.rules.price_score import settled_coefficients
from evaluation.rules.ranking import TieUndecided
from evaluation.rules.result import Opened, Result, evaluate
from evaluation.rules.scheme import Scheme, parse
from evaluation.rules.sheets import sheet_reasons
from lawbook.reasons import Reason, Refused
from ledger.canonical import canonical
from tendering.rules import draws
from verifier.case import COEFFICIENTS_DRAWN, COMMITTEE_DRAWN, REPORTED, Case
from verifier.evidence import LedgerEntry
from verifier.outcome import Finding, judged, not_applicable

OUTLIER = ("member", "bid", "item", "points", "median")
PRELIMINARY, DETAILED = "preliminary", "detailed"
SCORED = ("price", "totals", "places", "recommended", "outliers", "draw")  # of a report: empty where none was scored
LATER = ("candidates.published", "result.published", "award.issued")


class Missing(Exception):
    """There is nothing to recompute from; `fault` says whether there should be."""

    def __init__(self, why: str, *, fault: bool) -> None:
        super().__init__(why)
        self.why, self.fault = why, fault


def report_of(case: Case) -> LedgerEntry:
    """Return the entry of the drafted report. :raises Missing: there is none"""
    entry = case.evidence.last(REPORTED)
    if entry is not None:
        return entry
    if case.evidence.of(*LATER):
        raise Missing("candidates are published, and no report is in the log", fault=True)
    raise Missing("no report is public yet", fault=False)


def _absent(missing: Missing) -> Finding:
    return judged([missing.why], "") if missing.fault else not_applicable(missing.why)


def _lines(reasons: list[Reason]) -> list[str]:
    """Return the rules' reasons by code and values: the texts are for people who speak Chinese."""
    return [f"{one.code}: {', '.join(f'{name} {value}' for name, value in one.values.items())}" for one in reasons]


def scheme_of(case: Case) -> Scheme:
    """Return the scheme that was locked into the tender."""
    return parse(case.evidence.document["scheme"])


def sheets_of(case: Case, phase: str) -> dict[int, LedgerEntry]:
    """Return seat → the submitted sheet of a phase."""
    return {one.payload["seat"]: one for one in case.evidence.of("sheet.submitted") if one.payload["phase"] == phase}


def sheets(case: Case) -> Finding:
    """Every member handed in one complete, sound sheet a phase; its marks hash to what was recorded."""
    entries = case.evidence.of("sheet.submitted")
    try:
        report = report_of(case)
    except Missing as missing:
        return _absent(missing)
    wrong = _phase_reasons(case, PRELIMINARY, list(case.priced))
    wrong += (
        [] if wrong else _phase_reasons(case, DETAILED, _valid(case))
    )  # votes that cannot be read tell nobody valid
    places = [(entry.payload["phase"], entry.payload["seat"]) for entry in entries]
    twice = [place for place, count in Counter(places).items() if count > 1]
    wrong += [f"seat {seat} handed in two {phase} sheets" for phase, seat in twice]
    wrong += _seat_reasons(case, report)
    wrong += [
        f"seat {one.payload['seat']} was given to somebody else (entry {one.index}) after it handed in a sheet"
        for one in case.evidence.of("member.removed")
        if any(entry.payload["seat"] == one.payload["seat"] and entry.index < one.index for entry in entries)
    ]
    if any(entry.index > report.index for entry in entries):
        wrong.append("a sheet was handed in after the report was drafted")
    return judged(wrong, f"{len(entries)} sheets of {len({seat for _phase, seat in places})} members")


def _phase_reasons(case: Case, phase: str, bids: list[str]) -> list[str]:
    scheme = scheme_of(case)
    entries = [one for one in case.evidence.of("sheet.submitted") if one.payload["phase"] == phase]
    return [reason for entry in entries for reason in _sheet_reasons(scheme, entry, bids)]


def _sheet_reasons(scheme: Scheme, entry: LedgerEntry, bids: list[str]) -> Iterator[str]:
    payload = entry.payload
    phase, marks = payload["phase"], payload["marks"]
    place = f"the {phase} sheet of seat {payload['seat']}"
    if hashlib.sha256(canonical(marks)).hexdigest() != payload["sha256"]:
        yield f"{place}: its marks have another SHA-256 than recorded"
    items = [item.code for item in (scheme.review if phase == PRELIMINARY else scheme.judged_items())]
    found = form_reasons(marks, bids=bids, items=items, phase=phase)
    if not found and phase == PRELIMINARY:
        found = findings_reasons(scheme, findings_of(marks), bids=bids)
    elif not found:
        found = sheet_reasons(scheme, scores_of(str(payload["seat"]), marks), bids=bids)
    yield from (f"{place}: {line}" for line in _lines(found))


def _seat_reasons(case: Case, report: LedgerEntry) -> Iterator[str]:
    """The same seats in every phase, from 1 on without a gap, as many as the committee was drawn for."""
    scheme = scheme_of(case)
    # no detailed sheet where the price alone is scored: it is computed
    scored = bool(report.payload["content"]["places"]) and bool(scheme.judged_items())
    wanted = [phase for phase, held in ((PRELIMINARY, bool(scheme.review)), (DETAILED, scored)) if held]
    seats = {phase: set(sheets_of(case, phase)) for phase in wanted}
    drawn = case.evidence.last(COMMITTEE_DRAWN)  # where it is not public, the largest number of sheets has to do
    most = drawn.payload["size"] if drawn else max((len(found) for found in seats.values()), default=0)
    for phase, found in seats.items():
        if found != set(range(1, most + 1)):
            yield f"{phase} sheets are of the seats {sorted(found)}, the committee has {most}"


def reviews_of(case: Case) -> dict[str, Review]:
    """Return the outcome of the preliminary review, recomputed; nothing where the scheme has none."""
    scheme = scheme_of(case)
    given = {str(seat): findings_of(entry.payload["marks"]) for seat, entry in sheets_of(case, PRELIMINARY).items()}
    return review(scheme, given, bids=list(case.priced)) if scheme.review else {}


def _valid(case: Case) -> list[str]:
    found = reviews_of(case)
    return [digest for digest, one in found.items() if one.valid] if found else list(case.priced)


def preliminary_review(case: Case) -> Finding:
    """Who passed the preliminary review, and why the others were rejected, follows from the members' votes."""
    try:
        content = report_of(case).payload["content"]
    except Missing as missing:
        return not_applicable(missing.why)
    rejections = [as_data.rejection(one) for one in reviews_of(case).values() if not one.valid]
    wrong = differences("bids", content["bids"], list(case.priced))
    wrong += differences("valid", content["valid"], _valid(case))
    wrong += differences("rejections", content["rejections"], rejections)
    return judged(wrong, f"{len(content['valid'])} of {len(content['bids'])} bids valid")


def differences(name: str, reported: Any, recomputed: Any) -> list[str]:
    same = canonical(_plain(reported)) == canonical(_plain(recomputed))
    return [] if same else [f"{name}: reported {_short(reported)}, recomputed {_short(recomputed)}"]


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value


def _short(value: Any) -> str:
    return canonical(_plain(value)).decode()[:160]


@dataclass(frozen=True)
class Recomputed:
    """The report's figures beside the recomputed ones."""

    reported: Mapping[str, Any]
    result: Result
    plain: Mapping[str, Any]


def recomputed(case: Case) -> Recomputed:
    """Recompute the detailed review. :raises Missing: nothing was scored :raises Refused: it cannot be computed"""
    content = report_of(case).payload["content"]
    if content["reject_all"] or not content["valid"]:
        wrong = list(_unscored_reasons(case, content))
        raise Missing("; ".join(wrong) or "the committee scored no bid", fault=bool(wrong))
    scheme = scheme_of(case)
    given = [scores_of(str(seat), entry.payload["marks"]) for seat, entry in sorted(sheets_of(case, DETAILED).items())]
    terms = _terms(case, scheme)
    try:
        result = evaluate(scheme, terms, sheets=given)
    except TieUndecided as tie:
        result = evaluate(scheme, terms, sheets=given, drawn=tie_order(case, tie.tied))
    return Recomputed(content, result, as_data.result(result))


def _unscored_reasons(case: Case, content: Mapping[str, Any]) -> Iterator[str]:
    """Where no bid is scored nothing is ranked nor awarded; all are rejected only where competition lacks (EC-27)."""
    told = [name for name in SCORED if content.get(name)]
    if told:
        yield f"no bid is said to be scored, and the report tells {', '.join(told)}"
    later = case.evidence.of(*LATER)
    yield from (f"no bid is said to be scored, and {one.kind} follows (entry {one.index})" for one in later)
    if not content["reject_all"]:
        return
    if not scheme_of(case).review or not competition_lacking(reviews_of(case)):
        yield f"all bids are rejected though {len(_valid(case))} are valid"
    if not str(content.get("reject_all_reason", "")).strip():
        yield "all bids are rejected without a reason"


def _terms(case: Case, scheme: Scheme) -> Opened:
    document = case.evidence.document
    prices = {digest: Decimal(case.priced[digest].payload["price_yuan"]) for digest in _valid(case)}
    ceiling = None if document["ceiling_yuan"] is None else Decimal(document["ceiling_yuan"])
    terms: dict[str, Any] = {"prices": prices, "price_kind": document["price_kind"], "ceiling": ceiling}
    if scheme.price is not None:
        terms["coefficients"] = settled_coefficients(scheme.price, drawn_coefficients(case))
    return Opened(**terms)


def drawn_coefficients(case: Case) -> dict[str, Decimal]:
    """Return name → value of the coefficients drawn at the opening."""
    record = next(iter(case.drawn(COEFFICIENTS_DRAWN)), None)
    result = draws.recompute(record) if record is not None else {}
    return {name: Decimal(drawn[0]) for name, drawn in result.items()}


def tie_order(case: Case, tied: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    """Return the drawn order of bids that are equal by every key: the result of the draw of just these sets.

    Names enter a draw's key: who could choose them, or add to the sets, could try until the order suits.
    """
    wanted = [(f"tie {number}", sorted(bids), len(bids)) for number, bids in enumerate(tied, start=1)]
    for record in case.drawn(REPORTED):
        if [(row["name"], sorted(row["candidates"]), row["count"]) for row in record["matters"]] == wanted:
            return tuple(name for drawn in draws.recompute(record).values() for name in drawn)
    return ()


def _compared(case: Case, names: tuple[str, ...], detail: str) -> Finding:
    """Compare members of the report with the recomputed ones."""
    try:
        found = recomputed(case)
    except Missing as missing:
        return _absent(missing)
    except Refused as refused:
        return judged(_lines(refused.reasons), "")
    wrong = [line for name in names for line in differences(name, found.reported.get(name), found.plain[name])]
    return judged(wrong, detail.format(bids=len(found.result.totals)))


def price_scores(case: Case) -> Finding:
    """Benchmark and price scores follow from the prices read out and the published formula."""
    return _compared(case, ("price",), "benchmark and {bids} price scores recomputed")


def outlying_scores(case: Case) -> Finding:
    """The scores that stand out are told, no others, and each is explained by the member who gave it."""
    try:
        found = recomputed(case)
    except Missing as missing:
        return _absent(missing)
    rows = found.reported.get("outliers", [])
    told = [{name: row[name] for name in OUTLIER} for row in rows]
    wanted = [{name: str(getattr(one, name)) for name in OUTLIER} for one in found.result.outliers]
    wrong = differences("outliers", told, wanted)
    wrong += [f"seat {row['member']} does not explain its score" for row in rows if not row["explanation"].strip()]
    return judged(wrong, f"{len(wanted)} scores stand out")


def totals(case: Case) -> Finding:
    """Group scores and totals follow from the members' sheets."""
    return _compared(case, ("totals",), "{bids} totals recomputed from the sheets")


def ranking(case: Case) -> Finding:
    """The order, what decided it, and the recommendation follow from the totals."""
    return _compared(case, ("places", "recommended"), "the order of {bids} bids recomputed")


def report_signatures(case: Case) -> Finding:
    """Every member signed the very report that was drafted, once, after it was."""
    try:
        report = report_of(case)
    except Missing as missing:
        return not_applicable(missing.why)
    sha256, signed = report.payload["sha256"], case.evidence.of("report.signed", "evaluation.finished")
    wrong = [f"entry {one.index}: another report was signed" for one in signed if one.payload["sha256"] != sha256]
    wrong += [f"entry {one.index}: signed before the report was drafted" for one in signed if one.index < report.index]
    seats = [one.payload["seat"] for one in case.evidence.of("report.signed")]
    members = set(sheets_of(case, PRELIMINARY)) | set(sheets_of(case, DETAILED))
    if sorted(seats) != sorted(members):
        wrong.append(f"signed by the seats {sorted(seats)}, sheets are of {sorted(members)}")
    dissents = sum(bool(one.payload["dissent"]) for one in case.evidence.of("report.signed"))
    return judged(wrong, f"{len(seats)} signatures, {dissents} dissenting")
