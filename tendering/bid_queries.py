"""Reads of bids and the opening: uploads, the terms bids are sealed against, closing set, shares, work of custodians.

What is read here may be secret until the opening: callers decide who sees it (`identity.policy`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Max, Q, QuerySet
from django.utils import timezone

import ledger
from identity import queries as identity_queries
from identity.actor import Actor
from identity.models import Certificate, Custodian, Organisation
from identity.roles import Role
from lawbook.procedures import procedure
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from ledger import clock
from sealing.header import Header, parse_header
from sealing.keys import PublicKeys, read_public
from suites.base64_text import to_base64
from suites.revocation import Trust
from tendering import draw_queries, envelopes, queries, sealed_store
from tendering.models import Bid, BidState, EnvelopeOpening, Lot, OpenedBid, Opening, Release, RescueRequest, Upload
from tendering.refusals import NotFound
from tendering.rules import intake
from tendering.rules.collection import Shares
from tendering.seal_words import reason_for

GRACE, CONFIRMATION = "custodian_grace", "price_confirmation"
NOT_THE_HOST = Reason("not_the_host", _("只有交易中心和本项目的招标人、招标代理机构可以主持开标。"), "BL-35")


def own_upload(upload_id: UUID, actor: Actor) -> Upload:
    """Return an upload of the actor's organisation.

    :raises NotFound: there is none, or it is another's
    """
    found = Upload.objects.select_related("lot__project", "bid", "copy_of").filter(public_id=upload_id)
    upload = found.filter(bidder_id=actor.organisation_id).first() if actor.organisation_id else None
    if upload is None:
        raise NotFound(str(upload_id))
    return upload


def own_bid(lot: Lot, bid_digest: str, actor: Actor) -> Bid:
    """Return a bid of the actor's organisation for this lot.

    :raises NotFound: there is none, or it is another's
    """
    bid = Bid.objects.filter(lot=lot, bid_digest=bid_digest, bidder_id=actor.organisation_id or 0).first()
    if bid is None:
        raise NotFound(bid_digest)
    return bid


def own_bids(lot: Lot, actor: Actor) -> QuerySet[Bid]:
    """Return every bid the actor's organisation handed in for this lot, the latest first."""
    return Bid.objects.filter(lot=lot, bidder_id=actor.organisation_id or 0).order_by("-sequence")


def own_uploads(lot: Lot, actor: Actor) -> QuerySet[Upload]:
    """Return the organisation's uploads for this lot, the latest first."""
    return Upload.objects.filter(lot=lot, bidder_id=actor.organisation_id or 0).order_by("-started_at", "-pk")


def received_chunks(upload: Upload) -> list[int]:
    """Return the numbers of the chunks that need not be sent again: all of them once it is completed."""
    if upload.bid_id is not None:
        return list(range(upload.count))
    return sealed_store.received(upload.public_id)


def next_sequence(lot: Lot, organisation_id: int, envelope: str = "whole") -> int:
    """Return the smallest sequence this bidder may use: greater than that of any complete bid it ever handed in."""
    bids = Bid.objects.filter(lot=lot, bidder_id=organisation_id, envelope=envelope)
    return int(bids.aggregate(most=Max("sequence"))["most"] or 0) + 1


def terms(lot: Lot, actor: Actor, *, envelope: str = "whole") -> intake.Terms:
    """Return what a bid of the actor's organisation must be sealed against now.

    :raises NotFound: nothing was announced for this lot
    """
    signed = queries.parameters_in_force(lot).statement["body"]
    if lot.deadline_at is None:
        raise NotFound(lot.code)
    return intake.Terms(
        suite=lot.suite,
        tender=lot.project.code,
        lot=lot.code,
        bidder=actor.uscc,
        envelopes=signed["envelopes"],
        document_hash=lot.document_hash,
        deadline_at=lot.deadline_at,
        policy=lot.policy,
        custodians=signed["custodians"],
        threshold=signed["threshold"],
        next_sequence=next_sequence(lot, actor.organisation_id or 0, envelope),
    )


def bidder_reasons(lot: Lot, actor: Actor) -> list[Reason]:
    """Return why the actor's organisation may not bid for this lot."""
    organisation = Organisation.objects.filter(pk=actor.organisation_id or 0).first()
    project = lot.project
    return intake.bidder_reasons(
        is_bidder=actor.role is Role.BIDDER and organisation is not None,
        operator=organisation is not None and organisation.operator,
        owns_tender=actor.organisation_id in {project.purchaser_id, project.agency_id},
        holds_key=Custodian.objects.filter(organisation_id=actor.organisation_id or 0).exists(),
    )


def intake_reasons(lot: Lot, header: Header | None, *, actor: Actor, now: datetime) -> list[Reason]:
    """Return every reason against taking a bid with this header in now; the lot's row is locked.

    Of a header that cannot be read (None) it is known only when it came and from whom.
    """
    frozen, deadline_at = lot.suspended_at is not None, lot.deadline_at
    reasons = intake.timing_reasons(lot.stage, suspended=frozen, deadline_at=deadline_at, now=now)
    reasons += bidder_reasons(lot, actor)
    if intake.NOT_OPEN in reasons or header is None:
        return reasons
    wanted = terms(lot, actor, envelope=header.binding.envelope)
    return reasons + intake.binding_reasons(header.binding.body(), wanted)


