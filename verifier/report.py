"""How a verdict is told: a line a check, a last line with what was pinned, or one JSON object. Pure."""

from collections.abc import Sequence
from typing import Any

from verifier.case import Brought
from verifier.checks.tender import fingerprint
from verifier.evidence import Evidence
from verifier.outcome import Check, Finding, Outcome

Answers = Sequence[tuple[Check, Finding]]
_WIDTH = max(map(len, Outcome)) + 2
_NAME_WIDTH = 20


def line(check: Check, finding: Finding) -> str:
    """Return the line of one check; every reason of a failed one on a line of its own below it."""
    head = f"{finding.outcome:<{_WIDTH}}{check.name:<{_NAME_WIDTH}}"
    if not finding.failed:
        return f"{head}{finding.detail or check.title}"
    return "\n".join([f"{head}{check.title}", *(f"{'':<{_WIDTH}}- {reason}" for reason in finding.reasons)])


def failed(answers: Answers) -> list[str]:
    """Return the names of the failed checks."""
    return [check.name for check, finding in answers if finding.failed]


def verdict(answers: Answers, evidence: Evidence | None, brought: Brought) -> str:
    """Return the last line: passed or failed, of which lot, and what the trust rests on."""
    wrong = failed(answers)
    said = f"FAILED: {', '.join(wrong)}" if wrong else "PASSED: no check failed"
    pins = _pins(evidence, brought)
    lot = f" · lot {pins['lot']} ({pins['variant']} bundle)" if pins["lot"] else ""
    key = "log key pinned" if brought.log_key else f"log key not pinned: {pins['log_key']}"
    root = "root pinned" if brought.trust else f"root not pinned: {', '.join(pins['roots'])}"
    return f"{said}{lot}\n{key}\n{root}"


def _pins(evidence: Evidence | None, brought: Brought) -> dict[str, Any]:
    body = evidence.body if evidence else {}
    roots = [fingerprint(der) for der in (evidence.roots if evidence else [])]
    return {
        "lot": body.get("lot", ""),
        "variant": body.get("variant", ""),
        "log_key": body.get("log_key", "unknown"),
        "log_key_pinned": bool(brought.log_key),
        "roots": roots,
        "root_pinned": bool(brought.trust),
    }


def as_object(answers: Answers, evidence: Evidence | None, brought: Brought) -> dict[str, Any]:
    """Return the verdict as one JSON object."""
    wrong = failed(answers)
    rows = [
        {
            "name": check.name,
            "title": check.title,
            "outcome": str(finding.outcome),
            "detail": finding.detail,
            "reasons": list(finding.reasons),
        }
        for check, finding in answers
    ]
    return {"verdict": "failed" if wrong else "passed", "failed": wrong, **_pins(evidence, brought), "checks": rows}
