"""Notes that a custodian's agent is there, and which head of the ledger it has seen."""

from collections.abc import Mapping

from django.db import transaction

from identity.models import Custodian
from ledger import clock


def greet_custodian(*, custodian_id: int, head: Mapping[str, object] | None = None) -> Custodian:
    """Note the agent's presence and, where it tells one, its last head `{size, root}`. Not a ledger entry: a heartbeat.

    :raises Custodian.DoesNotExist: there is none
    """
    with transaction.atomic(durable=True):
        custodian = Custodian.objects.select_for_update().get(pk=custodian_id)
        custodian.last_seen_at = clock.now()
        if head is not None:
            custodian.last_head = dict(head)
        custodian.save(update_fields=["last_seen_at", "last_head"])
    return custodian
