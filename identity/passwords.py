"""What a password must be."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _

# Django's own words are not all translated; codes are those of its validators
_WORDS = {
    "password_too_short": _("密码太短，至少要 {least} 个字符。"),
    "password_too_common": _("这个密码太常见，容易被猜中。"),
}


def weaknesses(password: str) -> list[Reason]:
    """Return every objection of the validators in the settings."""
    try:
        validate_password(password)
    except ValidationError as error:
        return [_reason(one) for one in error.error_list]
    return []


def _reason(error: ValidationError) -> Reason:
    code = error.code or ""
    least = str((error.params or {}).get("min_length", ""))
    return Reason("password", _WORDS.get(code, error.messages[0]), values={"least": least})
