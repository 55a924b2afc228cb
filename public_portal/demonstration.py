"""The accounts of the demonstration, printed on the sign-in page of an installation in demonstration mode only."""

import json
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

FILE = "demonstration.json"


@dataclass(frozen=True)
class Account:
    """One account as the rehearsal wrote it down; `role` is a word of `identity.roles.Role`."""

    login: str
    password: str
    role: str
    name: str


def accounts() -> list[Account]:
    """Return the accounts, none outside demonstration mode or before the demonstration was seeded."""
    if not settings.DEMONSTRATION:
        return []
    try:
        rows = json.loads((Path(settings.GONGHENG_HOME) / FILE).read_text("utf-8"))
    except FileNotFoundError:
        return []
    return [Account(row["login"], row["password"], row["role"], row["name"]) for row in rows]
