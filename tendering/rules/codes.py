"""Codes of projects (17), tender projects (20) and lots (23 characters), and the unified deal code (36). Pure.

project = category letter + region (6 digits) + platform (4 digits) + serial (6 digits); + 3 digits for the tender
project, + 3 for the lot. A rehearsal's codes carry the prefix R before that: never mistaken, never exchanged.
"""

import re
from datetime import date

from stdnum.cn import uscc as credit_code
from stdnum.iso7064 import mod_37_2

REHEARSAL_PREFIX = "R"
_PROJECT = re.compile(r"R?[A-QS-Z]\d{16}")
_LENGTHS = {"project": 17, "tender_project": 20, "lot": 23}


class BadCode(ValueError):
    """A code, or a part of one, does not have the form the data standard wants."""


def _digits(value: int | str, width: int) -> str:
    text = str(value).zfill(width)
    if not (text.isascii() and text.isdigit() and len(text) == width):
        raise BadCode(f"{value!r} is not a number of {width} digits")
    return text


def project_code(category: str, region: str, *, platform: str, serial: int, rehearsal: bool = False) -> str:
    """Return a project code: `project_code("E", "442000", platform="0001", serial=123)` → `E4420000001000123`.

    :raises BadCode: for a part of the wrong form; serials run from 1 to 999,999
    """
    if not re.fullmatch(r"[A-QS-Z]", category):
        raise BadCode(f"{category!r} is not a category letter (R marks rehearsals)")
    if not 1 <= serial <= 999_999:
        raise BadCode(f"serial {serial} is not in 1..999999")
    code = category + _digits(region, 6) + _digits(platform, 4) + _digits(serial, 6)
    return REHEARSAL_PREFIX + code if rehearsal else code


def tender_project_code(project: str, number: int) -> str:
    """Return the code of the `number`-th tender project (1..999) of a project.

    :raises BadCode: for a bad project code or number
    """
    if not _PROJECT.fullmatch(project):
        raise BadCode(f"{project!r} is not a project code")
    return project + _part(number)


def lot_code(tender_project: str, number: int) -> str:
    """Return the code of the `number`-th lot (1..999): `E4420000001000123001` and 1 → `E4420000001000123001001`.

    :raises BadCode: for a bad tender project code or number
    """
    if not _PROJECT.fullmatch(tender_project[:-3]) or not tender_project[-3:].isdigit():
        raise BadCode(f"{tender_project!r} is not a tender project code")
    return tender_project + _part(number)


def _part(number: int) -> str:
    if not 1 <= number <= 999:
        raise BadCode(f"{number} is not in 1..999")
    return f"{number:03d}"


def kind_of(code: str) -> str:
    """Return `project`, `tender_project` or `lot`.

    :raises BadCode: when it is none of them
    """
    bare = code.removeprefix(REHEARSAL_PREFIX)
    for kind, length in _LENGTHS.items():
        if len(bare) == length and re.fullmatch(r"[A-QS-Z]\d+", bare):
            return kind
    raise BadCode(f"{code!r} is no code of a project, tender project or lot")


def is_rehearsal(code: str) -> bool:
    """Whether the code belongs to a rehearsal."""
    return code.startswith(REHEARSAL_PREFIX)


def unified_deal_code(category: str, uscc: str, *, on: date, serial: int) -> str:
    """Return the unified deal code 统一交易标识码: category (3) + USCC (18) + date (8) + serial (6) + check (1).

    The check character is ISO 7064 MOD 37-2 over the first 35.

    :raises BadCode: for a category or USCC of the wrong form, or a serial outside 1..999999
    """
    if not re.fullmatch(r"[A-Z]\d{2}", category):
        raise BadCode(f"{category!r} is not a deal category such as A01")
    if not credit_code.is_valid(uscc):
        raise BadCode(f"{uscc!r} is not a unified social credit code")
    if not 1 <= serial <= 999_999:
        raise BadCode(f"serial {serial} is not in 1..999999")
    body = f"{category}{uscc}{on:%Y%m%d}{serial:06d}"
    return body + str(mod_37_2.calc_check_digit(body))


def deal_code_is_consistent(code: str) -> bool:
    """Whether an imported code has 36 characters and its check character fits; never a ground to refuse it (3.9)."""
    return len(code) == 36 and bool(mod_37_2.is_valid(code))
