"""`manage.py clock`: the one-second tick that carries out what is due."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from runtime.ticking import run


class Command(BaseCommand):
    help = "Carry out what is due, once a second. Needs no broker; any number may run; stops on SIGTERM."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        run(stop)
