"""Leads for scheme items from what was read: each quotes a passage with its place; no quotation, no lead. Pure.

The machine never decides: a verdict is `pass` or `doubt` for the expert to accept or not, or empty where it only points
to a passage. The same document gives the same leads.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from evaluation.rules.scheme import PassItem, Scheme, ScoredItem
from lawbook.words import gettext_noop as _

LONGEST_QUOTE = 120
PASSAGES_AN_ITEM = 3
WORD = re.compile(r"[\u4e00-\u9fff]{2,}")


class Lead(NamedTuple):
    """A suggestion for one item: its words, the quoted passage and where it stands."""

    item: str
    verdict: str
    text: str
    quote: str
    page: int
    box: list[float]
    unit: str
    confidence: float


class FieldRead(Protocol):
    """A field as `ocr.fields.Field` has it."""

    @property
    def value(self) -> str: ...
    @property
    def confidence(self) -> float: ...
    @property
    def page(self) -> int: ...
    @property
    def box(self) -> tuple[float, float, float, float]: ...
    @property
    def unit(self) -> str: ...
    @property
    def checks(self) -> tuple[Any, ...]: ...


@dataclass(frozen=True, kw_only=True)
class BidFacts:
    """What is known of the bid beside its files; `role` is what the manifest says the file is."""

    role: str
    uscc: str
    bidder: str
    price_yuan: Decimal
    ceiling_yuan: Decimal | None
    duration_days: int | None
    longest_days: int | None


AGREES = _("与投标人信息一致")
DIFFERS = _("与投标人信息不一致，请核对")
CHECK_FAILED = _("校验未通过，请核对")
WITHIN = _("未超过招标文件规定")
BEYOND = _("超过招标文件规定，请核对")
PRICE_SAME = _("与开标记录的报价一致")
PRICE_OTHER = _("与开标记录的报价不一致，请核对")
FOUND = _("文件中有相关内容")

Verdict = tuple[str, str]
Judge = Callable[[str, BidFacts], Verdict]


def plain_figure(text: str) -> Decimal | None:
    """Return the amount a figure spells: `¥1,234.50` and `1234.50元` give 1234.50; None where there is none."""
    found = re.search(r"\d[\d,，]*(?:\.\d+)?", text)
    return Decimal(re.sub("[,，]", "", found.group())) if found else None


def _days(text: str) -> int | None:
    found = re.search(r"\d+", text)
    return int(found.group()) if found else None


def _same_code(value: str, facts: BidFacts) -> Verdict:
    return ("pass", AGREES) if value.strip().upper() == facts.uscc else ("doubt", DIFFERS)


def _same_name(value: str, facts: BidFacts) -> Verdict:
    squeezed = re.sub(r"\s", "", value)
    return ("pass", AGREES) if squeezed == re.sub(r"\s", "", facts.bidder) else ("doubt", DIFFERS)


def _same_price(value: str, facts: BidFacts) -> Verdict:
    return ("pass", PRICE_SAME) if plain_figure(value) == facts.price_yuan else ("doubt", PRICE_OTHER)


def _under_ceiling(value: str, facts: BidFacts) -> Verdict:
    price = plain_figure(value)
    if price is None or facts.ceiling_yuan is None:
        return "", FOUND
    return ("pass", WITHIN) if price <= facts.ceiling_yuan else ("doubt", BEYOND)


def _short_enough(value: str, facts: BidFacts) -> Verdict:
    days = _days(value)
    if days is None or facts.longest_days is None:
        return "", FOUND
    return ("pass", WITHIN) if days <= facts.longest_days else ("doubt", BEYOND)


def _there(value: str, facts: BidFacts) -> Verdict:
    return "", FOUND


# (role of the file, field) → items it speaks to, and how. Items a scheme does not have are passed over.
FIELD_LEADS: dict[tuple[str, str], tuple[tuple[str, Judge], ...]] = {
    ("business_licence", "uscc"): (("qualification_licence", _same_code),),
    ("business_licence", "name"): (("qualification_licence", _same_name),),
    ("business_licence", "business_term"): (("qualification_licence", _there),),
    ("bid_letter", "price_figures"): (("form_single_price", _same_price), ("response_ceiling", _under_ceiling)),
    ("bid_letter", "price_capitals"): (("form_single_price", _there),),
    ("bid_letter", "bidder"): (("form_letter", _same_name),),
    ("bid_letter", "legal_representative"): (("form_letter", _there),),
    ("bid_letter", "duration"): (("response_duration", _short_enough),),
    ("bid_letter", "validity"): (("response_validity", _there),),
    ("bid_letter", "project_manager"): (("qualification_engineer", _there),),
    ("qualification", "grade"): (("qualification_grade", _there),),
    ("safety_permit", "valid_until"): (("qualification_safety", _there),),
    ("engineer", "speciality"): (("qualification_engineer", _there),),
}


def leads_of(scheme: Scheme, facts: BidFacts, *, document: Any, fields: Mapping[str, FieldRead]) -> list[Lead]:
    """Return every lead that one file gives: from its fields, then passages that speak of an item's words.

    `document` has pages of lines as `ocr.Document`; `fields`: name → field with place.
    """
    known = {item.code for item in scheme.review} | {item.code for item in scheme.judged_items()}
    found = [lead for lead in _from_fields(facts, fields) if lead.item in known]
    told = {lead.item for lead in found}
    items: tuple[PassItem | ScoredItem, ...] = (*scheme.review, *scheme.judged_items())
    for item in items:
        if item.code not in told and facts.role in item.evidence:
            found.extend(_passages(item, document))
    return found


def _from_fields(facts: BidFacts, fields: Mapping[str, FieldRead]) -> Iterator[Lead]:
    for name, field in fields.items():
        failed = any(not check.passed for check in field.checks)
        for item, judge in FIELD_LEADS.get((facts.role, name), ()):
            verdict, text = ("doubt", CHECK_FAILED) if failed else judge(field.value, facts)
            quote = field.value[:LONGEST_QUOTE]
            if quote.strip():
                box = [round(side, 1) for side in field.box]
                yield Lead(item, verdict, text, quote, field.page, box, field.unit, field.confidence)


def words_of(item: PassItem | ScoredItem) -> list[str]:
    """Return the words that a passage on this item holds: of its title, cut at 与、和、及, and of its hints."""
    parts = re.split(r"[、，与和及/（）()]", item.title) + list(item.hints)
    return [word for part in parts for word in WORD.findall(part)]


def _passages(item: PassItem | ScoredItem, document: Any) -> Iterator[Lead]:
    """Yield the first passages that name the item, headings (short lines) before running text."""
    words = words_of(item)
    hits = [
        (len(line.text) > 30, page.number, line, page.unit)
        for page in document.pages
        for line in page.lines
        if any(word in re.sub(r"\s", "", line.text) for word in words)
    ]
    hits.sort(key=lambda hit: hit[:2])
    for _long, number, line, unit in hits[:PASSAGES_AN_ITEM]:
        box = [round(side, 1) for side in line.box]
        yield Lead(item.code, "", FOUND, line.text.strip()[:LONGEST_QUOTE], number, box, unit, line.confidence)
