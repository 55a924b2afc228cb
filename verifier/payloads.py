"""The members of ledger payloads that checks rely on: kind → member → form. Others may stand beside them. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from sealing.canonical import LARGEST
from sealing.fields import Form, check_fields, is_code, is_hash, is_object, is_text, is_time, number
from tendering.bundle.form import either, list_of, member

_PRICE = re.compile(r"\d{1,16}\.\d{2}\Z", re.ASCII)
_FIGURE = re.compile(r"-?\d{1,9}(\.\d{1,12})?\Z", re.ASCII)
_STATES = ("received", "replaced", "withdrawn", "superseded_by_amendment")
PHASES = ("preliminary", "detailed")


def is_price(value: Any) -> bool:
    """A price or rate with two decimals."""
    return isinstance(value, str) and _PRICE.match(value) is not None


def is_figure(value: Any) -> bool:
    """A decimal figure as text."""
    return isinstance(value, str) and _FIGURE.match(value) is not None


def _is_string(value: Any) -> bool:
    return isinstance(value, str)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_null(value: Any) -> bool:
    return value is None


def with_members(table: Mapping[str, Form]) -> Form:
    """An object with at least the members of the table."""
    return lambda value: isinstance(value, dict) and not lacking(value, table)


def lacking(value: Mapping[str, Any], table: Mapping[str, Form], place: str = "payload") -> list[str]:
    """Return what is missing or has another form."""
    known = {name: value[name] for name in table if name in value}
    return [reason.reason for reason in check_fields("entries", place, known, table)]


_BID: dict[str, Form] = {"bid_digest": is_hash}
_LISTED: dict[str, Form] = {"bids": list_of(is_hash, most=60_000)}
_PUBLISHED: dict[str, Form] = {"bidder": _is_string, "uscc": is_text, "bid_digest": is_hash, "price_yuan": is_price}
_CANDIDATE: dict[str, Form] = {
    **_PUBLISHED,
    "rank": either(_is_null, number(1, 100)),
    "total": either(is_figure, lambda v: v == ""),
}
_PARAMETERS: dict[str, Form] = {"deadline": is_time, "document_hash": is_hash, "parameters": is_object}
_ENDED: dict[str, Form] = {**_BID, "bidder": is_code, "check": _is_string}
_COUNTED: dict[str, Form] = {"opened": number(0, LARGEST), "not_opened": number(0, LARGEST)}
_SEAT: dict[str, Form] = {"seat": number(1, 1000)}

PAYLOADS: dict[str, dict[str, Form]] = {
    "lot.announced": _PARAMETERS,
    "lot.amended": _PARAMETERS,
    "lot.postponed": _PARAMETERS,
    "bid.received": {
        **_BID,
        "envelope": is_text,
        "sequence": number(1, LARGEST),
        "size": number(1, LARGEST),
        "trailer_sha256": is_hash,
        "replaces": list_of(is_hash),
    },
    "bid.withdrawn": {**_BID, "statement_sha256": is_hash},
    "bids.superseded": {**_LISTED, "amendment": number(1, LARGEST)},
    "bids.incomplete": _LISTED,
    "draw.committed": {
        "draws": list_of(member({"matter": is_text, "purpose": is_text, "commitment": is_hash}), most=20),
    },
    "draw.opened": {"matters": list_of(is_text, most=20), "checkpoint": is_object},
    "draw.contributed": {"number": number(1, LARGEST), "text": is_text},
    "lot.closed": {
        "lot": is_code,
        "deadline": is_time,
        "bids": list_of(
            member({**_BID, "sequence": number(1, LARGEST), "state": lambda value: value in _STATES}), most=60_000
        ),
    },
    "share.released": {**_BID, "group": is_text, "index": number(1, 255), "kid": is_hash},
    "bid.opened": {
        **_BID,
        "bidder": is_code,
        "opened_by": is_text,
        "manifest_sha256": is_hash,
    },
    "bid.revoked": _ENDED,
    "bid.withdrawn_no_blame": _ENDED,
    "opening.finished": _COUNTED,
    "envelope.started": {
        "envelope": is_text,
        "admitted": list_of(is_hash),
        "left_out": list_of(member({**_BID, "reason": is_text})),
    },
    "envelope.window_ended": {"envelope": is_text},
    "envelope.finished": {"envelope": is_text, **_COUNTED},
    "committee.drawn": {"size": number(1, 1000), "representative": _is_flag},
    "member.removed": _SEAT,
    "committee.supplemented": {**_SEAT, "record": is_object},
    "evaluation.started": {"bids": list_of(is_hash), "phase": lambda value: value in PHASES},
    "sheet.submitted": {
        **_SEAT,
        "phase": lambda value: value in PHASES,
        "version": number(1, LARGEST),
        "sha256": is_hash,
        "marks": is_object,
    },
    "report.drafted": {
        "sha256": is_hash,
        "content": with_members(
            {
                "bids": list_of(is_hash),
                "valid": list_of(is_hash),
                "rejections": list_of(is_object),
                "reject_all": _is_flag,
                "places": list_of(is_object),
                "recommended": list_of(is_hash),
            }
        ),
    },
    "report.signed": {**_SEAT, "sha256": is_hash, "dissent": _is_string},
    "evaluation.finished": {"sha256": is_hash, "candidates": number(0, LARGEST)},
    "candidates.published": {"candidates": list_of(with_members(_CANDIDATE), most=1000)},
    "result.published": {"winner": with_members(_CANDIDATE), "reason": _is_string, "lot": is_code},
    "award.issued": {**_BID, "uscc": is_text, "price_yuan": is_price, "sha256": is_hash},
}

# members that may be missing; where they stand they have this form
OPTIONAL: dict[str, dict[str, Form]] = {
    "bid.opened": {"price_yuan": is_price, "price_kind": is_text},
}


def payload_reasons(kind: str, payload: Mapping[str, Any]) -> list[str]:
    """Return what is missing in a payload of this kind, or has another form."""
    optional = {name: form for name, form in OPTIONAL.get(kind, {}).items() if name in payload}
    return lacking(payload, PAYLOADS.get(kind, {}) | optional)
