"""Ready-made evaluation schemes, as plain data that `evaluation.rules.scheme.parse` understands."""

from copy import deepcopy
from functools import cache
from typing import Any

from lawbook.files import names, read


class UnknownScheme(KeyError):
    """No ready-made scheme has this code."""


@cache
def _all() -> dict[str, dict[str, Any]]:
    return {data["code"]: data for data in (read(name) for name in names("schemes"))}


def schemes() -> dict[str, str]:
    """Return what is ready-made: code → title."""
    return {code: data["title"] for code, data in _all().items()}


def scheme(code: str) -> dict[str, Any]:
    """Return a copy of a ready-made scheme, free to be edited and stored as JSON.

    :raises UnknownScheme: when there is none of this code
    """
    try:
        return deepcopy(_all()[code])
    except KeyError:
        raise UnknownScheme(code) from None
