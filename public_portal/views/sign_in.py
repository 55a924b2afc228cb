"""Signing in and out, switching the active role, and the way to each role's desk. Throttled by axes."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from identity.middleware import must_change_password, switch_membership
from identity.models import Person
from identity.policy import Act
from identity.queries import memberships
from identity.roles import ROLE_NAMES
from identity.sign_in import record_refused_sign_in, record_sign_in
from public_portal.demonstration import accounts
from public_portal.forms import SignInForm
from ui.access import access
from ui.context import actor_of
from ui.navigation import DESKS, reachable

TOO_MANY = 429
LONGEST_NUMBER = 6  # digits; int() refuses thousands of them


class SignIn(auth_views.LoginView):
    """The sign-in page."""

    template_name = "public/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, accounts=accounts(), role_names=ROLE_NAMES)

    def get_success_url(self) -> str:
        """Return where to go on; who signs in with a password set by somebody else changes it on the way."""
        to: str = super().get_success_url()
        return f"{reverse('change_password')}?{urlencode({'next': to})}" if must_change_password(self.request) else to

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        record_sign_in(self.request, form.get_user())
        return response

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        if form.non_field_errors():  # both fields were filled, and refused
            record_refused_sign_in(self.request, form.cleaned_data["username"])
        return super().form_invalid(form)


sign_in = access(Act.SIGN_IN)(never_cache(SignIn.as_view()))
sign_out = access(Act.SIGN_IN)(method_decorator(never_cache, name="dispatch")(auth_views.LogoutView).as_view())


def locked_out(
    request: HttpRequest, response: HttpResponse | None = None, credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """Say that this login is paused from this address (`AXES_LOCKOUT_CALLABLE`)."""
    minutes = round(settings.AXES_COOLOFF_TIME * 60)
    return render(request, "public/locked_out.html", {"minutes": minutes}, status=TOO_MANY)


@access(Act.GO_HOME)
def home(request: HttpRequest) -> HttpResponse:
    """Send everybody to their desk: a role whose portal has none, and the public, to the front page."""
    return redirect(reachable(DESKS.get(actor_of(request).role, ""), "public:home"))


@access(Act.SWITCH_ROLE)
@require_http_methods(["GET", "POST"])
def switch_role(request: HttpRequest) -> HttpResponse:
    """Show the person's memberships, numbered from 1; POST makes one of them active."""
    rows = memberships(request.user) if isinstance(request.user, Person) else []
    if request.method == "POST":
        number = request.POST.get("choice", "")
        if number.isdecimal() and len(number) < LONGEST_NUMBER and 1 <= int(number) <= len(rows):
            switch_membership(request, rows[int(number) - 1].pk)
            return redirect("home")
    actor = actor_of(request)
    context = {
        "memberships": [(row, row.organisation_id == actor.organisation_id and row.role == actor.role) for row in rows],
        "role_names": ROLE_NAMES,
    }
    return render(request, "public/switch_role.html", context)
