"""The conductor: a whole tender from the first form to the award, everybody at once where users would be.

One bidder never comes to the opening: the custodians open its bid after the window.
"""

import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from lawbook.procedures import procedure
from rehearsal.bids.offer import Terms
from rehearsal.cast import Party
from rehearsal.foundation import Account
from rehearsal.play.bidder import Bidder
from rehearsal.play.buyer import Buyer, Plan
from rehearsal.play.committee import Committee
from rehearsal.play.host import Host
from rehearsal.play.stage import Stage, everybody
from rehearsal.play.visitor import Visitor
from rehearsal.players import Seat
from tendering.rules.calendars import SHANGHAI

LEAST_LEAD = 12.0  # seconds from announcement to deadline; the procedure asks for ten
MOST_IN_A_WINDOW = 15  # more bidders than this are given a minute more to release their shares
MOST_MORE_LEAD = 1.0  # seconds a bidder
MOST_READING = 15.0  # seconds that the experts wait for the machine; marks can be given without it
PATIENCE = 60.0  # seconds beyond the lawful time in which something must happen by itself


@dataclass(frozen=True)
class Roles:
    """Who plays."""

    agency: Seat
    purchaser: Party
    centre: Account
    experts: tuple[Account, ...]
    bidders: tuple[Seat, ...]


@dataclass(frozen=True)
class Wish:
    """What is played, and how far: `until` is a stage of a lot, `days` lie before a real deadline."""

    plan: Plan
    until: str = "awarded"
    days: int = 0


def no_pause() -> None:
    """Go on at once."""


