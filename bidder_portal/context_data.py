"""What the bidder's scripts are told of a lot: its checklist, its limits, who may seal. Reads only."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from identity.actor import Actor
from identity.models import Organisation
from lawbook.procedures import procedure
from tendering.models import Lot
from ui.figures import machine

POLICIES = {
    "bidder": gettext_noop("仅本单位"),
    "bidder-or-custodians": gettext_noop("本单位，或密钥托管方 {t}/{n}"),
    "custodians": gettext_noop("密钥托管方 {t}/{n}"),
    "bidder-and-custodians": gettext_noop("本单位与密钥托管方 {t}/{n} 共同"),
}


def policy_words(lot: Lot, custodians: int) -> str:
    """Return how a lot's bids are opened, in words."""
    return _(POLICIES[lot.policy]).format(t=lot.threshold, n=custodians)


def checklist(lot: Lot) -> list[dict[str, Any]]:
    """Return the bid's documents as the procedure asks for them; a consortium's are optional for a single bidder."""
    return [
        {
            "kind": kind.kind,
            "title": _(kind.title),
            "required": kind.required and kind.who == "bidder",
            "law": kind.law,
        }
        for kind in procedure(lot.project.procedure).documents
    ]


def _operator() -> str:
    """Return the code of who runs the servers; empty where nobody is registered as such."""
    return Organisation.objects.filter(operator=True).values_list("uscc", flat=True).first() or ""


def lot_data(lot: Lot, actor: Actor) -> dict[str, Any]:
    """Return what the scripts need of the lot; everything in it is public."""
    return {
        "lot": lot.code,
        "organisation": actor.uscc,
        "bidder_name": actor.organisation_name,
        "amendment": lot.amendment,
        "document_hash": lot.document_hash,
        "deadline": machine(lot.deadline_at) if lot.deadline_at else "",
        "ceiling": str(lot.ceiling_yuan) if lot.ceiling_yuan is not None else "",
        "price_kind": lot.price_kind,
        "duration_days": lot.duration_days or 0,
        "checklist": checklist(lot),
        "policy": lot.policy,
        "agencies": [one.uscc for one in (lot.project.purchaser, lot.project.agency) if one is not None],
        "operator": settings.OPERATOR or _operator(),
    }
