"""The door of every view: one act, one decision of the policy, in words when it is no.

A view says `@access(Act.READ_LOT)`; a `<str:lot>` in its address arrives as the `Lot`. Secret things answer 404 to
whoever may not know of them; the rest sends strangers to sign in and tells everybody else why not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from identity import policy
from identity.middleware import must_change_password
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from tendering import queries
from tendering.refusals import NotFound
from ui.context import actor_of
from ui.refusals import told

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
FORBIDDEN = 403
NO_ROLE = Reason("no_role", _("您的账号目前没有任何身份，请联系交易中心授予。"))


@dataclass(frozen=True)
class Loaded:
    """What a loader found: the view's keyword arguments with objects in the place of codes, and who they concern."""

    kwargs: dict[str, Any]
    subject: policy.Subject | None


Loader = Callable[[dict[str, Any]], Loaded]


def lot_by_address(kwargs: dict[str, Any]) -> Loaded:
    """Replace the lot's code by the lot. :raises Http404: there is no such lot"""
    if "lot" not in kwargs:
        return Loaded(kwargs, None)
    try:
        lot = queries.lot_by_code(kwargs["lot"])
    except NotFound:
        raise Http404(kwargs["lot"]) from None
    return Loaded({**kwargs, "lot": lot}, queries.subject(lot))


def access(act: policy.Act, load: Loader = lot_by_address) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Guard a view by an act of the policy; `load` may find other objects and must give the subject they belong to.

    The view gets `act` (`view.access`), so that the walk test can read what guards each address.
    """

    def guard(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            loaded = load(kwargs)
            decision = policy.decide(actor_of(request), act, loaded.subject)
            if decision.allowed:
                return view(request, *args, **loaded.kwargs)
            return turned_away(request, decision)

        guarded.access = act  # type: ignore[attr-defined]
        return guarded

    return guard


def turned_away(request: HttpRequest, decision: policy.Decision) -> HttpResponseBase:
    """Answer a no: 404 for what is secret, the sign-in page for strangers, else 403 with every reason.

    Who has not changed an initial password yet is sent to do so.
    """
    if decision.secret:
        raise Http404
    if must_change_password(request):
        return redirect_to_login(request.get_full_path(), reverse("change_password"))
    reasons = decision.reasons
    if not actor_of(request).signed_in and any(reason.code == "wrong_role" for reason in reasons):
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        reasons = (NO_ROLE,)  # the sign-in page would only send them back here
    return render(request, "403.html", {"reasons": told(reasons)}, status=FORBIDDEN)
