"""One chunk of a sealed bid arrives: checked against its leaf hash and put at its place. No lock, no ledger entry."""

import hashlib
import hmac
import re
from uuid import UUID

from identity.actor import Actor
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from ledger import clock
from sealing.header import Header
from sealing.trailer import leaf_of
from tendering import bid_queries, sealed_store
from tendering.models import Upload, UploadState
from tendering.refusals import ActRefused
from tendering.rules import intake
from tendering.seal_words import read_header, reason_for

OVER = Reason("upload_over", _("这次上传已被新的上传取代，请重新开始。"), "EB-27")
NO_DIGEST = Reason("chunk_sha256", _("请求头 X-Chunk-SHA256 不是 64 位十六进制的 SHA-256 值，请更正后重传。"))
_SHA256 = re.compile(r"[0-9a-f]{64}")


def store_chunk(*, upload_id: UUID, number: int, chunk: bytes, leaf: str, actor: Actor, sha256: str = "") -> int:
    """Store chunk `number` (from 0; ciphertext with its tag) and return the number. `leaf` is its leaf hash in hex.

    A browser has no SM3: for a file sealed offline it tells the chunk's `sha256` (hex) instead, which finds damage on
    the way as well; the tree over all leaves is judged at the final submission in either case.

    The same chunk again changes nothing. Chunks of a bid are refused from the deadline on: an unfinished upload counts
    as withdrawn (EB-27); those of a saved copy of a receipted bid are not.

    :raises ActRefused: wrong number, length, leaf or `sha256`, another chunk there before, late, or the upload is over
    :raises NotFound: no such upload of this organisation
    :raises PlatformFull: the disk is full; what was received before stands
    """
    upload = bid_queries.own_upload(upload_id, actor)
    if upload.bid_id is not None:
        return number
    if upload.state != UploadState.RECEIVING:
        raise ActRefused([OVER])
    if _late(upload):
        raise ActRefused([intake.LATE])
    try:
        header = read_header(bytes(upload.header))
        wanted = bytes.fromhex(leaf) if leaf or not sha256 else _leaf(header, chunk, sha256)
        sealed_store.write_chunk(upload.public_id, header, number, chunk=chunk, leaf=wanted)
    except ValueError as error:
        raise ActRefused([reason_for("leaf")]) from error
    except sealed_store.ChunkRefused as refused:
        raise ActRefused([reason_for(refused.check)]) from refused
    except FileNotFoundError as error:
        raise ActRefused([OVER]) from error
    return number


def _leaf(header: Header, chunk: bytes, sha256: str) -> bytes:
    """The leaf hash of a chunk that arrived as it was sent.

    :raises ValueError: it did not
    :raises ActRefused: `sha256` is none
    """
    told = sha256.lower()
    if not _SHA256.fullmatch(told):
        raise ActRefused([NO_DIGEST])
    if not hmac.compare_digest(hashlib.sha256(chunk).hexdigest(), told):
        raise ValueError("the chunk was damaged on the way")
    return leaf_of(header, chunk)


def _late(upload: Upload) -> bool:
    deadline_at = upload.lot.deadline_at
    return upload.copy_of_id is None and deadline_at is not None and clock.now() >= deadline_at
