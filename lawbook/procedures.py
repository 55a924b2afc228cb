"""Procedures as data, one file each: periods, envelopes, opening, committee, price, bonds, checklist."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from lawbook.files import names, read
from lawbook.parameters import Parameter, parameter

PERIOD_UNITS = ("second", "minute", "day", "working_day")
SECONDS = {"second": 1, "minute": 60}


class UnknownProcedure(KeyError):
    """No procedure has this code."""


@dataclass(frozen=True)
class Period:
    """A length of time as the law counts it: whole `second`, `minute`, `day` or `working_day`."""

    amount: int
    unit: str
    law: str

    @property
    def seconds(self) -> int | None:
        """The exact length in seconds; None for days, whose length the calendar decides."""
        factor = SECONDS.get(self.unit)
        return None if factor is None else self.amount * factor


@dataclass(frozen=True)
class OpeningTerms:
    """How bids are opened unless the tender says otherwise."""

    default_policy: str
    policies: tuple[str, ...]
    custodian_threshold: int
    reading_order: str
    end_early_when_all_released: bool


@dataclass(frozen=True)
class CommitteeTerms:
    """How the committee is made up; `minimum_members` names a parameter."""

    minimum_members: str
    default_members: int
    purchaser_representatives_max: int
    specialties: tuple[str, ...]


@dataclass(frozen=True)
class PriceTerms:
    """What the price ceiling may and must be (BR-27)."""

    ceiling_required: bool
    ceiling_above_is: str
    floor_allowed: bool
    law: str


@dataclass(frozen=True)
class BondTerms:
    """Caps of the bonds; each names a parameter (percent, yuan, percent)."""

    bid_max_percent: str
    bid_cap_yuan: str
    performance_max_percent: str


@dataclass(frozen=True)
class CandidateTerms:
    """How few bidders are too few and how many candidates are allowed; each names a parameter."""

    minimum_bidders: str
    maximum: str


@dataclass(frozen=True)
class DocumentKind:
    """One line of the bid's checklist. `who` hands it in: bidder | consortium."""

    kind: str
    title: str
    required: bool
    who: str
    signed: bool
    law: str


@dataclass(frozen=True)
class Procedure:
    """One procedure. `periods` maps a name to a parameter's name or to a period of its own."""

    code: str
    title: str
    family: str
    category: str
    rehearsal: bool
    rehearses: str
    stages: tuple[str, ...]
    envelopes: tuple[str, ...]
    price_kinds: tuple[str, ...]
    awards: tuple[str, ...]
    default_scheme: str
    periods: Mapping[str, str | Period]
    opening: OpeningTerms
    committee: CommitteeTerms
    price: PriceTerms
    bonds: BondTerms
    candidates: CandidateTerms
    documents: tuple[DocumentKind, ...]

    def period(self, name: str, on: date) -> Period:
        """Return the period called `name` as in force on that day.

        :raises KeyError: when the procedure has no such period
        """
        entry = self.periods[name]
        if isinstance(entry, Period):
            return entry
        found = parameter(entry, on)
        return Period(int(found.value), found.unit, found.law)

    def minimum_bidders(self, on: date) -> int:
        """Return how many sealed bids an opening needs (BL-28)."""
        return int(parameter(self.candidates.minimum_bidders, on).value)

    def candidates_maximum(self, on: date) -> int:
        """Return how many candidates may be named at most (BR-53)."""
        return int(parameter(self.candidates.maximum, on).value)

    def committee_minimum(self, on: date) -> int:
        """Return the smallest lawful committee (BL-37)."""
        return int(parameter(self.committee.minimum_members, on).value)

    def bid_bond_limit(self, estimate_yuan: Decimal, on: date) -> Decimal:
        """Return the highest lawful bid bond in yuan: a share of the estimate, capped, rounded down to the fen (BR-26).

        Example: estimate 12,345,678.90 at 2 % is 246,913.57; an estimate of 90,000,000 meets the cap of 800,000.
        """
        share = parameter(self.bonds.bid_max_percent, on)
        cap = parameter(self.bonds.bid_cap_yuan, on)
        return min(_percent_of(estimate_yuan, share), cap.value.quantize(Decimal("0.01")))

    def performance_bond_limit(self, contract_yuan: Decimal, on: date) -> Decimal:
        """Return the highest lawful performance bond in yuan, rounded down to the fen (BR-58)."""
        return _percent_of(contract_yuan, parameter(self.bonds.performance_max_percent, on))


def _percent_of(amount_yuan: Decimal, percent: Parameter) -> Decimal:
    return (amount_yuan * percent.value / 100).quantize(Decimal("0.01"), rounding="ROUND_DOWN")


def _period(entry: Any) -> str | Period:
    if isinstance(entry, str):
        return entry
    if entry["unit"] not in PERIOD_UNITS:
        raise ValueError(f"period unit {entry['unit']!r}")
    return Period(int(entry["value"]), entry["unit"], entry["law"])


def parse(data: dict[str, Any]) -> Procedure:
    """Return the procedure that a file describes.

    :raises KeyError: where a member is missing
    :raises TypeError: where a table has a member that does not exist
    """
    committee = {**data["committee"], "specialties": tuple(data["committee"]["specialties"])}
    return Procedure(
        code=data["code"],
        title=data["title"],
        family=data["family"],
        category=data["category"],
        rehearsal=data["rehearsal"],
        default_scheme=data["default_scheme"],
        stages=tuple(data["stages"]),
        envelopes=tuple(data["envelopes"]),
        price_kinds=tuple(data["price_kinds"]),
        awards=tuple(data["awards"]),
        rehearses=data.get("rehearses", ""),
        periods={name: _period(entry) for name, entry in data["periods"].items()},
        opening=OpeningTerms(**{**data["opening"], "policies": tuple(data["opening"]["policies"])}),
        committee=CommitteeTerms(**committee),
        price=PriceTerms(**data["price"]),
        bonds=BondTerms(**data["bonds"]),
        candidates=CandidateTerms(**data["candidates"]),
        documents=tuple(DocumentKind(**row) for row in data["documents"]),
    )


@cache
def procedures() -> dict[str, Procedure]:
    """Return every procedure: code → procedure."""
    return {found.code: found for found in (parse(read(name)) for name in names("procedures"))}


def procedure(code: str) -> Procedure:
    """Return the procedure with this code.

    :raises UnknownProcedure: when no file describes it
    """
    try:
        return procedures()[code]
    except KeyError:
        raise UnknownProcedure(code) from None
