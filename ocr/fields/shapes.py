"""What values look like: names, people, dates, amounts, terms. Predicates and normal forms. Pure."""

import re
import unicodedata
from datetime import date

from ocr.layer import is_hanzi

NUMERALS = {char: index for index, char in enumerate("〇一二三四五六七八九")} | {
    "零": 0,
    "○": 0,
    "O": 0,
    "0": 0,
    "Ｏ": 0,
}
DATE = re.compile(r"(\d{4})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?")
HANZI_DATE = re.compile(
    r"([〇一二三四五六七八九零○O0]{4})\s*年\s*([一二三四五六七八九十〇]{1,3})\s*月\s*([一二三四五六七八九十〇]{1,3})\s*日"
)
NAME_ENDS = (
    "公司",
    "厂",
    "店",
    "部",
    "中心",
    "院",
    "所",
    "社",
    "行",
    "企业",
    "事务所",
    "合伙)",
    "合伙）",
    "集团",
    "站",
    "场",
    "馆",
    "室",
)
PERSON = r"(?:[\u3400-\u9fff]{2,4}|[\u3400-\u9fff]{2,8}[·•][\u3400-\u9fff]{1,8})"
PEOPLE = re.compile(rf"^{PERSON}(?:[,，、；;\s]+{PERSON})*$")
NOT_PEOPLE = (
    "公司",
    "资本",
    "日期",
    "期限",
    "类型",
    "范围",
    "注册",
    "登记",
    "姓名",
    "营业",
    "经营",
    "成立",
    "住所",
    "机关",
)
TERM = re.compile(r"长期|永久|无固定|不约定|^至$|日\s*至|至\s*[\d〇二长永无]|^自\s*\d{4}")
CAPITAL = re.compile(r"[壹贰叁肆伍陆柒捌玖拾佰仟万亿元圆整]{2,}|\d[\d,.]*\s*万|元")


def plain(text: str) -> str:
    """This function will give a text in NFKC without any blanks: how values are compared."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def find_date(text: str) -> str:
    """This function will give the first date in a text as it is printed; empty if there is none."""
    hit = DATE.search(text) or HANZI_DATE.search(text)
    return hit.group(0).strip() if hit else ""


def parse_date(text: str) -> date | None:
    """This function will give a printed date (2015年10月15日, 二〇一二年八月八日, 2015-10-15) as a date; None if it is
    none."""
    folded = unicodedata.normalize("NFKC", text)
    hit = DATE.search(folded)
    numbers = [int(part) for part in hit.groups()] if hit else []
    hanzi = HANZI_DATE.search(text)
    if hanzi and not hit:
        year = int("".join(str(NUMERALS[char]) for char in hanzi.group(1)))
        numbers = [year, _small_number(hanzi.group(2)), _small_number(hanzi.group(3))]
    try:
        return date(*numbers) if numbers else None
    except ValueError:
        return None


def _small_number(text: str) -> int:
    """A number up to 99 in hanzi: 八 8, 十八 18, 二十 20, 三十一 31."""
    if "十" not in text:
        return int("".join(str(NUMERALS[char]) for char in text))
    tens, _, units = text.partition("十")
    return (NUMERALS[tens] if tens else 1) * 10 + (NUMERALS[units] if units else 0)


def is_name(text: str) -> bool:
    """This function will say whether a text may be the name of an organisation."""
    hanzi = sum(map(is_hanzi, text))
    return (
        hanzi >= 4
        and hanzi > 0.6 * len(text)
        and not text.endswith("营业执照")
        and not re.search(r"[，。；:：]|\d{4}年", text)
    )


def is_people(text: str) -> bool:
    """This function will say whether a text may be one or several people's names."""
    return bool(PEOPLE.match(text)) and not any(word in text for word in NOT_PEOPLE)


def is_date(text: str) -> bool:
    """This function will say whether a text is one date and not a term of two."""
    printed = find_date(text)
    return bool(printed) and len(text) <= len(printed) + 3


def is_term(text: str) -> bool:
    """This function will say whether a text may be a term: two dates, one with an open end, or 长期."""
    return bool(TERM.search(text)) and len(text) <= 40


def is_capital(text: str) -> bool:
    """This function will say whether a text may be an amount of capital."""
    return bool(CAPITAL.search(text)) and len(text) <= 30 and not find_date(text)


def is_text(text: str) -> bool:
    """This function will say whether a text has two letters or more."""
    return sum(char.isalnum() for char in text) >= 2
