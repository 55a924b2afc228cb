"""Organisations: list and registration."""

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from centre_portal.forms import OrganisationFilter, OrganisationForm
from identity.models import Organisation
from identity.operations.register_organisation import register_organisation
from identity.policy import Act
from identity.roles import ROLE_NAMES
from ui.access import access
from ui.acting import act
from ui.context import actor_of
from ui.lists import Column, ListPage


def _roles(organisation: Organisation) -> str:
    held = {row.role for row in organisation.memberships.all() if row.ended_at is None}
    return "、".join(_(name) for role, name in ROLE_NAMES.items() if role in held)


COLUMNS = (
    Column("name", gettext_lazy("单位名称"), lambda row: row.name, "name"),
    Column("uscc", gettext_lazy("统一社会信用代码"), lambda row: row.uscc, "uscc"),
    Column("roles", gettext_lazy("身份"), _roles),
    Column("at", gettext_lazy("登记"), lambda row: row.registered_at, "registered_at"),
)


def _filtered(form: OrganisationFilter) -> QuerySet[Organisation]:
    rows = Organisation.objects.prefetch_related("memberships")
    asked = form.chosen() if form.is_bound else {}
    for word in asked.get("text", "").split():
        rows = rows.filter(Q(name__icontains=word) | Q(short_name__icontains=word) | Q(uscc__icontains=word))
    if "role" in asked:
        rows = rows.filter(memberships__role=asked["role"], memberships__ended_at=None).distinct()
    return rows


@require_safe
@access(Act.REGISTER_PEOPLE)
def organisations(request: HttpRequest) -> HttpResponse:
    """List the organisations."""
    form = OrganisationFilter(request.GET or None)
    page: ListPage[Organisation] = ListPage(request, rows=_filtered(form), columns=COLUMNS, default="name", form=form)
    if page.wants_sheet:
        return page.sheet(_("单位"))
    rows = [(row, _roles(row)) for row in page]
    return render(request, "centre/organisations.html", {"page": page, "form": form, "rows": rows})


@require_http_methods(["GET", "POST"])
@access(Act.REGISTER_PEOPLE)
def new(request: HttpRequest) -> HttpResponse:
    """Register an organisation."""
    if request.method == "GET":
        return render(request, "centre/organisation_new.html", {"form": OrganisationForm()})
    form = OrganisationForm(request.POST)
    return act(
        request,
        template="centre/organisation_new.html",
        context={},
        form=form,
        operation=lambda: register_organisation(actor=actor_of(request), **form.cleaned_data),
        done=_("单位已登记。"),
        to=("centre:organisations",),
    )
