"""Steps one, two and the last: documents, questions, result with objections."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from bidder_portal import steps
from bidder_portal.forms import ObjectionForm, QuestionForm
from identity.policy import Act
from tendering import queries
from tendering.models import Award, Lot
from tendering.operations.ask_question import ask_question
from tendering.operations.fetch_document import fetch_document
from tendering.operations.file_objection import file_objection
from tendering.refusals import ActRefused, NotFound
from ui.access import access
from ui.context import actor_of
from ui.files import send_document
from ui.refusals import refused


@require_safe
@access(Act.READ_LOT)
def workspace(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Send the bidder to the step that is next."""
    return redirect(f"bidder:{steps.next_step(steps.workspace(lot, actor_of(request)))}", lot.code)


@require_safe
@access(Act.DOWNLOAD_DOCUMENT)
def documents(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Show the documents in force and the older versions."""
    in_force = queries.documents_in_force(lot)
    known = {document.pk for document in in_force}
    older = [document for document in queries.documents_published(lot) if document.pk not in known]
    context = steps.page(lot, actor_of(request), "documents") | {"documents": in_force, "older": older}
    return render(request, "bidder/documents.html", context | {"notices": queries.notices(lot)})


@require_safe
@access(Act.DOWNLOAD_DOCUMENT)
def download(request: HttpRequest, lot: Lot, sha256: str) -> HttpResponseBase:
    """Send a document; the download is recorded, and only the bidder itself sees that before the opening."""
    try:
        document = fetch_document(lot_code=lot.code, actor=actor_of(request), sha256=sha256)
    except NotFound as error:
        raise Http404(sha256) from error
    return send_document(document.sha256, document.name, media_type=document.media_type)


@require_http_methods(["GET", "HEAD", "POST"])
@access(Act.READ_LOT)
def questions(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Show questions and answers, and ask."""
    actor = actor_of(request)
    form = QuestionForm(request.POST or None)
    context = steps.page(lot, actor, "questions") | {"questions": queries.questions(lot, actor), "form": form}
    if request.method != "POST" or not form.is_valid():
        return render(request, "bidder/questions.html", context)
    try:
        ask_question(lot_code=lot.code, actor=actor, text=form.cleaned_data["text"])
    except ActRefused as error:
        return refused(request, "bidder/questions.html", context, error)
    messages.success(request, _("已提问，答复会公布在这里。"))
    return redirect(f"{reverse('bidder:questions', args=[lot.code])}?asked=1")


@require_http_methods(["GET", "HEAD", "POST"])
@access(Act.READ_LOT)
def result(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Show candidates, award and objections, and object."""
    actor = actor_of(request)
    form = ObjectionForm(request.POST or None, initial={"matter": _matter(lot)})
    published = lot.stage in steps.ENDED
    context = steps.page(lot, actor, "result") | {
        "candidates": queries.candidates(lot) if published else [],
        "award": Award.objects.select_related("winner").filter(lot=lot, issued_at__isnull=False).first(),
        "objections": queries.objections(lot, actor),
        "form": form,
    }
    if request.method != "POST" or not form.is_valid():
        return render(request, "bidder/result.html", context)
    try:
        file_objection(lot_code=lot.code, actor=actor, **form.cleaned_data)
    except ActRefused as error:
        return refused(request, "bidder/result.html", context, error)
    messages.success(request, _("异议已提交，答复前相关程序暂停。"))
    return redirect(f"{reverse('bidder:result', args=[lot.code])}?asked=1")


def _matter(lot: Lot) -> str:
    return {"candidates_published": "candidates", "opening": "opening", "opened": "opening"}.get(lot.stage, "document")
