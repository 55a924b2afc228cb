"""Words of the centre's pages for codes that the domain keeps. Tables."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lawbook import procedures

SPECIALTIES: dict[str, str] = {
    "construction_technology": gettext_noop("建筑施工技术"),
    "construction_cost": gettext_noop("工程造价"),
}
PHASES: dict[str, str] = {
    "gathering": gettext_noop("专家到位与承诺"),
    "preliminary": gettext_noop("初步评审"),
    "detailed": gettext_noop("详细评审"),
    "summary": gettext_noop("汇总与报告"),
    "signed": gettext_noop("报告已签署"),
}
MEMBER_STATES: dict[str, str] = {
    "drawn": gettext_noop("待承诺"),
    "seated": gettext_noop("已承诺"),
    "recused": gettext_noop("回避"),
    "refused": gettext_noop("不能到场"),
    "replaced": gettext_noop("已更换"),
}
MEMBER_KINDS: dict[str, str] = {
    "expert": gettext_noop("专家"),
    "purchaser_representative": gettext_noop("招标人代表"),
}
DOCUMENT_KINDS: dict[str, str] = {
    "tender_document": gettext_noop("招标文件"),
    "bill_of_quantities": gettext_noop("工程量清单"),
    "attachment": gettext_noop("附件、图纸"),
    "clarification": gettext_noop("澄清文件"),
}


def specialty(code: str) -> str:
    """Return what a specialty is called; an unknown code as it is."""
    return _(SPECIALTIES[code]) if code in SPECIALTIES else code


def specialties() -> list[tuple[str, str]]:
    """Return the specialties that procedures draw from, as choices."""
    codes = dict.fromkeys(code for found in procedures().values() for code in found.committee.specialties)
    return [(code, specialty(code)) for code in codes]
