"""Taking one's seat: the recusal check, the pledge, stepping aside, the vote for the leader."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from evaluation import queries
from evaluation.operations.elect_leader import elect_leader
from evaluation.operations.pledge import pledge
from evaluation.operations.recuse import recuse
from expert_portal.context import frame
from expert_portal.forms import PledgeForm, RecuseForm, VoteForm
from expert_portal.grounds import GROUNDS
from expert_portal.seats import Seat, seat_of
from expert_portal.views.room import gathering_context
from identity.policy import Act
from tendering.models import Lot
from ui.access import access
from ui.acting import UNREADABLE, act
from ui.context import actor_of

TEMPLATE = "expert/pledge.html"
NAMES_OUT = frozenset({"opened", "evaluating"})


@require_http_methods(["GET", "POST"])
@access(Act.PLEDGE)
def pledge_page(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Show the grounds of recusal and the bidders; take the pledge."""
    seat = seat_of(request, lot)
    if request.method == "GET":
        return render(request, TEMPLATE, _context(seat) | {"form": PledgeForm()})
    return act(
        request,
        template=TEMPLATE,
        context=_context(seat),
        form=PledgeForm(request.POST),
        operation=lambda: pledge(lot_code=lot.code, actor=actor_of(request)),
        done=_("承诺已记录。"),
        to=("expert:room", lot.code),
    )


@require_POST
@access(Act.PLEDGE)
def recuse_seat(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Give the seat up, with a reason."""
    seat, form = seat_of(request, lot), RecuseForm(request.POST)
    context = _context(seat) | {"form": PledgeForm(), "recuse_form": form}
    if not form.is_valid():
        return render(request, TEMPLATE, context, status=UNREADABLE)
    return act(
        request,
        template=TEMPLATE,
        context=context,
        operation=lambda: recuse(
            lot_code=lot.code,
            actor=actor_of(request),
            reason=form.cleaned_data["reason"],
            refusal=form.cleaned_data["refusal"],
        ),
        done=_("已退出本标段评标委员会；缺员按抽取顺序递补，顺序用完的由交易中心补抽。"),
        to=("expert:desk",),
    )


@require_POST
@access(Act.PLEDGE)
def vote(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Vote for the leader."""
    seat = seat_of(request, lot)
    form = VoteForm(request.POST)
    context = gathering_context(seat)
    return act(
        request,
        template="expert/gathering.html",
        context=context,
        form=form,
        operation=lambda: elect_leader(lot_code=lot.code, actor=actor_of(request), seat=form.cleaned_data["seat"]),
        done=_("投票已记录。"),
        to=("expert:room", lot.code),
    )


def _context(seat: Seat) -> dict[str, Any]:
    bidders = [row.bid.bidder for row in queries.opened(seat.lot)] if seat.lot.stage in NAMES_OUT else []
    return frame(seat, "pledge") | {"grounds": GROUNDS, "bidders": bidders, "recuse_form": RecuseForm()}
