"""The front page: figures, what closes today, openings under way, the latest notices."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from identity.policy import Act
from ledger import clock
from public_portal import reads
from public_portal.forms import SearchForm
from public_portal.notice_kinds import KINDS
from public_portal.notices import numbered
from tendering import queries
from ui.access import access

SHOWN = 8


@access(Act.BROWSE_LOTS)
def home(request: HttpRequest) -> HttpResponse:
    now = clock.now()
    today = reads.closing_today(now)
    context = {
        "figures": reads.figures(now),
        "today": today[:SHOWN],
        "today_count": today.count(),
        "coming": reads.closing_after(now)[:SHOWN],
        "opening": reads.in_stage("closed", "opening")[:SHOWN],
        "publicity": reads.in_stage("candidates_published", "result_published")[:SHOWN],
        "notices": numbered(queries.notices())[:SHOWN],
        "kinds": KINDS,
        "form": SearchForm(),
    }
    return render(request, "public/home.html", context)
