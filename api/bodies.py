"""Raw and JSON bodies of bounded size, read from requests that nobody trusts. Sizes are bytes."""

from typing import Any

from django.http import HttpRequest

from lawbook.reasons import Reason, Refused
from lawbook.words import gettext_noop as _
from sealing.canonical import NotCanonical, dumps, loads

JSON_MOST = 1 << 18
TOO_LARGE = Reason("body_size", _("请求内容超过规定的大小。"))
NOT_JSON = Reason("json", _("请求内容不是规范的 JSON 对象。"))
MISSING = _("缺少或填错了字段“{name}”。")
_NUL = b"\\u0000"
_LONGEST_LENGTH = 18  # digits of a length that is read at all


class BodyTooLarge(Refused):
    """More bytes than this call takes."""


class BadBody(Refused):
    """Not what this call takes."""


def raw(request: HttpRequest, *, most: int) -> bytes:
    """Return the body, read no further than `most` bytes whatever its length is said to be.

    :raises BodyTooLarge: it is longer
    """
    claimed = request.META.get("CONTENT_LENGTH") or "0"
    digits = claimed.isascii() and claimed.isdigit() and len(claimed) <= _LONGEST_LENGTH
    if not digits or int(claimed) > most:
        raise BodyTooLarge([TOO_LARGE])
    body = request.read(most + 1)
    if len(body) > most:
        raise BodyTooLarge([TOO_LARGE])
    return body


def json_object(request: HttpRequest, *, most: int = JSON_MOST) -> dict[str, Any]:
    """Return the JSON object of the body: no floats, no double keys, no NUL, no lone surrogate, bounded depth.

    :raises BodyTooLarge: it is longer than `most`
    :raises BadBody: anything else
    """
    body = raw(request, most=most)
    try:
        value = loads(body)
        dumps(value)  # what has no canonical form can be neither signed nor kept
    except NotCanonical as error:
        raise BadBody([NOT_JSON]) from error
    if not isinstance(value, dict) or _NUL in body:
        raise BadBody([NOT_JSON])
    return value


def text(body: dict[str, Any], name: str, *, most: int = 4096, optional: bool = False) -> str:
    """Return a string member. :raises BadBody: missing, of another type, or too long"""
    value = body.get(name, "" if optional else None)
    if not isinstance(value, str) or len(value) > most:
        raise BadBody([Reason("field", MISSING, values={"name": name})])
    return value


def number(body: dict[str, Any], name: str) -> int:
    """Return an integer member. :raises BadBody: missing or of another type"""
    value = body.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadBody([Reason("field", MISSING, values={"name": name})])
    return value
