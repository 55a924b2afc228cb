"""Refusals that every operation of tendering may raise, and the reasons they share. Pure."""

from lawbook.reasons import Reason, Refused
from lawbook.words import gettext_noop as _


class LostRace(Refused):
    """Another request or worker did it first: the compare-and-set changed nothing, nothing was written."""

    def __init__(self, what: str) -> None:
        super().__init__([Reason("lost_race", _("“{what}”刚刚已被处理，请刷新后再看。"), values={"what": what})])


class ActRefused(Refused):
    """The act is not lawful now, or what was given does not meet the rules; nothing was written."""


class NotFound(Refused):
    """There is no such thing, or the caller may not know of it."""

    def __init__(self, what: str) -> None:
        super().__init__([Reason("not_found", _("找不到“{what}”。"), values={"what": what})])


NO_ROOM = Reason(
    "storage_full", _("服务器存储空间不足，这次没有存入，此前存入的都还在。请联系交易中心，腾出空间后再试。")
)


class PlatformFull(Refused):
    """The platform's disk is full: what was given is not stored, what was stored before stands; again, it may pass."""

    def __init__(self) -> None:
        super().__init__([NO_ROOM])


NOT_YOURS = Reason("not_yours", _("只有本项目的招标人或其委托的代理机构可以办理。"), "BL-12")
NOT_ANNOUNCED = Reason("not_announced", _("本标段尚未发布招标公告。"), "BL-16")
SUSPENDED = Reason("suspended", _("本标段已被责令暂停，恢复之前不能办理。"), "BR-62")
COEFFICIENTS_FIRST = Reason("coefficients_first", _("评标办法的系数尚未抽取，抽取之后才能解密。"), "EB-29")
TEXT_MOST = 10_000  # characters
TEXT_LONG = Reason("text_long", _("内容不能超过 10000 个字。"))
TEXT_EMPTY = Reason("text_empty", _("内容不能为空。"))
REASON_EMPTY = Reason("reason_empty", _("必须写明理由。"))
DEADLINE_PASSED = Reason("deadline_passed", _("投标截止时间已过。"), "BL-28")
DEADLINE_BLANK = Reason("deadline_blank", _("尚未确定投标截止时间。"), "BL-24")


def refuse_if(reasons: list[Reason]) -> None:
    """Raise with every reason gathered, or return.

    :raises ActRefused: if there is any reason
    """
    if reasons:
        raise ActRefused(reasons)
