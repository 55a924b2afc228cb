"""One way for every posted act: check the form, call one operation, go on, or come back with every reason."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from lawbook.reasons import Refused
from tendering.refusals import NotFound
from ui.refusals import CONFLICT, refused

UNREADABLE = 422
ABSENT = 404


def act(
    request: HttpRequest,
    *,
    template: str,
    context: dict[str, Any],
    operation: Callable[[], Any],
    done: str,
    to: tuple[Any, ...],
    form: forms.Form | None = None,
) -> HttpResponse:
    """Carry out `operation` for a valid form and redirect to `to`; else render `template` with what was typed."""
    shown = context if form is None else {**context, "form": form}
    if form is not None and not form.is_valid():
        return render(request, template, shown, status=UNREADABLE)
    try:
        operation()
    except Refused as exc:
        return refused(request, template, shown, exc, status=ABSENT if isinstance(exc, NotFound) else CONFLICT)
    messages.success(request, done)
    return redirect(*to)
