"""What a check answers: it passed, it failed and why, or it does not apply and why. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

MOST_REASONS = 20
MOST_TEXT = 400


class Outcome(StrEnum):
    """The three answers."""

    OK = "ok"
    FAILED = "failed"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True)
class Finding:
    """One check's answer; `reasons` are all that failed, at most twenty, `detail` what was done or why it was not."""

    outcome: Outcome
    detail: str = ""
    reasons: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether something is wrong."""
        return self.outcome is Outcome.FAILED


def passed(detail: str) -> Finding:
    """The condition holds."""
    return Finding(Outcome.OK, detail)


def not_applicable(reason: str) -> Finding:
    """There is nothing to judge."""
    return Finding(Outcome.NOT_APPLICABLE, reason)


def judged(reasons: Iterable[str], detail: str) -> Finding:
    """Passed with the detail when there are no reasons, else failed with them, shortened and each once."""
    found = list(dict.fromkeys(printable(reason) for reason in reasons))
    if not found:
        return passed(detail)
    kept = found[:MOST_REASONS]
    if len(found) > MOST_REASONS:
        kept.append(f"and {len(found) - MOST_REASONS} more")
    return Finding(Outcome.FAILED, reasons=tuple(kept))


def printable(text: str) -> str:
    """Return a text without control characters or half surrogates, cut to 400: what a bundle says may be hostile."""
    clean = "".join(ch if ch.isprintable() else "�" for ch in text[:MOST_TEXT])
    return clean + ("…" if len(text) > MOST_TEXT else "")


def short(digest: str) -> str:
    """Return how a bid or key is named in a reason."""
    return digest[:16]


def differing(pairs: Iterable[tuple[str, object, object]]) -> list[str]:
    """Return a reason for every (name, found, wanted) that is not as wanted."""
    return [f"{name} is {found}, not {wanted}" for name, found, wanted in pairs if found != wanted]


@dataclass(frozen=True)
class Check:
    """A named check. `needs` names checks without whose passing this one has nothing sound to judge by."""

    name: str
    title: str
    run: Callable[..., Finding]
    needs: tuple[str, ...] = ()
