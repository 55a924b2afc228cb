"""The evidence of one's own bid: the ledger's receipt as it stands now, with its witnesses, as file and PDF."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

import ledger
from bidder_portal import evidence_pdf as printing
from identity.policy import Act
from ledger import clock
from ledger.canonical import canonical, plain
from ledger.models import Entry
from tendering import bid_queries
from tendering.models import Bid, Lot
from tendering.refusals import NotFound
from tendering.signed_documents import Printed, sealed_copy
from ui.access import access
from ui.context import actor_of

PRINTED = Printed("receipt", "投标文件接收回执", over="")


@require_safe
@access(Act.READ_OWN_BID)
def evidence_file(request: HttpRequest, lot: Lot, digest: str) -> HttpResponse:
    """Send the receipt as canonical JSON: `python -m ledger verify-receipt` verifies it without any network."""
    bid, receipt = _own_evidence(request, lot, digest)
    return _attached(canonical(plain(receipt)), bid, "json", "application/json")


@require_safe
@access(Act.READ_OWN_BID)
def evidence_pdf(request: HttpRequest, lot: Lot, digest: str) -> HttpResponse:
    """Send the same to be printed, with a QR code that holds it whole where it fits."""
    bid, receipt = _own_evidence(request, lot, digest)
    face = printing.face(receipt, bid, actor_of(request).organisation_name)
    return _attached(sealed_copy(face, PRINTED, lot=lot, now=clock.now()), bid, "pdf", "application/pdf")


def _own_evidence(request: HttpRequest, lot: Lot, digest: str) -> tuple[Bid, dict[str, Any]]:
    """Return one's own bid and the receipt of the very entry that received it."""
    try:
        bid = bid_queries.own_bid(lot, digest, actor_of(request))
        entry = Entry.objects.select_related("body").get(pk=bid.receipt["evidence"]["index"])
    except (NotFound, Entry.DoesNotExist, KeyError) as error:
        raise Http404(digest) from error
    if (entry.body.kind, entry.body.payload.get("bid_digest")) != ("bid.received", bid.bid_digest):
        raise Http404(digest)
    return bid, ledger.receipt(entry)


def _attached(data: bytes, bid: Bid, kind: str, media_type: str) -> HttpResponse:
    name = f"evidence-{bid.lot.code}-{bid.bid_digest[:8]}.{kind}"
    return HttpResponse(
        data, content_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
