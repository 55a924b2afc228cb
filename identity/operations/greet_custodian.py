"""Notes that a custodian's agent is there, and which head of the ledger it has seen."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from identity.models import Custodian
from ledger import clock

TOLD, MOST_WORD = ("version", "key", "log_key"), 40


def greet_custodian(
    *, custodian_id: int, head: Mapping[str, object] | None = None, report: Mapping[str, str] | None = None
) -> Custodian:
    """Note the agent's presence, its last head `{size, root}` and its report. Not a ledger entry: a heartbeat.

    `report` is `{version, key, clock, log_key}`, each as told; of the clock only its distance from ours is kept.

    :raises Custodian.DoesNotExist: there is none
    """
    with transaction.atomic(durable=True):
        custodian = Custodian.objects.select_for_update().get(pk=custodian_id)
        custodian.last_seen_at = now = clock.now()
        if head is not None:
            custodian.last_head = dict(head)
        if report is not None:
            custodian.last_report = _kept(report, now)
        custodian.save(update_fields=["last_seen_at", "last_head", "last_report"])
    return custodian


def _kept(report: Mapping[str, str], now: datetime) -> dict[str, object]:
    kept: dict[str, object] = {name: report[name][:MOST_WORD] for name in TOLD if name in report}
    try:
        kept["skew_seconds"] = round((datetime.fromisoformat(report.get("clock", "")) - now).total_seconds(), 3)
    except (ValueError, TypeError):
        return kept  # without its clock the rest still says something
    return kept
