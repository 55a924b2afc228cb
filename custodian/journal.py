"""The agent's log: one JSON object a line on standard error."""

import json
import sys
from typing import Any

from custodian import clock


def note(event: str, **facts: Any) -> None:
    """Write one line: when, what, and its facts. Never a share, a key or a token."""
    line = json.dumps({"at": clock.now().isoformat(), "event": event, **facts}, ensure_ascii=False, default=str)
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
