"""The words that the bidder's scripts say, by check or by state: handed to them as JSON data, so that they translate.

Checks are those of docs/sealed-bid-format.md 6 and what only a browser knows.
"""

from django.utils.translation import gettext as _


def checks() -> dict[str, str]:
    """Return what each failed check means to a person: name of the check → words."""
    return {
        "no_crypto": _(
            "此页面不在 HTTPS 或本机地址上，浏览器不提供加密功能，不能在此封装。请改用 HTTPS 地址或离线客户端。"
        ),
        "no_storage": _("浏览器不提供本机私有存储，不能在此封装。请换用新版浏览器或离线客户端。"),
        "no_database": _("浏览器的本机数据库被禁用，无法保存草稿与密钥。"),
        "no_key": _("这台机器上没有贵单位已确认的密钥。"),
        "passphrase": _("口令打不开这个密钥文件。"),
        "key": _("密钥文件不完整，或其证书不能用于本次投标。"),
        "other_key": _("这不是刚才保存的密钥文件。"),
        "parameters": _("招标参数没有招标人（代理机构）的有效签名，或与签名内容不一致。"),
        "recipients": _("密钥托管方的公钥不可信：证书、签名或所属单位不符。"),
        "policy": _("开启方式不是规定的四种之一，或与签名的招标参数不一致。"),
        "tender": _("下载的招标参数不完整。"),
        "suite": _("本标段使用国密套件，请用离线客户端封装。"),
        "request": _("这不是离线客户端写出的申请文件。"),
        "magic": _("这不是密封的投标文件（.bid）。"),
        "file_length": _("文件不完整，或在封装之后被改动过。"),
        "header_fields": _("文件头不规范。"),
        "share_binding": _("这份密钥份额属于另一份投标文件。"),
        "path": _("证书不是由本平台固定的根证书签发的。"),
        "validity": _("证书在投标截止时不在有效期内。"),
        "signer": _("证书不属于本投标单位。"),
        "manifest": _("投标函的报价、工期或人员填写不规范。"),
        "archive": _("文件名或文件大小不合要求。"),
        "file_size": _("单个文件超过 512 MB，浏览器一次装不下。请拆分文件，或改用离线客户端封装。"),
        "memory_full": _("浏览器内存不足，放不下最大的一个文件。请关闭其他页面后重试，或改用离线客户端封装。"),
        "draft_file": _("本机上找不到已放入的某个文件，或它刚被改动。请回到编制页重新放入。"),
        "storage_full": _("本机存储空间不足，请腾出空间后继续。"),
        "recipient": _("这把密钥不是这份投标文件的收件人。"),
        "unwrap": _("这把密钥打不开这份投标文件的密钥份额。"),
        "share_commitment": _("解出的密钥份额与投标文件中的承诺不符。"),
        "http_401": _("登录已失效，请重新登录后继续；本机内容不受影响。"),
        "http_403": _("当前身份无权办理，请确认登录的单位。"),
        "http_404": _("服务器上找不到对应的记录。"),
        "receipt_other": _(
            "平台回执写的不是本机密封的这份文件。密封文件仍在本机：请保存密封文件和回执，立即联系交易中心和监督部门。"
        ),
        "network": _("连不上服务器。内容都在本机，恢复网络后可继续。"),
        "unexpected": _("出现意外情况，请重试；若仍如此，请保存密封文件并联系交易中心。"),
    }


def withdraw() -> dict[str, object]:
    """Return the words of the withdrawal page."""
    return {
        "checks": checks(),
        "refused": _("未能办理：{n} 项不符"),
        "kept": _("投标没有变化，仍然有效。"),
        "fix": _("去办理"),
    }


