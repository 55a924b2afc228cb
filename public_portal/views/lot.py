"""One lot: its page, a notice, its opening record, its documents."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from identity.actor import Actor
from identity.policy import Act
from lawbook import procedure
from ledger.reading import PUBLIC, entries_of
from public_portal import reads
from public_portal.notice_kinds import DOCUMENT_KINDS, KINDS
from public_portal.notices import notice_by_number, numbered
from tendering import draw_queries, queries
from tendering.models import Lot
from tendering.operations.fetch_document import fetch_document
from tendering.queries.published import ObjectionView
from tendering.refusals import NotFound
from ui.access import access
from ui.context import actor_of
from ui.files import send_document
from ui.lists import Column, ListPage

RECORD_COLUMNS = (
    Column("number", gettext_lazy("序"), lambda row: row.number),
    Column("bidder", gettext_lazy("投标人"), lambda row: row.bidder),
    Column("price", gettext_lazy("投标报价（元）"), lambda row: row.price_yuan),
    Column("duration", gettext_lazy("工期（天）"), lambda row: row.duration_days),
    Column("opened_by", gettext_lazy("开启方式"), lambda row: row.opened_by),
    Column("digest", gettext_lazy("密封件摘要"), lambda row: row.bid_digest),
)

# What the page's margin names of the record: the steps of the lot, not every reading, share and signature.
MILESTONES = frozenset(
    {
        *("lot.announced", "lot.amended", "lot.postponed", "lot.closed", "lot.failed", "lot.terminated"),
        *("lot.suspended", "lot.resumed", "opening.started", "opening.finished", "opening.recorded"),
        *("evaluation.finished", "candidates.published", "result.published", "award.issued"),
    }
)
SHOWN_ENTRIES = 8


def answered_objections(lot: Lot, actor: Actor) -> dict[str, list[ObjectionView]]:
    """Return what was objected and answered, by matter: `document`, `opening`, `candidates`."""
    found: dict[str, list[ObjectionView]] = {}
    for row in queries.objections(lot, actor):
        if row.answered_at:
            found.setdefault(row.matter, []).append(row)
    return found


def public_entries(lot: Lot) -> list[dict[str, Any]]:
    """Return the lot's ledger entries whose bodies are public now: counting the others would count bids (BL-22)."""
    return [row for row in entries_of(lot.code, viewer=PUBLIC) if row["body"] is not None]


@access(Act.READ_LOT)
def show(request: HttpRequest, lot: Lot) -> HttpResponse:
    entries = public_entries(lot)
    context = {
        "lot": lot,
        "procedure": procedure(lot.project.procedure),
        "notices": numbered(queries.notices(lot)),
        "documents": queries.documents_in_force(lot),
        "older": [row for row in queries.documents_published(lot) if row not in queries.documents_in_force(lot)],
        "questions": [row for row in queries.questions(lot, actor_of(request)) if row.answered_at],
        "record": reads.opening_record(lot),
        "draws": draw_queries.shown(lot),
        "drawn": draw_queries.drawn_coefficients(lot),
        "candidates": queries.candidates(lot) if lot.publicity_starts_at else [],
        "award": reads.award_of(lot),
        "objections": answered_objections(lot, actor_of(request)),
        "entries": [row for row in entries if row["body"]["kind"] in MILESTONES][-SHOWN_ENTRIES:],
        "entry_count": len(entries),
        "kinds": KINDS,
        "document_kinds": DOCUMENT_KINDS,
    }
    return render(request, "public/lot.html", context)


@access(Act.READ_LOT)
def notice(request: HttpRequest, lot: Lot, number: int) -> HttpResponse:
    context = {"lot": lot, "notice": notice_by_number(lot, number), "number": number, "kinds": KINDS}
    return render(request, "public/notice.html", context)


@access(Act.READ_OPENING_RECORD)
def opening(request: HttpRequest, lot: Lot) -> HttpResponse:
    record = reads.opening_record(lot)
    if record is None:
        raise Http404
    page: ListPage[reads.RecordRow] = ListPage(
        request, rows=record.rows, columns=RECORD_COLUMNS, default="number", per_page=200
    )
    if page.wants_sheet:
        return page.sheet(f"{lot.code}-{_('开标记录')}")
    signed = lot.signed_documents.filter(sha256=record.opening.record_sha256).first()
    return render(request, "public/opening.html", {"lot": lot, "record": record, "page": page, "signed": signed})


def signed_file(request: HttpRequest, lot: Lot, sha256: str, name: str) -> HttpResponseBase:
    """Send a signed document; with `?timestamp` the timestamp that came later and lies beside it.

    :raises Http404: it bears its timestamp inside, or has none yet
    """
    if "timestamp" not in request.GET:
        return send_document(sha256, f"{lot.code}-{name}.pdf", inline=True)
    found = lot.signed_documents.filter(sha256=sha256).exclude(token_sha256="").first()
    if found is None:
        raise Http404(sha256)
    return send_document(found.token_sha256, f"{lot.code}-{name}.tsr", media_type="application/timestamp-reply")


@access(Act.READ_OPENING_RECORD)
def record_file(request: HttpRequest, lot: Lot) -> HttpResponseBase:
    record = reads.opening_record(lot)
    if record is None or not record.opening.record_sha256:
        raise Http404
    return signed_file(request, lot, record.opening.record_sha256, _("开标记录"))


@access(Act.READ_AWARD)
def award_file(request: HttpRequest, lot: Lot) -> HttpResponseBase:
    award = reads.award_of(lot)
    if award is None or not award.notice_sha256 or award.issued_at is None:
        raise Http404
    return signed_file(request, lot, award.notice_sha256, _("中标通知书"))


@access(Act.DOWNLOAD_DOCUMENT)
def document(request: HttpRequest, lot: Lot, sha256: str) -> HttpResponseBase:
    try:
        found = fetch_document(lot_code=lot.code, actor=actor_of(request), sha256=sha256)
    except NotFound:
        raise Http404(sha256) from None
    return send_document(found.sha256, found.name, media_type=found.media_type)
