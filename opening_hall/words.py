"""The words that the hall's script needs, in the reader's language, for a data block of the page."""

from typing import Any

from django.utils.translation import gettext as _

from opening_hall.state import STEPS


def step_names() -> list[str]:
    """Return the names of the opening's steps, in order."""
    names = _step_words()
    return [names[key] for key in STEPS]


def _step_words() -> dict[str, str]:
    return {
        "ceiling": _("公布限价"),
        "names": _("公布名单"),
        "sign_in": _("签到"),
        "decrypt": _("解密"),
        "check_ceiling": _("核验限价"),
        "read_out": _("唱标"),
        "confirm": _("确认报价"),
        "record": _("签署记录"),
    }


def hall_words() -> dict[str, Any]:
    """Return every word and sentence pattern of `hall.mjs`; `{name}` is filled in by the script."""
    return {
        "step": _step_words(),
        "finished": _("开标结束"),
        "stepOf": _("第 {n} 步，共 {of} 步："),
        "stage": _stage_words(),
        "lock": {"open": _("密钥已核对"), "turn": _("核对中"), "wait": _("等待"), "fail": _("未能开启")},
        "lockDetail": _lock_details(),
        "openedBy": {"bidder": _("投标人"), "custodians": _("托管方")},
        "bidderCount": _("{count} 家投标"),
        "keysLeft": _("还有 {count} 家的密钥未核对。窗口关闭或密钥到齐后，各家报价同时出现在这里。"),
        "keysAll": _("密钥已到齐，正在核对并开启。"),
        "days": _("{days} 天"),
        "overCeiling": _("超过限价"),
        "withinCeiling": _("未超限价"),
        "confirmed": _("已确认 {at}"),
        "unconfirmed": _("待确认"),
        "neverConfirmed": _("未当场确认"),
        "recorded": _("开标记录"),
        "custodian": _("托管方"),
        "coefficient": draw_words()["coefficient"],
        "windowEnds": _("{at} 关闭，以服务器时间为准"),
        "watching": _("当前 {count} 人在看"),
        "message": {"message": _("广播"), "objection": _("当场异议"), "answer": _("答复")},
        "log": _log_words(),
    }


def _stage_words() -> dict[str, str]:
    return {
        "announced": _("等待开标"),
        "closed": _("已截止"),
        "opening": _("正在解密"),
        "opened": _("已开标"),
        "evaluating": _("评标中"),
        "evaluated": _("评标结束"),
        "candidates_published": _("候选人公示"),
        "result_published": _("结果已公布"),
        "awarded": _("已发中标通知书"),
        "failed": _("流标"),
        "terminated": _("已终止"),
    }


def _lock_details() -> dict[str, str]:
    return {
        "bidder_key": _("投标人密钥 {at}"),
        "custodian_keys": _("托管方 {have} / {need}　{at}"),
        "some_shares": _("托管方份额 {have} / {need}"),
        "signed_in": _("已签到，等待本人解密"),
        "not_signed_in": _("未签到"),
        "damaged": _("密文校验不符，可补交本机留存的同一份文件"),
        "platform_fault": _("平台故障，暂未开启，正在重试；与投标人无关"),
        "revoked": _("撤销投标文件：未按要求解密"),
        "withdrawn_no_blame": _("视为撤回：非投标人原因未能解密"),
    }


def draw_words() -> dict[str, dict[str, str]]:
    """Return what the draws and the coefficients are called."""
    return {
        "matter": {"coefficients": _("评标系数"), "experts": _("评标专家"), "ties": _("同分排序")},
        "coefficient": {"float_ratio": _("下浮率"), "k1": "K1", "q": "Q"},
    }


def _log_words() -> dict[str, str]:
    return {
        "lot.closed": _("投标截止，截止集合已固定"),
        "opening.started": _("开标开始，公布投标人名单"),
        "draw.opened": _("抽签开放添加内容，存证根已固定"),
        "draw.contributed": _("为抽签添加第 {number} 行内容"),
        "draw.revealed": _("抽签完成，种子公开"),
        "opening.signed_in": _("{no} 号投标人签到"),
        "opening.rescue_asked": _("{no} 号投标人申请托管方补救"),
        "share.released": _("托管方交来 {no} 号标书的份额"),
        "share.released.bidder": _("{no} 号标书密钥到达并核对"),
        "opening.window_paused": _("主持人暂停解密窗口"),
        "opening.window_resumed": _("主持人恢复解密窗口"),
        "opening.window_extended": _("主持人延长解密窗口"),
        "opening.window_ended": _("解密窗口关闭"),
        "bid.opened": _("{no} 号标书开启"),
        "bid.revoked": _("{no} 号投标文件被撤销"),
        "bid.withdrawn_no_blame": _("{no} 号视为撤回"),
        "opening.finished": _("全部报价同时公布"),
        "price.confirmed": _("{no} 号确认报价"),
        "opening.objected": _("当场提出异议"),
        "opening.answered": _("异议已答复"),
        "opening.recorded": _("开标记录已签署"),
        "lot.failed": _("流标"),
    }


def seat_words() -> dict[str, Any]:
    """Return the words of `seat.mjs`."""
    return {
        "working": _("正在本机解开份额并核对……"),
        "done": _("份额已交付，与封装时的承诺一致。"),
        "noKey": _("本机没有贵单位的密钥，请选择封装时保存的密钥文件。"),
        "network": _("没有送到：网络中断。份额仍在本机，可再试一次。"),
        "checks": {
            "key": _("密钥文件或口令不对。"),
            "recipient": _("这把密钥不是封装本标书时用的那一把。"),
            "unwrap": _("用这把密钥解不开份额。"),
            "share_commitment": _("份额与封装时的承诺不符。"),
        },
    }
