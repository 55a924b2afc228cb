"""Dated values that the law fixes. Values are exact (Decimal), units are words, `in_force_to` is the last day."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from lawbook.files import read

UNITS = ("second", "minute", "day", "working_day", "year", "percent", "yuan", "person", "bid")


class UnknownParameter(KeyError):
    """No parameter has this name, or none was in force on that day."""


@dataclass(frozen=True)
class Parameter:
    """One value of a parameter and the days it is in force; `in_force_to` is None while it still is."""

    name: str
    title: str
    value: Decimal
    unit: str
    law: str
    in_force_from: date
    in_force_to: date | None
    rounding: str

    def in_force(self, on: date) -> bool:
        return self.in_force_from <= on and (self.in_force_to is None or on <= self.in_force_to)


def parse(name: str, row: dict[str, Any]) -> tuple[Parameter, ...]:
    """Return every dated value of one table of parameters.toml, oldest first."""
    values = sorted(row["values"], key=lambda value: value["in_force_from"])
    return tuple(
        Parameter(
            name=name,
            title=row["title"],
            value=Decimal(value["value"]),
            unit=row["unit"],
            law=row["law"],
            in_force_from=value["in_force_from"],
            in_force_to=value.get("in_force_to"),
            rounding=row.get("rounding", "exact"),
        )
        for value in values
    )


@cache
def histories() -> dict[str, tuple[Parameter, ...]]:
    """Return every parameter's dated values: name → values, oldest first."""
    return {name: parse(name, row) for name, row in read("parameters.toml").items()}


def parameter_names() -> tuple[str, ...]:
    """Return the names of all parameters."""
    return tuple(histories())


def parameter(name: str, on: date) -> Parameter:
    """Return the value of `name` in force on that day (the legal day in Asia/Shanghai).

    :raises UnknownParameter: for an unknown name, or a day on which no value was in force
    """
    for value in reversed(histories().get(name, ())):
        if value.in_force(on):
            return value
    raise UnknownParameter(f"{name} on {on.isoformat()}")
