"""The evidence bundle of a lot, in full: what the regulator checks on a machine of its own (docs/verifier.md)."""

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from identity.policy import Act
from tendering.bundle import form
from tendering.models import Lot
from tendering.operations.record_protected_read import record_protected_read
from ui.access import access
from ui.bundles import send_bundle
from ui.context import actor_of


@require_safe
@access(Act.SUPERVISE_LOT)
def bundle(request: HttpRequest, lot: Lot) -> HttpResponseBase:
    """Send sealed bids, shares and the log of an opened lot; fetching it is itself recorded (EB-49)."""
    record_protected_read(lot=lot, what="bundle", actor=actor_of(request))
    return send_bundle(request, lot, variant=form.FULL)
