"""The acts of the hall: one row each. An act posts a form, calls one operation, and returns to its page."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from identity.policy import Act
from lawbook.reasons import Refused
from opening_hall.views import console, draw, seat
from tendering.models import Lot
from tendering.operations.add_draw_line import LONGEST, add_draw_line
from tendering.operations.ask_rescue import ask_rescue
from tendering.operations.confirm_price import confirm_price
from tendering.operations.confirm_record import confirm_record
from tendering.operations.draw_coefficients import draw_coefficients
from tendering.operations.end_window import end_window
from tendering.operations.extend_window import extend_window
from tendering.operations.pause_window import pause_window, resume_window
from tendering.operations.say_in_hall import say_in_hall
from tendering.operations.sign_in_to_opening import sign_in_to_opening
from tendering.operations.take_chair import take_chair
from ui.access import access
from ui.context import actor_of

LONGEST_TEXT = 1000


class NoForm(forms.Form):
    """An act that needs no words."""


class ReasonForm(forms.Form):
    """A reason that everybody will read."""

    reason = forms.CharField(max_length=LONGEST_TEXT)


class ExtensionForm(ReasonForm):
    """How long, and why, and which end the host saw."""

    minutes = forms.IntegerField(min_value=1, max_value=120)
    shown_end = forms.DateTimeField(widget=forms.HiddenInput)


class TextForm(forms.Form):
    """A line for the hall."""

    text = forms.CharField(max_length=LONGEST_TEXT)


class LineForm(forms.Form):
    """A line for the draws."""

    text = forms.CharField(max_length=LONGEST)


class AnswerForm(TextForm):
    """An answer, and which objection it answers."""

    answers = forms.UUIDField()


class BidForm(forms.Form):
    """Which bid."""

    bid_digest = forms.RegexField(r"^[0-9a-f]{64}$")


class RescueForm(BidForm):
    """Which bid, and why the bidder cannot open it."""

    reason = forms.CharField(max_length=LONGEST_TEXT, required=False)


@dataclass(frozen=True)
class HallAct:
    """One act: its address, who may do it, its form, its operation, the page it belongs to, what it says when done."""

    name: str
    act: Act
    form: type[forms.Form]
    operation: Callable[..., Any]
    page: Callable[..., HttpResponse]
    page_name: str
    done: Any
    fixed: dict[str, str] = field(default_factory=dict)

    @property
    def view(self) -> Callable[..., HttpResponse]:
        """The view that carries this act out."""

        @require_POST
        @access(self.act)
        def carry_out(request: HttpRequest, lot: Lot) -> HttpResponse:
            form = self.form(request.POST)
            if not form.is_valid():
                return self.page(request, lot=lot, form_errors=form.errors)
            try:
                arguments = {**form.cleaned_data, **self.fixed}
                self._call(lot, arguments, request)
            except Refused as exc:
                return self.page(request, lot=lot, refusal=exc)
            messages.success(request, str(self.done))
            return redirect(self.page_name, lot.code)

        return carry_out

    def _call(self, lot: Lot, arguments: dict[str, Any], request: HttpRequest) -> None:
        if self.operation in BY_KEY:
            self.operation(lot_id=lot.pk, actor=actor_of(request))
        else:
            self.operation(lot_code=lot.code, actor=actor_of(request), **arguments)


BY_KEY = (end_window, draw_coefficients)  # the clock's acts, which the host may do, too
DRAW = (draw.page, "hall:draw")
SEAT, CONSOLE = (seat.page, "hall:seat"), (console.page, "hall:console")
ACTS = (
    HallAct("sign-in", Act.SIGN_IN_TO_OPENING, NoForm, sign_in_to_opening, *SEAT, _("已签到。")),
    HallAct("rescue", Act.ASK_RESCUE, RescueForm, ask_rescue, *SEAT, _("已请托管方补救。")),
    HallAct("confirm-price", Act.CONFIRM_PRICE, BidForm, confirm_price, *SEAT, _("已确认报价。")),
    HallAct(
        "object", Act.SAY_IN_HALL, TextForm, say_in_hall, *SEAT, _("异议已提出，等待答复。"), {"kind": "objection"}
    ),
    HallAct("draw-line", Act.ADD_DRAW_LINE, LineForm, add_draw_line, *DRAW, _("已添加，计入抽签。")),
    HallAct("draw-now", Act.HOST_OPENING, NoForm, draw_coefficients, *DRAW, _("系数已抽取并公布。")),
    HallAct("take-chair", Act.HOST_OPENING, NoForm, take_chair, *CONSOLE, _("已登记为主持人。")),
    HallAct("extend", Act.HOST_OPENING, ExtensionForm, extend_window, *CONSOLE, _("解密窗口已延长。")),
    HallAct("pause", Act.HOST_OPENING, ReasonForm, pause_window, *CONSOLE, _("解密窗口已暂停。")),
    HallAct("resume", Act.HOST_OPENING, ReasonForm, resume_window, *CONSOLE, _("解密窗口已恢复。")),
    HallAct("end", Act.HOST_OPENING, NoForm, end_window, *CONSOLE, _("解密窗口已关闭。")),
    HallAct("say", Act.HOST_OPENING, TextForm, say_in_hall, *CONSOLE, _("已广播。")),
    HallAct("answer", Act.HOST_OPENING, AnswerForm, say_in_hall, *CONSOLE, _("已答复。"), {"kind": "answer"}),
    HallAct("confirm-record", Act.CONFIRM_RECORD, NoForm, confirm_record, *CONSOLE, _("开标记录已签署。")),
)
