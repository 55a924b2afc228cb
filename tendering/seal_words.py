"""What the checks of the sealed bid mean to a person: check → Chinese words and article. Pure.

The names are those of docs/sealed-bid-format.md 6; the English detail stays in logs and command lines.
"""

from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from sealing.header import Header, parse_header
from sealing.trailer import Trailer, parse_trailer
from suites import Refused as SealRefused
from tendering.refusals import ActRefused
from tendering.rules.collection import STORE_CHECKS

_FORM = _("这不是完整、规范的加密投标文件（{check}）。")
WORDS: dict[str, tuple[str, str]] = {
    "policy": (_("文件中的开启方式不是规定的四种之一。"), "EB-26"),
    "trailer_size": (_("文件尾不完整。"), "EB-26"),
    "trailer_canonical": (_("文件尾不规范。"), "EB-26"),
    "trailer_fields": (_("文件尾不规范。"), "EB-26"),
    "count": (_("分块数与文件头不符。"), "EB-26"),
    "root": (_("收到的分块与文件尾的校验值不符，文件被截断或改动过。"), "EB-26"),
    "certificates": (_("签名证书不能识别。"), "EB-26"),
    "signature": (_("投标人的电子签名验证不通过。"), "EB-26"),
    "path": (_("签名证书不是由受信任的机构签发的。"), "EB-26"),
    "validity": (_("签名证书在投标截止时不在有效期内。"), "EB-26"),
    "signer": (_("签名证书不属于该投标人。"), "EB-26"),
    "revoked": (_("签名证书已被吊销。"), "EB-26"),
    "crl": (_("缺少签发机构的证书吊销列表，请联系交易中心。"), "EB-26"),
    "share_binding": (_("交来的密钥份额不属于这份投标文件。"), "EB-31"),
    "share_commitment": (_("交来的密钥份额不正确，未被接受。"), "EB-31"),
    "chunk_number": (_("没有这个编号的分块。"), ""),
    "chunk_length": (_("分块长度不对。"), ""),
    "chunk_differs": (_("这个编号已经收到过另一分块，请重新开始上传。"), ""),
    "leaf": (_("分块在传输中损坏，请重传。"), ""),
    "statement": (_("声明的签名或内容不正确。"), "EB-31"),
}

_STORED = _("平台保存的文件缺失或损坏")
_INSIDE = _("解密后的文件校验不通过")
_ENDS: dict[str, str] = {
    "threshold": _("没有收到足够的密钥份额"),
    "price": _("投标函没有可以唱出的报价"),
    "price_kind": _("投标函的报价类型与招标文件要求的不同"),
    **dict.fromkeys(STORE_CHECKS, _STORED),
}


def ended_because(check: str) -> str:
    """Return in Chinese why a bid could not be opened, from the check that failed; empty for none."""
    return _ENDS.get(check, _INSIDE) if check else ""


def reason_for(check: str) -> Reason:
    """Return the reason a person reads for one failed check; an unknown name tells that the form is wrong."""
    text, law = WORDS.get(check, (_FORM, "EB-26"))
    return Reason(check, text, law, {"check": check})


def in_words(refused: SealRefused) -> ActRefused:
    """Return the refusal of a sealed file as one that screens can show, every failed check once, in order."""
    return ActRefused([reason_for(check) for check in dict.fromkeys(refused.checks)])


def read_header(raw: bytes) -> Header:
    """Return a header from its bytes.

    :raises ActRefused: it is not a header, every failed check in words
    """
    try:
        return parse_header(raw)
    except SealRefused as refused:
        raise in_words(refused) from refused


def read_trailer(raw: bytes) -> Trailer:
    """Return a trailer from its bytes.

    :raises ActRefused: it is not a trailer, every failed check in words
    """
    try:
        return parse_trailer(raw)
    except SealRefused as refused:
        raise in_words(refused) from refused
