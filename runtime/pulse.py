"""The worker's pulse: a thread beside the worker says every few seconds that it is there."""

import logging
import os
import threading
from typing import Any

from celery.signals import worker_ready, worker_shutting_down
from django.db import DatabaseError, close_old_connections

from runtime import health

logger = logging.getLogger(__name__)
EVERY_SECONDS = 5.0
_stop = threading.Event()


def _beat_until_stopped(name: str) -> None:
    while not _stop.is_set():
        try:
            health.beat(name, pid=os.getpid())
        except DatabaseError:
            logger.warning("the worker's sign of life could not be written")
            close_old_connections()
        _stop.wait(EVERY_SECONDS)


@worker_ready.connect  # type: ignore[untyped-decorator]
def start_pulse(sender: Any, **_: Any) -> None:
    """Start saying `worker.<queue>`."""
    name = getattr(sender, "hostname", "") or "any"
    threading.Thread(target=_beat_until_stopped, args=(f"worker.{name.split(chr(64))[0]}",), daemon=True).start()


@worker_shutting_down.connect  # type: ignore[untyped-decorator]
def stop_pulse(**_: Any) -> None:
    """Stop with the worker."""
    _stop.set()
