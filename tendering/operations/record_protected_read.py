"""Recording that somebody read what is not for everybody (EB-40, EB-49): it changes nothing but the ledger."""

from django.db import transaction

import ledger
from identity.actor import Actor
from ledger import clock
from tendering.models import Lot


@transaction.atomic(durable=True)
def record_protected_read(*, lot: Lot, what: str, actor: Actor) -> None:
    """Append who read what of a lot; `what` is a word such as `record`. Whoever calls has judged access."""
    ledger.append("protected.read", lot=lot.code, at=clock.now(), actor=actor, payload={"what": what})
