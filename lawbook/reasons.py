"""Why something was refused: a code for programs, words for people, the article for lawyers. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Reason:
    """One reason of a refusal.

    `text` is the untranslated Chinese message with `{name}` places, so that a view can look it up in its
    catalogue and fill it with `values`; `message` is the same already filled, in Chinese.
    """

    code: str
    text: str
    law: str = ""
    values: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def message(self) -> str:
        return self.text.format_map(dict(self.values)) if self.values else self.text

    def __str__(self) -> str:
        return f"{self.message}〔{self.law}〕" if self.law else self.message


class Refused(Exception):
    """Something is not lawful now; `reasons` holds every reason, never only the first."""

    def __init__(self, reasons: Iterable[Reason]) -> None:
        self.reasons: list[Reason] = list(reasons)
        super().__init__("；".join(str(reason) for reason in self.reasons))

    @property
    def codes(self) -> frozenset[str]:
        """The codes of all reasons."""
        return frozenset(reason.code for reason in self.reasons)
