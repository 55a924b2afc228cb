"""The agenda: which lots are due, and which operations carry their moves out. The tick calls this once a second.

Legal effect never waits for the tick: deadlines are judged in the request. Every operation here is idempotent
(a second call finds the stage gone and raises `LostRace` or a refusal), so two ticks or a restart change nothing twice.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial
from importlib import import_module

from lawbook.reasons import Refused
from ledger import clock
from tendering.dates import Pending, next_due_at, pending
from tendering.models import Lot

__all__ = ["Pending", "carry_out", "due_lot_ids", "due_moves", "next_due_at", "pending"]

logger = logging.getLogger(__name__)


def due_lot_ids(now: datetime) -> list[int]:
    """Return the keys of the lots that the clock has to take up at `now`, longest due first."""
    due = Lot.objects.filter(next_due_at__lte=now, suspended_at__isnull=True)
    return list(due.order_by("next_due_at").values_list("pk", flat=True))


def due_moves(lot: Lot, now: datetime) -> list[Callable[[], object]]:
    """Return the operations due at `now`, bound to this lot; usually none or one. Nothing is carried out."""
    return [partial(_operation(due.move), lot_id=lot.pk) for due in pending(lot) if due.by_clock and due.at <= now]


def _operation(name: str) -> Callable[..., object]:
    # Looked up by name: operations import the dates above, so this module must not import them when it is loaded.
    operation: Callable[..., object] = getattr(import_module(f"tendering.operations.{name}"), name)
    return operation


def carry_out(lot_id: int) -> int:
    """Carry out what is due for one lot and return how many moves were made.

    A refusal (somebody else was faster, shares are still missing) is normal and is looked at again at the next tick;
    any other error is logged and holds up no other lot.
    """
    lot = Lot.objects.select_related("opening").get(pk=lot_id)
    made = 0
    for move in due_moves(lot, clock.now()):
        try:
            move()
        except Refused as refusal:
            logger.debug("lot %s: %s", lot.code, refusal)
        except Exception:  # one lot's failure must not hold up the others
            logger.exception("lot %s: a due move failed; it stays due", lot.code)
        else:
            made += 1
    return made
