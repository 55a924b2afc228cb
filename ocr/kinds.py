"""What kind of page a bid page is, by rules in a table: words that speak for a kind, each with its weight.

The kind with the highest sum wins if it reaches `ENOUGH`; words in the title (the first lines) count double. Pure.
"""

import re
from dataclasses import dataclass
from typing import Literal

from ocr.fields.shapes import plain
from ocr.pages import Page

Kind = Literal[
    "letter", "authorisation", "licence", "qualification", "personnel", "contract", "price_table", "drawing", "other"
]
ENOUGH = 3.0
TITLE_LINES = 4


@dataclass(frozen=True)
class Sign:
    """A pattern that speaks for a kind (or, with a negative weight, against it)."""

    kind: Kind
    pattern: str
    weight: float


SIGNS = (
    Sign("letter", r"^(?:\d*[、.]?)?投标函(?!附录格式)", 3),
    Sign("letter", r"致[:：].{2,40}|我方(?:已)?(?:仔细)?研究", 1.5),
    Sign("letter", r"投标总?报价.{0,20}(?:大写|人民币)", 1.5),
    Sign("letter", r"投标有效期", 0.5),
    Sign("authorisation", r"授权委托书|法定代表人授权书", 3),
    Sign("authorisation", r"委托代理人|被授权人|代理人无转委托权", 1.5),
    Sign("authorisation", r"法定代表人(?:身份)?证明书?", 2.5),
    Sign("licence", r"营业执照", 2.5),
    Sign("licence", r"统一社会信用代码|注册号", 1),
    Sign("licence", r"经营范围|登记机关", 1),
    Sign("qualification", r"资质证书|安全生产许可证|认证证书", 3),
    Sign("qualification", r"证书编号|发证机关|有效期[至限:：]", 1),
    Sign("personnel", r"注册建造师|注册(?:监理)?工程师|执业资格|职称证|公民身份号码|居民身份证|学位证|毕业证", 2.5),
    Sign("personnel", r"简历表|项目(?:管理机构|经理)|社会保险|聘用企业", 1.5),
    Sign("personnel", r"姓名|性别|出生", 0.6),
    Sign("contract", r"合同(?:协议)?书", 2.5),
    Sign("contract", r"甲方|乙方|发包人|承包人|合同价|签订", 1),
    Sign("price_table", r"工程量清单|报价(?:一览|明细|汇总)?表|分项报价", 2.5),
    Sign("price_table", r"综合单价|单价", 1),
    Sign("price_table", r"合价|金额|小计|合计", 1),
    Sign("price_table", r"计量单位|工程量|数量", 1),
    Sign("drawing", r"平面图|立面图|剖面图|详图|总图", 1.5),
    Sign("drawing", r"比例|图号|图名|审定|校核|制图", 1.2),
    Sign("other", r"目录", 3),
)


def kind_of(page: Page) -> Kind:
    """This function will give the kind of a page that has been read; "other" where nothing speaks clearly for one."""
    lines = [plain(line.text) for line in page.lines]
    title, body = "\n".join(lines[:TITLE_LINES]), plain(page.text)
    scores: dict[Kind, float] = {}
    for sign in SIGNS:
        twice = bool(re.search(sign.pattern, title, re.MULTILINE))
        if twice or re.search(sign.pattern, body):
            scores[sign.kind] = scores.get(sign.kind, 0.0) + sign.weight * (2 if twice else 1)
    if len(body) < 400 and page.width > page.height * 1.2:
        scores["drawing"] = scores.get("drawing", 0.0) + 0.5  # drawings lie on their side and say little
    ranked = sorted(((score, kind) for kind, score in scores.items()), reverse=True)
    return ranked[0][1] if ranked and ranked[0][0] >= ENOUGH else "other"
