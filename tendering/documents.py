"""The document store: each file once under DOCUMENT_ROOT by its SHA-256, written whole or not at all. Sizes in bytes.

It judges size, type and the first bytes of what people attach; it knows nothing of lots.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from django.conf import settings

from lawbook.reasons import Reason, Refused
from lawbook.words import gettext_noop as _
from sealing.writing import flush
from tendering.full_disk import told_when_full

MAX_SIZE = 100 * 2**20
MAX_NAME = 200
HASH_HEX = 64
ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PDF_MAGIC = b"%PDF-"
PDF_MAGIC_WITHIN = 1024  # readers accept a few bytes before it

# suffix → (media type, first bytes)
TYPES: dict[str, tuple[str, bytes]] = {
    ".pdf": ("application/pdf", PDF_MAGIC),
    ".xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ZIP_MAGIC),
    ".docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ZIP_MAGIC),
    ".zip": ("application/zip", ZIP_MAGIC),
    ".xls": ("application/vnd.ms-excel", OLE_MAGIC),
}
MUST_BE_PDF = frozenset({"tender_document", "clarification"})
KINDS = frozenset({"tender_document", "attachment", "bill_of_quantities", "clarification"})


class DocumentRefused(Refused):
    """The file may not be stored; every reason is told."""


@dataclass(frozen=True)
class Stored:
    """What is in the store: its name there, its size, its media type."""

    sha256: str
    size: int
    media_type: str


def problems(kind: str, name: str, content: bytes) -> list[Reason]:
    """Return every reason why `content` may not be attached under `name` as a document of `kind`; none if it may."""
    suffix = PurePosixPath(name).suffix.lower()
    media_type, magic = TYPES.get(suffix, ("", b""))
    head = content[:PDF_MAGIC_WITHIN] if magic == PDF_MAGIC else content[: len(magic)]
    checks = (
        (kind not in KINDS, Reason("document_kind", _("没有这类文件：{kind}。"), values={"kind": kind})),
        (not name.strip() or len(name) > MAX_NAME, Reason("document_name", _("文件名不能为空，也不能超过 200 个字。"))),
        (_unsafe(name), Reason("document_name", _("文件名中不能有路径或控制字符。"))),
        (not content, Reason("document_empty", _("文件是空的。"))),
        (len(content) > MAX_SIZE, Reason("document_size", _("文件超过 100 MB。"))),
        (not media_type, Reason("document_type", _("只接受 PDF、Excel、Word 和 ZIP 文件。"))),
        (
            kind in MUST_BE_PDF and suffix != ".pdf",
            Reason("document_pdf", _("招标文件和澄清文件必须是 PDF。"), "EB-20"),
        ),
        (
            bool(media_type and content) and magic not in head,
            Reason("document_magic", _("文件内容与后缀“{suffix}”不符。"), values={"suffix": suffix}),
        ),
    )
    return [reason for failed, reason in checks if failed]


def _unsafe(name: str) -> bool:
    return any(ch in "/\\" or ord(ch) < 0x20 or ord(ch) == 0x7F for ch in name) or name in {".", ".."}


def store(kind: str, name: str, content: bytes) -> Stored:
    """Check and keep `content`; return where it lies. Storing the same bytes twice keeps one file.

    :raises DocumentRefused: with every reason of `problems`
    :raises PlatformFull: the disk is full; nothing of it is left
    """
    reasons = problems(kind, name, content)
    if reasons:
        raise DocumentRefused(reasons)
    media_type, _magic = TYPES[PurePosixPath(name).suffix.lower()]
    return Stored(keep(content), len(content), media_type)


def keep(content: bytes) -> str:
    """Write `content` whole, flushed to disk, under its hash; return the hash. For what the platform itself made.

    :raises PlatformFull: the disk is full; nothing of it is left
    """
    sha256 = hashlib.sha256(content).hexdigest()
    target = path_of(sha256)
    if not target.exists():
        with told_when_full():
            _write(target, [content])
    return sha256


def _write(target: Path, parts: Iterable[bytes]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, part = tempfile.mkstemp(prefix=".part-", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            for block in parts:
                out.write(block)
            out.flush()
            os.fsync(out.fileno())
        Path(part).replace(target)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
    flush(target.parent)


def path_of(sha256: str) -> Path:
    """Return where the file of this hash lies, whether it is there or not.

    :raises ValueError: if `sha256` is not 64 lower-case hex digits (so that no path can be smuggled in)
    """
    if len(sha256) != HASH_HEX or set(sha256) - set("0123456789abcdef"):
        raise ValueError(f"not a SHA-256: {sha256!r}")
    return Path(settings.DOCUMENT_ROOT) / sha256


def read(sha256: str) -> bytes:
    """Return the file's bytes.

    :raises FileNotFoundError: if it is not in the store
    :raises ValueError: if the bytes on disk no longer have this hash
    """
    content = path_of(sha256).read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError(f"the stored document {sha256} was altered on disk")
    return content


def blocks(sha256: str, *, size: int = 2**16) -> Iterator[bytes]:
    """Yield the file block by block, for a streamed download.

    :raises FileNotFoundError: if it is not in the store
    """
    with path_of(sha256).open("rb") as file:
        while block := file.read(size):
            yield block
