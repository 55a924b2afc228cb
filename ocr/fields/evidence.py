"""Fields with their evidence: value, confidence, page, box and checks. Pure."""

from dataclasses import dataclass
from typing import Any

from ocr.pages import Box, Unit


@dataclass(frozen=True)
class Check:
    """One test a value was put to, and why it failed if it did."""

    name: str
    passed: bool
    reason: str = ""

    def as_dict(self) -> dict[str, Any]:
        """This function will give the check as the command line prints it."""
        return {"name": self.name, "passed": self.passed, "reason": self.reason}


@dataclass(frozen=True)
class Field:
    """One value as printed, where it stands, and how far it can be trusted (0 to 1)."""

    value: str
    confidence: float
    page: int
    box: Box
    unit: Unit
    checks: tuple[Check, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """This function will give the field as the command line prints it."""
        return {
            "value": self.value,
            "confidence": round(self.confidence, 3),
            "page": self.page,
            "box": [round(side, 1) for side in self.box],
            "unit": self.unit,
            "checks": [check.as_dict() for check in self.checks],
        }


def failed(checks: tuple[Check, ...]) -> bool:
    """This function will say whether any check failed."""
    return any(not check.passed for check in checks)
