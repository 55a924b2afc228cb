"""Filling one's own sheet: by form, by script, and handing it in."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from evaluation.models import Sheet
from evaluation.operations.save_sheet import save_sheet
from evaluation.operations.submit_sheet import submit_sheet
from evaluation.rules.marks import BAD_MARKS
from expert_portal import marks as own
from expert_portal.context import Work, work_of
from expert_portal.seats import Seat, seat_of
from expert_portal.views.matrix import TEMPLATE as MATRIX
from expert_portal.views.matrix import matrix_context
from expert_portal.views.room import TEMPLATE as ITEM
from expert_portal.views.room import item_context
from identity.policy import Act
from lawbook.reasons import Refused
from sealing.canonical import NotCanonical, loads
from tendering.models import Lot
from tendering.refusals import ActRefused
from ui.access import access
from ui.context import actor_of
from ui.refusals import CONFLICT, told

UNREADABLE = 422
NO_VERSION = -1
LONGEST_VERSION = 9  # digits


@require_safe
@access(Act.FILL_SHEET)
def sheet(request: HttpRequest, lot: Lot) -> JsonResponse:
    """Give one's own sheet as JSON."""
    work = work_of(seat_of(request, lot))
    answer = JsonResponse(own.as_json(work.seat, work.items, work.bids()))
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@require_POST
@access(Act.FILL_SHEET)
def save(request: HttpRequest, lot: Lot) -> JsonResponse:
    """Save by script: `{"version", "marks"}` replaces the marks, `{"version", "patch"}` replaces single cells."""
    seat = seat_of(request, lot)
    try:
        version, marks = _posted(request, seat)
        saved = save_sheet(lot_code=lot.code, actor=actor_of(request), marks=marks, version=version)
    except Refused as exc:
        return _refused(seat, exc)
    return JsonResponse({"version": saved.version, "saved_at": saved.saved_at.isoformat(), "done": _done(seat, saved)})


def _posted(request: HttpRequest, seat: Seat) -> tuple[int, Any]:
    """Return version and marks. :raises ActRefused: not the JSON that is expected"""
    try:
        body = loads(request.body)
    except NotCanonical:  # not JSON, not UTF-8, too deep, or an endless number
        raise ActRefused([BAD_MARKS]) from None
    if not isinstance(body, dict) or type(body.get("version")) is not int or not {"marks", "patch"} & set(body):
        raise ActRefused([BAD_MARKS])
    if "marks" in body:
        return body["version"], body["marks"]
    patch = body["patch"]
    if not isinstance(patch, dict) or not all(isinstance(cells, dict) for cells in patch.values()):
        raise ActRefused([BAD_MARKS])
    return body["version"], own.merged(own.marks_of(seat), patch)


def _version(typed: str) -> int | None:
    """Return the version a form was drawn from; None where it says none, one that never was where it is no number."""
    if not typed:
        return None
    readable = typed.isascii() and typed.isdigit() and len(typed) <= LONGEST_VERSION
    return int(typed) if readable else NO_VERSION


def _refused(seat: Seat, exc: Refused) -> JsonResponse:
    """Answer 422 for what cannot be read, else 409; with the present version, and every reason."""
    reasons = Work(seat, seat.phase).told(exc.reasons) if seat.reviewing else exc.reasons
    listed = [
        {"check": reason.code, "reason": one.words, "law": reason.law}
        for reason, one in zip(reasons, told(reasons), strict=True)
    ]
    unreadable = all(code.startswith("marks_") for code in exc.codes)
    body = {"refused": listed, "version": seat.version, "marks": own.marks_of(seat)}
    return JsonResponse(body, status=UNREADABLE if unreadable else CONFLICT)


def _done(seat: Seat, saved: Sheet) -> int:
    work = Work(Seat(seat.lot, seat.committee, seat.member, saved), seat.phase)
    return work.done


@require_POST
@access(Act.FILL_SHEET)
def mark(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Save one cell from a plain form and go to the next bid, or stay where `next` says."""
    seat, form = seat_of(request, lot), request.POST
    item, bid, cell = form.get("item", ""), form.get("bid", ""), own.cell_of(form)
    marks = own.merged(own.marks_of(seat), {bid: {item: cell}})
    version = _version(form.get("version", ""))
    try:
        save_sheet(
            lot_code=lot.code,
            actor=actor_of(request),
            marks=marks,
            version=NO_VERSION if version is None else version,
        )
    except Refused as exc:
        if not seat.reviewing:
            messages.error(request, "；".join(one.words for one in told(exc.reasons)))
            return redirect("expert:room", lot.code)
        context = item_context(request, seat, item, bid) | {"cell": cell, "typed": True}
        return render(request, ITEM, context | {"reasons": told(exc.reasons)}, status=CONFLICT)
    return _onwards(Work(seat, seat.phase), item, bid, form.get("next", ""))


def _onwards(work: Work, item: str, bid: str, wanted: str) -> HttpResponse:
    """Go to the next bid of the item, after the last to the first bid of the next item, in the end to the matrix."""
    code = work.seat.lot.code
    if wanted == "stay":
        return redirect("expert:item", code, item, bid)
    bids = [one.digest for one in work.bids(work.item(item))]
    later = bids[bids.index(bid) + 1 :]
    if later:
        return redirect("expert:item", code, item, later[0])
    following = work.items.codes[work.items.codes.index(item) + 1 :]
    if not following:
        return redirect("expert:matrix", code)
    return redirect("expert:item", code, following[0], work.bids(work.item(following[0]))[0].digest)


@require_POST
@access(Act.FILL_SHEET)
def submit(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Hand the sheet in; what is missing is told all at once."""
    seat = seat_of(request, lot)
    try:
        submit_sheet(
            lot_code=lot.code,
            actor=actor_of(request),
            phase=request.POST.get("phase") or None,
            version=_version(request.POST.get("version", "")),
        )
    except Refused as exc:
        if not seat.reviewing:
            messages.error(request, "；".join(one.words for one in told(exc.reasons)))
            return redirect("expert:room", lot.code)
        work = Work(seat, seat.phase)
        context = matrix_context(seat, seat.phase) | {"reasons": told(work.told(exc.reasons))}
        return render(request, MATRIX, context, status=CONFLICT)
    messages.success(request, _("评审表已提交，不能再改。"))
    return redirect("expert:room", lot.code)
