"""Exporting one lot's bundle: may it be, and writing it whole. Nothing secret leaves before its stage."""

from collections.abc import Callable
from typing import BinaryIO

from django.conf import settings

import ledger
from lawbook.reasons import Reason, Refused
from lawbook.words import gettext_noop as _
from ledger import clock, heads, notes
from ledger.canonical import instant
from tendering.bundle import contents, form
from tendering.bundle.writer import BundleWriter
from tendering.models import Lot

NOT_OPENED = Reason("not_opened", _("投标文件尚未开启，开标之前不得导出投标和密钥份额。"), "BL-36")
NOT_PUBLISHED = Reason("result_not_published", _("中标结果尚未公布，公开的核验包在结果公布之后提供。"), "BL-37")


class ExportRefused(Refused):
    """The lot's stage does not allow a bundle yet; every reason is told."""


def refusal_reasons(lot: Lot, variant: str, *, office: bool = False) -> list[Reason]:
    """Return why no bundle of this variant may be made now.

    The public variant waits for the result, except for the offices that supervise the lot.
    """
    kinds = {row["body"]["kind"] for row in ledger.entries_of(lot.code, kinds=["opening.finished", "result.published"])}
    reasons = [] if "opening.finished" in kinds else [NOT_OPENED]
    if variant == form.PUBLIC and not office and "result.published" not in kinds:
        reasons.append(NOT_PUBLISHED)
    return reasons


def export_bundle(
    lot: Lot, out: BinaryIO, *, variant: str = form.FULL, office: bool = False, log: Callable[[str], str] | None = None
) -> int:
    """Write the lot's bundle into a seekable file and return the size of the log that it shows.

    `log` signs a text as the log; by default with the installation's log key. Reading only; call it outside a
    transaction, so that the head it signs is committed.

    :raises ExportRefused: with every reason
    :raises MemberChanged: a stored file changed while it was read
    """
    if reasons := refusal_reasons(lot, variant, office=office):
        raise ExportRefused(reasons)
    size = contents.head_size()
    writer = BundleWriter(out)
    contents.write_members(writer, lot, variant=variant, size=size)
    body = {
        "v": form.VERSION,
        "lot": lot.code,
        "tender": lot.project.code,
        "variant": variant,
        "at": instant(clock.now()),
        "log_key": contents.log_key(),
        "size": size,
    }
    writer.finish(body, log or _sign)
    return size


def _sign(text: str) -> str:
    return notes.signed(text, settings.LOG_ORIGIN, heads.log_key())
