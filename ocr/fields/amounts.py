"""Amounts in capitals (大写) and in figures, in yuan. Decimal, unrounded. Pure."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation

import cn2an

CAPITALS = r"[零〇壹贰叁肆伍陆柒捌玖拾佰仟萬万亿億元圆角分整正两一二三四五六七八九十百千]{3,}"
FIGURES = r"[¥￥]?\d[\d,，]*(?:\.\d+)?"
PARTS = (("元", Decimal(1)), ("角", Decimal("0.1")), ("分", Decimal("0.01")))


def capitals_to_yuan(text: str) -> Decimal:
    """This function will turn an amount in capitals into yuan: 壹佰贰拾叁元肆角 gives 123.4. :raises ValueError: not
    such an amount"""
    rest = re.sub(r"人民币|[整正\s]", "", text).translate(str.maketrans("圆萬億〇", "元万亿零"))
    if not rest:
        raise ValueError("no amount")
    total = Decimal(0)
    if not re.search(r"[元角分]", rest):
        rest += "元"
    for unit, worth in PARTS:
        head, mark, tail = rest.partition(unit)
        if mark:
            total += Decimal(int(cn2an.cn2an(head.lstrip("零") or "零", "smart"))) * worth
            rest = tail
    if rest:
        raise ValueError(f"not an amount in capitals: {text}")
    return total


def figures_to_yuan(text: str, unit: str = "元") -> Decimal:
    """This function will turn an amount in figures into yuan; `unit` 万元 multiplies by 10,000. :raises ValueError: no
    number"""
    bare = re.sub(r"[¥￥,\s元]", "", unicodedata.normalize("NFKC", text))
    try:
        return Decimal(bare) * (10_000 if unit.startswith("万") else 1)
    except InvalidOperation as error:
        raise ValueError(f"no number: {text}") from error
