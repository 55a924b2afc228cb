"""Attaching and removing documents of a draft, or of the next amendment."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from identity.policy import Act
from lawbook.reasons import Refused
from purchaser_portal.forms import DocumentForm
from purchaser_portal.views.acting import act
from purchaser_portal.views.lots import TEMPLATE, lot_context
from tendering.models import Lot
from tendering.operations.attach_document import attach_document, remove_document
from ui.access import access
from ui.context import actor_of
from ui.refusals import refused


@require_POST
@access(Act.ATTACH_DOCUMENT)
def attach(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Attach a file."""
    form = DocumentForm(request.POST, request.FILES)
    context = lot_context(request, lot) | {"document_form": form}

    def operation() -> None:
        file = form.cleaned_data["file"]
        kind = form.cleaned_data["kind"]
        attach_document(lot_code=lot.code, actor=actor_of(request), kind=kind, name=file.name, content=file.read())

    done, to = _("文件已存好。"), ("purchaser:lot", lot.code)
    return act(request, template=TEMPLATE, context=context, form=form, operation=operation, done=done, to=to)


@require_POST
@access(Act.ATTACH_DOCUMENT)
def remove(request: HttpRequest, lot: Lot, sha256: str) -> HttpResponse:
    """Remove a file that was not published."""
    try:
        remove_document(lot_code=lot.code, actor=actor_of(request), sha256=sha256)
    except Refused as exc:
        return refused(request, TEMPLATE, lot_context(request, lot), exc)
    return redirect("purchaser:lot", lot.code)
