"""Names of the kinds of notices and documents, as the public reads them. A table."""

from django.utils.translation import gettext_noop

KINDS: dict[str, str] = {
    "tender": gettext_noop("招标公告"),
    "amendment": gettext_noop("澄清修改"),
    "failed": gettext_noop("流标公告"),
    "terminated": gettext_noop("终止公告"),
    "opening_record": gettext_noop("开标记录"),
    "candidates": gettext_noop("候选人公示"),
    "result": gettext_noop("中标结果"),
    "award": gettext_noop("中标通知"),
}
DOCUMENT_KINDS: dict[str, str] = {
    "tender_document": gettext_noop("招标文件"),
    "attachment": gettext_noop("附件"),
    "bill_of_quantities": gettext_noop("工程量清单"),
    "clarification": gettext_noop("澄清文件"),
    "drawings": gettext_noop("图纸"),
}
