"""Finding the credit code (or the old registration number) on a licence, and proving it by its check character.

Codes are looked for in every line, since labels are often lost; units are the page's. Pure but for the closer look.
"""

import re
import statistics
from dataclasses import replace

from ocr.fields.anchors import Sheet
from ocr.fields.closer import Closer
from ocr.fields.codes import Code, check_credit_code, compact, find_code
from ocr.fields.evidence import Check, Field, failed
from ocr.pages import Box, Line, Page


def credit_code(sheet: Sheet, look: Closer | None) -> Field | None:
    """This function will give the code with the best proof among all lines of a licence, or None where none is printed.

    Where none is proven, the places beside the label are read again; a rule named ``uscc`` marks the labels.
    """
    codes = [_code_field(sheet.page, line) for line in sheet.lines if _may_hold_code(line.text)]
    best = max((code for code in codes if code), key=_code_rank, default=None)
    if look is None or (best is not None and not failed(best.checks)):
        return best
    again: list[Field] = []
    for place in _code_places(sheet, best):
        again += _read_again(sheet.page, place, best, look)
        if any(not failed(field.checks) for field in again) or (best and again):
            break
    chosen = max((field for field in (*again, best) if field), key=lambda field: _code_rank(field, again), default=None)
    return _last_as_printed(chosen, look) if chosen else None


def _last_as_printed(field: Field, look: Closer) -> Field:
    """A code whose check fails may end in a letter that no code has: a wide 0 is O, a 1 without its flag is I."""
    if len(field.value) != 18 or field.checks[0].passed or field.value[-1] not in "01":
        return field
    *others, last = look.glyph_widths(field.box)[-18:] or [0.0]
    usual = statistics.median(others) if len(others) >= 12 else 0.0  # touching digits count as one glyph
    letter = "O" if field.value[-1] == "0" and 1.3 * usual < last < 1.8 * usual else ""
    letter = "I" if field.value[-1] == "1" and last < 0.35 * usual else letter
    if not letter:
        return field
    reason = f"ends in {letter}, which GB 32100 does not have"
    return replace(field, value=field.value[:-1] + letter, checks=(Check("GB 32100", False, reason),))


def _may_hold_code(text: str) -> bool:
    return not re.search(r"编号|网址|http|www|号段|电话", text) and bool(find_code(text.replace("注册号", " ")))


def _code_field(page: Page, line: Line) -> Field | None:
    printed = find_code(re.sub(r"[\u3400-\u9fff:：]", " ", line.text).replace(" ", "")) or find_code(line.text)
    if not printed:
        return None
    code: Code = check_credit_code(printed, line.confidence)
    return Field(code.value, line.confidence * code.trust, page.number, line.box, page.unit, code.checks)


def _code_rank(field: Field, readings: list[Field] | None = None) -> tuple[bool, bool, int, float]:
    """Proof first, then a full length, then how many readings agree, then confidence."""
    agreeing = sum(other.value == field.value for other in readings or ())
    return (field.checks[0].passed, len(field.value) == 18, agreeing, field.confidence)


def _code_places(sheet: Sheet, best: Field | None) -> list[Box]:
    labels = [sheet.lines[anchor.index] for anchor in sheet.anchors if anchor.rule.name == "uscc"]
    loose = [
        line
        for line in sheet.lines
        if re.search(r"\d{4,}", compact(line.text)) and re.search(r"[注册号社会信用代码]", line.text)
    ]
    places = [best.box] if best else []
    for line in (*labels, *loose):
        x0, y0, x1, y1 = line.box
        height, middle = y1 - y0, (y0 + y1) / 2
        places.append((x0, y0, x1 + height, y1))
        places.append((x0 - height, middle - 0.1 * height, x1 + 10 * height, y1 + height))
        places.append((x0 - height, middle + 0.4 * height, x1 + height, y1 + 0.2 * height))
    return places


def _read_again(page: Page, place: Box, best: Field | None, look: Closer) -> list[Field]:
    """The codes in a place by rendering, until one is proven or says again what was read first."""
    found: list[Field] = []
    for reading in look.read(place):
        fields = (_code_field(page, line) for line in reading if _may_hold_code(line.text))
        found += [field for field in fields if field]
        if any(not failed(field.checks) or (best and field.value == best.value) for field in found):
            break
    return found
