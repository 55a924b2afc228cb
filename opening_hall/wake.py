"""Telling every process that something was written. A lost wake delays a frame by two seconds at most."""

import logging
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from redis.exceptions import RedisError

from opening_hall.hub import WAKE_GROUP

logger = logging.getLogger(__name__)


def wake_halls(*_entries: Any) -> None:
    """Wake the hubs of all processes; called after commit, never fails the act that was committed."""
    try:
        async_to_sync(get_channel_layer().group_send)(WAKE_GROUP, {"type": "wake"})
    except (OSError, RuntimeError, RedisError) as exc:
        logger.debug("no wake was sent: %s", exc)
