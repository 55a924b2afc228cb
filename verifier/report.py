"""How a verdict is told: a line a check, last lines with the stage and what was pinned, or one JSON object. Pure."""

from collections.abc import Sequence
from typing import Any

from verifier.case import Brought
from verifier.checks.stages import last_shown
from verifier.checks.tender import fingerprint
from verifier.evidence import Evidence
from verifier.outcome import Check, Finding, Outcome, printable

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
    """Return the last lines: passed or failed, of which lot, up to which stage, and what the trust rests on."""
    wrong = failed(answers)
    said = f"FAILED: {', '.join(wrong)}" if wrong else "PASSED: no check failed"
    pins = _pins(evidence, brought)
    lot = f" · lot {pins['lot']} ({pins['variant']} bundle)" if pins["lot"] else ""
    upto = f"shown up to: {pins['shown_up_to']}; {_idle(answers)} checks did not apply"
    return "\n".join([f"{said}{lot}", upto, *(_pinned(pins, *row) for row in PINS)])


PINS = (  # what is said, the members of `_pins`: what the bundle names, and whether the reader pinned it
    ("log key", "log_key", "log_key_pinned"),
    ("root", "roots", "root_pinned"),
    ("witnesses", "witnesses", "witnesses_pinned"),
    ("timestamp roots", "timestamp_roots", "timestamp_roots_pinned"),
)


def _pinned(pins: dict[str, Any], said: str, named: str, pinned: str) -> str:
    if pins[pinned]:
        return f"{said} pinned"
    found = [pins[named]] if isinstance(pins[named], str) else pins[named]
    return f"{said} not pinned: {', '.join(map(printable, found)) or 'the bundle names none'}"


def _idle(answers: Answers) -> int:
    return sum(finding.outcome is Outcome.NOT_APPLICABLE for _check, finding in answers)


def _pins(evidence: Evidence | None, brought: Brought) -> dict[str, Any]:
    body = evidence.body if evidence else {}
    return {
        "lot": body.get("lot", ""),
        "variant": body.get("variant", ""),
        "log_key": body.get("log_key", "unknown"),
        "log_key_pinned": bool(brought.log_key),
        "roots": [fingerprint(der) for der in (evidence.roots if evidence else [])],
        "root_pinned": bool(brought.trust),
        "witnesses": list(evidence.witnesses) if evidence else [],
        "witnesses_pinned": bool(brought.witnesses),
        "timestamp_roots": [fingerprint(der) for der in (evidence.timestamp_roots if evidence else [])],
        "timestamp_roots_pinned": bool(brought.timestamp_roots),
        "shown_up_to": last_shown(evidence),
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
    told = {"verdict": "failed" if wrong else "passed", "failed": wrong, "not_applicable": _idle(answers)}
    return {**told, **_pins(evidence, brought), "checks": rows}
