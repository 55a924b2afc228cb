"""Registering a project and adding lots to it."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from identity.policy import Act
from lawbook import procedure, scheme
from lawbook.reasons import Refused
from purchaser_portal import schemes
from purchaser_portal.forms import LotForm, ProjectForm
from tendering import queries
from tendering.models import Project
from tendering.operations.draft_lot import draft_lot
from tendering.operations.register_project import register_project
from tendering.refusals import NotFound
from ui.access import access
from ui.context import actor_of
from ui.refusals import refused

UNREADABLE = 422


def _own_project(request: HttpRequest, code: str) -> Project:
    try:
        found = queries.project_by_code(code)
    except NotFound:
        raise Http404(code) from None
    if not queries.owns(found, actor_of(request)):
        raise Http404(code)
    return found


@require_http_methods(["GET", "POST"])
@access(Act.REGISTER_PROJECT)
def new(request: HttpRequest) -> HttpResponse:
    """Register a project."""
    actor = actor_of(request)
    form = ProjectForm(request.POST or None, initial={"purchaser_uscc": actor.uscc, "agency_uscc": actor.uscc})
    template = "purchaser/project_new.html"
    if request.method == "GET" or not form.is_valid():
        return render(request, template, {"form": form}, status=UNREADABLE if form.is_bound else 200)
    try:
        made = register_project(actor=actor, draft=form.draft())
    except Refused as exc:
        return refused(request, template, {"form": form}, exc)
    return redirect("purchaser:lot_new", made.code)


@require_safe
@access(Act.REGISTER_PROJECT)
def project(request: HttpRequest, project: str) -> HttpResponse:
    """Show a project and its lots."""
    found = _own_project(request, project)
    return render(request, "purchaser/project.html", {"project": found, "lots": found.lots.order_by("code")})


@require_http_methods(["GET", "POST"])
@access(Act.REGISTER_PROJECT)
def lot_new(request: HttpRequest, project: str) -> HttpResponse:
    """Add a lot to a project."""
    found = _own_project(request, project)
    start: dict[str, Any] = scheme(procedure(found.procedure).default_scheme)
    form = LotForm(request.POST or None, initial={"name": found.name})
    points = schemes.PointsForm(start, request.POST or None)
    context = {"project": found, "form": form, "points": points, "heading": _("新建标段")}
    if request.method == "GET" or not (form.is_valid() and points.is_valid()):
        return render(request, "purchaser/lot_edit.html", context, status=UNREADABLE if form.is_bound else 200)
    try:
        lot = draft_lot(project_code=found.code, actor=actor_of(request), draft=form.draft(points.scheme()))
    except Refused as exc:
        return refused(request, "purchaser/lot_edit.html", context, exc)
    return redirect("purchaser:lot", lot.code)
