"""A custodian's agent hands over its share of one bid's key, in a statement that it signed."""

import hashlib
from datetime import datetime
from typing import Any

from django.db import transaction

import ledger
from identity.actors import custodian_actor
from identity.models import Custodian
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from sealing import canonical
from sealing.policy import CUSTODIANS
from sealing.releases import verify_release
from sealing.shares import FIELDS as SHARE_FIELDS
from sealing.shares import Share, read_share
from suites import Refused as SealRefused
from tendering import bid_queries, queries
from tendering.models import Bid, BidState, Lot, Release
from tendering.refusals import SUSPENDED, refuse_if
from tendering.seal_words import in_words

NOT_DUE = Reason("not_due", _("现在不接收托管方的密钥份额。"), "EB-31")


def record_custodian_release(*, statement: dict[str, Any], custodian: Custodian) -> Release:
    """Store a signed release. One that is signed but does not meet its commitment is kept as evidence, not used.

    :raises ActRefused: not signed by this custodian, of another bid, too early, or the shares are collected already
    :raises NotFound: no such bid
    """
    bid = bid_queries.bid_of_statement(statement)
    share, matches = _verified(statement, bid, custodian)
    with transaction.atomic(durable=True):
        lot, now = queries.lock_lot(pk=bid.lot_id)
        bid.refresh_from_db()
        known = Release.objects.filter(bid=bid, group=share.group, index=share.index, kid=share.kid)
        if same := known.first():
            return same
        refuse_if(_reasons(lot, bid))
        return _stored(lot, bid, share, statement=statement, matches=matches, custodian=custodian, now=now)


def _verified(statement: dict[str, Any], bid: Bid, custodian: Custodian) -> tuple[Share, bool]:
    """Return the signed share and whether it meets its commitment.

    :raises ActRefused: anything else is wrong
    """
    holder = bid_queries.keys_of(custodian)
    header = bid_queries.header_on_record(bid)
    try:
        release = verify_release(
            statement, header=header, bid_digest=bid.bid_digest, holder=holder, roots=bid_queries.trust_roots()
        )
    except SealRefused as refused:
        if refused.checks != ["share_commitment"]:
            raise in_words(refused) from refused
        body = statement["body"]
        return read_share({name: body[name] for name in SHARE_FIELDS}), False
    return release.share, True


def _reasons(lot: Lot, bid: Bid) -> list[Reason]:
    """The server takes a share only when custodians act (design 4.3); before, it must not even hold one."""
    due = bid.in_closing_set and bid.state == BidState.RECEIVED and bid_queries.custodians_act(lot, bid)
    return ([] if due else [NOT_DUE]) + ([SUSPENDED] if lot.suspended_at is not None else [])


def _stored(
    lot: Lot,
    bid: Bid,
    share: Share,
    *,
    statement: dict[str, Any],
    matches: bool,
    custodian: Custodian,
    now: datetime,
) -> Release:
    release = Release.objects.create(
        bid=bid,
        group=CUSTODIANS,
        index=share.index,
        kid=share.kid,
        share=share.share.hex(),
        statement=statement,
        matches=matches,
        received_at=now,
    )
    payload = {
        "bid_digest": bid.bid_digest,
        "group": share.group,
        "index": share.index,
        "kid": share.kid,
        "matches": matches,
        # a body that becomes public must not hand out a key: the signed statement is named by its hash
        "statement_sha256": hashlib.sha256(canonical.dumps(statement)).hexdigest(),
    }
    actor = custodian_actor(custodian)
    ledger.append("share.released", lot=lot.code, at=now, payload=payload, actor=actor)
    return release
