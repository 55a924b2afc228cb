"""Whether the installation can do its work: each part is asked and answers with a word. No secrets in the answers."""

from collections.abc import Callable
from datetime import datetime, timedelta

import redis
from django.conf import settings
from django.db import DatabaseError, connection

from identity.models import Custodian
from ledger import clock
from runtime.models import Heartbeat

CLOCK_LATE = timedelta(seconds=10)
WORKER_LATE = timedelta(seconds=30)
CUSTODIAN_LATE = timedelta(seconds=30)
CUSTODIANS_NEEDED = 2  # the default policy's threshold

PartCheck = Callable[[datetime], bool]


def _database(now: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def _broker(now: datetime) -> bool:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1)
    try:
        return bool(client.ping())
    finally:
        client.close()


def _beats_since(prefix: str, oldest: datetime) -> int:
    return Heartbeat.objects.filter(name__startswith=prefix, at__gte=oldest).count()


def _worker(now: datetime) -> bool:
    return _beats_since("worker.", now - WORKER_LATE) >= 1


def _clock(now: datetime) -> bool:
    return _beats_since("clock", now - CLOCK_LATE) == 1


def _custodians(now: datetime) -> bool:
    return Custodian.objects.filter(last_seen_at__gte=now - CUSTODIAN_LATE).count() >= CUSTODIANS_NEEDED


PARTS: dict[str, PartCheck] = {
    "database": _database,
    "broker": _broker,
    "worker": _worker,
    "clock": _clock,
    "custodians": _custodians,
}


def readiness() -> dict[str, str]:
    """Return part → `ok` or `missing` for database, broker, worker, clock and custodians (two of three are enough)."""
    try:
        now = clock.now()
    except DatabaseError:
        return dict.fromkeys(PARTS, "missing")
    return {name: "ok" if _answers(part, now) else "missing" for name, part in PARTS.items()}


def _answers(part: PartCheck, now: datetime) -> bool:
    try:
        return part(now)
    except (DatabaseError, redis.RedisError, OSError):
        return False


def beat(name: str, *, pid: int) -> None:
    """Record that the part `name` works now."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": clock.now(), "pid": pid})
