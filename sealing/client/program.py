"""`gongheng-seal`: what the one-file client runs. Without arguments it opens its page."""

import json
import sys
from pathlib import Path

_BUILT = Path(__file__).with_name("built.json")


def built() -> dict[str, str]:
    """Return what the client was built as: `version`, `platform`, `python`; empty in a working copy."""
    return dict(json.loads(_BUILT.read_bytes())) if _BUILT.exists() else {}


def main(argv: list[str] | None = None) -> int:
    """Run a command; returns the exit status. The libraries inside are for one version of Python only."""
    told = built()
    running = ".".join(map(str, sys.version_info[:2]))
    if told and told["python"] != running:
        sys.stderr.write(f"this file is for Python {told['python']}, not {running}: run it as python{told['python']}\n")
        return 2
    from sealing.__main__ import main as run  # only now: its libraries may not load under another Python

    arguments = sys.argv[1:] if argv is None else argv
    return run(arguments or ["ui"], program="gongheng-seal")
