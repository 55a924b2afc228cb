"""An installation with files of every sort and its backup, and an empty database in the place of the first."""

from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

import ledger
from runtime.backup import back_up
from tests.cast import make_cast
from tests.real_database import database_named

AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
FOLDERS = ("documents", "sealed", "opened", "uploads")


def settle(settings, home):
    """Let an installation live in another folder."""
    settings.SERVER_HOME = home
    for name in FOLDERS:
        setattr(
            settings, {"documents": "DOCUMENT_ROOT"}.get(name, f"{name.removesuffix('s').upper()}_ROOT"), home / name
        )


@pytest.fixture
def installation(real_database, settings, tmp_path):
    """An installation with a cast, entries, files of every sort, and its backup."""
    home = tmp_path / "first"
    settle(settings, home)
    cast = make_cast()
    with transaction.atomic():
        for number in range(21):
            ledger.append("lot.announced", lot="L1", at=AT, payload={"n": number}, actor=cast.agency.actor)
    ledger.checkpoint()
    for path, data in (
        ("documents/" + "ab" * 32, b"%PDF-"),
        ("sealed/L1/" + "cd" * 32 + ".bid", b"BIDSEAL\x01"),
        ("opened/L1/" + "cd" * 32 + "/manifest.json", "{}报价".encode()),
        ("uploads/unfinished.part", b"not saved"),
        ("sealed/L1/.writing.part", b"not saved"),
    ):
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_bytes(data)
    back_up(tmp_path / "saved", at=AT)
    return home


@contextmanager
def empty_database(tmp_path):
    """A second, empty database in the place of the first."""
    name = str(tmp_path / "second.sqlite3") if connection.vendor == "sqlite" else "gongheng_restored"
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name}")
            cursor.execute(f"CREATE DATABASE {name}")
    with database_named(name):
        yield
