"""Fixtures shared by all tests: the cast, a database for threads, and a flush that the ledger's triggers permit."""

from datetime import UTC, datetime

import pytest
from hypothesis import settings

from tests.ledger_triggers import permit_flush


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", action="store_true", help="write the pictures of docs/screenshots/ again")


def pytest_configure(config: pytest.Config) -> None:
    permit_flush()
    settings.register_profile("untimed", deadline=None)  # how long an example takes is the machine's business
    settings.load_profile("untimed")


@pytest.fixture(scope="session", autouse=True)
def early_roots():
    """Make the run's demonstration roots in 2025: tests move the clock, and whoever came first would set the start."""
    from identity import demo_ca
    from ledger import clock

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: datetime(2025, 1, 1, tzinfo=UTC))
        for suite in demo_ca.FILES:
            demo_ca.authority(suite)


@pytest.fixture
def cast(db):
    """The fixed cast (`tests.cast.Cast`), stored."""
    from tests.cast import make_cast

    return make_cast()


@pytest.fixture
def real_database(transactional_db, tmp_path_factory):
    """An empty migrated database that threads can write at once: see `tests.real_database`.

    A test that uses it makes its cast itself: `tests.cast.make_cast()`.
    """
    from django.db import connection

    from tests.real_database import file_database

    if connection.vendor != "sqlite":
        yield
        return
    with file_database(tmp_path_factory.mktemp("database") / "test.sqlite3"):
        yield
