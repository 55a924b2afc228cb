"""A custodian's agent says, signed, why it does not release its share."""

import hashlib
from typing import Any

from django.db import transaction

import ledger
from identity.actors import custodian_actor
from identity.models import Custodian
from sealing import canonical
from sealing.releases import verify_refusal
from suites import Refused as SealRefused
from tendering import bid_queries, queries
from tendering.models import ReleaseRefusal
from tendering.seal_words import in_words


def record_custodian_refusal(*, statement: dict[str, Any], custodian: Custodian) -> ReleaseRefusal:
    """Store a signed refusal; the same reason for the same bid again changes nothing.

    :raises ActRefused: not signed by this custodian, or malformed
    :raises NotFound: no such bid
    """
    bid = bid_queries.bid_of_statement(statement)
    try:
        refusal = verify_refusal(statement, holder=bid_queries.keys_of(custodian), roots=bid_queries.trust_roots())
    except SealRefused as refused:
        raise in_words(refused) from refused
    with transaction.atomic(durable=True):
        lot, now = queries.lock_lot(pk=bid.lot_id)
        stored, fresh = ReleaseRefusal.objects.get_or_create(
            bid=bid, kid=refusal.kid, reason=refusal.reason, defaults={"statement": statement, "received_at": now}
        )
        if fresh:
            digest = hashlib.sha256(canonical.dumps(statement)).hexdigest()
            payload = {"bid_digest": bid.bid_digest, "kid": refusal.kid, "statement_sha256": digest}
            actor = custodian_actor(custodian)
            ledger.append("share.refused", lot=lot.code, at=now, payload=payload, actor=actor)
    return stored
