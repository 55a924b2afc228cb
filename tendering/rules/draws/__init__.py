"""The verifiable draw: experts, coefficients, ties, lots of an award. Pure: standard library and `lawbook` only.

Before the draw the platform publishes `commitment(seed)`; the head of the log is fixed when the draw opens to lines of
text; everybody present may add one; afterwards the seed is told, and anybody recomputes the result from the record:

    python -m tendering.rules.draws FILE.json

`recompute(record)` is the one function behind every draw; docs/draws.md describes the record and the whole way.
"""

from tendering.rules.draws.records import (
    FORMAT,
    Matter,
    checkpoint_text,
    held,
    make_record,
    orders,
    problems,
    recompute,
)
from tendering.rules.draws.stream import (
    SEED_BYTES,
    DrawRefused,
    Inputs,
    below,
    commitment,
    numbers,
    order,
    seed_matches,
)

__all__ = [
    "FORMAT",
    "SEED_BYTES",
    "DrawRefused",
    "Inputs",
    "Matter",
    "below",
    "checkpoint_text",
    "commitment",
    "held",
    "make_record",
    "numbers",
    "order",
    "orders",
    "problems",
    "recompute",
    "seed_matches",
]
