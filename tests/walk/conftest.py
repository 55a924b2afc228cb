"""The world of the walk: built for each test; every request has a savepoint of its own and leaves nothing behind."""

import logging

import pytest

from ledger import clock

FOLDERS = ("DOCUMENT_ROOT", "CA_HOME", "SEALED_ROOT", "OPENED_ROOT", "UPLOAD_ROOT")


@pytest.fixture
def world(db, settings, monkeypatch, tmp_path):
    from tests.lots import SettableClock
    from tests.walk.world import NOW, build

    for name in FOLDERS:
        setattr(settings, name, tmp_path / name.lower())
    monkeypatch.setattr(clock, "now", SettableClock(NOW))
    monkeypatch.setattr(logging.getLogger("django.request"), "disabled", True)  # refusals are what is expected here
    return build(tmp_path)
