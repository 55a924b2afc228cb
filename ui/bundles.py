"""Sending a lot's evidence bundle, or saying why there is none yet. It is spooled to disk: memory is one buffer."""

from tempfile import TemporaryFile
from typing import BinaryIO, cast

from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.shortcuts import render

from tendering.bundle.export import ExportRefused, export_bundle
from tendering.models import Lot
from ui.refusals import CONFLICT, told


def send_bundle(request: HttpRequest, lot: Lot, *, variant: str, office: bool = False) -> HttpResponseBase:
    """Return the bundle as an attachment; 409 with every reason while the lot's stage does not allow it.

    `office`: the lot's supervisors may have the public variant before the result.
    """
    spool = cast(BinaryIO, TemporaryFile())  # noqa: SIM115 - the response closes it, and closing removes it
    try:
        export_bundle(lot, spool, variant=variant, office=office)
    except ExportRefused as refusal:
        spool.close()
        context = {"lot": lot, "reasons": told(refusal.reasons)}
        return render(request, "ui/no_bundle.html", context, status=CONFLICT)
    except BaseException:
        spool.close()
        raise
    spool.seek(0)
    name = f"{lot.code}-{variant}.zip"
    response = FileResponse(spool, as_attachment=True, filename=name, content_type="application/zip")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
