"""Which checkpoints are anchored where: at key moments, by every anchor of the settings; a later covers the rest."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import IntegrityError, transaction
from kombu.exceptions import OperationalError

from ledger import anchors
from ledger.canonical import instant
from ledger.checkpoints import newest_moment
from ledger.models import Anchor, Checkpoint

logger = logging.getLogger(__name__)
ASKED_AGAIN = timedelta(minutes=1)
_asked: dict[str, datetime] = {}


def configured() -> dict[str, dict[str, Any]]:
    """Return name → settings of every anchor: those of LEDGER_ANCHORS, and the installation's timestamp authority."""
    found = dict(settings.LEDGER_ANCHORS)
    if settings.TIMESTAMP_AUTHORITY:
        found["timestamp"] = {
            "driver": "timestamp",
            "authority": settings.TIMESTAMP_AUTHORITY,
            "username": settings.TIMESTAMP_USER,
            "password": settings.TIMESTAMP_PASSWORD,
            "home": str(settings.TIMESTAMP_HOME),
            "roots": str(settings.TIMESTAMP_ROOTS),
        }
    return found


def waiting() -> dict[str, Checkpoint]:
    """Return anchor's name → the newest checkpoint, where a key moment has passed since that anchor's last one."""
    moment = newest_moment()
    last = Checkpoint.objects.order_by("-size").first()
    if moment is None or last is None or last.size <= moment:
        return {}
    covered = Anchor.objects.filter(checkpoint__size__gt=moment).values_list("name", flat=True)
    return {name: last for name in configured() if name not in set(covered)}


def ask_for_anchors(now: datetime) -> bool:
    """Ask a worker to publish what waits, at most once a minute in this process; say whether one was asked."""
    last = _asked.get("at")
    if (last is not None and now - last < ASKED_AGAIN) or not waiting():
        return False
    _asked["at"] = now
    try:
        current_app.send_task("ledger.tasks.anchor_checkpoints", expires=50, retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("no worker can be asked to anchor: %s", error)
        return False
    return True


def anchor_waiting(now: datetime) -> list[str]:
    """Publish what waits and return the names that could not; a failing anchor does not hold up the others.

    Networks are asked: call it where waiting is allowed, outside any transaction.
    """
    failed = []
    for name, checkpoint in waiting().items():
        try:
            receipt = anchors.driver(configured()[name]).publish(checkpoint.note, at=now)
        except (anchors.AnchorFailed, anchors.UnknownDriver) as error:
            logger.warning("the checkpoint of %d entries is not anchored by %s: %s", checkpoint.size, name, error)
            failed.append(name)
            continue
        try:
            with transaction.atomic():
                Anchor.objects.create(checkpoint=checkpoint, name=name, receipt=receipt, at=now)
        except IntegrityError:
            logger.info("another worker anchored the checkpoint of %d entries by %s", checkpoint.size, name)
    return failed


def anchor_rows(limit: int = 50) -> list[dict[str, Any]]:
    """Return the newest anchors for people to see: `{"size", "name", "driver", "at", "receipt"}`, newest first."""
    rows = Anchor.objects.order_by("-id")[:limit]
    kinds = {name: given.get("driver", "") for name, given in configured().items()}
    return [
        {"size": row.checkpoint_id, "name": row.name, "driver": kinds.get(row.name, ""), "at": instant(row.at)}
        | {"receipt": row.receipt}
        for row in rows
    ]


def anchor_faults() -> Iterator[str]:
    """Yield what is wrong with stored anchors, asking each place again; anchors no longer in the settings are named."""
    for row in Anchor.objects.select_related("checkpoint").order_by("id"):
        given = configured().get(row.name)
        place = f"anchor {row.name} of checkpoint {row.checkpoint_id}"
        if given is None:
            yield f"{place}: no longer in the settings, not checked"
            continue
        try:
            anchors.driver(given).verify(row.checkpoint.note, row.receipt)
        except (anchors.AnchorInvalid, anchors.AnchorFailed, anchors.UnknownDriver) as error:
            yield f"{place}: {error}"


def tokens_of(checkpoint: Checkpoint) -> list[str]:
    """Return the trusted timestamps of a checkpoint (base64), as receipts carry them."""
    return [row.receipt["token"] for row in checkpoint.anchors.all() if "token" in row.receipt]
