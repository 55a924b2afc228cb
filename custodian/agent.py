"""The agent's round: follow the log, ask for work, judge each bid, release or refuse, both signed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from custodian import VERSION, journal
from custodian.decision import Judged, judge
from custodian.home import Home
from custodian.log import Log, LogBroken
from custodian.server import PAGE, Server, ServerAway, ServerRefused
from custodian.token_keys import PinRefused, TokenFailed
from sealing.fields import is_hash
from sealing.release import release_share
from sealing.releases import sign_refusal, sign_release
from suites import Reason, Refused

REFUSE_AGAIN_AFTER = timedelta(seconds=60)  # the same refusal of the same bid is not repeated sooner
MOST_REASON = 2000
SKEW_LIMIT = timedelta(seconds=60)


@dataclass
class Agent:
    """One custodian's agent; `now` is its own clock, `skew` how far that may be ahead of the true time.

    Only the own clock decides. Where it and the platform's are further apart than `skew_limit`, one of them is wrong,
    and nothing is released until a person has looked.
    """

    home: Home
    log: Log
    server: Server
    now: Callable[[], datetime]
    skew: timedelta = timedelta(0)
    skew_limit: timedelta = SKEW_LIMIT
    apart: timedelta = timedelta(0)  # own clock − the platform's, at the last greeting
    _told: dict[tuple[str, str], datetime] = field(default_factory=dict)

    def greet(self) -> None:
        """Say hello with what a watcher wants to know, compare the clocks, and learn or check the log's key.

        :raises LogBroken: the log's key is not the one that is pinned or was learnt
        """
        answer = self.server.hello(self.log.head._asdict(), self.report())
        self._compare(str(answer.get("now", "")))
        first = not self.log.key
        self.log.learn_key(str(answer.get("log_key", "")))
        if first:
            journal.note(
                "log_key_trusted_at_first_contact",
                key=self.log.key,
                why="nobody pinned the log's key: compare it with the one published elsewhere and write it to log-key",
            )

    def report(self) -> dict[str, str]:
        """Return what the agent says of itself: version, where its key is, its clock, how it came to the log's key."""
        return {
            "version": VERSION,
            "key": self.home.key_kind,
            "clock": self.now().isoformat(),
            "log_key": "pinned" if self.home.pinned_log else "first_contact",
        }

    def _compare(self, told: str) -> None:
        before = self.apart
        try:
            self.apart = self.now() - datetime.fromisoformat(told)
        except (ValueError, TypeError):
            return  # a platform that tells no time changes nothing: only the own clock decides
        if self._clocks_disagree() and abs(before) <= self.skew_limit:
            journal.note("clocks_disagree", seconds=round(self.apart.total_seconds(), 3))

    def _clocks_disagree(self) -> bool:
        return abs(self.apart) > self.skew_limit

    def round(self) -> int:
        """Carry out one round and return how many shares were released.

        :raises ServerAway: the platform does not answer; nothing is lost
        :raises LogBroken: the log was rewritten; nothing is released any more
        :raises custodian.token_keys.PinRefused: at the first bid; the token is not asked again
        :raises custodian.token_keys.TokenFailed: the token failed for a bid; every other one was attended to
        """
        work = self.server.work()
        self.follow_to(str(work.get("checkpoint", "")))
        crls, released = work.get("crls", []), 0
        failed: TokenFailed | None = None
        for lot, row in _wanted(work):
            try:
                released += self._attend(lot, row, crls)
            except PinRefused:
                raise
            except TokenFailed as error:  # maybe at this bid's share only: it holds no other bid back
                failed = failed or error
        if failed is not None:
            raise failed
        return released

    def follow_to(self, checkpoint: str) -> None:
        """Follow the feed until it reaches a signed head. :raises LogBroken: it does not, or was rewritten"""
        self._follow()
        if not self.log.confirm(checkpoint):
            self._follow()
            if not self.log.confirm(checkpoint):
                raise LogBroken("the feed ends before the signed head")

    def _follow(self) -> None:
        while rows := self.server.feed(len(self.log.leaves) - 1):
            try:
                self.log.follow(rows)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise ServerAway(f"the feed is malformed: {type(error).__name__}") from error
            if len(rows) < PAGE:
                return

    def _attend(self, lot: dict[str, Any], row: dict[str, Any], crls: list[str]) -> bool:
        digest = str(row.get("bid_digest", ""))
        try:
            judged = judge(self.home, self.log, lot, row, now=self.now(), skew=self.skew, crls=crls)
            reasons = judged.reasons + self._skew_reasons()
            if not reasons:
                return self._release(judged)
        except Refused as refused:
            reasons = refused.reasons
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            reasons = [Reason("statement", f"the platform's work list is malformed: {type(error).__name__}")]
        self._refuse(digest, reasons)
        return False

    def _skew_reasons(self) -> list[Reason]:
        if not self._clocks_disagree():
            return []
        apart, limit = round(self.apart.total_seconds()), round(self.skew_limit.total_seconds())
        words = f"the own clock and the platform's are {apart} seconds apart, more than {limit}: a person must look"
        return [Reason("skew", words)]

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
        text = "; ".join(f"{reason.check}: {reason.reason}" for reason in reasons)[:MOST_REASON]
        statement = sign_refusal(
            self.home.keys, digest, self.home.keys.kid, reason=text, ledger_head=self.log.head, at=now
        )
        self._told[digest, checks] = now  # after the token signed: one that is away keeps no refusal back for a minute
        journal.note("refused", bid=digest, reasons=text)
        try:
            self.server.refuse(statement)
        except ServerRefused as error:
            journal.note("not_taken", bid=digest, why=str(error)[:300])


def _wanted(work: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return each lot with each bid of a work list.

    :raises ServerAway: it is no work list
    """
    try:
        found = [(lot, row) for lot in work["lots"] for row in lot["bids"]]
    except (KeyError, TypeError) as error:
        raise ServerAway(f"the work list is malformed: {type(error).__name__}") from error
    if not all(isinstance(part, dict) for pair in found for part in pair):
        raise ServerAway("the work list is malformed: not objects")
    return found
