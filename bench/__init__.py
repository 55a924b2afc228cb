"""Measures: every row compares with a peer or a limit in the same run, because machines are noisy."""

from typing import NamedTuple


class Row(NamedTuple):
    """One measured line of the table; `ratio` is value over peer value, `target` what the design asks for."""

    what: str
    value: float
    unit: str
    peer: str
    peer_value: float | None
    ratio: float | None
    target: str
