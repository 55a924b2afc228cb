"""The expert pool: list, enrol, change, take out and back in."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from centre_portal import words
from centre_portal.forms import ExpertEntryForm, ExpertFilter, ExpertForm, ExpertStateForm
from evaluation.models import Expert
from evaluation.operations.enrol_expert import change_expert, enrol_expert, set_expert_active
from identity.policy import Act
from ui.access import access
from ui.acting import act
from ui.context import actor_of
from ui.lists import Column, ListPage

COLUMNS = (
    Column("name", gettext_lazy("姓名"), lambda row: row.person.name, "person__name"),
    Column("login", gettext_lazy("账号"), lambda row: row.person.login, "person__login"),
    Column("specialty", gettext_lazy("专业"), lambda row: words.specialty(row.specialty), "specialty"),
    Column("region", gettext_lazy("地区"), lambda row: row.region, "region"),
    Column("title", gettext_lazy("职称"), lambda row: row.title, "title"),
    Column(
        "employer", gettext_lazy("现任职单位"), lambda row: row.employer.name if row.employer else "", "employer__name"
    ),
    Column("active", gettext_lazy("状态"), lambda row: _("在库") if row.active else _("停用"), "active"),
)


def _filtered(form: ExpertFilter) -> QuerySet[Expert]:
    rows = Expert.objects.select_related("person", "employer")
    asked = form.chosen() if form.is_bound else {}
    for word in asked.get("text", "").split():
        rows = rows.filter(
            Q(person__name__icontains=word) | Q(person__login__icontains=word) | Q(employer__name__icontains=word)
        )
    if "specialty" in asked:
        rows = rows.filter(specialty=asked["specialty"])
    if "active" in asked:
        rows = rows.filter(active=asked["active"] == "yes")
    return rows


@require_safe
@access(Act.MANAGE_EXPERTS)
def experts(request: HttpRequest) -> HttpResponse:
    """List the pool."""
    form = ExpertFilter(request.GET or None)
    page: ListPage[Expert] = ListPage(request, rows=_filtered(form), columns=COLUMNS, default="name", form=form)
    if page.wants_sheet:
        return page.sheet(_("专家库"))
    return render(request, "centre/experts.html", {"page": page, "form": form, "specialties": words.SPECIALTIES})


def _expert(login: str) -> Expert:
    found = Expert.objects.select_related("person", "employer").filter(person__login=login).first()
    if found is None:
        raise Http404(login)
    return found


@require_http_methods(["GET", "POST"])
@access(Act.MANAGE_EXPERTS)
def new(request: HttpRequest) -> HttpResponse:
    """Enrol a person in the pool."""
    if request.method == "GET":
        form = ExpertForm(initial={"login": request.GET.get("login", "")})
        return render(request, "centre/expert_new.html", {"form": form})
    form = ExpertForm(request.POST)
    return act(
        request,
        template="centre/expert_new.html",
        context={},
        form=form,
        operation=lambda: enrol_expert(login=form.cleaned_data["login"], entry=form.entry(), actor=actor_of(request)),
        done=_("已入库。"),
        to=("centre:experts",),
    )


def _initial(expert: Expert) -> dict[str, Any]:
    former = expert.former_employers[0] if expert.former_employers else {}
    return {
        "specialty": expert.specialty,
        "region": expert.region,
        "title": expert.title,
        "employer_uscc": expert.employer.uscc if expert.employer else "",
        "former_uscc": former.get("uscc", ""),
        "former_left_on": former.get("left_on", ""),
    }


@require_http_methods(["GET", "POST"])
@access(Act.MANAGE_EXPERTS)
def expert(request: HttpRequest, login: str) -> HttpResponse:
    """Show an expert and change what the pool says."""
    found = _expert(login)
    context = {"expert": found}
    if request.method == "GET":
        return render(request, "centre/expert.html", context | {"form": ExpertEntryForm(initial=_initial(found))})
    form = ExpertEntryForm(request.POST)
    return act(
        request,
        template="centre/expert.html",
        context=context,
        form=form,
        operation=lambda: change_expert(login=login, entry=form.entry(), actor=actor_of(request)),
        done=_("已保存。"),
        to=("centre:experts",),
    )


@require_http_methods(["GET", "POST"])
@access(Act.MANAGE_EXPERTS)
def active(request: HttpRequest, login: str) -> HttpResponse:
    """Take an expert out of the pool, or back in; asks for the reason first."""
    found = _expert(login)
    if request.method == "GET":
        wanted = "no" if found.active else "yes"
        form = ExpertStateForm(initial={"active": wanted})
        return render(request, "centre/expert_active.html", {"expert": found, "wanted": wanted, "form": form})
    form = ExpertStateForm(request.POST)
    return act(
        request,
        template="centre/expert_active.html",
        context={"expert": found, "wanted": request.POST.get("active", "")},
        form=form,
        operation=lambda: set_expert_active(login=login, actor=actor_of(request), **form.cleaned_data),
        done=_("已办理。"),
        to=("centre:experts",),
    )
