"""Declared rounding of scores and benchmarks. Decimal throughout; 50 digits while computing, rounded once. Pure."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, localcontext

MODES = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "down": ROUND_DOWN}


@dataclass(frozen=True)
class Rounding:
    """How a scheme rounds: `mode` of MODES, decimal places of the benchmark price and of every published score."""

    mode: str = "half_up"
    benchmark_places: int = 2
    score_places: int = 2

    def benchmark(self, value: Decimal) -> Decimal:
        return self._to(value, self.benchmark_places)

    def score(self, value: Decimal) -> Decimal:
        return self._to(value, self.score_places)

    def _to(self, value: Decimal, places: int) -> Decimal:
        with exactly():
            return value.quantize(Decimal(1).scaleb(-places), rounding=MODES[self.mode])


def exactly() -> AbstractContextManager[Context]:
    """Return a context of 50 digits, so that nothing is rounded before the declared rounding."""
    return localcontext(Context(prec=50))


def mean(values: Iterable[Decimal]) -> Decimal:
    """Return the arithmetic mean to 50 digits, whatever the order of the values.

    :raises ValueError: of no values
    """
    found = sorted(values)
    if not found:
        raise ValueError("the mean of nothing")
    with exactly():
        return sum(found, Decimal(0)) / len(found)
