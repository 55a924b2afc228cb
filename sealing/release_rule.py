"""May a custodian release its share now? One pure decision over what the agent has seen with its own eyes.

Inputs are ledger bodies `{kind, lot, payload, at, …}` (design 4.5 (5)); times are ISO strings or
aware datetimes. The payloads that are read:

- `lot.closed`: `{"lot", "deadline", "bids": [{"bid_digest", "sequence", "state"}]}`; only `received` opens.
- `lot.amended`, `lot.postponed`: `{"parameters": the agency's signed statement, …}`.
- `lot.suspended`, `lot.resumed`: no payload needed; the last one counts. `lot.terminated`, `lot.failed`: for good.
- `opening.window_ended`: no payload needed. `opening.rescue_asked`: `{"bid_digest"}`.
- `opening.finished`: no payload needed.
- `lot.announced` and the amendments: `parameters.body.envelopes`, in the order in which envelopes are opened, from the
  statement with the greatest `amendment`.
- `envelope.started {"envelope", "admitted"}`, `envelope.window_ended`, `envelope.finished {"envelope"}`; why others
  were left out stands beside `admitted`, and nothing hangs on it here.
- `share.released`: `{"bid_digest", "group"}`. `bid.withdrawn`: `{"bid_digest"}`.
- `bids.superseded`, `bids.incomplete`: `{"bids": [digests]}`, which ended without their bidders.

Doubt refuses: a postponement that cannot be verified holds the release back, as a release cannot be taken back.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sealing.canonical import LARGEST, Json
from sealing.fields import (
    Form,
    check_fields,
    format_time,
    is_code,
    is_hash,
    is_list,
    is_text,
    is_time,
    number,
    parse_time,
)
from sealing.header import Header
from sealing.parameters import verify_parameters
from sealing.policy import BIDDER
from sealing.trailer import Detached, check_trailer
from suites import Reason, Refused

Entry = Mapping[str, Json]
_POSTPONING = ("lot.amended", "lot.postponed")
_ENDING = ("bids.superseded", "bids.incomplete")
_HALTING = {"lot.suspended": "suspended", "lot.terminated": "terminated", "lot.failed": "failed", "lot.resumed": ""}
_FINAL = ("terminated", "failed")


def may_release(
    bid: Detached,
    closing_entry: Entry | None,
    lot_entries: Iterable[Entry],
    *,
    own_now: datetime,
    skew: timedelta,
    roots: list[bytes] | None = None,
) -> list[Reason]:
    """Return why a custodian must not release its share of a bid now; empty when it may.

    `own_now` is the agent's own clock, `skew` how far that clock may be ahead; `roots` are its pinned roots (DER).
    `lot_entries` are the lot's ledger bodies in order. Reasons: `signature` and the other checks of the trailer,
    `policy`, `clock`, `postponement`, `closing_set`, `withdrawn`, `suspended`, `envelope`, `window`.
    """
    entries = list(lot_entries)
    return [
        *check_trailer(bid.header, bid.trailer, roots=roots),
        *_clock_reasons(bid.header, entries, own_now=own_now, skew=skew, roots=roots),
        *_closing_reasons(bid, closing_entry),
        *_state_reasons(bid.bid_digest, entries),
        *_envelope_reasons(bid, entries),
        *_policy_reasons(bid, entries),
    ]


def _clock_reasons(
    header: Header, entries: list[Entry], *, own_now: datetime, skew: timedelta, roots: list[bytes] | None
) -> list[Reason]:
    """The own clock must be past the header's deadline and every postponement that the agency signed."""
    latest, found = header.binding.deadline, []
    for entry in entries:
        if entry.get("kind") in _POSTPONING:
            try:
                latest = max(latest, _signed_deadline(header, entry, roots))
            except Refused as refused:
                found.append(Reason("postponement", f"an amendment cannot be verified: {refused}"))
    if own_now < latest + skew:
        found.append(Reason("clock", f"the deadline {format_time(latest)} is not safely past by the own clock"))
    return found


def _signed_deadline(header: Header, entry: Entry, roots: list[bytes] | None) -> datetime:
    """The deadline in an agency-signed amendment of this lot.

    :raises Refused: the statement does not verify or is of another lot
    """
    parameters, _ = verify_parameters(
        _payload(entry).get("parameters"), roots=roots, at=header.binding.deadline if roots is not None else None
    )
    if (parameters.tender, parameters.lot) != (header.binding.tender, header.binding.lot):
        raise Refused([Reason("parameters", "the statement is of another lot")])
    return parameters.deadline


def _closing_reasons(bid: Detached, closing: Entry | None) -> list[Reason]:
    if closing is None:
        return [Reason("closing_set", "the lot is not closed")]
    if found := _closing_form(closing):
        return found
    payload, binding = closing["payload"], bid.header.binding
    if payload["lot"] != binding.lot:
        found.append(Reason("closing_set", "the closing entry is of another lot"))
    rows = [row for row in payload["bids"] if row["bid_digest"] == bid.bid_digest]
    if len(rows) != 1:
        found.append(Reason("closing_set", "the bid is not in the closing set exactly once"))
    elif rows[0]["state"] != "received" or rows[0]["sequence"] != binding.sequence:
        found.append(Reason("closing_set", f"the bid stands in the closing set as {rows[0]['state']}"))
    if _instant(closing["at"]) < max(binding.deadline, _instant(payload["deadline"])):
        found.append(Reason("closing_set", "the lot was closed before its deadline"))
    return found


