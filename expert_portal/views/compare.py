"""One item side by side: all bids with their evidence and one's mark of each, in one form that saves them together."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from evaluation.models import SheetVersion
from evaluation.operations.save_sheet import save_sheet
from evaluation.refusals import WRONG_PHASE
from expert_portal import marks as own
from expert_portal.context import Work, frame, work_of
from expert_portal.evidence import files_for, leads_of
from expert_portal.seats import Seat, seat_of
from expert_portal.views.room import script_of
from identity.policy import Act
from lawbook.reasons import Refused
from tendering.models import Lot
from ui.access import access
from ui.context import actor_of
from ui.refusals import CONFLICT, told

TEMPLATE = "expert/compare.html"
NO_VERSION = -1
LONGEST_VERSION = 9  # digits
Cells = dict[str, dict[str, str]]


@require_http_methods(["GET", "POST"])
@access(Act.FILL_SHEET)
def compare(request: HttpRequest, lot: Lot, item: str) -> HttpResponse:
    """Show all bids for one item, and save what was changed in any column; refused, everything typed comes back."""
    seat = seat_of(request, lot)
    if request.method == "POST" and not seat.reviewing:
        messages.error(request, "；".join(one.words for one in told([WRONG_PHASE])))
        return redirect("expert:room", lot.code)
    work = work_of(seat)
    work.item(item)
    if request.method == "GET":
        return render(request, TEMPLATE, _context(work, item, {}))
    version = _version(request.POST.get("version", ""))
    typed = _changed(request, work, item, version)
    try:
        _save(request, work, item, typed, version)
    except Refused as exc:
        context = _context(work, item, typed) | {"reasons": told(work.told(exc.reasons))}
        return render(request, TEMPLATE, context, status=CONFLICT)
    messages.success(request, _("已保存"))
    return redirect("expert:compare", lot.code, item)


def _version(typed: str) -> int:
    readable = typed.isascii() and typed.isdigit() and len(typed) <= LONGEST_VERSION
    return int(typed) if readable else NO_VERSION


def _changed(request: HttpRequest, work: Work, item: str, version: int) -> Cells:
    """Return the marks that differ from those the page was drawn with: a newer mark of another bid stays as it is."""
    drawn = _drawn(work.seat, version)
    typed = own.cells_of(request.POST, work.digests)
    return {digest: cell for digest, cell in typed.items() if not own.same(drawn.get(digest, {}).get(item), cell)}


def _drawn(seat: Seat, version: int) -> own.Marks:
    found = SheetVersion.objects.filter(sheet=seat.sheet, version=version).first() if seat.sheet else None
    return dict(found.marks) if found else {}


def _save(request: HttpRequest, work: Work, item: str, typed: Cells, version: int) -> None:
    """Save what is not saved yet, so that a second click changes nothing. :raises Refused: as `save_sheet`"""
    seat = work.seat
    patch = {d: {item: cell} for d, cell in typed.items() if not own.same(work.marks.get(d, {}).get(item), cell)}
    if patch:
        marks = own.merged(own.marks_of(seat), patch)
        save_sheet(lot_code=seat.lot.code, actor=actor_of(request), marks=marks, version=version)


def _context(work: Work, code: str, typed: Cells) -> dict[str, Any]:
    """Return the page; what was typed stands before what is saved."""
    lot, item = work.seat.lot, work.item(code)
    columns = [
        {
            "bid": bid,
            "prefix": own.prefix_of(bid.digest),
            "leads": leads_of(lot, bid, item, files_for(lot, bid, item)),
            "cell": typed.get(bid.digest, work.marks.get(bid.digest, {}).get(code, {})),
        }
        for bid in work.bids(item)
    ]
    drawn = {"work": work, "item": item, "columns": columns, "tree": work.tree(), "script": script_of(work, item)}
    return frame(work.seat, "room") | drawn
