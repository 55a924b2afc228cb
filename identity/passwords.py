"""What a password must be."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from lawbook.reasons import Reason


def weaknesses(password: str) -> list[Reason]:
    """Return every objection of the validators in the settings."""
    try:
        validate_password(password)
    except ValidationError as error:
        return [Reason("password", message) for message in error.messages]
    return []
