"""The overview of a year by type, region and month: charts, tables, a workbook. Rehearsals never count."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from identity.policy import Act
from ledger import clock
from ui.access import access
from ui.overview import OverviewForm, overview, overview_sheets, sheet_address


@require_safe
@access(Act.SEE_REGULATOR_DESK)
def dashboard(request: HttpRequest) -> HttpResponse:
    """Show the figures, or send them as a workbook."""
    form = OverviewForm(request.GET or None, now=clock.now())
    found = form.statistics()
    if request.GET.get("format") == "xlsx":
        return overview_sheets(found)
    context = overview(found) | {"form": form, "sheet_address": sheet_address(request)}
    return render(request, "regulator/dashboard.html", context)