@dataclass
class Play:
    """One tender being played; `drafted` is told the lot's code, `pause` may hold the play at points without haste."""

    stage: Stage
    roles: Roles
    wish: Wish
    drafted: Callable[[str], None]
    pause: Callable[[], None] = no_pause
    lot: str = ""
    buyer: Buyer = field(init=False)
    host: Host = field(init=False)
    committee: Committee = field(init=False)
    terms: Terms = field(init=False)
    bidders: list[Bidder] = field(default_factory=list)
    _open: ExitStack = field(default_factory=ExitStack)
    _folder: Path = Path()
    _patience: float = PATIENCE

    def run(self) -> str:
        """Play until the wished stage and return the lot's code."""
        with self._open, tempfile.TemporaryDirectory(prefix="gongheng-rehearsal-") as folder:
            self._folder = Path(folder)
            for reached, act in self._acts():
                act()
                if reached == self.wish.until:
                    break
        return self.lot

    def _acts(self) -> list[tuple[str, Callable[[], None]]]:
        """Return the acts in order, each with the stage it leads to."""
        start: list[tuple[str, Callable[[], None]]] = [
            ("draft", self._draft),
            ("submitted", self._submit),
            ("accepted", self._accept),
            ("announced", self._announce),
        ]
        if self.wish.until == "failed":
            return [*start, ("failed", self._fail)]
        return [
            *start,
            ("opened", self._open_bids),
            ("evaluating", self._begin_evaluation),
            ("evaluated", self._evaluate),
            ("candidates_published", self._publish),
            ("awarded", self._award),
        ]

    def _visitor(self, account: Account) -> Visitor:
        return self._open.enter_context(Visitor(self.stage.address, account))

    def _draft(self) -> None:
        self.pause()
        seat = self.roles.agency
        self.buyer = Buyer(self.stage, self._visitor(seat.account).sign_in(), seat.party, self.roles.purchaser)
        self.host = Host(self.stage, self._visitor(self.roles.centre).sign_in())
        now = self.stage.now(self.buyer.visitor)
        planned = now + (timedelta(days=self.wish.days) if self.wish.days else timedelta(minutes=2))
        plan = replace(self.wish.plan, planned_deadline_at=planned)
        self.lot = self.buyer.draft(plan)
        self.drafted(self.lot)
        self.terms = Terms(
            project_name=plan.project_name,
            lot_name=plan.lot_name,
            lot_code=self.lot,
            purchaser=self.roles.purchaser.name,
            ceiling_yuan=Decimal(plan.ceiling_yuan),
            duration_days=plan.duration_days,
            day=now.date(),
        )
        self.stage.tell(f"项目已登记，标段 {self.lot}")

    def _submit(self) -> None:
        self.buyer.attach_and_submit(self.lot, self.terms)
        self.stage.tell("招标文件已上传，标段已提交")

    def _accept(self) -> None:
        self.host.accept(self.lot)
        self.stage.tell("交易中心已受理")

    def _announce(self) -> None:
        if self.wish.days:
            self.buyer.announce(self.lot, lead=timedelta(days=self.wish.days))
            self.stage.tell("已签名并发布招标公告")
            return
        self.pause()
        # who took long to prepare takes long to seal and to upload
        lead = LEAST_LEAD + min(self._prepare_bids() / 2, MOST_MORE_LEAD * len(self.roles.bidders))
        self._patience = PATIENCE + lead
        deadline = self.buyer.announce(self.lot, lead=timedelta(seconds=lead))
        self.stage.tell(f"公告已发布，投标截止 {deadline.astimezone(SHANGHAI):%H:%M:%S}")
        everybody(lambda bidder: bidder.hand_in(self.lot, agency=self.roles.agency.party.uscc), self.bidders)
        self.stage.tell("投标文件已在各自机器上加密并上传，回执已核对")

    def _prepare_bids(self) -> float:
        """Let every bidder write its bid; return how many seconds that took."""
        began = time.perf_counter()
        self.bidders = [
            Bidder(self.stage, self._visitor(seat.account), seat.party, self._folder / seat.account.login)
            for seat in self.roles.bidders
        ]
        everybody(lambda bidder: bidder.prepare(self.terms), self.bidders)
        self.stage.tell(f"{len(self.bidders)} 家投标人备好投标文件")
        return time.perf_counter() - began

    def _fail(self) -> None:
        self.host.wait_until(self.lot, "failed", seconds=self._patience)
        self.stage.tell("投标人不足法定家数，流标")

    def _open_bids(self) -> None:
        self.host.wait_until(self.lot, "opening", seconds=self._patience)
        self.stage.tell("开标：投标人签到，交付密钥份额")
        if crowded := len(self.bidders) > MOST_IN_A_WINDOW:
            self.host.extend_window(self.lot, minutes=1, reason="投标人较多，延长解密时间")
        present = self.bidders[1:]  # the first one never comes
        everybody(lambda bidder: bidder.open(self.lot), present)
        if late := sum(not bidder.released for bidder in present):
            self.stage.tell(f"{late} 家未及在解密时间内交付，由托管方补开")
        if self.wish.until != "opened":
            self.host.draw(self.lot)
            self.committee = Committee(self.stage, [self._visitor(expert) for expert in self.roles.experts], self.lot)
            self.committee.gather()
            self.stage.tell("评标委员会已抽取")
        lawful = sum(self._lawful_seconds(name) for name in ("opening_window", "custodian_grace"))
        self.host.wait_until(self.lot, "opened", seconds=lawful + (2 if crowded else 1) * PATIENCE + len(self.bidders))
        self.stage.tell("全部投标文件已开启，唱标")
        everybody(lambda bidder: bidder.confirm(self.lot), present)

    def _lawful_seconds(self, name: str) -> int:
        return procedure(self.wish.plan.procedure).period(name, self.terms.day).seconds or 0

    def _begin_evaluation(self) -> None:
        self.committee.take_seats()
        self.stage.tell("成员已承诺，推举了负责人")
        self.host.confirm_record(self.lot, seconds=self._lawful_seconds("price_confirmation") + PATIENCE)
        self.stage.tell("开标记录已签署")
        self.pause()
        self.host.start_evaluation(self.lot)
        self.stage.tell("评标开始")
        if self.wish.until == "evaluating":
            self.committee.begin()

    def _evaluate(self) -> None:
        if not self.host.readings_done(self.lot, seconds=MOST_READING):
            self.stage.tell("机器尚未读完，专家先行评审")
        self.committee.review()
        self.stage.tell("评标完成，报告已签字")

    def _publish(self) -> None:
        self.buyer.publish_candidates(self.lot)
        self.stage.tell("中标候选人已公示")

    def _award(self) -> None:
        self.buyer.publish_result(self.lot, seconds=self._lawful_seconds("publicity") + PATIENCE)
        self.stage.tell("中标结果已公布")
        self.buyer.issue_award(self.lot)
        self.stage.tell("中标通知书已发出")
