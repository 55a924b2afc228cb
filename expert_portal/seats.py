"""Who sits: the member behind a request, what the committee does now, and what this member does next. Reads only."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest

from evaluation import queries
from evaluation.models import Committee, Member, MemberState, Report, Sheet
from evaluation.operations.save_sheet import sheet_of
from lawbook.words import gettext_noop as _
from tendering.models import Lot
from ui.context import actor_of

REVIEWS = (queries.PRELIMINARY, queries.DETAILED)
PHASE_WORDS = {
    "gathering": _("待开始"),
    "preliminary": _("初步评审"),
    "detailed": _("详细评审"),
    "summary": _("汇总与报告"),
    "signed": _("已签署"),
}
KIND_WORDS = {"expert": _("评标专家"), "purchaser_representative": _("招标人代表")}


@dataclass(frozen=True)
class Seat:
    """The member who asks, with lot, committee and the sheet of the present phase (None before the first save)."""

    lot: Lot
    committee: Committee
    member: Member
    sheet: Sheet | None

    @property
    def phase(self) -> str:
        return str(self.committee.phase)

    @property
    def phase_words(self) -> str:
        return PHASE_WORDS.get(self.phase, self.phase)

    @property
    def pledged(self) -> bool:
        return self.member.state == MemberState.SEATED

    @property
    def reviewing(self) -> bool:
        """Whether a sheet is open to this member."""
        return self.lot.stage == "evaluating" and self.phase in REVIEWS

    @property
    def submitted(self) -> bool:
        return self.sheet is not None and self.sheet.submitted_at is not None

    @property
    def version(self) -> int:
        return self.sheet.version if self.sheet else 0


def seat_of(request: HttpRequest, lot: Lot) -> Seat:
    """Return the seat of who asks. :raises Http404: somebody the policy lets through who is no member"""
    member = queries.member_of(lot, actor_of(request).login)
    if member is None:
        raise Http404(lot.code)
    return as_seat(lot, member)


def as_seat(lot: Lot, member: Member) -> Seat:
    """Return the member's seat with the sheet of the present phase."""
    return Seat(lot, member.committee, member, sheet_of(member.committee, member))


def next_step(seat: Seat, report: Report | None) -> tuple[str, str]:
    """Return what the member does next, and the name of the page for it."""
    if seat.lot.suspended_at is not None:
        return _("已被责令暂停，等待恢复"), "expert:room"
    if not seat.pledged:
        return _("核对回避情形并承诺"), "expert:pledge"
    if seat.phase == "gathering":
        return _("推举负责人，等待开始评标"), "expert:room"
    if seat.reviewing:
        return (_("已提交，等待其他成员"), "expert:matrix") if seat.submitted else (_("继续评审"), "expert:room")
    if seat.phase == "signed" or seat.lot.stage not in ("opened", "evaluating"):
        return _("评标已完成"), "expert:summary"
    if report is None:
        words = _("起草评标报告") if seat.member.leader else _("说明差异，等待报告")
    else:
        signed = report.signatures.filter(member=seat.member).exists()
        words = _("等待其他成员签署") if signed else _("签署评标报告")
    return words, "expert:summary"
