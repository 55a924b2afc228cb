"""The builds of the offline client that were published, as the ledger has them. Reads only."""

from datetime import datetime
from typing import NamedTuple

from ledger.reading import PUBLIC, entries_of


class ClientBuild(NamedTuple):
    """One file for download; `entry` is the index of its ledger entry."""

    name: str
    version: str
    platform: str
    python: str
    sha256: str
    size: int
    entry: int
    at: datetime


def published() -> list[ClientBuild]:
    """Return every published build, the latest first."""
    rows = entries_of("", kinds=["client.published"], viewer=PUBLIC)
    found = [
        ClientBuild(**row["body"]["payload"], entry=row["index"], at=datetime.fromisoformat(row["at"])) for row in rows
    ]
    return found[::-1]
