"""Steps three to six: prepare, seal, receipt, withdraw, opening. Plaintext and private keys never reach these views."""

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from bidder_portal import qr, steps, words
from bidder_portal.context_data import lot_data, policy_words
from identity import queries as identity_queries
from identity.policy import Act
from sealing import canonical
from tendering import bid_queries, queries
from tendering.models import Bid, Lot
from tendering.operations.withdraw_bid import withdraw_bid
from tendering.refusals import ActRefused, NotFound
from ui.access import access
from ui.context import actor_of
from ui.refusals import refused

MOST_STATEMENT = 1 << 16  # bytes of a signed withdrawal with its certificates


def _custodians(lot: Lot) -> list[dict[str, object]]:
    """Return the custodians of the signed parameters, with the names people know them by."""
    signed = queries.parameters_in_force(lot)
    wanted = signed.statement["body"]["custodians"]
    pubs = {pub["kid"]: pub for pub in signed.recipients}
    found = []
    for kid in wanted:
        code = pubs[kid]["organisation"]
        found.append({"kid": kid, "uscc": code, "name": identity_queries.organisation_by_uscc(code).name})
    return found


def _page(request: HttpRequest, lot: Lot, current: str) -> dict[str, object]:
    actor = actor_of(request)
    custodians = _custodians(lot)
    return steps.page(lot, actor, current) | {
        "data": lot_data(lot, actor),
        "custodians": custodians,
        "policy_words": policy_words(lot, len(custodians)),
        "fingerprint": identity_queries.root_fingerprint(),
    }


@require_safe
@access(Act.PREPARE_BID)
def prepare(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Show checklist and price form; what is typed and dragged stays on the bidder's machine."""
    context = _page(request, lot, "prepare") | {"words": words.prepare()}
    return render(request, "bidder/prepare.html", context)


@require_safe
@access(Act.PREPARE_BID)
def seal(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Show sealing and upload."""
    actor = actor_of(request)
    context = _page(request, lot, "seal") | {
        "words": words.seal(),
        "sequence": bid_queries.next_sequence(lot, actor.organisation_id or 0),
    }
    return render(request, "bidder/seal.html", context)


def _own(request: HttpRequest, lot: Lot, digest: str) -> Bid:
    try:
        return bid_queries.own_bid(lot, digest, actor_of(request))
    except NotFound as error:
        raise Http404(digest) from error


@require_safe
@access(Act.READ_LOT)
def receipt(request: HttpRequest, lot: Lot, digest: str = "") -> HttpResponse:
    """Show a receipt, the latest one where none is named; and all earlier ones."""
    context = steps.page(lot, actor_of(request), "receipt")
    bids = context["work"].bids
    bid = _own(request, lot, digest) if digest else context["work"].in_force or (bids[0] if bids else None)
    if bid is not None:
        side, path = qr.modules_path(f"gongheng:bid:{lot.code}:{bid.bid_digest}:{_index(bid)}")
        context |= {"bid": bid, "index": _index(bid), "qr": {"side": side, "path": path}}
        context |= {"policy_words": policy_words(lot, len(_custodians(lot))), "early": _early(bid)}
    context |= {"rows": [(row, steps.STATE_WORDS[row.state]) for row in bids]}
    return render(request, "bidder/receipt.html", context)


def _index(bid: Bid) -> int:
    return int(bid.receipt["evidence"].get("index", 0))


def _early(bid: Bid) -> str:
    from ui.spans import coarse

    deadline = bid.lot.deadline_at
    return coarse(deadline - bid.received_at) if deadline and deadline > bid.received_at else ""


@require_safe
@access(Act.READ_OWN_BID)
def receipt_file(request: HttpRequest, lot: Lot, digest: str) -> HttpResponse:
    """Send the signed receipt as JSON: with the platform's public key it verifies without any network."""
    bid = _own(request, lot, digest)
    body = json.dumps(bid.receipt, ensure_ascii=False, indent=1, sort_keys=True)
    name = f"receipt-{lot.code}-{bid.bid_digest[:8]}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(f"{body}\n", content_type="application/json", headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
@access(Act.WITHDRAW_BID)
def withdraw(request: HttpRequest, lot: Lot, digest: str) -> HttpResponse:
    """Ask, then withdraw: with a statement signed by the page's script, or by the offline client and handed in."""
    bid, actor = _own(request, lot, digest), actor_of(request)
    context = steps.page(lot, actor, "receipt") | {"bid": bid, "words": words.withdraw()}
    context |= {"data": {"lot": lot.code, "digest": bid.bid_digest, "organisation": actor.uscc}}
    if request.method != "POST":
        return render(request, "bidder/withdraw.html", context)
    try:
        withdraw_bid(lot_code=lot.code, bid_digest=bid.bid_digest, statement=_statement(request), actor=actor)
    except ActRefused as error:
        return refused(request, "bidder/withdraw.html", context, error)
    messages.success(request, _("已撤回。截止前可以重新封装并递交。"))
    return redirect("bidder:receipt", lot.code)


def _statement(request: HttpRequest) -> dict[str, Any]:
    """Return the statement of the form or of the file; empty where neither is one, which is then refused in words."""
    file = request.FILES.get("file")
    raw = request.POST.get("statement", "").encode() if file is None else file.read(MOST_STATEMENT + 1)
    try:
        found = canonical.loads(raw) if len(raw) <= MOST_STATEMENT else {}
    except canonical.NotCanonical:
        found = {}
    return found if isinstance(found, dict) else {}


@require_safe
@access(Act.READ_LOT)
def opening(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Show what the opening asks of the bidder, and the way to its seat."""
    return render(request, "bidder/opening.html", steps.page(lot, actor_of(request), "opening"))
