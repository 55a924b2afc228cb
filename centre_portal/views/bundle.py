"""The evidence bundle of a lot for the centre: as the public has it, from the opening on (BL-38: it reads no bid)."""

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from identity.policy import Act
from tendering.bundle import form
from tendering.models import Lot
from ui.access import access
from ui.bundles import send_bundle


@require_safe
@access(Act.ATTEND_LOT)
def bundle(request: HttpRequest, lot: Lot) -> HttpResponseBase:
    """Send the public variant of an opened lot (BL-38: the centre reads no bid)."""
    return send_bundle(request, lot, variant=form.PUBLIC, office=True)
