"""People: list, registration, granting and ending roles, new initial passwords."""

from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from centre_portal.forms import GrantForm, InitialPasswordForm, PeopleFilter, PersonForm
from identity.models import Membership, Organisation, Person
from identity.operations.grant_role import end_role, grant_role
from identity.operations.register_person import register_person
from identity.operations.reset_password import reset_password
from identity.policy import Act
from identity.roles import ROLE_NAMES, Role
from ui.access import access
from ui.acting import act
from ui.context import actor_of
from ui.lists import Column, ListPage

TEMPLATE = "centre/person.html"


def _roles(person: Person) -> str:
    return "；".join(f"{row.organisation.name}　{_(ROLE_NAMES[Role(row.role)])}" for row in person.memberships.all())


COLUMNS = (
    Column("name", gettext_lazy("姓名"), lambda row: row.name, "name"),
    Column("login", gettext_lazy("账号"), lambda row: row.login, "login"),
    Column("roles", gettext_lazy("身份"), _roles),
    Column("seen", gettext_lazy("最近登录"), lambda row: row.last_login, "last_login"),
)


def _filtered(form: PeopleFilter) -> QuerySet[Person]:
    current = Membership.objects.filter(ended_at=None).select_related("organisation")
    rows = Person.objects.prefetch_related(Prefetch("memberships", queryset=current))
    asked = form.chosen() if form.is_bound else {}
    for word in asked.get("text", "").split():
        found = Q(name__icontains=word) | Q(login__icontains=word)
        rows = rows.filter(found | Q(memberships__organisation__name__icontains=word))
    if "role" in asked:
        rows = rows.filter(memberships__role=asked["role"], memberships__ended_at=None)
    return rows.distinct()


@require_safe
@access(Act.REGISTER_PEOPLE)
def people(request: HttpRequest) -> HttpResponse:
    """List the people."""
    form = PeopleFilter(request.GET or None)
    page: ListPage[Person] = ListPage(request, rows=_filtered(form), columns=COLUMNS, default="login", form=form)
    if page.wants_sheet:
        return page.sheet(_("人员"))
    return render(request, "centre/people.html", {"page": page, "form": form, "role_names": ROLE_NAMES})


@require_http_methods(["GET", "POST"])
@access(Act.REGISTER_PEOPLE)
def new(request: HttpRequest) -> HttpResponse:
    """Register a person."""
    if request.method == "GET":
        return render(request, "centre/person_new.html", {"form": PersonForm()})
    form = PersonForm(request.POST)
    return act(
        request,
        template="centre/person_new.html",
        context={},
        form=form,
        operation=lambda: register_person(actor=actor_of(request), **form.cleaned_data),
        done=_("已登记。接下来授予身份。"),
        to=("centre:people",),
    )


def _person(public_id: UUID) -> Person:
    found = Person.objects.filter(public_id=public_id).first()
    if found is None:
        raise Http404(str(public_id))
    return found


def _context(person: Person) -> dict[str, Any]:
    rows = Membership.objects.filter(person=person).select_related("organisation").order_by("ended_at", "pk")
    return {"person": person, "memberships": rows, "role_names": ROLE_NAMES}


@require_safe
@access(Act.REGISTER_PEOPLE)
def person_page(request: HttpRequest, person: UUID) -> HttpResponse:
    """Show a person and their roles."""
    return render(request, TEMPLATE, _context(_person(person)) | {"form": GrantForm()})


@require_POST
@access(Act.REGISTER_PEOPLE)
def grant(request: HttpRequest, person: UUID) -> HttpResponse:
    """Grant a role."""
    found, form = _person(person), GrantForm(request.POST)

    def operation() -> None:
        organisation = Organisation.objects.get(uscc=form.cleaned_data["organisation"])
        role = Role(form.cleaned_data["role"])
        grant_role(person_id=found.pk, organisation_id=organisation.pk, role=role, actor=actor_of(request))

    return act(
        request,
        template=TEMPLATE,
        context=_context(found),
        form=form,
        operation=operation,
        done=_("已授予身份。"),
        to=("centre:person", found.public_id),
    )


@require_http_methods(["GET", "POST"])
@access(Act.REGISTER_PEOPLE)
def end(request: HttpRequest, person: UUID, membership: int) -> HttpResponse:
    """End a role; asks once more before it does."""
    found = _person(person)
    held = Membership.objects.select_related("organisation").filter(pk=membership, person=found).first()
    if held is None:
        raise Http404(str(membership))
    context = {"person": found, "held": held, "role_names": ROLE_NAMES}
    if request.method == "GET":
        return render(request, "centre/role_end.html", context)
    return act(
        request,
        template="centre/role_end.html",
        context=context,
        operation=lambda: end_role(membership_id=held.pk, actor=actor_of(request)),
        done=_("身份已终止。"),
        to=("centre:person", found.public_id),
    )


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@access(Act.REGISTER_PEOPLE)
def password(request: HttpRequest, person: UUID) -> HttpResponse:
    """Set a new initial password; says first what it does."""
    found = _person(person)
    context = {"person": found}
    if request.method == "GET":
        return render(request, "centre/password.html", {**context, "form": InitialPasswordForm()})
    form = InitialPasswordForm(request.POST)
    return act(
        request,
        template="centre/password.html",
        context=context,
        form=form,
        operation=lambda: reset_password(person_id=found.pk, actor=actor_of(request), **form.cleaned_data),
        done=_("已重设。请当面或打电话告诉本人；本人登录后须先改成自己的密码。"),
        to=("centre:person", found.public_id),
    )
