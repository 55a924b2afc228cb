"""Who takes part in demonstrations and rehearsals: invented organisations and people, one table. Pure.

Unified social credit codes are invented too; their check characters are computed (GB 32100), so that they pass.
"""

from dataclasses import dataclass

from stdnum.cn import uscc

from identity.roles import Role


def credit_code(serial: int) -> str:
    """Return an invented but valid unified social credit code for `serial` (0 to 99,999,999)."""
    body = f"91442000MA{serial:06d}X"[:17]
    return body + str(uscc.calc_check_digit(body))


@dataclass(frozen=True)
class Party:
    """An organisation of the cast; `custodian` is its short name as key custodian, empty if it is none."""

    serial: int
    name: str
    short_name: str
    role: Role
    custodian: str = ""
    operator: bool = False

    @property
    def uscc(self) -> str:
        return credit_code(self.serial)


@dataclass(frozen=True)
class Player:
    """A person of the cast: sign-in name, name, the party it acts for (by short name)."""

    login: str
    name: str
    party: str
    role: Role
    specialty: str = ""


PARTIES = (
    Party(100001, "示例市公共资源交易中心", "交易中心", Role.CENTRE, custodian="centre"),
    Party(100002, "示例市城市建设投资集团有限公司", "城建投", Role.PURCHASER, custodian="purchaser"),
    Party(100003, "示例市住房和城乡建设局", "住建局", Role.REGULATOR, custodian="regulator"),
    Party(100004, "示例招标代理有限公司", "示例代理", Role.AGENCY),
    Party(100005, "示例云服务有限公司", "运维方", Role.ADMINISTRATOR, operator=True),
    Party(100011, "示例建设有限公司", "示例建设", Role.BIDDER),
    Party(100012, "示例市政工程有限公司", "示例市政", Role.BIDDER),
    Party(100013, "示例建工集团有限公司", "示例建工", Role.BIDDER),
    Party(100014, "示例路桥有限公司", "示例路桥", Role.BIDDER),
    Party(100015, "示例城建工程有限公司", "示例城建", Role.BIDDER),
    Party(100021, "示例工程咨询有限公司", "示例咨询", Role.EXPERT),
    Party(100022, "示例建筑设计研究院有限公司", "示例设计院", Role.EXPERT),
)

PLAYERS = (
    Player("centre", "周立平", "交易中心", Role.CENTRE),
    Player("purchaser", "吴建国", "城建投", Role.PURCHASER),
    Player("regulator", "郑明", "住建局", Role.REGULATOR),
    Player("agency", "林慧", "示例代理", Role.AGENCY),
    Player("operator", "何运维", "运维方", Role.ADMINISTRATOR),
    Player("bidder1", "李强", "示例建设", Role.BIDDER),
    Player("bidder2", "王芳", "示例市政", Role.BIDDER),
    Player("bidder3", "张伟", "示例建工", Role.BIDDER),
    Player("bidder4", "刘洋", "示例路桥", Role.BIDDER),
    Player("bidder5", "陈静", "示例城建", Role.BIDDER),
    Player("expert1", "赵学文", "示例咨询", Role.EXPERT, "construction_technology"),
    Player("expert2", "钱为民", "示例咨询", Role.EXPERT, "construction_technology"),
    Player("expert3", "孙立新", "示例设计院", Role.EXPERT, "construction_technology"),
    Player("expert4", "李维", "示例设计院", Role.EXPERT, "construction_cost"),
    Player("expert5", "周敏", "示例咨询", Role.EXPERT, "construction_cost"),
    Player("expert6", "吴凡", "示例设计院", Role.EXPERT, "construction_technology"),
    Player("expert7", "冯静宜", "示例咨询", Role.EXPERT, "construction_cost"),
)


def party(short_name: str) -> Party:
    """Return the party of that short name.

    :raises KeyError: if the cast has none
    """
    return {p.short_name: p for p in PARTIES}[short_name]


def bidder_party(number: int) -> Party:
    """Return the bidder number `number` (from 1): of the cast, or invented beyond it."""
    cast = [p for p in PARTIES if p.role is Role.BIDDER]
    if number <= len(cast):
        return cast[number - 1]
    return Party(200000 + number, f"演练投标人{number}有限公司", f"演练{number}", Role.BIDDER)