def _closing_form(closing: Entry) -> list[Reason]:
    """The server is not trusted to send what it should: a malformed entry is a reason, never an exception."""
    payload = closing.get("payload")
    if closing.get("kind") != "lot.closed" or not _is_instant(closing.get("at")):
        return [Reason("closing_set", "the closing entry is not one")]
    found = check_fields("closing_set", "payload", payload, _CLOSING)
    if not found:
        for place, row in enumerate(payload["bids"]):  # type: ignore[index]
            found += check_fields("closing_set", f"bids[{place}]", row, _ROW)
    return found


def _state_reasons(bid_digest: str, entries: list[Entry]) -> list[Reason]:
    found = []
    if any(_is(entry, "bid.withdrawn", bid_digest) for entry in entries):
        found.append(Reason("withdrawn", "the bid was withdrawn"))
    if any(_lists(entry, bid_digest) for entry in entries):
        found.append(Reason("withdrawn", "the bid was superseded, or its bidder did not hand in every envelope"))
    halts = [_HALTING[kind] for entry in entries if isinstance(kind := entry.get("kind"), str) and kind in _HALTING]
    if halt := next((word for word in _FINAL if word in halts), halts[-1] if halts else ""):
        found.append(Reason("suspended", "the lot has failed" if halt == "failed" else f"the lot is {halt}"))
    return found


def _envelope_reasons(bid: Detached, entries: list[Entry]) -> list[Reason]:
    """A later envelope is due once the one before it is finished, and only for the bidders that were admitted to it."""
    name, order = bid.header.binding.envelope, _order(entries)
    if name == order[0]:
        return []
    if name not in order:
        return [Reason("envelope", f"the signed parameters foresee no envelope {name}")]
    before = order[order.index(name) - 1]
    first = before == order[0]
    done = "opening.finished" if first else "envelope.finished"
    if not any(entry.get("kind") == done and (first or _payload(entry).get("envelope") == before) for entry in entries):
        return [Reason("envelope", f"the envelope {before}, which comes first, is not opened yet")]
    started = [_payload(entry) for entry in entries if _of_envelope(entry, "envelope.started", name)]
    admitted = started[0].get("admitted") if len(started) == 1 else None
    if not isinstance(admitted, list):
        return [Reason("envelope", f"the opening of the envelope {name} has not started exactly once")]
    return [] if bid.bid_digest in admitted else [Reason("envelope", "the bid was not admitted to this envelope")]


def _order(entries: list[Entry]) -> list[str]:
    """The envelopes in signed order; the signatures are judged by `_clock_reasons` and by the agent."""
    order, last = ["whole"], 0
    for entry in entries:
        if entry.get("kind") in ("lot.announced", *_POSTPONING):
            statement = _payload(entry).get("parameters")
            body = statement.get("body") if isinstance(statement, dict) else None
            told = body.get("envelopes") if isinstance(body, dict) else None
            amendment = body.get("amendment") if isinstance(body, dict) else None
            if isinstance(told, list) and told and isinstance(amendment, int) and amendment >= last:
                order, last = told, amendment
    return order


def _of_envelope(entry: Entry, kind: str, name: str) -> bool:
    return bool(entry.get("kind") == kind and _payload(entry).get("envelope") == name)


def _policy_reasons(bid: Detached, entries: list[Entry]) -> list[Reason]:
    """When custodians act (design 4.3): never, after the window or on the bidder's request, or at the deadline."""
    policy = bid.header.binding.policy
    if policy == "bidder":
        return [Reason("policy", "under policy bidder no custodian acts")]
    if policy != "bidder-or-custodians":
        return []
    digest = bid.bid_digest
    if any(_is(entry, "share.released", digest) and _payload(entry).get("group") == BIDDER for entry in entries):
        return [Reason("window", "the bidder has released this bid itself")]
    name = bid.header.binding.envelope
    if name == _order(entries)[0]:
        ended = any(entry.get("kind") == "opening.window_ended" for entry in entries)
    else:
        ended = any(_of_envelope(entry, "envelope.window_ended", name) for entry in entries)
    if ended or any(_is(entry, "opening.rescue_asked", digest) for entry in entries):
        return []
    return [Reason("window", "the window is open and the bidder has not asked for rescue")]


def _payload(entry: Entry) -> Mapping[str, Json]:
    payload = entry.get("payload")
    return payload if isinstance(payload, dict) else {}


def _is(entry: Entry, kind: str, bid_digest: str) -> bool:
    return bool(entry.get("kind") == kind and _payload(entry).get("bid_digest") == bid_digest)


def _lists(entry: Entry, bid_digest: str) -> bool:
    told = _payload(entry).get("bids")
    return entry.get("kind") in _ENDING and isinstance(told, list) and bid_digest in told


def _is_instant(value: Json) -> bool:
    try:
        return _instant(value).tzinfo is not None
    except (ValueError, TypeError):
        return False


def _instant(value: Json) -> datetime:
    if isinstance(value, datetime):
        return value
    return parse_time(value) if is_time(value) else datetime.fromisoformat(value)


_CLOSING: dict[str, Form] = {"lot": is_code, "deadline": _is_instant, "bids": is_list}
_ROW: dict[str, Form] = {"bid_digest": is_hash, "sequence": number(1, LARGEST), "state": is_text}
