"""The six steps of a tender's workspace, each with what is done, for one bidder and one lot. Reads only."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from identity.actor import Actor
from tendering import bid_queries, queries
from tendering.models import Bid, BidState, Download, Lot
from ui.figures import iso

STATE_WORDS = {
    BidState.RECEIVED: gettext_noop("有效"),
    BidState.REPLACED: gettext_noop("已被替换"),
    BidState.WITHDRAWN: gettext_noop("已撤回"),
    BidState.SUPERSEDED: gettext_noop("因招标文件修改失效"),
    BidState.RETURNED: gettext_noop("退回，未开启"),
    BidState.OPENED: gettext_noop("已开启"),
    BidState.REVOKED: gettext_noop("视为撤销"),
    BidState.WITHDRAWN_NO_BLAME: gettext_noop("视为撤回"),
}
ENDED = frozenset({"candidates_published", "awarding", "result_published", "awarded", "contracted", "archived"})
OPENING = frozenset({"closed", "opening", "opened", "evaluating", "evaluated"})


@dataclass(frozen=True)
class Step:
    """One step: where it is, what it is called, what to say under it; `state` is done, now or empty."""

    name: str
    words: str
    note: str
    state: str
    href: str


@dataclass(frozen=True)
class Workspace:
    """What every page of the workspace shows of the bidder's standing in a lot."""

    lot: Lot
    bids: list[Bid]
    in_force: Bid | None
    superseded: bool
    fetched: bool

    @property
    def stage_open(self) -> bool:
        """Whether bids are still taken, as far as the stage tells; the clock decides at the server."""
        return self.lot.stage == "announced" and self.lot.suspended_at is None


def workspace(lot: Lot, actor: Actor) -> Workspace:
    """Return the bidder's standing: its bids, newest first, and whether an amendment ended the last one."""
    bids = list(bid_queries.own_bids(lot, actor))
    in_force = next((bid for bid in bids if bid.state in (BidState.RECEIVED, BidState.OPENED)), None)
    superseded = in_force is None and any(bid.state == BidState.SUPERSEDED for bid in bids)
    fetched = Download.objects.filter(document__lot=lot, organisation_id=actor.organisation_id or 0).exists()
    return Workspace(lot, bids, in_force, superseded, fetched)


def steps(work: Workspace, actor: Actor, current: str) -> list[Step]:
    """Return the steps with `current` marked."""
    done = {
        "documents": work.fetched,
        "questions": bool(queries.questions(work.lot, actor)),
        "prepare": bool(work.bids),
        "seal": work.in_force is not None,
        "receipt": bool(work.bids),
        "opening": work.lot.opened_at is not None,
        "result": work.lot.stage in ENDED,
    }
    return [
        Step(name, words, note, _state(name, current, done), reverse(f"bidder:{name}", args=[work.lot.code]))
        for name, words, note in _rows(work)
    ]


def _state(name: str, current: str, done: dict[str, bool]) -> str:
    if name == current:
        return "now"
    return "done" if done[name] else ""


def _rows(work: Workspace) -> Iterator[tuple[str, str, str]]:
    lot = work.lot
    yield "documents", _("一、招标文件"), _amended(lot.amendment)
    yield "questions", _("二、提问与澄清"), _("提问人保密")
    yield "prepare", _("三、准备"), _("内容只在本机")
    yield "seal", _("四、封装与递交"), _("在本机加密")
    yield "receipt", _("五、回执"), _("随时可取") if work.bids else ""
    yield "opening", _("六、开标"), iso(lot.deadline_at) if lot.deadline_at else ""
    yield "result", _("七、结果"), ""


def _amended(amendment: int) -> str:
    return _("第 {n} 次修改后").format(n=amendment) if amendment else _("首次发布")


def next_step(work: Workspace) -> str:
    """Return the name of the step that the bidder should see first."""
    if work.lot.stage in ENDED:
        return "result"
    if work.lot.stage in OPENING:
        return "opening"
    if work.in_force is not None:
        return "receipt"
    return "prepare" if work.fetched else "documents"


def page(lot: Lot, actor: Actor, current: str) -> dict[str, Any]:
    """Return the context that every page of the workspace needs."""
    work = workspace(lot, actor)
    return {"lot": lot, "work": work, "steps": steps(work, actor, current)}