def trust_roots() -> Trust:
    """Return the installation's pinned roots as DER, with the revocation lists as of now."""
    return identity_queries.trust_roots(now=clock.now())


def certificate_reasons(leaf: str, actor: Actor) -> list[Reason]:
    """Return why the certificate (base64 of its DER) that signed may not be used any more, though its path held."""
    revoked = Certificate.objects.filter(organisation_id=actor.organisation_id or 0, revoked_at__isnull=False)
    return [reason_for("revoked")] if any(row.pub["certificates"][:1] == [leaf] for row in revoked) else []


def host_reasons(lot: Lot, actor: Actor) -> list[Reason]:
    """Return why the actor may not host the lot's opening: the centre may, and the lot's purchaser or agency."""
    if actor.role is Role.CENTRE or queries.owns(lot.project, actor):
        return []
    return [NOT_THE_HOST]


def bids_in_closing_set(lot: Lot) -> QuerySet[Bid]:
    """Return the bids that are opened together, in the order they were received."""
    return Bid.objects.filter(lot=lot, in_closing_set=True).select_related("bidder").order_by("received_at", "pk")


def closing_set(lot: Lot) -> list[dict[str, Any]]:
    """Return what `lot.closed` says of every bid that was ever complete: digest, sequence, state; by digest."""
    bids = Bid.objects.filter(lot=lot).order_by("bid_digest")
    return [{"bid_digest": bid.bid_digest, "sequence": bid.sequence, "state": bid.state} for bid in bids]


def header_on_record(bid: Bid) -> Header:
    """Return the header of a complete bid, from the database, so that a lost file does not hide it."""
    upload = bid.uploads.filter(copy_of=None).order_by("pk").first()
    if upload is None:
        raise NotFound(bid.bid_digest)
    return parse_header(bytes(upload.header))


def shares_of(bid: Bid, releases: Iterable[Release] | None = None) -> Shares:
    """Return the matching shares that came in for one bid."""
    rows = bid.releases.filter(matches=True) if releases is None else releases
    matching: dict[str, set[int]] = {}
    for release in rows:
        if release.matches:
            matching.setdefault(release.group, set()).add(release.index)
    return Shares(header_on_record(bid), matching)


@dataclass(frozen=True)
class Collected:
    """One bid of the closing set and its shares."""

    bid: Bid
    shares: Shares

    @property
    def openable(self) -> bool:
        """Enough shares, and the stored file is not known to be damaged."""
        return self.shares.openable and self.bid.damaged_at is None


@dataclass(frozen=True)
class Collection:
    """Every bid that is to be opened, in the order received."""

    rows: tuple[Collected, ...]

    @property
    def complete(self) -> bool:
        """Whether every bid can be opened."""
        return all(row.openable for row in self.rows)

    @property
    def missing(self) -> list[Bid]:
        """The bids that cannot be opened yet."""
        return [row.bid for row in self.rows if not row.openable]


def collection(lot: Lot, envelope: str = "") -> Collection:
    """Return which bids of an envelope (the first) in the closing set can be opened with the shares that came in."""
    wanted = envelope or envelopes.envelopes_of(lot)[0]
    bids = bids_in_closing_set(lot).filter(state=BidState.RECEIVED, envelope=wanted)
    return Collection(tuple(Collected(bid, shares_of(bid)) for bid in bids))


def opening_of(lot: Lot) -> Opening:
    """Return the lot's opening, read anew.

    :raises NotFound: it has not started
    """
    opening = Opening.objects.filter(lot=lot).first()
    if opening is None:
        raise NotFound(lot.code)
    return opening


def shares_taken(lot: Lot, bid: Bid, now: datetime) -> bool:
    """Whether the bidder's own share of this bid is taken now: the window of its envelope is open."""
    window = envelopes.window_of(lot, bid.envelope)
    return window is not None and window_open(window, now)


def window_open(opening: Opening | EnvelopeOpening, now: datetime) -> bool:
    """Whether bidders' shares are still taken: not past the end, or the window is paused, and nobody ended it."""
    return opening.ended_at is None and (opening.paused_at is not None or now < opening.window_ends_at)


def period_seconds(lot: Lot, name: str, now: datetime) -> timedelta:
    """Return a period of seconds or minutes of the lot's procedure.

    :raises ValueError: the procedure counts it in days
    """
    found = procedure(lot.project.procedure).period(name, timezone.localdate(now)).seconds
    if found is None:
        raise ValueError(f"{name} is counted in days")
    return timedelta(seconds=found)


def grace_ends_at(lot: Lot, opening: Opening | EnvelopeOpening, now: datetime) -> datetime | None:
    """Return until when custodians' shares are waited for once the window has ended; nothing before it has."""
    if opening.ended_at is None:
        return None
    return opening.ended_at + period_seconds(lot, GRACE, now) + opening.grace_moved_by


