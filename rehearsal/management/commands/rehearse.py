"""`manage.py rehearse`: a whole tender against the running installation, over HTTP, as its users would."""

import json
import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

import ledger
from custodian.parent import die_with_parent
from ledger import clock
from rehearsal import staging, tracking
from rehearsal.failures import FAILURES
from rehearsal.models import DEFAULT_PROCEDURE, Rehearsal
from rehearsal.play.tender import Play, Wish
from tendering import bid_queries
from tendering.models import Award, Lot

STAGES = ("announced", "failed", "opened", "evaluating", "candidates_published", "awarded")


class Command(BaseCommand):
    help = "Play a whole tender against the running installation, from registration to award."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--bidders", type=int, default=5, help="3 to 50; one of them never comes to the opening")
        parser.add_argument("--procedure", default=DEFAULT_PROCEDURE, help="a rehearsal procedure (R…)")
        parser.add_argument("--json", action="store_true", help="print exactly one JSON object")
        parser.add_argument("--until", default="awarded", choices=STAGES, help="play only so far")
        parser.add_argument("--track", type=int, metavar="ID", help="write progress into this row")

    def handle(self, *args: Any, **options: Any) -> None:
        self._began = time.perf_counter()
        self._row = Rehearsal.objects.filter(pk=options["track"]).first() if options["track"] else None
        if self._row:
            die_with_parent()  # the worker that started it: nothing is left behind when the installation stops
        try:
            staging.check_wish(options["procedure"], options["bidders"])
            with staging.going_first():
                answer = self._rehearse(options["procedure"], options["bidders"], options["until"])
        except FAILURES as failure:
            if self._row:
                tracking.end(self._row, failure=str(failure))
            raise CommandError(f"rehearsal failed: {failure}") from failure
        if self._row:
            tracking.end(self._row)
        self._print(answer, as_json=options["json"])

    def _rehearse(self, procedure: str, bidders: int, until: str) -> dict[str, Any]:
        if self._row:
            tracking.begin(self._row)
        stage = staging.stage(self._tell)
        plan = staging.plan(procedure, staging.street(Lot.objects.count()), now=clock.now())
        play = Play(stage, staging.roles(bidders), Wish(plan, until), drafted=self._drafted)
        connection.close()  # the play itself needs no database
        return outcome(play.run(), seconds=time.perf_counter() - self._began)

    def _tell(self, words: str) -> None:
        print(f"{time.perf_counter() - self._began:6.1f} s  {words}", file=sys.stderr, flush=True)  # noqa: T201
        if self._row:
            tracking.step(self._row, words)

    def _drafted(self, code: str) -> None:
        if self._row:
            tracking.drafted(self._row, code)

    def _print(self, answer: dict[str, Any], *, as_json: bool) -> None:
        lines = [f"{name}: {value}" for name, value in answer.items()]
        self.stdout.write(json.dumps(answer, ensure_ascii=False) if as_json else "\n".join(lines))


def outcome(code: str, *, seconds: float) -> dict[str, Any]:
    """Return what came of a rehearsed lot, counted in the database of the installation."""
    lot = Lot.objects.get(code=code)
    award = Award.objects.select_related("winner").filter(lot=lot).first()
    return {
        "lot": code,
        "stage": lot.stage,
        "bids_opened": bid_queries.opened_bids(lot).count(),
        "winner": award.winner.name if award else "",
        "ledger_entries": len(ledger.entries_of(code)),
        "seconds": round(seconds, 1),
    }
