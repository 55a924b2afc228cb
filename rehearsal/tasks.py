"""Celery tasks of rehearsals. The worker has one hand: it only starts the program, which ends with it."""

import subprocess
import sys

from celery import shared_task

from config import places
from rehearsal.models import Rehearsal, RehearsalState


@shared_task(name="rehearsal.tasks.start_rehearsal")  # type: ignore[untyped-decorator]
def start_rehearsal(*, rehearsal_id: int) -> None:
    """Start `manage.py rehearse` for a row that waits; a message that comes twice starts nothing twice."""
    waiting = Rehearsal.objects.filter(pk=rehearsal_id, state=RehearsalState.WAITING)
    if waiting.update(state=RehearsalState.RUNNING) != 1:
        return
    row = Rehearsal.objects.get(pk=rehearsal_id)
    argv = [sys.executable, str(places.ROOT / "manage.py"), "rehearse", "--track", str(row.pk)]
    argv += ["--bidders", str(row.bidders), "--procedure", row.procedure]
    logs = places.HOME / "log"
    logs.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (logs / "rehearsals.log").open("ab") as log:
        subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
