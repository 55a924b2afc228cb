"""The world of the walk: built once; every request and every test has a savepoint of its own and leaves nothing."""

import logging
from collections.abc import Iterator

import pytest
from django.test import TestCase, override_settings

from ledger import clock

FOLDERS = ("DOCUMENT_ROOT", "CA_HOME", "SEALED_ROOT", "OPENED_ROOT", "UPLOAD_ROOT")


@pytest.fixture(scope="package")
def built(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator:
    """The world in a transaction that is undone after the last test: Django nests the tests' own ones in it."""
    from tests.lots import SettableClock
    from tests.walk.world import NOW, build

    home = tmp_path_factory.mktemp("walk")
    folders = override_settings(**{name: home / name.lower() for name in FOLDERS})
    with django_db_blocker.unblock(), folders, pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", SettableClock(NOW))
        blocks = TestCase._enter_atomics()
        try:
            yield build(home)
        finally:
            TestCase._rollback_atomics(blocks)


@pytest.fixture
def world(built, db, monkeypatch):
    monkeypatch.setattr(logging.getLogger("django.request"), "disabled", True)  # refusals are what is expected here
    return built
