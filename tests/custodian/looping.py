"""The loops of the programs for a counted number of rounds, without a pause between them."""

import json
import threading
from types import SimpleNamespace

import pytest


@pytest.fixture
def rounds(monkeypatch):
    """`rounds(running, number, between=…)`: the next loop of the module ends after so many; returns its pauses."""

    def prepared(module, number, *, between=lambda done: None):
        pauses = []

        class Counted(threading.Event):
            def wait(self, timeout=None):
                pauses.append(timeout)
                between(len(pauses))
                if len(pauses) == number:
                    self.set()
                return self.is_set()

        monkeypatch.setattr(module, "threading", SimpleNamespace(Event=Counted))
        monkeypatch.setattr(module, "signal", SimpleNamespace(signal=lambda *given: None, SIGTERM=15, SIGINT=2))
        return pauses

    return prepared


def told(capsys):
    """Return what was noted since the last look: event and facts of each line."""
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]
