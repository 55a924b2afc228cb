"""The trading centre: accepts, draws the committee, confirms the opening record, hands over to the committee."""

import re
from dataclasses import dataclass
from typing import Any

from rehearsal.play.stage import Stage, TookTooLong, once_lawful, wait_for
from rehearsal.play.visitor import Visitor

_READ = re.compile(r"机器读取</dt>\s*<dd[^>]*>\s*(\d+)\s*/\s*(\d+)")


@dataclass
class Host:
    """Centre staff at a browser."""

    stage: Stage
    visitor: Visitor

    def accept(self, lot: str) -> None:
        """Accept a submitted lot."""
        self.visitor.fill_in(f"/centre/lots/{lot}/", "/accept/")

    def wait_until(self, lot: str, *stages: str, seconds: float) -> dict[str, Any]:
        """Return the hall's state once the lot has reached one of the stages."""

        def look() -> dict[str, Any] | None:
            state = self.stage.hall(self.visitor, lot)
            return state if state["stage"] in stages else None

        return wait_for(f"stage {' or '.join(stages)}", look, seconds=seconds)

    def draw(self, lot: str) -> None:
        """Draw the committee at random; nobody is told who was drawn."""
        self.visitor.fill_in(f"/centre/lots/{lot}/draw/", having="size")

    def extend_window(self, lot: str, *, minutes: int, reason: str) -> None:
        """Give the bidders more time, with a reason that everybody reads."""
        self.visitor.fill_in(f"/hall/{lot}/console/", "/extend/", minutes=str(minutes), reason=reason)

    def confirm_record(self, lot: str, *, seconds: float) -> None:
        """Confirm the opening record, as soon as bidders have confirmed or had time to."""
        path = f"/hall/{lot}/console/"
        once_lawful("opening record", lambda: self.visitor.fill_in(path, "/confirm-record/"), seconds=seconds)

    def start_evaluation(self, lot: str) -> None:
        """Hand over to the committee."""
        self.visitor.fill_in(f"/centre/lots/{lot}/", "/evaluation/start/")

    def readings_done(self, lot: str, *, seconds: float) -> bool:
        """Wait at most `seconds` until the machine has read every file; return whether it has."""

        def look() -> bool | None:
            found = _READ.search(self.visitor.read(f"/centre/lots/{lot}/progress/").text)
            return True if found and 0 < int(found[2]) <= int(found[1]) else None

        try:
            return wait_for("readings", look, seconds=seconds)
        except TookTooLong:
            return False
