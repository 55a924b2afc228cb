"""Fixtures of a lot's operations: a clock that the test moves, a document store that is thrown away, certified keys."""

import pytest

from ledger import clock as database_clock
from tendering import scheme_validator
from tests import lots


@pytest.fixture
def clock(monkeypatch):
    """The only clock, standing at `lots.START` until the test moves it."""
    settable = lots.SettableClock()
    monkeypatch.setattr(database_clock, "now", settable)
    return settable


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    """An empty document store, and an empty home for the demonstration CA."""
    settings.DOCUMENT_ROOT = tmp_path / "documents"
    settings.CA_HOME = tmp_path / "ca"
    return settings.DOCUMENT_ROOT


@pytest.fixture(autouse=True)
def lenient_judge(monkeypatch):
    """A judge of schemes that finds nothing wrong: what schemes must be is for the tests of evaluation."""
    monkeypatch.setattr(scheme_validator, "_judges", [lambda scheme: []])


@pytest.fixture
def keys(cast, clock):
    """The agency's and the custodians' certified keys."""
    return lots.make_keys_of(cast)
