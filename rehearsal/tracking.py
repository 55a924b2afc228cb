"""Writing a rehearsal's progress where centre staff see it. Plain updates: progress is no evidence."""

from django.db import transaction

from ledger import clock
from rehearsal.models import Rehearsal, RehearsalState
from tendering.models import Lot

MOST_LOG = 20_000  # characters


def begin(rehearsal: Rehearsal) -> None:
    """Say that it runs."""
    _set(rehearsal, state=RehearsalState.RUNNING)


def step(rehearsal: Rehearsal, words: str) -> None:
    """Say what is done now."""
    with transaction.atomic():
        log = Rehearsal.objects.values_list("log", flat=True).get(pk=rehearsal.pk)
        _set(rehearsal, step=words[:200], log=f"{log}{clock.now():%H:%M:%S} {words}\n"[-MOST_LOG:])


def drafted(rehearsal: Rehearsal, code: str) -> None:
    """Say which lot is rehearsed."""
    _set(rehearsal, lot=Lot.objects.get(code=code))


def end(rehearsal: Rehearsal, *, failure: str = "") -> None:
    """Say that it is over, and why if it failed."""
    if failure:
        step(rehearsal, failure)
    _set(rehearsal, state=RehearsalState.FAILED if failure else RehearsalState.DONE, finished_at=clock.now())


def _set(rehearsal: Rehearsal, **columns: object) -> None:
    Rehearsal.objects.filter(pk=rehearsal.pk).update(**columns)
