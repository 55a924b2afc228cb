"""The host starts the opening of a later envelope, for the bidders that were admitted to it (3.3).

Whoever is not admitted reads why on the record: no bid is dropped without a word (docs/decisions/0009).
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from itertools import takewhile

from django.db import transaction

import ledger
from identity.actor import Actor
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from ledger.canonical import instant
from tendering import bid_queries, envelopes, queries
from tendering.dates import next_due_at
from tendering.models import Bid, BidState, EnvelopeOpening, Lot
from tendering.refusals import SUSPENDED, refuse_if
from tendering.rules.admission import FOUND_SHUT, MOST_WORDS, is_found_shut, recordable, visible

NOT_ITS_TURN = Reason("not_its_turn", _("还没有到开启这一封的阶段，或这一封已经开启。"), "EB-30")
NOT_ADMITTED = Reason("not_admitted", _("获准进入下一阶段的投标中，有不在截止清单内或已不在有效状态的。"), "EB-30")
NOBODY = Reason("nobody_admitted", _("没有投标人进入下一阶段，不能开启这一封。"), "EB-30")
EARLIER_SHUT = Reason("earlier_not_opened", _("前面的信封没有全部开启的投标人，不能进入下一阶段。"), "EB-30")
UNEXPLAINED = Reason(
    "left_out_reason", _("每份不进入下一阶段的投标都须写明理由（1 至 500 字），理由会公开记入存证。"), "EB-30"
)
UNRECORDABLE = Reason("left_out_reason", _("不进入下一阶段的理由中有无法记录的字符（空字符或残缺字符）。"), "EB-30")
NOT_SHUT = Reason(
    "left_out_reason",
    _("“前面的信封没有全部开启”与存证不符：该投标人前面的信封已全部开启，请写明真正的理由。"),
    "EB-30",
)
NOT_LEFT_OUT = Reason(
    "left_out_stranger", _("写有理由的投标中，有获准进入下一阶段的，或不是截止清单内这一封的有效投标。"), "EB-30"
)


def start_envelope(
    *,
    lot_code: str,
    envelope: str,
    admitted: Collection[str],
    actor: Actor,
    left_out: Mapping[str, str] = {},
) -> EnvelopeOpening:
    """Start the window of the lot's next envelope. `admitted` are the digests of that envelope's bids that go on.

    Bids of this envelope that are not admitted end as returned: they stay sealed for ever. `left_out` says of each
    why, by digest; of one whose bidder did not open every earlier envelope it may be silent.

    :raises ActRefused: not the host, not this envelope's turn, suspended, nobody admitted, a stranger or one with an
        earlier envelope shut, or reasons that are not those of exactly the bids left out, cannot be read or recorded,
        or say against the record that earlier envelopes were not opened
    :raises NotFound: no such lot
    """
    with transaction.atomic(durable=True):
        lot, now = queries.lock_lot(code=lot_code)
        refuse_if(bid_queries.host_reasons(lot, actor))
        refuse_if(_turn_reasons(lot, envelope))
        standing = _standing(lot, envelope)
        given = {digest: words.strip() if visible(words) else "" for digest, words in left_out.items()}
        reasons = _explained(standing, admitted, given)
        refuse_if(_admission_reasons(standing, admitted))
        refuse_if(_words_reasons(standing, standing.keys() - set(admitted), given, reasons))
        Bid.objects.filter(lot=lot, bid_digest__in=reasons).update(state=BidState.RETURNED, ended_at=now)
        opening = _opened_window(lot, envelope, now)
        payload = {
            "envelope": envelope,
            "window_ends_at": instant(opening.window_ends_at),
            "admitted": sorted(set(admitted)),
            "left_out": [{"bid_digest": digest, "reason": reasons[digest]} for digest in sorted(reasons)],
        }
        ledger.append("envelope.started", lot=lot.code, at=now, payload=payload, actor=actor)
    return opening


def _turn_reasons(lot: Lot, envelope: str) -> list[Reason]:
    due = lot.stage in envelopes.LATER_STAGES and envelopes.running(lot) is None
    due = due and envelope != "" and envelopes.next_envelope(lot) == envelope
    checks = ((not due, NOT_ITS_TURN), (lot.suspended_at is not None, SUSPENDED))
    return [reason for failed, reason in checks if failed]


def _standing(lot: Lot, envelope: str) -> dict[str, bool]:
    """Return this envelope's bids in force: digest → whether its bidder opened every earlier envelope."""
    earlier = set(takewhile(lambda name: name != envelope, envelopes.envelopes_of(lot)))
    closing = bid_queries.bids_in_closing_set(lot)
    opened = set(closing.filter(state=BidState.OPENED).values_list("bidder", "envelope"))
    bids = closing.filter(envelope=envelope, state=BidState.RECEIVED).values_list("bid_digest", "bidder")
    return {digest: all((bidder, name) in opened for name in earlier) for digest, bidder in bids}


def _explained(standing: Mapping[str, bool], admitted: Collection[str], given: Mapping[str, str]) -> dict[str, str]:
    """Return why each bid is left out: the host's words, else what the record itself knows; without either, nothing."""
    known = {digest: "" if opened else FOUND_SHUT for digest, opened in standing.items() if digest not in admitted}
    found = {digest: given.get(digest) or words for digest, words in known.items()}
    return {digest: words for digest, words in found.items() if words}


def _admission_reasons(standing: Mapping[str, bool], admitted: Collection[str]) -> list[Reason]:
    checks = (
        (not admitted, NOBODY),
        (not standing.keys() >= set(admitted), NOT_ADMITTED),
        (not all(standing.get(digest, True) for digest in admitted), EARLIER_SHUT),
    )
    return [reason for failed, reason in checks if failed]


def _words_reasons(
    standing: Mapping[str, bool], outside: Collection[str], given: Mapping[str, str], reasons: Mapping[str, str]
) -> list[Reason]:
    too_long = any(len(words) > MOST_WORDS for words in reasons.values())
    untrue = any(standing[digest] and is_found_shut(words) for digest, words in reasons.items())
    checks = (
        (len(reasons) < len(outside) or too_long, UNEXPLAINED),
        (not all(recordable(words) for words in reasons.values()), UNRECORDABLE),
        (untrue, NOT_SHUT),
        (not given.keys() <= set(outside), NOT_LEFT_OUT),
    )
    return [reason for failed, reason in checks if failed]


def _opened_window(lot: Lot, envelope: str, now: datetime) -> EnvelopeOpening:
    alone = lot.policy == "custodians"  # nothing for bidders to hand over
    length = timedelta(0) if alone else bid_queries.period_seconds(lot, "opening_window", now)
    opening = EnvelopeOpening.objects.create(lot=lot, envelope=envelope, started_at=now, window_ends_at=now + length)
    Lot.objects.filter(pk=lot.pk).update(next_due_at=next_due_at(lot))
    return opening
