"""Anchor: a program of its own, in an environment of its own: for drivers whose packages do not fit the platform's.

The program gets one JSON object on standard input, `{"act": "publish" | "verify", "anchor": settings, "note", "at",
"receipt"}`, and answers with one: `{"receipt"}`, `{"at"}`, `{"failed"}` or `{"invalid"}`. `python -m ledger.anchors` is
such a program.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ledger.anchors import AnchorFailed, AnchorInvalid, Receipt
from ledger.canonical import instant

SECONDS = 120.0
MOST_ANSWER = 1 << 16


class ProgramAnchor:
    """Runs `argv` for every call; `anchor` are the settings handed on to it."""

    def __init__(self, argv: Sequence[str], anchor: Mapping[str, Any]) -> None:
        self._argv, self._anchor = list(argv), dict(anchor)

    def publish(self, note: str, *, at: datetime) -> Receipt:
        """Return the receipt of the program."""
        answer = self._asked({"act": "publish", "note": note, "at": instant(at)})
        if not isinstance(answer.get("receipt"), dict):
            raise AnchorFailed(str(answer.get("failed") or "the program gave no receipt"))
        return dict(answer["receipt"])

    def verify(self, note: str, receipt: Mapping[str, Any]) -> datetime | None:
        """Return the time that the program found."""
        try:
            answer = self._asked({"act": "verify", "note": note, "receipt": dict(receipt)})
            if "at" not in answer:
                raise AnchorInvalid(
                    str(answer.get("invalid") or answer.get("failed") or "the program did not verify it")
                )
            return datetime.fromisoformat(answer["at"]) if answer["at"] else None
        except (AnchorFailed, TypeError) as error:
            raise AnchorInvalid(str(error)) from error

    def _asked(self, question: Mapping[str, Any]) -> dict[str, Any]:
        asked = json.dumps({**question, "anchor": self._anchor})
        try:
            done = subprocess.run(self._argv, input=asked, capture_output=True, text=True, timeout=SECONDS, check=False)
            answer = json.loads(done.stdout[:MOST_ANSWER])
        except (OSError, subprocess.TimeoutExpired, ValueError) as error:
            raise AnchorFailed(f"{self._argv[0]}: {type(error).__name__}") from error
        if not isinstance(answer, dict):
            raise AnchorFailed(f"{self._argv[0]}: no JSON object")
        return answer
