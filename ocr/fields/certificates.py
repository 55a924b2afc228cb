"""The fields of certificates that bidders enclose: qualifications, safety permits, engineers, identity cards.

Each kind is a table of labels; the values are found as on licences (`ocr/fields/anchors.py`). Pure.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from ocr.fields.anchors import Rule, Sheet
from ocr.fields.closer import Closer
from ocr.fields.codes import check_credit_code, check_identity_number, compact, find_code
from ocr.fields.evidence import Check, Field
from ocr.fields.shapes import is_name, is_people, is_text, parse_date
from ocr.pages import Page


def _has_date(text: str) -> bool:
    return parse_date(text) is not None or bool(re.search(r"长期|\d{4}[.年]\d{1,2}", text))


def _is_number(text: str) -> bool:
    return bool(re.search(r"\d{4,}", text)) and parse_date(text) is None


def _identity(text: str) -> str:
    hit = re.search(r"\d{17}[\dX]", compact(text))
    return hit.group(0) if hit else ""


def _is_level(text: str) -> bool:
    return bool(re.search(r"级|资质|承包|专业|不分", text))


NAME = Rule("name", ("企业名称", "单位名称", "名称"), is_name, tails=("称",))
CODE = Rule(
    "uscc", ("统一社会信用代码", "信用代码", "营业执照注册号"), lambda text: bool(find_code(text)), clean=find_code
)
NUMBER = Rule("certificate_number", ("证书编号", "证书号", "编号", "注册编号"), _is_number)
VALID = Rule("valid_until", ("有效期至", "有效期限", "有效期", "使用有效期"), _has_date, wraps=False)
CHIEF = Rule("legal_representative", ("法定代表人", "主要负责人", "企业负责人"), is_people, tails=("代表人", "表人"))
PLACE = Rule("address", ("详细地址", "单位地址", "注册地址", "地址", "住址"), lambda text: len(text) >= 5, wraps=True)
ISSUER = Rule("issuer", ("发证机关", "签发机关"), is_text)
PERSON = Rule("person", ("姓名",), is_people, tails=("名",))
SEX = Rule("sex", ("性别",), lambda text: text[:1] in ("男", "女"), clean=lambda text: text.strip()[:1])
IDENTITY = Rule(
    "identity_number", ("公民身份号码", "身份证号码", "身份证号"), lambda text: bool(_identity(text)), clean=_identity
)

TABLES: dict[str, tuple[Rule, ...]] = {
    "qualification": (
        NAME,
        CODE,
        NUMBER,
        VALID,
        CHIEF,
        PLACE,
        ISSUER,
        Rule("level", ("资质类别及等级", "资质等级", "资质类别"), _is_level, wraps=True),
    ),
    "safety_permit": (
        NAME,
        NUMBER,
        VALID,
        CHIEF,
        PLACE,
        ISSUER,
        Rule("type", ("经济类型",), is_text),
        Rule("scope", ("许可范围",), is_text),
    ),
    "engineer": (
        PERSON,
        SEX,
        NUMBER,
        VALID,
        IDENTITY,
        ISSUER,
        Rule("speciality", ("注册专业", "专业类别", "专业"), is_text),
        Rule("employer", ("聘用企业", "聘用单位", "工作单位", "注册单位"), is_name),
        Rule("level", ("级别", "等级"), is_text),
    ),
    "identity_card": (
        PERSON,
        SEX,
        IDENTITY,
        PLACE,
        Rule("nation", ("民族",), lambda text: 1 <= len(text) <= 6),
        Rule("birth_date", ("出生",), _has_date),
        VALID,
        ISSUER,
    ),
}
STOPS = ("资质类别及等级", "经济性质", "注册资本", "出生日期", "发证日期", "首次", "签发日期", "照片", "备注")


def certificate_reader(kind: str) -> Callable[[Page, Closer | None], dict[str, Field]]:
    """This function will give the reader of one kind of certificate."""

    def read(page: Page, look: Closer | None = None) -> dict[str, Field]:
        sheet = Sheet(page, TABLES[kind], STOPS)
        fields = {name: sheet.field(hit) for name, hit in sheet.assign().items()}
        return {name: _checked(name, field) for name, field in fields.items()}

    return read


def _checked(name: str, field: Field) -> Field:
    """Checksums where there are some, dates of the calendar elsewhere."""
    if name in ("uscc", "identity_number"):
        code = (
            check_credit_code(field.value, field.confidence) if name == "uscc" else check_identity_number(field.value)
        )
        return replace(field, value=code.value, checks=code.checks, confidence=field.confidence * code.trust)
    if name in ("valid_until", "birth_date"):
        good = parse_date(field.value) is not None or "长期" in field.value
        return replace(
            field, checks=(Check("a date of the calendar", good, "" if good else f"{field.value} is no date"),)
        )
    return field
