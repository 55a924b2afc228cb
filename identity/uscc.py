"""Unified social credit codes 统一社会信用代码 (GB 32100-2015): 18 characters, the last a check character. Pure."""

from stdnum.cn import uscc as gb32100
from stdnum.exceptions import ValidationError

from lawbook.words import gettext_noop

WRONG_USCC = gettext_noop("统一社会信用代码不正确：应为18位，且末位校验码相符")


def normal_uscc(text: str) -> str:
    """Return the code without blanks and in capitals.

    :raises ValueError: if length, characters or check character are wrong
    """
    try:
        return str(gb32100.validate(text.upper()))
    except ValidationError as error:
        raise ValueError(WRONG_USCC) from error
