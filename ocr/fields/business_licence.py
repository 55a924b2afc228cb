"""The fields of a business licence (营业执照), old and new layouts, from its lines; a closer look where the first was
unsure.

Values are given as printed. Units: the page's. A closer look reads a part of the page again, enlarged; without one the
function is pure.
"""

import itertools
import re
from dataclasses import replace

from ocr.fields.anchors import Found, Rule, Sheet
from ocr.fields.closer import Closer
from ocr.fields.codes import find_code
from ocr.fields.evidence import Check, Field
from ocr.fields.licence_code import credit_code
from ocr.fields.shapes import (
    NAME_ENDS,
    find_date,
    is_capital,
    is_date,
    is_name,
    is_people,
    is_term,
    is_text,
    parse_date,
)
from ocr.pages import Box, Line, Page

UNSURE = 0.985  # confidence below which a value is read again
AGREED = 3  # readings that settle a value
SEEN = 0.85  # confidence a value found only by a closer look must have
LOOKED_AT = ("name", "legal_representative", "established_date")


def _clean_name(text: str) -> str:
    """Models take 限 for 很 or 根 in small print; no organisation's name ends so."""
    return re.sub(r"有[很根艰恨](?=责任公司|公司)", "有限", re.sub(r"[\s.。·,，]+$", "", text.strip()))


def _clean_people(text: str) -> str:
    return re.sub(r"[\"”“'’.。·、，,\s]+$", "", re.sub(r"[,，、]\s*[\"”“'’]+", "，", text.strip()))


def _clean_date(text: str) -> str:
    return find_date(text) if is_date(text.strip()) else text.strip()


def _is_type(text: str) -> bool:
    return (
        is_text(text)
        and not find_date(text)
        and not is_capital(text)
        and "省" not in text
        and not re.search(r"\d{2}", text)
    )


def _is_term_part(text: str) -> bool:
    return bool(re.match(r"自|至|长期", text)) or (bool(find_date(text)) and is_date(text))


def _is_address(text: str) -> bool:
    return len(text) >= 5 and not find_date(text) and not text.endswith("公司")


RULES = (
    Rule(
        "uscc",
        ("统一社会信用代码", "社会信用代码", "信用代码", "注册号"),
        lambda text: bool(find_code(text)),
        clean=find_code,
    ),
    Rule("name", ("名称", "企业名称", "字号名称"), is_name, tails=("称",), clean=_clean_name),
    Rule(
        "type",
        ("类型", "主体类型", "公司类型", "企业类型", "组成形式"),
        _is_type,
        tails=("业类型", "司类型", "体类型", "型"),
    ),
    Rule(
        "legal_representative",
        ("法定代表人姓名", "法定代表人", "负责人", "经营者", "投资人", "执行事务合伙人", "经营者姓名", "法人代表"),
        is_people,
        tails=("定代表人", "代表人", "表人"),
        clean=_clean_people,
    ),
    Rule(
        "registered_capital",
        ("注册资本", "注册资金", "成员出资总额", "出资额"),
        is_capital,
        tails=("册资本", "资本", "本"),
    ),
    Rule(
        "established_date",
        ("成立日期", "注册日期"),
        is_date,
        tails=("立日期", "金日期", "日期", "期"),
        clean=_clean_date,
    ),
    Rule(
        "business_term",
        ("营业期限", "经营期限", "合伙期限"),
        is_term,
        tails=("业期限", "期限", "限"),
        wraps=True,
        continues=_is_term_part,
    ),
    Rule(
        "address",
        ("住所", "经营场所", "营业场所", "主要经营场所", "地址", "住址"),
        _is_address,
        tails=("营场所", "所"),
        wraps=True,
    ),
)
STOPS = ("实收资本", "经营范围", "业务范围", "登记机关", "编号", "副本号")


def read_business_licence(page: Page, look: Closer | None = None) -> dict[str, Field]:
    """This function will give the fields found on a licence; a field that cannot be quoted is left out."""
    sheet = Sheet(page, RULES, STOPS)
    found = {name: hit for name, hit in sheet.assign().items() if name != "uscc"}
    fields = {name: sheet.field(_closer(sheet, hit, look)) for name, hit in found.items()}
    fields |= _name_without_label(sheet, fields)
    fields |= _lost(sheet, fields, look)
    code = credit_code(sheet, look)
    fields = ({"uscc": code} if code else {}) | fields
    return {rule.name: _checked(rule.name, fields[rule.name]) for rule in RULES if rule.name in fields}


