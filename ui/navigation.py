"""Which pages each role finds in the masthead. A table; an address that no portal serves is left out."""

from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from identity.roles import Role

Entry = tuple[Any, str]  # words, name of the address

PUBLIC: tuple[Entry, ...] = (
    (_("首页"), "public:home"),
    (_("招标项目"), "public:lots"),
    (_("公告"), "public:notices"),
    (_("开标大厅"), "hall:index"),
    (_("存证核验"), "public:evidence"),
)
OPEN: tuple[Entry, ...] = (
    (_("全部项目"), "public:lots"),
    (_("开标大厅"), "hall:index"),
    (_("存证核验"), "public:evidence"),
)
PURCHASER: tuple[Entry, ...] = (
    (_("工作台"), "purchaser:desk"),
    (_("新建项目"), "purchaser:project_new"),
    *OPEN,
)
BIDDER: tuple[Entry, ...] = (
    (_("我的投标"), "bidder:desk"),
    (_("证书与密钥"), "bidder:keys"),
    (_("找项目"), "public:lots"),
    (_("开标大厅"), "hall:index"),
    (_("存证核验"), "public:evidence"),
)
CENTRE: tuple[Entry, ...] = (
    (_("工作台"), "centre:desk"),
    (_("标段"), "centre:lots"),
    (_("开标大厅"), "hall:index"),
    (_("专家库"), "centre:experts"),
    (_("人员"), "centre:people"),
    (_("单位"), "centre:organisations"),
    (_("托管方"), "centre:custodians"),
    (_("统计"), "centre:statistics"),
    (_("演练"), "rehearsals"),
)
REGULATOR: tuple[Entry, ...] = (
    (_("监督工作台"), "regulator:desk"),
    (_("标段"), "regulator:lots"),
    (_("开标大厅"), "hall:index"),
    (_("统计"), "regulator:dashboard"),
    (_("存证核查"), "regulator:evidence"),
)
ADMINISTRATOR: tuple[Entry, ...] = (
    (_("首页"), "public:home"),
    (_("人员"), "centre:people"),
    (_("单位"), "centre:organisations"),
    (_("托管方"), "centre:custodians"),
    (_("存证核验"), "public:evidence"),
)

ENTRIES: dict[Role, tuple[Entry, ...]] = {
    Role.PUBLIC: PUBLIC,
    # its representative may sit on a committee (BL-37)
    Role.PURCHASER: (*PURCHASER[:2], (_("评标任务"), "expert:desk"), *OPEN),
    Role.AGENCY: PURCHASER,
    Role.BIDDER: BIDDER,
    Role.EXPERT: ((_("评标任务"), "expert:desk"), *OPEN),
    Role.CENTRE: CENTRE,
    Role.REGULATOR: REGULATOR,
    Role.ADMINISTRATOR: ADMINISTRATOR,
}
DESKS: dict[Role, str] = {role: entries[0][1] for role, entries in ENTRIES.items()}


@dataclass(frozen=True)
class Item:
    """One link of the masthead."""

    words: Any
    href: str
    current: bool


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def reachable(*names: str) -> str:
    """Return the first of these named addresses that some portal serves.

    :raises LookupError: none does
    """
    for name in names:
        if name and _address(name):
            return _address(name)
    raise LookupError(names)


def items(role: Role, path: str) -> list[Item]:
    """Return the masthead of a role; the entry whose address is the longest beginning of `path` is current."""
    known = [(words, _address(name)) for words, name in ENTRIES.get(role, PUBLIC)]
    known = [(words, href) for words, href in known if href]
    current = max((href for _words, href in known if _within(path, href)), key=len, default="")
    return [Item(words, href, href == current) for words, href in known]


def _within(path: str, href: str) -> bool:
    return path == href or (href != "/" and path.startswith(href))