def keys() -> dict[str, object]:
    """Return the words of the key page."""
    return {
        "checks": checks(),
        "challenge_valid": _("质询五分钟内有效，只能用一次。"),
        "offline_certified": _("证书已签发，.pub 已交给浏览器下载，请在离线客户端中装入密钥文件。"),
        "making": _("正在本机生成两对密钥……"),
        "proving": _("正在证明持有私钥并申请证书……"),
        "protecting": _("正在用口令保护密钥文件……"),
        "short": _("口令至少 10 个字符。"),
        "differ": _("两次输入的口令不一致。"),
        "saved": _("密钥文件已交给浏览器下载。请选取刚保存的文件并输入口令，确认它可用。"),
        "confirmed": _("密钥文件已核对，可以用于封装和开标解密。"),
        "none": _("本机没有密钥"),
        "pending": _("已生成，尚未核对密钥文件"),
        "ready": _("已核对，可用"),
    }


def prepare() -> dict[str, object]:
    """Return the words of the preparation page."""
    return {
        "checks": checks(),
        "add": _("添加"),
        "replace": _("更换"),
        "remove": _("移除"),
        "view": _("查看"),
        "required": _("必须提供"),
        "optional": _("非必须"),
        "missing": _("缺少「{title}」"),
        "price_missing": _("尚未填写有效的投标报价（元，最多两位小数，大于零）"),
        "price_high": _("报价高于最高投标限价，按招标文件将被否决"),
        "capitals_differ": _("报价大写与小写不一致，应为：{capitals}"),
        "duration_missing": _("尚未填写工期"),
        "duration_long": _("工期超过招标文件要求的 {days} 日历天"),
        "person_missing": _("尚未填写项目负责人"),
        "amendment": _("招标文件有第 {amendment} 次修改，尚未确认已据此编制"),
        "empty_file": _("「{name}」是空文件"),
        "large_file": _("「{name}」超过 512 MB，请拆分，或改用离线客户端封装"),
        "too_large": _("全部文件合计超过 4 GB"),
        "not_ready": _("还不能封装：{n} 项未就绪"),
        "kept": _("已填内容均已保存在本机，{time}。"),
        "ready": _("全部就绪，可以封装并递交。"),
        "below": _("低于限价 {percent} %"),
        "count": _("{n} 个文件 · {size}"),
        "saving": _("正在存入本机：{name}"),
        "fix": _("去修改"),
    }


def seal() -> dict[str, object]:
    """Return the words of the sealing page."""
    return {
        "checks": checks(),
        "verifying": _("正在核对招标参数、密钥托管方与根证书"),
        "hash": _("正在计算文件校验值"),
        "encrypt": _("正在本机加密"),
        "sealed": _("已封装，可以上传"),
        "sending": _("正在上传密文"),
        "waiting": _("网络不通，稍后自动重试"),
        "busy": _("服务器暂时不能接收，稍后自动重试；已收到的内容都还在"),
        "completing": _("服务器正在核对签名并写入存证链"),
        "paused": _("已暂停"),
        "done": _("已收到回执"),
        "save_receipt": _("保存回执"),
        "idle": _("尚未封装"),
        "pause": _("暂停"),
        "resume": _("继续"),
        "chunks": _("第 {done} / {total} 块"),
        "rate": _("{done} / {total} · {speed}/s · 约剩 {left}"),
        "refused": _("未能办理：{n} 项不符"),
        "kept": _("本机的草稿与密封文件都还在，处理后可继续；截止前未传完视为撤回。"),
        "discard": _("确认放弃这份密封文件？服务器上已有的投标不受影响。"),
        "stale": _("密封文件绑定的招标文件或截止时间已变，请重新封装。"),
        "other_lot": _("这份文件是为另一个标段封装的。"),
        "other_bidder": _("这份文件绑定的投标人不是贵单位。"),
        "other_document": _("这份文件是按另一版招标文件封装的，请按现行版本重新封装。"),
        "other_deadline": _("这份文件绑定的截止时间已变，请重新封装。"),
        "offline_kept": _("文件在您的电脑上没有变化，处理后可再次选取；截止前未传完视为撤回。"),
    }
