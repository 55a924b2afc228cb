"""The two orders of this portal: suspending a lot and letting it go on, each with its reason."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from identity.policy import Act
from regulator_portal.forms import OrderForm
from tendering.models import Lot
from tendering.operations.resume_lot import resume_lot
from tendering.operations.suspend_lot import suspend_lot
from ui.access import access
from ui.acting import act
from ui.context import actor_of

TEMPLATE = "regulator/order.html"


def _order(request: HttpRequest, lot: Lot, *, resume: bool, operation: Callable[..., Any], done: str) -> HttpResponse:
    context = {"lot": lot, "resume": resume}
    if request.method == "GET":
        return render(request, TEMPLATE, context | {"form": OrderForm()})
    form = OrderForm(request.POST)
    return act(
        request,
        template=TEMPLATE,
        context=context,
        form=form,
        operation=lambda: operation(lot_code=lot.code, actor=actor_of(request), reason=form.cleaned_data["reason"]),
        done=done,
        to=("regulator:lot", lot.code),
    )


@require_http_methods(["GET", "POST"])
@access(Act.SUSPEND_LOT)
def suspend(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Suspend the lot."""
    return _order(request, lot, resume=False, operation=suspend_lot, done=_("已责令暂停，全部期限冻结。"))


@require_http_methods(["GET", "POST"])
@access(Act.RESUME_LOT)
def resume(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Let the lot go on."""
    return _order(request, lot, resume=True, operation=resume_lot, done=_("已恢复，期限按暂停的时长顺延。"))
