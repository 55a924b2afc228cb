"""The page of a lot's draws: commitments, lines of those present, head of the log, result, and how to recompute it."""

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from identity.actor import Actor
from identity.policy import Act
from lawbook.reasons import Refused
from opening_hall.views.pages import hall_context
from opening_hall.words import draw_words
from tendering import bid_queries, draw_queries
from tendering.models import Lot
from tendering.operations.add_draw_line import LONGEST, may_add
from tendering.rules import draws
from ui.access import access
from ui.context import actor_of
from ui.refusals import told

CONFLICT = 409


@require_safe
@access(Act.WATCH_HALL)
def draw(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Show the draws."""
    return page(request, lot=lot)


def page(request: HttpRequest, *, lot: Lot, refusal: Refused | None = None, form_errors: Any = None) -> HttpResponse:
    """Render the page, after a refused act with every reason and what was typed."""
    actor = actor_of(request)
    words = draw_words()
    context: dict[str, Any] = {
        **hall_context(lot, "public"),
        **_presence(lot, actor),
        "draws": [_shown(row, words) for row in draw_queries.shown(lot)],
        "pending": draw_queries.pending_coefficients(lot),
        "lines": draw_queries.lines(lot),
        "longest": LONGEST,
        "typed": request.POST,
        "reasons": told(refusal.reasons) if refusal else [],
        "form_errors": form_errors,
    }
    status = CONFLICT if refusal or form_errors else 200
    return render(request, "opening_hall/draw.html", context, status=status)


@require_safe
@access(Act.WATCH_HALL)
def record(request: HttpRequest, lot: Lot, matter: str) -> HttpResponse:
    """Answer the record of one draw as a file, once its result is public, as `tendering.rules.draws` reads it."""
    found = next((row.record for row in draw_queries.shown(lot) if row.matter == matter and row.record), None)
    if found is None:
        raise Http404(matter)
    body = json.dumps(found, ensure_ascii=False, indent=2, sort_keys=True)
    answer = HttpResponse(body, content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{lot.code}-{matter}.json"'
    return answer


def _presence(lot: Lot, actor: Actor) -> dict[str, Any]:
    taking = draw_queries.takes_lines(lot)
    present = taking and may_add(lot, actor)
    return {
        "taking_lines": taking,
        "may_add": present,
        "own": draw_queries.own_line(lot, actor) if present else None,
        "hosting": not bid_queries.host_reasons(lot, actor),
    }


def _shown(row: draw_queries.Shown, words: dict[str, dict[str, str]]) -> dict[str, Any]:
    """Return one draw as the page tells it: names in the reader's language, ratios as they stand in the scheme."""
    results = [
        (words["coefficient"].get(name, name), "、".join(drawn)) for name, drawn in row.record.get("result", {}).items()
    ]
    return {
        "row": row,
        "title": words["matter"].get(row.matter, row.matter),
        "results": results if row.matter == draw_queries.COEFFICIENTS else [],
        "candidates": [
            (words["coefficient"].get(matter["name"], matter["name"]), "、".join(matter["candidates"]))
            for matter in row.record.get("matters", [])
        ]
        if row.matter == draw_queries.COEFFICIENTS
        else [],
        "holds": bool(row.record) and not draws.problems(row.record),
    }
