"""The bids' files: page pictures with the reader's name across them, and the files themselves."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from evaluation import queries
from evaluation.models import MemberState, Page
from expert_portal.bids import BidFile, find_bid, find_file, is_blind, masks_of, path_of
from identity.policy import Act
from ledger import clock
from tendering.models import Lot, OpenedBid
from ui.access import access
from ui.context import actor_of
from ui.figures import iso
from ui.files import send_file
from ui.page_images import PageNotDrawn, drawn, for_reader

TYPES = {".pdf": "application/pdf", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}
UNJUDGED = frozenset({"opened", "evaluating"})  # while it matters whose a blind file is


def _asked(request: HttpRequest, lot: Lot, bid: str, file: int) -> tuple[OpenedBid, BidFile]:
    """Return what is asked for. :raises Http404: there is no such file, or a member who has not pledged asks (EC-12)"""
    member = queries.member_of(lot, actor_of(request).login)
    if member is not None and member.state != MemberState.SEATED:
        raise Http404(lot.code)
    opened = find_bid(lot, bid)
    return opened, find_file(opened, file)


@require_safe
@access(Act.READ_BIDS)
def page_image(request: HttpRequest, lot: Lot, bid: str, file: int, page: int) -> HttpResponse:
    """Show one page, marked with who reads it and when; in a blind file the bidder's names are covered.

    A page of a blind file is shown only once its words are read: until then nobody knows what to cover.
    """
    opened, found = _asked(request, lot, bid, file)
    row = Page.objects.filter(reading=found.reading, number=page).first() if found.reading else None
    blind = is_blind(lot, found)
    if blind and (row is None or row.source == "none"):
        raise Http404(str(page))
    masks = masks_of(row, opened.bid) if blind else []
    size = (row.width, row.height) if row else (0.0, 0.0)
    words = f"{actor_of(request).name}　{iso(clock.now())[:16]}"
    try:
        picture = drawn(path_of(lot, opened, found), found.sha256, page)
        shown = for_reader(picture, words, masks=masks, size=size)
    except (PageNotDrawn, OSError, MemoryError) as exc:  # a hostile page costs its own picture and nothing else
        raise Http404(str(page)) from exc
    answer = HttpResponse(shown, content_type="image/jpeg")
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@require_safe
@access(Act.READ_BIDS)
def download(request: HttpRequest, lot: Lot, bid: str, file: int) -> HttpResponseBase:
    """Hand out the file itself; a blind one, whose names cannot be covered in it, only once the lot is evaluated."""
    opened, found = _asked(request, lot, bid, file)
    if lot.stage in UNJUDGED and is_blind(lot, found):
        raise Http404(str(file))
    path = path_of(lot, opened, found)
    media_type = TYPES.get(path.suffix.lower(), "application/octet-stream")
    answer = send_file(path, path.name, media_type=media_type)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
