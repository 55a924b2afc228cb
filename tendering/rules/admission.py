"""What a reason for leaving a bid out of a later envelope must be, so that whoever reads it reads one. Pure."""

import unicodedata

MOST_WORDS = 500
FOUND_SHUT = "前面的信封没有全部开启。"  # the record's own words, where the host gives none
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and a sign by their category, and nothing to see


def visible(words: str) -> bool:
    """Whether there is anything to see: a letter, digit, punctuation or sign, not only blanks and marks."""
    return any(unicodedata.category(char)[0] in "LNPS" and char not in _BLANKS for char in words)


def recordable(words: str) -> bool:
    """Whether the log can hold the words: no NUL, no half of a surrogate pair."""
    return "\x00" not in words and not any(unicodedata.category(char) == "Cs" for char in words)


def is_found_shut(words: str) -> bool:
    """Whether the words read as the record's own sentence, whatever is put between its characters."""
    return _read(words) == _read(FOUND_SHUT)


def _read(words: str) -> str:
    plain = unicodedata.normalize("NFKC", words)
    return "".join(char for char in plain if unicodedata.category(char)[0] in "LN" and char not in _BLANKS)
