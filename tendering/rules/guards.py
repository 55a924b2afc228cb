"""The conditions of the moves: each looks at the facts and gives every reason that speaks against. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from tendering.rules.facts import Facts

MESSAGES: dict[str, str] = {
    "no_such_move": _("标段处于“{stage}”阶段，不能办理“{event}”。"),
    "wrong_role": _("“{event}”应由{roles}办理。"),
    "suspended": _("标段已被责令暂停，待行政监督部门恢复后再办理。"),
    "not_suspended": _("标段没有被暂停，无须恢复。"),
    "already_suspended": _("标段已经处于暂停状态。"),
    "reason_missing": _("请写明理由，理由将记入存证链。"),
    "details_incomplete": _("项目和标段信息不完整，请补齐后再办理。"),
    "scheme_invalid": _("评标办法未通过校验，请按提示修改后再发布。"),
    "document_missing": _("尚无定稿的招标文件，请先上传招标文件。"),
    "parameters_unsigned": _("招标参数尚未签名，请用单位证书对本次文件和截止时间签名。"),
    "periods_unchecked": _("各项法定期限尚未核对，请先设定时间。"),
    "deadline_missing": _("尚未设定投标截止时间，请先设定。"),
    "deadline_not_ahead": _("投标截止时间已过，请另设截止时间。"),
    "deadline_over": _("投标截止时间已到，不能再办理。"),
    "deadline_not_reached": _("投标截止时间未到，请等待。"),
    "deadline_frozen": _("对招标文件的异议尚未答复，或截止时间落在暂停期内：请答复并重新确定截止时间。"),
    "new_deadline_not_later": _("新的截止时间应晚于原截止时间和当前时间，请重新填写。"),
    "bid_count_unknown": _("尚未清点投标文件，请稍候再试。"),
    "too_few_bidders": _("截止时投标人少于{minimum}个，不得开标，应当重新招标。"),
    "enough_bidders": _("投标人已达到{minimum}个，应当按时开标。"),
    "window_open": _("解密时间未到，请等待窗口结束或全部解密完成。"),
    "bids_unresolved": _("还有投标文件未解密，也未认定撤销或撤回，请逐一处理。"),
    "bids_were_opened": _("已有投标文件成功解密，应当继续开标。"),
    "record_unconfirmed": _("开标记录尚未确认签名，请确认后再结束开标。"),
    "opening_objections_open": _("对开标的异议应当场答复，请先答复并记录。"),
    "committee_incomplete": _("评标委员会尚未组建完成或有成员未签到承诺，请补齐。"),
    "nothing_to_evaluate": _("没有成功开启的投标文件，无法评标。"),
    "sheets_missing": _("还有评委未提交评审表，请催办。"),
    "outliers_unexplained": _("有异常评分尚未说明理由，请评委说明。"),
    "report_unsigned": _("评标报告尚未全部签名，请签名；有不同意见的应书面说明。"),
    "no_candidates": _("评标报告没有推荐中标候选人，不能公示。"),
    "not_all_rejected": _("评标委员会没有否决全部投标。"),
    "publicity_running": _("中标候选人公示期未满，请等待公示结束。"),
    "objections_open": _("还有异议未答复，答复前应当暂停，请先答复。"),
    "first_candidate_stands": _("排名第一的候选人没有放弃、不能履约或被查实违法的记录，不得重新招标。"),
    "winner_undetermined": _("尚未确定中标人，请先确定；不是第一名的应写明理由。"),
    "award_unsigned": _("中标通知书尚未签发，请签名后发出。"),
    "contract_missing": _("尚未登记书面合同，请上传后办理。"),
    "report_missing": _("尚未登记招标投标情况书面报告，请提交后归档。"),
}


def reason(code: str, law: str = "", **values: str) -> Reason:
    """Return the catalogued reason `code`, its places filled with `values`."""
    return Reason(code, MESSAGES[code], law, values)


@dataclass(frozen=True)
class Guard:
    """A condition of a move. `objections` gives every reason against, none when it holds."""

    name: str
    objections: Callable[[Facts], tuple[Reason, ...]]


Check = tuple[str, str, Callable[[Facts], bool]]  # reason code, law key, condition that must hold


def _guard(name: str, *checks: Check) -> Guard:
    """Make a guard of checks that build on one another; the first that fails speaks."""

    def objections(facts: Facts) -> tuple[Reason, ...]:
        for code, law, holds in checks:
            if not holds(facts):
                return (reason(code, law, minimum=str(facts.minimum_bidders)),)
        return ()

    return Guard(name, objections)


def _period_objections(facts: Facts) -> tuple[Reason, ...]:
    if facts.period_reasons is None:
        return (reason("periods_unchecked", "BL-24"),)
    return facts.period_reasons


def _reached(at: datetime | None, now: datetime) -> bool:
    """At the instant itself it is reached: at the deadline second a bid is late (BL-28)."""
    return at is not None and at <= now


def _ahead(at: datetime | None, now: datetime) -> bool:
    return at is not None and now < at


def _new_deadline_later(facts: Facts) -> bool:
    old, new = facts.deadline_at, facts.new_deadline_at
    return old is not None and new is not None and new > max(old, facts.now)


NOT_SUSPENDED = _guard("not_suspended", ("suspended", "BR-62", lambda f: not f.suspended))
SUSPENDED = _guard("suspended", ("not_suspended", "BR-62", lambda f: f.suspended))
NOT_YET_SUSPENDED = _guard("not_yet_suspended", ("already_suspended", "BR-62", lambda f: not f.suspended))
REASON_GIVEN = _guard("reason_given", ("reason_missing", "EB-49", lambda f: f.reason_given))

DETAILS_COMPLETE = _guard("details_complete", ("details_incomplete", "BL-9", lambda f: f.details_complete))
SCHEME_VALID = _guard("scheme_valid", ("scheme_invalid", "BL-19", lambda f: f.scheme_valid))
DOCUMENT_PUBLISHED = _guard("document_published", ("document_missing", "BL-19", lambda f: f.document_published))
PARAMETERS_SIGNED = _guard("parameters_signed", ("parameters_unsigned", "EB-40", lambda f: f.parameters_signed))
PERIODS_LAWFUL = Guard("periods_lawful", _period_objections)

_DEADLINE_SET: Check = ("deadline_missing", "BL-24", lambda f: f.deadline_at is not None)
DEADLINE_AHEAD = _guard(
    "deadline_ahead", _DEADLINE_SET, ("deadline_not_ahead", "BL-24", lambda f: _ahead(f.deadline_at, f.now))
)
BEFORE_DEADLINE = _guard(
    "before_deadline", _DEADLINE_SET, ("deadline_over", "BL-28", lambda f: _ahead(f.deadline_at, f.now))
)
BEFORE_DEADLINE_OR_FROZEN = _guard(
    "before_deadline_or_frozen",
    _DEADLINE_SET,
    ("deadline_over", "BL-28", lambda f: f.deadline_frozen or _ahead(f.deadline_at, f.now)),
)
DEADLINE_PASSED = _guard(
    "deadline_passed", _DEADLINE_SET, ("deadline_not_reached", "BL-34", lambda f: _reached(f.deadline_at, f.now))
)
DEADLINE_NOT_FROZEN = _guard("deadline_not_frozen", ("deadline_frozen", "BR-22", lambda f: not f.deadline_frozen))
NEW_DEADLINE_LATER = _guard(
    "new_deadline_later",
    _DEADLINE_SET,
    (
        "new_deadline_not_later",
        "BR-21",
        _new_deadline_later,
    ),
)
_BIDS_COUNTED: Check = ("bid_count_unknown", "BL-28", lambda f: f.sealed_bid_count is not None)
ENOUGH_BIDDERS = _guard(
    "enough_bidders",
    _BIDS_COUNTED,
    ("too_few_bidders", "BR-44", lambda f: (f.sealed_bid_count or 0) >= f.minimum_bidders),
)
# BL-28: fewer than three bidders, tender again; the bids stay sealed and are returned.
TOO_FEW_BIDDERS = _guard(
    "too_few_bidders",
    _BIDS_COUNTED,
    ("enough_bidders", "BL-28", lambda f: (f.sealed_bid_count or 0) < f.minimum_bidders),
)

WINDOW_OVER = _guard(
    "window_over",
    ("window_open", "EB-30", lambda f: _reached(f.window_ends_at, f.now)),
)
ALL_BIDS_RESOLVED = _guard("all_bids_resolved", ("bids_unresolved", "EB-31", lambda f: f.all_bids_resolved))
NO_BID_OPENED = _guard("no_bid_opened", ("bids_were_opened", "EB-31", lambda f: f.opened_bid_count == 0))
RECORD_CONFIRMED = _guard("record_confirmed", ("record_unconfirmed", "EB-32", lambda f: f.record_confirmed))
OPENING_OBJECTIONS_ANSWERED = _guard(
    "opening_objections_answered", ("opening_objections_open", "BR-44", lambda f: f.opening_objections_answered)
)

COMMITTEE_COMPLETE = _guard("committee_complete", ("committee_incomplete", "BL-37", lambda f: f.committee_complete))
SOMETHING_OPENED = _guard("something_opened", ("nothing_to_evaluate", "EB-30", lambda f: (f.opened_bid_count or 0) > 0))
SHEETS_SUBMITTED = _guard("sheets_submitted", ("sheets_missing", "BR-49", lambda f: f.sheets_submitted))
OUTLIERS_EXPLAINED = _guard("outliers_explained", ("outliers_unexplained", "BR-49", lambda f: f.outliers_explained))
REPORT_SIGNED = _guard("report_signed", ("report_unsigned", "BR-53", lambda f: f.report_signed))
CANDIDATES_NAMED = _guard("candidates_named", ("no_candidates", "BR-53", lambda f: (f.candidate_count or 0) > 0))
ALL_BIDS_REJECTED = _guard("all_bids_rejected", ("not_all_rejected", "BL-42", lambda f: f.all_bids_rejected))

PUBLICITY_OVER = _guard(
    "publicity_over",
    ("publicity_running", "BR-54", lambda f: _reached(f.publicity_ends_at, f.now)),
)
OBJECTIONS_ANSWERED = _guard("objections_answered", ("objections_open", "BR-54", lambda f: f.objections_answered))
FIRST_CANDIDATE_FALLEN = _guard(
    "first_candidate_fallen", ("first_candidate_stands", "BR-55", lambda f: f.first_candidate_fallen)
)
WINNER_DETERMINED = _guard("winner_determined", ("winner_undetermined", "BR-55", lambda f: f.winner_determined))
AWARD_NOTICE_SIGNED = _guard("award_notice_signed", ("award_unsigned", "BL-45", lambda f: f.award_notice_signed))
CONTRACT_FILED = _guard("contract_filed", ("contract_missing", "BL-46", lambda f: f.contract_filed))
REPORT_FILED = _guard("report_filed", ("report_missing", "BL-47", lambda f: f.report_filed))