def _checked(name: str, field: Field) -> Field:
    if name == "established_date":
        good = parse_date(field.value) is not None
        check = Check("a date of the calendar", good, "" if good else f"{field.value} is no date")
    elif name == "name":
        good = field.value.endswith(NAME_ENDS)
        check = Check(
            "ends as organisations' names do", good, "" if good else "an unusual ending: the name may be cut off"
        )
    else:
        return field
    return replace(field, checks=(*field.checks, check), confidence=field.confidence * (1.0 if good else 0.6))


def _closer(sheet: Sheet, hit: Found, look: Closer | None) -> Found:
    """Read an unsure name, person or date again; another value wins only where three readings agree on it."""
    if look is None or hit.rule.name not in LOOKED_AT or hit.confidence >= UNSURE:
        return hit
    votes: dict[str, list[float]] = {hit.text: [hit.confidence]}
    for reading in look.read(hit.box):
        text = hit.rule.clean(_without_label(sheet, hit.rule, "".join(line.text for line in reading)))
        text = hit.text if text.endswith(hit.text) else text  # the end of the label may be in the picture
        if hit.rule.accepts(text):
            votes.setdefault(text, []).append(min(line.confidence for line in reading))
    text, confidences = max(votes.items(), key=lambda vote: len(vote[1]))
    if text == hit.text or len(confidences) < AGREED:
        return hit
    return replace(hit, text=text, confidence=sum(confidences) / len(confidences) * 0.95)


def _without_label(sheet: Sheet, rule: Rule, text: str) -> str:
    pattern = "|".join((*sorted(rule.labels, key=len, reverse=True), *rule.tails))
    return re.sub(rf"^[:：\s]*(?:{pattern})?[:：\s]*", "", text)


def _name_without_label(sheet: Sheet, fields: dict[str, Field]) -> dict[str, Field]:
    """The label of the name may be lost under glare: the topmost line that ends as a name does and belongs to no other
    field."""
    if "name" in fields:
        return {}
    used = {field.box for field in fields.values()}
    lines = [
        line for line in sheet.lines if line.box not in used and is_name(line.text) and line.text.endswith(NAME_ENDS)
    ]
    if not lines:
        return {}
    line = min(lines, key=lambda line: line.box[1])
    check = Check("stands beside its label", False, "the label was not found")
    return {
        "name": Field(
            _clean_name(re.sub("^称", "", line.text)),
            line.confidence * 0.6,
            sheet.page.number,
            line.box,
            sheet.page.unit,
            (check,),
        )
    }


def _lost(sheet: Sheet, fields: dict[str, Field], look: Closer | None) -> dict[str, Field]:
    """A person or a date under a watermark or glare: the row beside the label is read again."""
    found: dict[str, Field] = {}
    for rule in sheet.rules:
        if look is None or rule.name not in LOOKED_AT or rule.name in fields:
            continue
        hits = (_on_row(sheet, rule, reading) for place in _rows(sheet, rule) for reading in look.read(place))
        best = max(
            itertools.islice(filter(None, hits), AGREED), key=lambda hit: (len(hit.value), hit.confidence), default=None
        )
        if best is not None:
            found[rule.name] = best
    return found


def _on_row(sheet: Sheet, rule: Rule, reading: list[Line]) -> Field | None:
    for line in (line for line in reading if line.confidence >= SEEN):
        text = rule.clean(_without_label(sheet, rule, line.text))
        if rule.accepts(text) or (rule.name == "established_date" and parse_date(text := find_date(line.text))):
            check = Check("read at first sight", False, "found only by a closer look")
            return Field(text, line.confidence * 0.8, sheet.page.number, line.box, sheet.page.unit, (check,))
    return None


def _rows(sheet: Sheet, rule: Rule) -> list[Box]:
    """Where a lost value may stand: to the right of its label, or of the first letter of it."""
    rows = []
    for index, line in enumerate(sheet.lines):
        x0, y0, x1, y1 = line.box
        height = min(y1 - y0, x1 - x0)
        if any(anchor.index == index and anchor.rule is rule for anchor in sheet.anchors):
            rows.append((x1, y0 - 0.2 * height, x1 + 12 * height, y1 + 0.2 * height))
            rows.append((x0, y0 - 1.5 * height, x1 + 12 * height, y1 + 0.6 * height))
        elif line.text.startswith(tuple(label[0] for label in rule.labels)) and len(line.text) <= 5:
            rows.append((x0 + height, y0 - 0.2 * height, x0 + 16 * height, y1 + 0.2 * height))
    return rows
