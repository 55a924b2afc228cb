"""The agent's round: follow the log, ask for work, judge each bid, release or refuse, both signed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from custodian import journal
from custodian.decision import Judged, judge
from custodian.home import Home
from custodian.log import Log, LogBroken
from custodian.server import PAGE, Server, ServerRefused
from sealing.fields import is_hash
from sealing.release import release_share
from sealing.releases import sign_refusal, sign_release
from suites import Reason, Refused

REFUSE_AGAIN_AFTER = timedelta(seconds=60)  # the same refusal of the same bid is not repeated sooner
MOST_REASON = 2000


@dataclass
class Agent:
    """One custodian's agent; `now` is its own clock, `skew` how far that may be ahead of the true time."""

    home: Home
    log: Log
    server: Server
    now: Callable[[], datetime]
    skew: timedelta = timedelta(0)
    _told: dict[tuple[str, str], datetime] = field(default_factory=dict)

    def greet(self) -> None:
        """Say hello and learn or check the log's key."""
        self.log.learn_key(str(self.server.hello(self.log.head._asdict()).get("log_key", "")))

    def round(self) -> int:
        """Carry out one round and return how many shares were released.

        :raises ServerAway: the platform does not answer; nothing is lost
        :raises LogBroken: the log was rewritten; nothing is released any more
        """
        work = self.server.work()
        self._follow()
        if not self.log.confirm(str(work.get("checkpoint", ""))):
            self._follow()
            if not self.log.confirm(str(work["checkpoint"])):
                raise LogBroken("the feed ends before the signed head")
        return sum(self._attend(lot, row) for lot in work["lots"] for row in lot["bids"])

    def _follow(self) -> None:
        while rows := self.server.feed(len(self.log.leaves) - 1):
            self.log.follow(rows)
            if len(rows) < PAGE:
                return

    def _attend(self, lot: dict[str, Any], row: dict[str, Any]) -> bool:
        digest = str(row.get("bid_digest", ""))
        try:
            judged = judge(self.home, self.log, lot, row, now=self.now(), skew=self.skew)
            if not judged.reasons:
                return self._release(judged)
            reasons = judged.reasons
        except Refused as refused:
            reasons = refused.reasons
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            reasons = [Reason("statement", f"the platform's work list is malformed: {type(error).__name__}")]
        self._refuse(digest, reasons)
        return False

    def _release(self, judged: Judged) -> bool:
        """Unwrap the own share, hold it against its commitment, sign it, hand it over."""
        digest = judged.bid.bid_digest
        share = release_share(judged.bid.header, digest, self.home.keys)
        statement = sign_release(self.home.keys, share, ledger_head=self.log.head, at=self.now())
        try:
            self.server.release(statement)
        except ServerRefused as error:
            journal.note("not_taken", bid=digest, why=str(error)[:300])
            return False
        journal.note("released", bid=digest, index=share.index)
        return True

    def _refuse(self, digest: str, reasons: list[Reason]) -> None:
        """Sign and send a refusal, not more than once a minute for the same checks of the same bid."""
        checks = ",".join(sorted({reason.check for reason in reasons}))
        last, now = self._told.get((digest, checks)), self.now()
        if not is_hash(digest) or (last is not None and now - last < REFUSE_AGAIN_AFTER):
            return
        self._told[digest, checks] = now
        text = "; ".join(f"{reason.check}: {reason.reason}" for reason in reasons)[:MOST_REASON]
        journal.note("refused", bid=digest, reasons=text)
        statement = sign_refusal(
            self.home.keys, digest, self.home.keys.kid, reason=text, ledger_head=self.log.head, at=now
        )
        try:
            self.server.refuse(statement)
        except ServerRefused as error:
            journal.note("not_taken", bid=digest, why=str(error)[:300])
