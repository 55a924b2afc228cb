"""The roles a person or a program acts in. Pure."""

from enum import StrEnum

from lawbook.words import gettext_noop


class Role(StrEnum):
    """A role. `public` needs no sign-in; `custodian`, `witness`, `clock` are programs, never memberships of people."""

    PUBLIC = "public"
    PURCHASER = "purchaser"
    AGENCY = "agency"
    BIDDER = "bidder"
    EXPERT = "expert"
    CENTRE = "centre"
    REGULATOR = "regulator"
    ADMINISTRATOR = "administrator"
    CUSTODIAN = "custodian"
    WITNESS = "witness"
    CLOCK = "clock"


MEMBER_ROLES = (
    Role.PURCHASER,
    Role.AGENCY,
    Role.BIDDER,
    Role.EXPERT,
    Role.CENTRE,
    Role.REGULATOR,
    Role.ADMINISTRATOR,
)

ROLE_NAMES: dict[Role, str] = {
    Role.PUBLIC: gettext_noop("社会公众"),
    Role.PURCHASER: gettext_noop("招标人"),
    Role.AGENCY: gettext_noop("招标代理"),
    Role.BIDDER: gettext_noop("投标人"),
    Role.EXPERT: gettext_noop("评标专家"),
    Role.CENTRE: gettext_noop("交易中心"),
    Role.REGULATOR: gettext_noop("行政监督部门"),
    Role.ADMINISTRATOR: gettext_noop("系统管理员"),
    Role.CUSTODIAN: gettext_noop("密钥托管方"),
    Role.WITNESS: gettext_noop("日志见证方"),
    Role.CLOCK: gettext_noop("系统时钟"),
}
