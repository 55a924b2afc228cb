"""Why a timestamp was not given, or does not hold."""

from lawbook.reasons import Reason, Refused
from lawbook.words import gettext_noop as _

MESSAGES: dict[str, str] = {
    "unreachable": _("时间戳服务无法连接：{detail}"),
    "timeout": _("时间戳服务在{seconds}秒内没有答复。"),
    "http_status": _("时间戳服务答复HTTP {status}，没有签发时间戳。"),
    "content_type": _("时间戳服务答复的类型是{found}，不是application/timestamp-reply。"),
    "too_large": _("时间戳服务的答复超过{limit}字节，未予读取。"),
    "not_granted": _("时间戳服务拒绝签发：状态{status}。"),
    "malformed": _("时间戳不是可读的RFC 3161格式：{detail}"),
    "algorithm": _("时间戳没有使用SHA-256。"),
    "imprint": _("时间戳盖在另外的内容上：摘要不一致。"),
    "nonce": _("时间戳的随机数与请求不一致，可能是旧的答复。"),
    "purpose": _("签发时间戳的证书不是专用于时间戳的证书。"),
    "signature": _("时间戳的签名不成立。"),
    "chain": _("时间戳的证书不能由所信任的根证书证明：{detail}"),
    "no_roots": _("没有给出可信的根证书，无法验证时间戳。"),
}


class StampFailed(Refused):
    """No timestamp was obtained: the authority is away, refused, or answered something else."""


class TimestampInvalid(Refused):
    """A token does not hold; the reason's code names the failed condition."""


def reason(code: str, **values: object) -> Reason:
    """Return the reason of a code of `MESSAGES`."""
    return Reason(code, MESSAGES[code], values={name: str(value) for name, value in values.items()})
