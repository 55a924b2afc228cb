"""Answering questions and objections."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from identity.policy import Act
from purchaser_portal.forms import AnswerForm
from purchaser_portal.views.acting import act
from purchaser_portal.views.lots import TEMPLATE, lot_context
from tendering.models import Lot
from tendering.operations.answer_objection import answer_objection
from tendering.operations.answer_question import answer_question
from ui.access import access
from ui.context import actor_of


@require_POST
@access(Act.ANSWER_QUESTION)
def answer_to_question(request: HttpRequest, lot: Lot, question: UUID) -> HttpResponse:
    """Answer a question; the answer is published without the asker's name."""
    form = AnswerForm(request.POST)
    return act(
        request,
        template=TEMPLATE,
        context=lot_context(request, lot) | {"answering": question, "answer_form": form},
        form=form,
        operation=lambda: answer_question(
            question_id=question, actor=actor_of(request), answer=form.cleaned_data["answer"]
        ),
        done=_("答复已发布。"),
        to=("purchaser:lot", lot.code),
    )


@require_POST
@access(Act.ANSWER_OBJECTION)
def answer_to_objection(request: HttpRequest, lot: Lot, objection: UUID) -> HttpResponse:
    """Answer an objection."""
    form = AnswerForm(request.POST)
    return act(
        request,
        template=TEMPLATE,
        context=lot_context(request, lot) | {"answering": objection, "answer_form": form},
        form=form,
        operation=lambda: answer_objection(
            objection_id=objection, actor=actor_of(request), answer=form.cleaned_data["answer"]
        ),
        done=_("答复已发出。"),
        to=("purchaser:lot", lot.code),
    )
