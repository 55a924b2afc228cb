"""How refusals and errors leave the API: a status and `{"refused": [{"check", "reason"}]}`, never a stack trace."""

import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.utils.translation import gettext
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError
from ninja.errors import ValidationError as NinjaValidationError

from api.access import Forbidden
from api.bodies import TOO_LARGE, BadBody, BodyTooLarge
from lawbook.reasons import Reason, Refused
from lawbook.words import gettext_noop as _
from suites import Refused as SealRefused
from tendering.refusals import NotFound, PlatformFull

logger = logging.getLogger(__name__)
Handler = Callable[[HttpRequest, Any], HttpResponse]
STATUS: tuple[tuple[type[Refused], int], ...] = (
    (NotFound, 404),
    (Forbidden, 403),
    (BodyTooLarge, 413),
    (BadBody, 422),
    (PlatformFull, 507),
    (Refused, 409),
)
SIGN_IN = Reason("sign_in", _("请先登录。"))
NO_SUCH = Reason("not_found", _("没有这个地址。"))
BAD_REQUEST = Reason("request", _("请求的格式不正确。"))
BUSY = Reason("busy", _("系统繁忙，请稍候再试。"))


def told(reason: Reason) -> dict[str, str]:
    """Return a reason as the API tells it, in the reader's language."""
    words = gettext(reason.text) if reason.text else reason.code
    return {"check": reason.code, "reason": words.format_map(dict(reason.values)) if reason.values else words}


def install(api: NinjaAPI) -> None:
    """Register every handler."""

    def answer(request: HttpRequest, reasons: list[Reason], status: int) -> HttpResponse:
        return api.create_response(request, {"refused": [told(reason) for reason in reasons]}, status=status)

    def refused(request: HttpRequest, error: Refused) -> HttpResponse:
        status = next(status for kind, status in STATUS if isinstance(error, kind))
        return answer(request, list(error.reasons), status)

    def seal_refused(request: HttpRequest, error: SealRefused) -> HttpResponse:
        rows = [{"check": reason.check, "reason": reason.reason} for reason in error.reasons]
        return api.create_response(request, {"refused": rows}, status=409)

    def busy(request: HttpRequest, error: Exception) -> HttpResponse:
        logger.warning("database busy: %s", error)
        response = answer(request, [BUSY], 503)
        response["Retry-After"] = "2"
        return response

    def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
        reason = Reason("request", str(error))
        return answer(request, [reason], error.status_code)

    def fixed(reason: Reason, status: int) -> Handler:
        return lambda request, error: answer(request, [reason], status)

    handlers: list[tuple[type[Exception], Handler]] = [
        (Refused, refused),
        (SealRefused, seal_refused),
        (OperationalError, busy),
        (HttpError, http_error),
        (AuthenticationError, fixed(SIGN_IN, 401)),
        (NinjaValidationError, fixed(BAD_REQUEST, 422)),
        (Http404, fixed(NO_SUCH, 404)),
        (RequestDataTooBig, fixed(TOO_LARGE, 413)),
        (UnreadablePostError, fixed(BAD_REQUEST, 400)),
        (SuspiciousOperation, fixed(BAD_REQUEST, 400)),
    ]
    for kind, handler in handlers:
        api.add_exception_handler(kind, handler)