def confirmation_ends_at(lot: Lot, opening: Opening, now: datetime) -> datetime:
    """Return until when an opened lot's bidders may let their prices wait for their confirmation."""
    assert lot.opened_at is not None  # the stage says so
    return lot.opened_at + period_seconds(lot, CONFIRMATION, now) + opening.confirmation_moved_by


def may_settle(lot: Lot, now: datetime) -> bool:
    """Whether opening together may begin: the window ended, and all can be opened or the custodians' grace is over."""
    opening = opening_of(lot)
    ends_at = grace_ends_at(lot, opening, now)
    if ends_at is None:
        return False
    return opening.collected_at is not None or now >= ends_at or collection(lot).complete


def opened_bids(lot: Lot) -> QuerySet[OpenedBid]:
    """Return what was read out, in reading order: as received."""
    found = OpenedBid.objects.filter(bid__lot=lot).select_related("bid__bidder")
    return found.order_by("bid__received_at", "bid_id")


def keys_of(custodian: Custodian) -> PublicKeys:
    """Return the keys of a custodian whose certificate stands.

    :raises NotFound: it has none, or it was revoked
    """
    certificate = custodian.certificate
    if certificate is None or certificate.revoked_at is not None:
        raise NotFound(custodian.name)
    return read_public(certificate.pub)


def bid_of_statement(statement: dict[str, Any]) -> Bid:
    """Return the bid that a statement names.

    :raises NotFound: it names none that exists
    """
    body = statement.get("body")
    digest = body.get("bid_digest") if isinstance(body, dict) else None
    bid = Bid.objects.filter(bid_digest=digest).first() if isinstance(digest, str) else None
    if bid is None:
        raise NotFound(str(digest)[:64])
    return bid


def custodians_act(lot: Lot, bid: Bid) -> bool:
    """Whether custodians' shares of this bid are due now (design 4.3) and may still be used."""
    return _due_in(envelopes.window_of(lot, bid.envelope), lot, bid)


def _due_in(window: Opening | EnvelopeOpening | None, lot: Lot, bid: Bid) -> bool:
    if window is None or window.collected_at is not None or lot.policy == "bidder":
        return False
    if draw_queries.coefficients_pending(lot):
        return False
    if lot.policy != "bidder-or-custodians":
        return True
    return window.ended_at is not None or RescueRequest.objects.filter(bid=bid).exists()


# BL-37: what an agent's decision reads (sealing.release_rule, custodian.decision) and nothing else; the purchaser is a
# custodian and must not learn the committee's names, nor who fetched the document
AGENT_KINDS = frozenset(
    (
        *("lot.announced", "lot.amended", "lot.postponed", "lot.closed"),
        *("lot.suspended", "lot.resumed", "lot.terminated", "lot.failed"),
        *("bid.received", "bid.withdrawn", "bids.superseded", "bids.incomplete", "share.released"),
        *("opening.window_ended", "opening.rescue_asked", "opening.finished"),
        *("envelope.started", "envelope.window_ended", "envelope.finished"),
    )
)


def agent_work(custodian: Custodian) -> list[dict[str, Any]]:
    """Return what a custodian's agent is asked to release now, lot by lot, with all that it must verify itself.

    A lot is `{"lot", "entries", "bids"}`: its ledger entries of `AGENT_KINDS` with body and salt, and of each bid
    header and trailer (base64). Never ciphertext, never another custodian's share.
    """
    keys = custodian.certificate
    if keys is None or keys.revoked_at is not None:
        return []
    first = Q(stage="opening", opening__collected_at=None)
    later = Q(stage__in=envelopes.LATER_STAGES, pk__in=EnvelopeOpening.objects.filter(collected_at=None).values("lot"))
    due = Lot.objects.filter(first | later, suspended_at=None).select_related("opening")
    found = []
    for lot in due.exclude(policy="bidder").order_by("deadline_at", "pk"):
        bids = [row for bid in _wanted(lot, keys.kid) if (row := _work_row(bid, keys.kid))]
        if bids:
            shown = ledger.entries_of(lot.code, kinds=AGENT_KINDS)
            entries = [{**row, "revealed": {}} for row in shown]  # nobody's name or address
            found.append({"lot": lot.code, "entries": entries, "bids": bids})
    return found


def _wanted(lot: Lot, kid: str) -> list[Bid]:
    bids = bids_in_closing_set(lot).filter(state=BidState.RECEIVED).exclude(releases__kid=kid)
    windows = {name: envelopes.window_of(lot, name) for name in envelopes.envelopes_of(lot)}
    return [bid for bid in bids if _due_in(windows.get(bid.envelope), lot, bid)]


def _work_row(bid: Bid, kid: str) -> dict[str, str] | None:
    """Return one bid's parts; None where this custodian is no recipient or its share is not needed any more."""
    shares = shares_of(bid)
    if shares.openable or all(seat.kid != kid for seat in shares.header.commitments):
        return None
    upload = bid.uploads.filter(copy_of=None).order_by("pk").first()
    trailer = to_base64(bytes(upload.trailer)) if upload is not None else ""
    return {"bid_digest": bid.bid_digest, "header": to_base64(shares.header.raw), "trailer": trailer}
