"""Reads about the draws of a lot: what was committed to, who added which line, what came out. The seed stays inside."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from identity.actor import Actor
from tendering.models import Draw, DrawLine, Lot

COEFFICIENTS, EXPERTS, TIES = "coefficients", "experts", "ties"
MATTERS = (COEFFICIENTS, EXPERTS, TIES)


@dataclass(frozen=True)
class Shown:
    """A draw as everybody may see it; `record` only where its result is public."""

    matter: str
    commitment: str
    committed_at: datetime
    opened_at: datetime | None
    closes_at: datetime | None
    closed_at: datetime | None
    checkpoint: dict[str, Any]
    record: dict[str, Any]


def purpose_of(lot: Lot, matter: str) -> str:
    """Return what a draw is for, as it enters the key: lot and matter."""
    return f"{lot.code}/{matter}"


def lines_of(lot: Lot) -> tuple[str, ...]:
    """Return the texts added so far, in their order."""
    return tuple(lot.draw_lines.order_by("number").values_list("text", flat=True))


def lines(lot: Lot) -> list[DrawLine]:
    """Return the lines added so far with who added them, in their order."""
    return list(lot.draw_lines.order_by("number"))


def author_key(actor: Actor) -> str:
    """Return what makes a line one's own: the organisation, or the person where there is none."""
    return actor.uscc or actor.login


def own_line(lot: Lot, actor: Actor) -> DrawLine | None:
    """Return the line that the actor's organisation added."""
    return lot.draw_lines.filter(author_key=author_key(actor)).first()


def takes_lines(lot: Lot) -> bool:
    """Whether any draw of the lot is open to lines."""
    open_hall = lot.stage in ("opening", "opened") and lot.suspended_at is None
    return open_hall and lot.draws.filter(opened_at__isnull=False, closed_at=None).exists()


def coefficients_pending(lot: Lot) -> bool:
    """Whether the scheme's coefficients are still to be drawn: until then no key share is taken."""
    return pending_coefficients(lot) is not None


def pending_coefficients(lot: Lot) -> Draw | None:
    """Return the draw of the coefficients while it is open to lines; nothing where none is needed or it is held."""
    return lot.draws.filter(matter=COEFFICIENTS, closes_at__isnull=False, closed_at=None).first()


def drawn_coefficients(lot: Lot) -> dict[str, str]:
    """Return coefficient → the drawn value as text; empty before the draw, and where none is drawn."""
    row = lot.draws.filter(matter=COEFFICIENTS, closed_at__isnull=False).first()
    return {} if row is None else {name: drawn[0] for name, drawn in row.record["result"].items()}


def shown(lot: Lot) -> list[Shown]:
    """Return every draw of the lot for everybody; each record only once its result is public."""
    public = {
        COEFFICIENTS: True,
        EXPERTS: lot.result_published_at is not None,  # BL-37
        TIES: lot.publicity_starts_at is not None,
    }
    return [
        Shown(
            row.matter,
            row.commitment,
            row.committed_at,
            row.opened_at,
            row.closes_at,
            row.closed_at if public[row.matter] else None,
            {"size": row.checkpoint_size, "root": row.checkpoint_root} if row.opened_at else {},
            row.record if public[row.matter] else {},
        )
        for row in lot.draws.order_by("pk")
    ]
