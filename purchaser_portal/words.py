"""The words that the signing script needs, in the reader's language."""

from django.utils.translation import gettext as _


def sign_words() -> dict[str, str]:
    """Return every word of `sign.mjs`."""
    return {
        "reading": _("正在取得待签参数……"),
        "signing": _("正在用本机密钥签名……"),
        "noKey": _("本机没有贵单位的签名密钥。请先到「证书与密钥」申请，或选择密钥文件。"),
        "badKey": _("密钥文件或口令不对。"),
        "failed": _("没有签成："),
        "insecure": _("本页不是通过 HTTPS 或本机打开的，浏览器不提供密码功能，不能签名。"),
        "network": _("网络中断，没有发出；已填内容都在。"),
        "offline": _("待签参数已交给浏览器下载。请用离线客户端签名，选取签名文件后再次发布。"),
        "badStatement": _("这不是离线客户端写出的签名文件。"),
    }
