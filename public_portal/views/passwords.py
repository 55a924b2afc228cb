"""Changing one's own password: by choice, or at the first sign-in with one that somebody else has set."""

from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from identity.models import Person
from identity.operations import change_password
from identity.policy import Act
from public_portal.forms import PasswordForm
from ui.access import access
from ui.acting import act
from ui.context import actor_of

TEMPLATE = "public/change_password.html"


@access(Act.SIGN_IN)  # as at the sign-in page, nobody has acted in a role yet; strangers are told to sign in first
@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest) -> HttpResponse:
    """Show the form; POST changes the password, ends the person's other sessions and goes on to `next`."""
    person, to = request.user, _next(request)
    if not isinstance(person, Person):
        return render(request, TEMPLATE)
    context = {"next": to, "initial": person.password_is_initial}
    if request.method == "GET":
        return render(request, TEMPLATE, {**context, "form": PasswordForm()})
    form = PasswordForm(request.POST)

    def operation() -> None:
        told = form.cleaned_data
        changed = change_password(person_id=person.pk, old=told["old"], new=told["new"], actor=actor_of(request))
        update_session_auth_hash(request, changed)

    done = _("密码已修改。在其他地方的登录已全部退出。")
    return act(request, template=TEMPLATE, context=context, operation=operation, done=done, to=(to,), form=form)


def _next(request: HttpRequest) -> str:
    """Return where to go on: an address of this site that was asked for, else the person's desk."""
    asked = request.POST.get("next") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if safe else resolve_url("home")
