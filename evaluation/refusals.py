"""Refusals that operations of evaluation share. Pure."""

from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _

NOT_MEMBER = Reason("not_member", _("只有本标段评标委员会成员可以办理。"), "BL-38")
NO_COMMITTEE = Reason("no_committee", _("评标委员会尚未抽取。"), "BL-37")
COMMITTEE_EXISTS = Reason("committee_exists", _("评标委员会已经抽取，不能重抽；缺员由系统按原顺序递补。"), "EP-13")
NOT_PLEDGED = Reason("not_pledged", _("请先确认没有应当回避的情形并作出承诺。"), "EC-12")
WRONG_PHASE = Reason("wrong_phase", _("评标目前不在这一环节。"), "EC-15")
SUBMITTED = Reason("sheet_submitted", _("评审表已提交，不能再改。"), "BL-40")
SIGNED = Reason("signed", _("您已经签署评标报告。"), "BR-53")
NOT_LEADER = Reason("not_leader", _("只有评标委员会负责人可以办理。"), "EC-9")
NO_LEADER = Reason("no_leader", _("尚未推举评标委员会负责人。"), "EC-9")
REPORT_EXISTS = Reason("report_exists", _("评标报告已经形成。"), "BR-53")
NO_REPORT = Reason("no_report", _("评标报告尚未形成。"), "BR-53")
STALE = Reason("stale_sheet", _("这份评审表已在另一处保存过更新的内容，请刷新后合并您的修改。"))
UNEXPLAINED = _("有 {count} 处评分与其他成员差异明显，请先写明理由。")
REASON_EMPTY = Reason("reason_empty", _("请写明理由。"))
SEATS_OPEN = Reason("seats_open", _("评标委员会尚未全部到位并作出承诺。"), "BL-37")
