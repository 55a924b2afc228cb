"""What the stages of a lot are called on screen, and where they sit on the ruler. Pure tables and reading; no query."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop


@dataclass(frozen=True)
class Look:
    """A stage's words and the badge it wears (`theme.css`, section 8)."""

    words: str
    tag: str


LOOKS: dict[str, Look] = {
    "draft": Look(gettext_noop("草稿"), "off"),
    "submitted": Look(gettext_noop("待受理"), ""),
    "returned": Look(gettext_noop("已退回"), "dash"),
    "accepted": Look(gettext_noop("已受理"), ""),
    "announced": Look(gettext_noop("公告中"), "now"),
    "closed": Look(gettext_noop("投标已截止"), "now"),
    "opening": Look(gettext_noop("开标中"), "now"),
    "opened": Look(gettext_noop("已开标"), "done"),
    "evaluating": Look(gettext_noop("评标中"), "now"),
    "evaluated": Look(gettext_noop("评标完成"), "done"),
    "candidates_published": Look(gettext_noop("候选人公示"), "now"),
    "awarding": Look(gettext_noop("定标中"), "now"),
    "result_published": Look(gettext_noop("结果公示"), "now"),
    "awarded": Look(gettext_noop("已发中标通知"), "done"),
    "contracted": Look(gettext_noop("已签合同"), "done"),
    "archived": Look(gettext_noop("已归档"), "off"),
    "failed": Look(gettext_noop("流标"), "red"),
    "terminated": Look(gettext_noop("终止"), "red"),
}
ENDED_BADLY = frozenset({"failed", "terminated"})
SUSPENDED = Look(gettext_noop("已暂停"), "dash")

# One row a tick of the ruler: words, stages at which the weight hangs there, the lot's column with its date.
TICKS: tuple[tuple[str, frozenset[str], str], ...] = (
    (gettext_noop("登记受理"), frozenset({"draft", "submitted", "returned", "accepted"}), ""),
    (gettext_noop("公告"), frozenset({"announced"}), "announced_at"),
    (gettext_noop("投标截止"), frozenset({"closed"}), "deadline_at"),
    (gettext_noop("开标"), frozenset({"opening", "opened"}), "opened_at"),
    (gettext_noop("评标"), frozenset({"evaluating", "evaluated"}), "evaluated_at"),
    (gettext_noop("候选人公示"), frozenset({"candidates_published", "awarding"}), "publicity_starts_at"),
    (gettext_noop("结果公示"), frozenset({"result_published"}), "result_published_at"),
    (gettext_noop("中标通知"), frozenset({"awarded"}), "awarded_at"),
    (gettext_noop("合同"), frozenset({"contracted", "archived"}), ""),
)
# What a stage waits for: the column with the date that ends it.
ENDS: dict[str, str] = {"announced": "deadline_at", "candidates_published": "publicity_ends_at"}


class Staged(Protocol):
    """A lot, as far as the ruler looks at it."""

    stage: str
    suspended_at: datetime | None
    announced_at: datetime | None
    deadline_at: datetime | None


@dataclass(frozen=True)
class Tick:
    """One tick of a ruler: `state` is done, now, stop or empty; `at` its date; `until` what the present waits for."""

    words: str
    state: str
    at: datetime | None = None
    until: datetime | None = None
    far: bool = False  # the weight hangs in the second half of the stage


def _reached(lot: Staged) -> int:
    """Return the index of the tick a lot stands at; a lot that ended badly stands where its dates end."""
    for index, (_words, stages, _column) in enumerate(TICKS):
        if lot.stage in stages:
            return index
    dated = [i for i, (_w, _s, column) in enumerate(TICKS) if column and getattr(lot, column, None)]
    return max(dated, default=0)


def _ended(lot: Staged) -> list[Tick]:
    """Return the ruler of a failed or terminated lot: what was reached, then the stop."""
    last = _reached(lot)
    done = [Tick(words, "done", getattr(lot, column, None) if column else None) for words, _s, column in TICKS[:last]]
    words, _stages, column = TICKS[last]
    ticks = [*done, Tick(words, "stop", getattr(lot, column, None) if column else None)]
    ticks.append(Tick(LOOKS[lot.stage].words, "stop"))
    if lot.stage == "failed":
        ticks.append(Tick(gettext_noop("重新招标"), ""))
    return ticks


def ruler(lot: Staged, *, now: datetime) -> list[Tick]:
    """Return the ticks of a lot's ruler, left to right; exactly one is `now` unless the lot ended."""
    if lot.stage in ENDED_BADLY:
        return _ended(lot)
    here = _reached(lot)
    ticks = []
    for index, (words, _stages, column) in enumerate(TICKS):
        at = getattr(lot, column, None) if column else None
        if index < here:
            ticks.append(Tick(words, "done", at))
        elif index == here:
            ticks.append(_present(lot, words, now))
        else:
            ticks.append(Tick(words, "", at if at and at > now else None))
    return ticks


def _present(lot: Staged, words: str, now: datetime) -> Tick:
    end = getattr(lot, ENDS.get(lot.stage, ""), None)
    start = lot.announced_at if lot.stage == "announced" else getattr(lot, "publicity_starts_at", None)
    far = bool(end and start and now - start > (end - start) / 2)
    return Tick(words, "stop" if lot.suspended_at else "now", None, end, far)


def look(lot: Staged) -> Look:
    """Return the words and badge of a lot's present: the suspension overlay hides the stage."""
    if lot.suspended_at:
        return SUSPENDED
    return LOOKS.get(lot.stage, Look(lot.stage, ""))


STAGE_CHOICES = [(stage, _(found.words)) for stage, found in LOOKS.items()]
