"""The machine: bid, replace, withdraw, postpone, clock jumps, custodians lost, lying and hiding, close, release, open.

`true` time is what honest custodians and bidders go by. The platform's clock is the adversary's: it jumps forward and
back. One custodian (`CORRUPT`) gives its shares to whoever asks, whenever. What must hold: `tests.machine.invariants`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

import ledger
from custodian.agent import Agent
from identity.models import Custodian
from lawbook.reasons import Refused
from tendering import agenda
from tendering.models import Bid, Release
from tendering.operations.amend_lot import amend_lot
from tendering.operations.ask_rescue import ask_rescue
from tendering.operations.complete_bid import complete_bid
from tendering.operations.record_custodian_release import record_custodian_release
from tendering.operations.release_share import release_share
from tendering.operations.start_upload import start_upload
from tendering.operations.store_chunk import store_chunk
from tests.machine.invariants import CORRUPT, Invariants
from tests.machine.model import BIDDER, Expected, ending
from tests.machine.stage import NAMES, START, Platform

FEWEST = 3  # BL-28
SETTLED = {"opened", "failed"}
bidders = st.integers(0, 3)
names = st.sampled_from(NAMES)


class SealedBids(Invariants):
    """One lot from its announcement to its opening; its policy, `world`, `clocks`, `homes`, `seen` are the test's."""

    homes: Any  # makes a fresh folder
    seen: Counter[str]

    # the beginning and the end of a run

    @initialize(
        first=st.sampled_from([(0, 1, 2, 3), (0, 1, 2, 3), (0, 1, 2, 3), (0, 1)]),
        coming=st.sampled_from([{0, 1, 2, 3}, {0, 1, 2, 3}, {0, 1}, set()]),
        lost=st.sampled_from([(), (), NAMES[:1], NAMES[1:]]),
        returning=st.sampled_from([NAMES, NAMES, NAMES[:1], ()]),
        regrets=st.sampled_from([None, None, None, 0, 3]),
        begins=st.sampled_from(["bidding", "bidding", "deadline", "window", "clock forward"]),
    )
    def announce(
        self,
        first: tuple[int, ...],
        coming: set[int],
        lost: tuple[str, ...],
        returning: tuple[str, ...],
        regrets: int | None,
        begins: str,
    ) -> None:
        """Put everything back; bidders `first` bid at once, `regrets` takes its bid back, custodians `lost` are away.

        In the end `coming` and `returning` are there. Runs begin while bidding, where the opening or the custodians'
        part of it does, or with a platform whose clock was just set forward.
        """
        self.begun = True
        self.clocks.true, self.clocks.offset = START, timedelta(0)
        self.world.restore()
        self.deadline = self.world.lot().deadline_at
        self.bids: dict[str, Expected] = {}
        self.closing: list[dict[str, Any]] | None = None
        self.early: list[str] = []
        self.platform = Platform(self.homes())
        self.agents: dict[str, Agent] = {name: self._agent(name) for name in NAMES}
        self.lost = set(lost)
        self.coming, self.returning = coming, returning
        self._first_bids(first)
        if regrets is not None:
            self.withdraw(regrets, too_few=False)
        if begins == "clock forward":
            self.platform_clock_jumps(offset=7200, ticks=True)
            self.rounds()
        elif begins != "bidding":
            self.time_passes(to="deadline", ticks=True)
            self.rescue(min(coming, default=0))
            self.time_passes(to=begins, ticks=True)

    def _first_bids(self, first: tuple[int, ...]) -> None:
        """Handing in is the dearest step: what these bids leave behind is kept, and put back in the next run."""
        if first in self.world.begun:
            rows = self.world.begun[first].restored()
            self.bids = {row.kept.digest: replace(row, given=set()) for row in rows}
            return
        for bidder in first:
            self.bid(bidder)
        self.world.begin(first, [replace(row, given=set()) for row in self.bids.values()])

    def _agent(self, name: str) -> Agent:
        return self.world.agent(name, self.clocks, self.platform)

    def teardown(self) -> None:
        """The clocks come right and time goes on: the lot ends, and every bid ends as its shares say."""
        if not self.begun:
            return
        self.clocks.offset = max(self.clocks.offset, timedelta(0))
        for _ in range(8):
            lot = self.world.lot()
            if lot.stage in SETTLED:
                break
            due = lot.next_due_at or self.deadline
            self.clocks.true = max(self.clocks.true, self.deadline, due - self.clocks.offset)
            self.tick()
            for bidder in sorted(self.coming):
                self.release(bidder)
            for name in self.lost.intersection(self.returning):
                self.come_back(name)
            self.rounds()
            self.clocks.true += timedelta(seconds=25)
        assert self.world.lot().stage in SETTLED, "the lot must end"
        self.holds()
        self.seen[f"lot {self.world.lot().stage}"] += 1

    # bidders

    @rule(bidder=bidders)
    def bid(self, bidder: int) -> None:
        """Hand in a first bid, or one that replaces the bid in force (BL-29)."""
        sequence = 1 + sum(one.bidder == bidder for one in self.bids.values())
        kept = self.world.sealed(bidder, sequence)
        due = self._intake_open()
        try:
            self._hand_in(bidder, kept)
        except Refused:
            assert not due, "refused in time"
            return
        assert due, "taken in when late"
        for one in self._of(bidder, "received"):
            one.state = "replaced"
            self.seen["replaced"] += 1
        self.bids[kept.digest] = Expected(kept, bidder, sequence)

    def _hand_in(self, bidder: int, kept: Any) -> Bid:
        player, (header, chunks, trailer) = self._player(bidder), kept.parts
        upload = start_upload(lot_code=self._code, header=header, actor=player.actor)
        for number, chunk in enumerate(chunks):
            leaf = kept.file.leaf(chunk)
            store_chunk(upload_id=upload.public_id, number=number, chunk=chunk, leaf=leaf, actor=player.actor)
        bid = complete_bid(upload_id=upload.public_id, trailer=trailer, actor=player.actor)
        assert bid.receipt["statement"], "every bid taken in has its receipt"
        return bid

    @rule(bidder=bidders, too_few=st.sampled_from([False, False, False, True]))
    def withdraw(self, bidder: int, too_few: bool) -> None:
        """Take a bid back; mostly only where enough for an opening are left, or few runs would come to one."""
        standing = [one for one in self.bids.values() if one.state == "received"]
        if len(standing) <= FEWEST and not too_few:
            return
        for one in standing[bidder : bidder + 1] or standing[:1]:
            due = self._intake_open()
            player = self._player(one.bidder)
            try:
                self.world.tender.withdraws(player, one.kept.digest)
            except Refused:
                assert not due, "a withdrawal in time was refused"
            else:
                assert due, "withdrawn after the deadline"
                one.state = "withdrawn"
                self.seen["withdrawn"] += 1

    @rule(bidder=bidders)
    def release(self, bidder: int) -> None:
        """Hand over every share the bidder has, of old bids too: an honest bidder waits for its own clock."""
        for one in [each for each in self.bids.values() if each.bidder == bidder]:
            if self.clocks.true < self.deadline or self.policy == "custodians":
                continue
            share = one.kept.share_of(one.kept.file.keys)
            actor = self._player(bidder).actor
            try:
                release_share(
                    lot_code=self._code, bid_digest=one.kept.digest, index=share.index, share=share.share, actor=actor
                )
            except Refused:
                continue
            assert BIDDER in one.given or one.state == "received", f"a share of a bid that is {one.state} was taken"
            one.given.add(BIDDER)

    @rule(bidder=bidders)
    def rescue(self, bidder: int) -> None:
        for one in self._of(bidder, "received"):
            try:
                ask_rescue(lot_code=self._code, bid_digest=one.kept.digest, reason="", actor=self._player(bidder).actor)
            except Refused:
                continue
            assert self.policy == "bidder-or-custodians"
            self.seen["rescue asked"] += 1

    # the agency

    @rule(by=st.sampled_from([600, 4000]), again=st.sampled_from([True, True, False]))
    def postpone(self, by: int, again: bool) -> None:
        """Move the deadline on: every bid has to be sealed anew, and where `again`, every bidder does so at once."""
        later = self.deadline + timedelta(seconds=by)
        due = self._intake_open()
        actor = self.world.tender.cast.agency.actor
        try:
            amend_lot(lot_code=self._code, actor=actor, explanation="延期", **self.world.amendment(later))
        except Refused:
            assert not due, "a postponement in time was refused"
            return
        assert due, "postponed after the deadline"
        self.deadline = later
        for one in [each for each in self.bids.values() if each.state == "received"]:
            one.state = "superseded_by_amendment"
            self.seen["superseded"] += 1
            if again:
                self.bid(one.bidder)

    # time

    @rule(
        to=st.sampled_from(["a little", "a little", "just before", "just before", "deadline", "window", "grace"]),
        ticks=st.booleans(),
    )
    def time_passes(self, to: str, ticks: bool) -> None:
        latest = self.deadline
        wanted = {
            "a little": self.clocks.true + timedelta(seconds=5),
            "just before": latest - timedelta(seconds=1),
            "deadline": latest,
            "window": latest + timedelta(seconds=21),
            "grace": latest + timedelta(seconds=45),
        }
        self.clocks.true = max(self.clocks.true, wanted[to])
        if ticks:
            self.tick()

    @rule(offset=st.sampled_from([7200, 3600, 30, 0, 0, -30, -7200]), ticks=st.booleans())
    def platform_clock_jumps(self, offset: int, ticks: bool) -> None:
        """Somebody sets the server's clock, forward or back, whenever it pleases."""
        self.clocks.offset = timedelta(seconds=offset)
        if ticks:
            self.tick()

    @rule()
    def tick(self) -> None:
        """The platform's clock process does whatever is due by the platform's clock."""
        for _ in range(4):
            before = self.world.lot()
            held = before.stage == "opening"
            if before.pk not in agenda.due_lot_ids(self.clocks.platform()) or not agenda.carry_out(before.pk):
                return
            after = self.world.lot()
            if before.stage == "announced":
                self._closed(failed=after.stage == "failed")
            if held and after.stage in SETTLED:
                self._settled()

    def _closed(self, *, failed: bool) -> None:
        """The closing set is what the receipts say, no more and no less, on the instant."""
        if failed:
            assert sum(one.state == "received" for one in self.bids.values()) < 3
            for one in self.bids.values():
                one.state = "returned" if one.state == "received" else one.state
            return
        (entry,) = ledger.entries_of(self._code, kinds=["lot.closed"])
        self.closing = entry["body"]["payload"]["bids"]
        wanted = [{"bid_digest": name, "sequence": one.sequence, "state": one.state} for name, one in self.bids.items()]
        assert self.closing == sorted(wanted, key=lambda row: row["bid_digest"])
        if self.clocks.true < self.deadline:
            self.seen["closed early by a clock set forward"] += 1

    def _settled(self) -> None:
        for one in self.bids.values():
            if one.state == "received":
                one.state = ending(self.policy, one.given)
                self.seen[f"bid {one.state}"] += 1

    # custodians

    @rule(name=names)
    def lose(self, name: str) -> None:
        self.lost.add(name)

    @rule(name=names)
    def come_back(self, name: str) -> None:
        """A custodian's machine starts again: the agent goes on from what it remembers."""
        self.lost.discard(name)
        self.agents[name] = self._agent(name)

    @rule(name=names)
    def round(self, name: str) -> None:
        if name in self.lost:
            return
        before = self._right_shares(name)
        self.agents[name].round()
        for digest in self._right_shares(name) - before:
            self._handed_over(digest, name)

    @rule()
    def rounds(self) -> None:
        for name in NAMES:
            self.round(name)

    def _handed_over(self, digest: str, name: str) -> None:
        one = self.bids[digest]
        assert self.policy != "bidder", "no custodian acts under this policy"
        assert one.state == "received", f"a custodian released a bid that is {one.state}"
        assert self.clocks.true >= self.deadline, "an agent released before its own clock"
        one.given.add(name)

    @rule(bidder=bidders)
    def lie(self, bidder: int) -> None:
        """The corrupt custodian signs a wrong share: it is kept as evidence and never used."""
        for one in self._of(bidder, "received"):
            if self.policy == "bidder":
                continue
            custodian = Custodian.objects.get(name=CORRUPT)
            statement = self.world.lie(CORRUPT, one.kept, self.agents[CORRUPT])
            try:
                stored = record_custodian_release(statement=statement, custodian=custodian)
            except Refused:
                continue
            assert not stored.matches or CORRUPT in one.given
            self.seen["lie kept as evidence"] += not stored.matches

    @rule(hides=st.booleans())
    def platform_hides_amendments(self, hides: bool) -> None:
        self.platform.hides_amendments = hides

    # small questions

    def _player(self, bidder: int) -> Any:
        return self.world.tender.cast.bidders[bidder]

    def _of(self, bidder: int, state: str) -> list[Expected]:
        return [one for one in self.bids.values() if (one.bidder, one.state) == (bidder, state)]

    def _intake_open(self) -> bool:
        return self.clocks.platform() < self.deadline and self.world.lot().stage == "announced"

    def _right_shares(self, name: str) -> set[str]:
        kid = self.world.custodians[name].kid
        return set(Release.objects.filter(kid=kid, matches=True).values_list("bid__bid_digest", flat=True))
