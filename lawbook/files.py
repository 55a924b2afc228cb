"""Reads the TOML files that lie beside this module; the only input of the package."""

import tomllib
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent


def read(name: str) -> dict[str, Any]:
    """Return the parsed content of `name` (a path below the package)."""
    with (FOLDER / name).open("rb") as file:
        return tomllib.load(file)


def names(folder: str) -> list[str]:
    """Return the TOML files of a sub-folder, as `read` wants them, sorted."""
    return sorted(f"{folder}/{path.name}" for path in (FOLDER / folder).glob("*.toml"))
