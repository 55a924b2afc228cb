"""The grounds of recusal as the member reads them before the pledge, each with its law. Pure."""

from lawbook.words import gettext_noop as _

GROUNDS: tuple[tuple[str, str], ...] = (
    (_("投标人或者投标人主要负责人的近亲属"), "EC-12"),
    (_("项目主管部门或者行政监督部门的人员"), "EC-12"),
    (_("与投标人有经济利益关系，可能影响对投标公正评审"), "EC-12"),
    (_("现在或者近三年内曾在投标人处任职、担任顾问"), "EP-16"),
    (_("曾因在招标、评标以及其他与招标投标有关活动中从事违法行为而受过行政处罚或刑事处罚"), "EC-12"),
    (_("其他与投标人有利害关系、可能影响公正评审的情形"), "BL-37"),
)
