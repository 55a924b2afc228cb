"""Codes with a check character: unified social credit codes (GB 32100), old registration numbers, identity numbers (GB
11643).

OCR confuses letters and digits. A code whose check character fails is corrected only where one or two such confusions
explain it, the result is the only valid one, and its authority, category and region exist. Otherwise it stays as
printed. Pure.
"""

import itertools
import re
import unicodedata
from dataclasses import dataclass

from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

from ocr.fields.evidence import Check

# What the models mistake for one another, in both directions.
CONFUSED = ("0OQDU", "1ILT7", "2Z7", "5S6", "8B3", "6GC", "4A", "VYU", "MWN", "GQC", "EFB", "KX", "PR", "DO0Q")
NOT_IN_ALPHABET = str.maketrans("IOZSV", "1025U")
SURE = 0.95  # readings surer than this are corrected only in letters that GB 32100 does not have
# Provinces by the first two digits of GB/T 2260; 10 marks bodies registered with the State itself.
REGIONS = frozenset(
    [
        "10",
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
    ]
)
# Registering authority → categories that GB 32100 gives it.
AUTHORITIES = {"1": "1239", "5": "1239", "9": "123", "Y": "1", "N": "1239", "2": "19", "3": "12345", "4": "19"}
AUTHORITIES |= {"6": "19", "7": "129", "8": "19", "A": "19"}
CODE = re.compile(r"(?<![0-9A-Z])[0-9A-Z]{15}(?:[0-9A-Z]{3})?(?![0-9A-Z])")


@dataclass(frozen=True)
class Code:
    """A code after checking: its value, the checks, and the factor the doubt puts on its confidence."""

    value: str
    checks: tuple[Check, ...]
    trust: float


def compact(text: str) -> str:
    """This function will give a printed code in plain half-width capitals: no blanks, dots, dashes."""
    return re.sub(r"[\s.．·•:：,，\-_'`’]", "", unicodedata.normalize("NFKC", text)).upper()


def find_code(text: str) -> str:
    """This function will give the first 18- or 15-character code in a line; empty if there is none."""
    hits = [hit for hit in CODE.findall(compact(text)) if sum(char.isdigit() for char in hit) >= 9]
    return max(hits, key=len) if hits else ""


def check_credit_code(printed: str, confidence: float = 1.0) -> Code:
    """This function will check a unified social credit code, or an old registration number of 15 digits, and correct
    confusions.

    `confidence` is that of the reading: a sure reading is corrected only in the letters that GB 32100 leaves out (I O
    Z S V), since a forged code must stay as it is printed.
    """
    if len(printed) == 15:
        return _check_registration_number(printed)
    if uscc.is_valid(printed):
        return Code(printed, (Check("GB 32100", True),), 1.0)
    lettered = printed.translate(NOT_IN_ALPHABET)
    corrected = lettered if _exists(lettered) else (_correct(lettered) if confidence < SURE else "")
    if corrected:
        reason = f"read as {printed}; the check character holds only for {corrected}"
        return Code(corrected, (Check("GB 32100", True), Check("as read", False, reason)), 0.75)
    return Code(printed, (Check("GB 32100", False, _why_invalid(printed)),), 0.6)


def _why_invalid(printed: str) -> str:
    try:
        uscc.validate(printed)
    except ValidationError as error:
        return str(error).rstrip(".").lower()
    return "unknown"


def _correct(printed: str) -> str:
    for count in (1, 2):
        found = {variant for variant in _variants(printed, count) if _exists(variant)}
        if found:
            return found.pop() if len(found) == 1 else ""
    return ""


def _variants(printed: str, count: int) -> set[str]:
    spots = [(at, _others(char)) for at, char in enumerate(printed)]
    found = set()
    for chosen in itertools.combinations([spot for spot in spots if spot[1]], count):
        for replaced in itertools.product(*(others for _, others in chosen)):
            chars = list(printed)
            for (at, _), char in zip(chosen, replaced, strict=True):
                chars[at] = char
            found.add("".join(chars))
    return found


def _others(char: str) -> str:
    return "".join(sorted({other for group in CONFUSED if char in group for other in group if other != char}))


def _exists(code: str) -> bool:
    """A valid check character, a known authority and category, a region that is a number of a province."""
    return (
        code[1] in AUTHORITIES.get(code[0], "") and code[2:8].isdigit() and code[2:4] in REGIONS and uscc.is_valid(code)
    )


def _check_registration_number(printed: str) -> Code:
    """Registration numbers before 2015: 14 digits and a check digit by ISO 7064 MOD 11,10 (GS 15-2006)."""
    digits = printed.translate(str.maketrans("OQDILZSB", "00011258"))
    if not digits.isdigit():
        return Code(printed, (Check("registration number", False, "not fifteen digits"),), 0.5)
    product = 10
    for digit in digits[:14]:
        product = (product + int(digit)) % 10 or 10
        product = product * 2 % 11
    valid = (product + int(digits[14])) % 10 == 1
    checks = (Check("registration number", valid, "" if valid else "the check digit does not hold"),)
    return Code(digits, checks, 0.98 if valid else 0.75)


def check_identity_number(printed: str) -> Code:
    """This function will check an identity number of 18 characters (GB 11643)."""
    valid = ric.is_valid(printed)
    return Code(
        printed,
        (Check("GB 11643", valid, "" if valid else "the check character or the birth date does not hold"),),
        1.0 if valid else 0.5,
    )
