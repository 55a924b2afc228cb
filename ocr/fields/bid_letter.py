"""The fields of a bid letter (投标函), from its sentences. Blanks are set aside. Pure."""

import re
from dataclasses import dataclass, replace

from ocr.fields.amounts import CAPITALS, FIGURES, capitals_to_yuan, figures_to_yuan
from ocr.fields.closer import Closer
from ocr.fields.evidence import Check, Field
from ocr.fields.shapes import DATE, HANZI_DATE, parse_date
from ocr.pages import Box, Page, slice_box, union

END = r"(?=[，。；;,、（(\n]|$)"
DATES = (
    f"(?:{DATE.pattern}|{HANZI_DATE.pattern})".replace(r"(\d", r"(?:\d")
    .replace("([〇", "(?:[〇")
    .replace("([一", "(?:[一")
)

# Field → patterns, the first that matches wins; the value is the group "v". Lines are joined by line ends, blanks
# removed.
PATTERNS: dict[str, tuple[str, ...]] = {
    "project_name": (
        r"(?:项目|工程)名称[:：]\n?(?P<v>[^\n，。]{4,60})",
        r"(?:研究|收到|参加|关于|阅读)了?(?:贵方|贵单位|你方)?(?:的|就)?[“\"《]?(?P<v>[^，。“”\"《》]{4,60}?(?:项目|工程|标段|采购|服务))[”\"》]?(?:（项目名称）|\(项目名称\)|的?(?:施工|监理|设计)?(?:[一二三四五六七八九\d]*标段)?招标文件|（招标编号|\(招标编号)",
    ),
    "tender_code": (r"(?:招标|项目|采购)编号[:：]?\n?(?P<v>[\w\-〔〕\[\]()（）]{4,40})",),
    "price_capitals": (
        rf"(?:大写)[）)]?[:：]?\n?(?:人民币)?[:：]?(?P<v>{CAPITALS})",
        rf"人民币[（(]?(?P<v>{CAPITALS})",
    ),
    "price_figures": (
        rf"(?:小写)[）)]?[:：]?\n?(?P<v>{FIGURES})(?P<unit>万?元)?",
        rf"[（(](?P<v>[¥￥]{FIGURES})(?P<unit>万?元)?",
        rf"(?:报价|总价|合计)[^\n。]{{0,20}}?(?P<v>{FIGURES})(?P<unit>万?元)",
    ),
    "duration": (
        r"(?:工期|服务期限?|交货期|履行期限|监理服务期|设计周期)[:：为]?\n?(?P<v>\d+(?:个?(?:日历天|日历日|工作日|天|日|月|年)))",
        r"(?:工期|服务期限?|交货期|履行期限)[:：为]\n?(?P<v>[^，。；\n]{2,30})",
    ),
    "validity": (r"投标有效期[^\n。]{0,24}?(?P<v>\d+(?:个)?(?:日历天|日历日|工作日|天|日|月))",),
    "bond": (rf"(?:投标保证金|投标担保)[^。]{{0,40}}?(?P<v>{FIGURES}万?元|{CAPITALS})",),
    "project_manager": (r"(?:项目经理|项目负责人|总监理工程师)(?:姓名)?[:：]\n?(?P<v>[\u4e00-\u9fff·]{2,4})",),
    "bidder": (
        r"投标人(?:名称|单位)?(?:[（(][^）)]{0,12}[）)])?[:：]\n?(?P<v>[^\n：:，。]{4,50}?)(?:[（(](?:盖|公|单位|电子)[^）)]*[）)])?(?=\n|$)",
    ),
    "legal_representative": (
        r"法定代表人(?:或其?(?:委托|授权)代理人)?(?:[（(][^）)]{0,12}[）)])?[:：]\n?(?P<v>[\u4e00-\u9fff·]{2,4})(?=[\n（(]|$)",
    ),
    "date": (rf"日期[:：]\n?(?P<v>{DATES})", rf"\n(?P<v>{DATES})\n?\Z", rf"(?P<v>{DATES})(?![\s\S]*\d{{4}}年)"),
}


@dataclass(frozen=True)
class _Flow:
    """The page as one text without blanks, and where each character stands: (line, position)."""

    text: str
    spots: tuple[tuple[int, int], ...]


def _flow(page: Page) -> _Flow:
    text: list[str] = []
    spots: list[tuple[int, int]] = []
    for index, line in enumerate(page.lines):
        for at, char in enumerate(line.text):
            if not char.isspace():
                text.append(char)
                spots.append((index, at))
        text.append("\n")
        spots.append((index, max(0, len(line.text) - 1)))
    return _Flow("".join(text), tuple(spots))


def read_bid_letter(page: Page, look: Closer | None = None) -> dict[str, Field]:
    """This function will give the fields of a bid letter; `look` is not needed, since a letter is a full page of
    text."""
    flow = _flow(page)
    found: dict[str, Field] = {}
    units: dict[str, str] = {}
    for name, patterns in PATTERNS.items():
        hit = next(filter(None, (re.search(pattern, flow.text) for pattern in patterns)), None)
        if hit:
            found[name] = _quoted(page, flow, hit)
            units[name] = hit.groupdict().get("unit") or "元"
    if {"price_capitals", "price_figures"} <= found.keys():
        check = _amounts_agree(found["price_capitals"].value, found["price_figures"].value, units["price_figures"])
        for name in ("price_capitals", "price_figures"):
            found[name] = replace(found[name], checks=(*found[name].checks, check))
    if "date" in found:
        good = parse_date(found["date"].value) is not None
        check = Check("a date of the calendar", good, "" if good else f"{found['date'].value} is no date")
        found["date"] = replace(found["date"], checks=(check,))
    return found


def _quoted(page: Page, flow: _Flow, hit: re.Match[str]) -> Field:
    begin, end = hit.span("v")
    parts: dict[int, list[int]] = {}
    for index, at in flow.spots[begin:end]:
        parts.setdefault(index, []).append(at)
    box: Box = union(slice_box(page.lines[index], at[0], at[-1] + 1) for index, at in parts.items())
    confidence = min(page.lines[index].confidence for index in parts) * min(1.0, page.quality + 0.1)
    return Field(hit.group("v").replace("\n", ""), confidence, page.number, box, page.unit)


def _amounts_agree(capitals: str, figures: str, unit: str) -> Check:
    name = "capitals and figures agree"
    try:
        written, counted = capitals_to_yuan(capitals), figures_to_yuan(figures, unit)
    except ValueError as error:
        return Check(name, False, str(error))
    same = written == counted
    return Check(name, same, "" if same else f"in capitals {written} yuan, in figures {counted} yuan")
