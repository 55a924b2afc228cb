"""Judging and tidying the text layer of a page.

A layer can be present and worthless: fonts without ToUnicode give control characters, private-use characters, accented
Latin or hanzi nobody writes. Quality is the share of plausible characters, between 0 and 1. Pure.
"""

import re
import unicodedata

GOOD_ENOUGH = 0.65  # below this the layer is not trusted
NEAR_EMPTY = 16  # characters: fewer, and the page may carry its words in a picture

HANZI = "\u3400-\u9fff\uf900-\ufaff"
_TIGHT = f"{HANZI}\u3001\u3002\uff01-\uff5e《》〈〉“”‘’"
_SPACED = re.compile(f"(?<=[{_TIGHT}])[ \u3000\t\u00a0]+(?=[{_TIGHT}])")
_LONE_HANZI = re.compile(f"(?<![^ \u3000\t\n])[{HANZI}](?![^ \u3000\t\n])")
_WORD = re.compile(r"[A-Za-z]{2,}")
_VOWEL = re.compile(r"[aeiouyAEIOUY]")


def is_hanzi(char: str) -> bool:
    """This function will say whether a character is a Chinese one."""
    return "\u3400" <= char <= "\u9fff" or "\uf900" <= char <= "\ufaff"


def is_everyday_hanzi(char: str) -> bool:
    """This function will say whether a hanzi is one of the 3,755 of GB 2312 level 1, which make up over 95 % of real
    text."""
    try:
        return 0xB0 <= char.encode("gb2312")[0] <= 0xD7
    except UnicodeEncodeError:
        return False


def layer_quality(text: str) -> float:
    """This function will give the share of plausible characters in a text layer, 0 for a layer without any.

    Hanzi count fully while at least 60 % of them are everyday ones; Latin letters count only in words with a vowel or
    in short codes; digits and ordinary punctuation count; controls, private use and replacement characters never do.
    """
    chars = [char for char in text if not char.isspace()]
    if not chars:
        return 0.0
    hanzi = [char for char in chars if is_hanzi(char)]
    everyday = sum(map(is_everyday_hanzi, hanzi))
    good = float(len(hanzi) if everyday >= 0.6 * len(hanzi) else everyday)
    good += _plausible_letters(text)
    marks = sum(_is_ordinary_mark(char) for char in chars)
    good += min(marks, len(chars) * 0.75)  # a page of nothing but marks is not a text
    return min(1.0, good / len(chars))


def _plausible_letters(text: str) -> int:
    words = _WORD.findall(text)
    spoken = sum(len(word) for word in words if _VOWEL.search(word) or len(word) <= 4)
    singles = sum(char.isascii() and char.isalpha() for char in text) - sum(map(len, words))
    return spoken + min(singles, spoken + 8)


def _is_ordinary_mark(char: str) -> bool:
    if char.isdigit():
        return True
    if char.isascii():
        return char in ".,:;()[]%/-+*#&@'\"_=<>?!~|"
    kind = unicodedata.category(char)
    return kind[0] in "PS" and "\u2010" <= char < "\ufff0"


def is_spaced(text: str) -> bool:
    """This function will say whether glyphs stand apart (招 标 文 件), so that blanks between hanzi carry no
    meaning."""
    hanzi = sum(map(is_hanzi, text))
    return hanzi >= 8 and len(_LONE_HANZI.findall(text)) > 0.5 * hanzi


def tidy(text: str) -> str:
    """This function will drop NULs and controls, and close up spaced glyphs; a normal text keeps its blanks."""
    clean = "".join(
        char for char in text.replace("\r\n", "\n").replace("\r", "\n") if char == "\n" or char == "\t" or char >= " "
    )
    return _SPACED.sub("", clean) if is_spaced(clean) else clean
