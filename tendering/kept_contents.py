"""Opened contents last: what a power cut left of a folder is found out, and made again from sealed file and shares.

A folder gets its name before the disk has its files, for flushing a whole lot would keep the hall waiting. So its files
are held against the manifest whenever it is come upon, and once for good after the publication (`keep`).
"""

import logging
import os
from datetime import datetime
from functools import partial
from pathlib import Path

from celery import current_app
from django.db.models import QuerySet
from kombu.exceptions import OperationalError

from ledger import clock
from sealing.manifest import Manifest, read_manifest
from sealing.writing import flush
from suites import Suite
from suites.registry import suite_named
from tendering import sealed_store
from tendering.faults import unless_failed
from tendering.models import Bid, BidState
from tendering.opened_contents import MANIFEST, decrypt_again, has_its_files

logger = logging.getLogger(__name__)
OPENED = "what was opened may not outlast a power cut yet; it is tried again"
AT_ONCE = 100  # bids a round; a round takes seconds, the next comes within the minute
EVERY_SECONDS = 5  # the tick keeps house this often: once in the first seconds of every minute
_PIECE = 1 << 20


def ask_to_keep(now: datetime) -> bool:
    """Let a worker keep opened contents, once a minute while any wait for it; return whether it was asked."""
    if now.second >= EVERY_SECONDS or not waiting().exists():
        return False
    try:
        current_app.send_task("tendering.tasks.keep_contents", expires=50, retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("no worker can be asked to keep opened contents: %s", error)
        return False
    return True


def waiting() -> QuerySet[Bid]:
    """Return the opened bids whose contents were not kept yet."""
    return Bid.objects.filter(state=BidState.OPENED, kept_at=None)


def keep_some() -> int:
    """Keep some of those that wait, any: one that fails for long must not hold up the others. Return how many."""
    chosen = waiting().select_related("lot").order_by("?")[:AT_ONCE]
    return sum(unless_failed(bid, partial(keep, bid), then=OPENED) is True for bid in chosen)


def keep(bid: Bid) -> bool:
    """Hold an opened bid's files against their hashes, decrypt again where one differs, flush; False if kept before.

    :raises FileNotFoundError: a file differs, and the sealed file to make it from is gone
    """
    with sealed_store.opening_of(bid.lot.code, bid.bid_digest) as folder:
        if not waiting().filter(pk=bid.pk).exists():
            return False
        if not _is_true(folder, suite_named(bid.lot.suite)):
            logger.error("lot %s: the contents of bid %s were damaged; decrypted again", bid.lot.code, bid.bid_digest)
            decrypt_again(bid, folder)
        _flush(folder)
    return bool(waiting().filter(pk=bid.pk).update(kept_at=clock.now()))


def _is_true(folder: Path, suite: Suite) -> bool:
    if not has_its_files(folder):
        return False
    listed = _manifest(folder).files
    return all(_hash_of(folder / file.name, suite) == file.hash for file in listed)


def _manifest(folder: Path) -> Manifest:
    return read_manifest((folder / MANIFEST).read_bytes())


def _hash_of(path: Path, suite: Suite) -> str:
    running = suite.hasher()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            running.update(piece)
    return running.digest().hex()


def _flush(folder: Path) -> None:
    """Flush every file, then every folder up to the root of all contents."""
    for inside, _, names in os.walk(folder, topdown=False):
        for path in (*(Path(inside) / name for name in names), Path(inside)):
            flush(path)
    flush(folder.parent)
    flush(folder.parent.parent)
