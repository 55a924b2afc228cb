"""Where the installation keeps its state: everything lies under one folder, `GONGHENG_HOME`.

`server/` is what the operator has; `custodians/<name>/` and `ca/` stand for other machines and are never read by the
web process (the demonstration CA by its issuing operation only).
"""

import os
import secrets
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
HOME = Path(os.environ.get("GONGHENG_HOME", ROOT / "var")).resolve()
SERVER = HOME / "server"


def secret(name: str) -> str:
    """Return the installation's secret `name`, generated at the first run with mode 0600.

    :raises OSError: if the folder cannot be written
    """
    path = SERVER / "secrets" / name
    try:
        return path.read_text("ascii")
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f".{name}.{os.getpid()}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as out:
        out.write(secrets.token_urlsafe(48))
    try:
        os.link(part, path)  # whoever links first wins; a second process starting at once reads the first one's
    except FileExistsError:
        pass
    finally:
        part.unlink()
    return path.read_text("ascii")


def anchors(path: str) -> dict[str, dict[str, Any]]:
    """Return name → settings of the anchors in a TOML file, one table each; none without a path.

    :raises OSError, tomllib.TOMLDecodeError: the file that is named cannot be read
    """
    found: dict[str, dict[str, Any]] = tomllib.loads(Path(path).read_text("utf-8")) if path else {}
    return found
