"""Which lots need a custodian's key, counted from the public log alone. Pure.

An entry without its body does not say what it is. What can be told is that a lot has public entries that follow an
announcement while no announcement, which is public, is shown: then a body is withheld, and the key may be needed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from custodian.log import POSTPONING

RETENTION_YEARS = 15  # GP-42, our rule for every lot
ENDING = frozenset({"opening.finished", "lot.failed", "lot.terminated"})
ACCEPTED = "lot.accepted"
# Public kinds of a lot that may stand in the log though it was never announced.
UNANNOUNCED = frozenset(
    {"project.registered", "lot.submitted", "lot.returned", ACCEPTED, "lot.retendered"}
    | {"lot.suspended", "lot.resumed", "lot.terminated"}
)


@dataclass(frozen=True)
class Counted:
    """Lots whose parameters name the key, by what becomes of them; lots whose announcement is not shown; hidden bodies.

    `kept` maps lot → end of its retention.
    """

    unfinished: list[str]
    kept: dict[str, datetime]
    free: list[str]
    withheld: list[str]
    waiting: list[str]
    hidden: int

    def facts(self) -> dict[str, Any]:
        """Return what the person at the command is shown."""
        return {
            "unfinished": self.unfinished,
            "finished_within_retention": sorted(self.kept),
            "finished_after_retention": self.free,
            "announcement_not_shown": sorted({*self.withheld, *self.waiting}),
            "entries_without_body": self.hidden,
        }

    def needed(self) -> list[str]:
        """Return, in words, why the key may not be destroyed; nothing where it may."""
        found = [f"{lot} is not opened" for lot in self.unfinished]
        found += [f"{lot} is kept until {until.date().isoformat()}" for lot, until in sorted(self.kept.items())]
        found += [
            f"{lot} was announced but the platform withholds the announcement, which is public: demand its body from "
            "the centre, tell the regulator, and run the command again"
            for lot in self.withheld
        ]
        return found + [
            f"{lot} was accepted while your certificate was valid and no announcement is shown: ask the centre whether "
            "it was announced; run the command again when its announcement is shown or the lot was ended"
            for lot in self.waiting
        ]


def count(
    rows: Iterable[Mapping[str, Any]], kid: str, *, now: datetime, certified_until: datetime, hidden: int = 0
) -> Counted:
    """Count the lots. `rows` are the log's entries that have a body, each checked against its leaf.

    A lot that was accepted after the key's certificate had ended cannot name the key.
    """
    named, announced, ended, implied, accepted, last = set(), set(), set(), set(), set(), {}
    for row in sorted(rows, key=lambda one: one["index"]):
        body, at = row["body"], datetime.fromisoformat(row["at"])
        kind, lot = body["kind"], body["lot"]
        if not lot:
            continue
        if kind in POSTPONING and kid in _custodians(body):
            named.add(lot)
        if kind == "lot.announced":
            announced.add(lot)
        if kind in ENDING:
            ended.add(lot)
        if kind not in UNANNOUNCED:
            implied.add(lot)
        if kind == ACCEPTED and at <= certified_until:
            accepted.add(lot)
        last[lot] = at
    until = {lot: _years_on(at, RETENTION_YEARS) for lot, at in last.items()}
    over = {lot for lot in ended if until[lot] <= now}
    return Counted(
        unfinished=sorted(named - ended),
        kept={lot: until[lot] for lot in sorted((named & ended) - over)},
        free=sorted(named & over),
        withheld=sorted(implied - announced - over),
        waiting=sorted(accepted - implied - announced - ended),
        hidden=hidden,
    )


def _custodians(body: Mapping[str, Any]) -> list[str]:
    named: list[str] = body["payload"]["parameters"]["body"]["custodians"]
    return named


def _years_on(at: datetime, years: int) -> datetime:
    try:
        return at.replace(year=at.year + years)
    except ValueError:  # 29 February
        return at.replace(year=at.year + years, month=3, day=1)
