"""Files by their hash: sent with headers under which nothing in them can run on our address."""

import re
from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404
from django.utils.http import content_disposition_header

INLINE = frozenset({"application/pdf", "image/png", "image/jpeg"})
SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; object-src 'self'; sandbox"
_HASH = re.compile(r"[0-9a-f]{64}")


def document_path(sha256: str) -> Path:
    """Return where the document of this hash lies. :raises Http404: not a hash, or no such file"""
    if not _HASH.fullmatch(sha256):
        raise Http404(sha256)
    path: Path = Path(settings.DOCUMENT_ROOT) / sha256
    if not path.is_file():
        raise Http404(sha256)
    return path


def send_file(path: Path, name: str, *, media_type: str = "application/pdf", inline: bool = False) -> FileResponse:
    """Return a file under the given name, as attachment unless `inline` is asked and its kind is safe to show."""
    shown = inline and media_type in INLINE
    response = FileResponse(path.open("rb"), content_type=media_type if shown else _plain(media_type))
    response.headers["Content-Disposition"] = content_disposition_header(not shown, name) or "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _plain(media_type: str) -> str:
    """Return the type to download under: pages and scripts become bytes."""
    risky = ("html", "xml", "script", "svg")
    return "application/octet-stream" if any(word in media_type for word in risky) else media_type


def send_document(sha256: str, name: str, *, media_type: str = "application/pdf", inline: bool = False) -> FileResponse:
    """Return the stored document of this hash. :raises Http404: there is none"""
    response = send_file(document_path(sha256), name, media_type=media_type, inline=inline)
    response.headers["ETag"] = f'"{sha256}"'
    return response
