"""What a sealed bid must be bound to, and when it may come in or be taken back. Pure; times are aware UTC.

The header's own form is judged by `sealing`; here it is compared with what the lot's signed parameters demand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _

LATE = Reason("late", _("投标截止时间已到，系统拒收。"), "BL-28")
NOT_OPEN = Reason("not_announced", _("本标段现在不接收投标文件。"), "BL-28")
FROZEN = Reason("suspended", _("本标段已被责令暂停，恢复之前不能办理。"), "BR-62")
NOT_A_BIDDER = Reason("not_a_bidder", _("只有投标人可以递交投标文件。"), "BL-25")
OPERATOR_BIDS = Reason("operator", _("平台运营机构不得投标。"), "EB-23")
OWN_TENDER = Reason("own_tender", _("招标人和招标代理机构不得投自己的标。"), "BR-34")
KEY_HOLDER_BIDS = Reason("custodian", _("密钥托管方不得在其托管的标段投标。"), "BR-34")
USED_UP = _("文件序号 {found} 已用过，至少应为 {wanted}。")
TOO_FAR = _("文件序号 {found} 过大，应在 {wanted} 至 {most} 之间。")
FURTHEST_AHEAD = 1_000  # a bid of the greatest sequence there is would leave its bidder no next one


@dataclass(frozen=True)
class Terms:
    """What bids of one bidder for one lot are sealed against now. `custodians` are kids in the group's order."""

    suite: str
    tender: str
    lot: str
    bidder: str
    envelopes: Sequence[str]
    document_hash: str
    deadline_at: datetime
    policy: str
    custodians: Sequence[str]
    threshold: int
    next_sequence: int


def instant(at: datetime) -> str:
    """Return a time as sealed files write it: `2026-03-01T01:30:00Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def timing_reasons(stage: str, *, suspended: bool, deadline_at: datetime | None, now: datetime) -> list[Reason]:
    """Return why nothing is taken in or given back now: at the deadline's very second it is late (BL-28)."""
    reasons = []
    if deadline_at is not None and now >= deadline_at:
        reasons.append(LATE)
    elif stage != "announced" or deadline_at is None:
        reasons.append(NOT_OPEN)
    if suspended:
        reasons.append(FROZEN)
    return reasons


_FIELDS = (
    ("suite", _("加密套件应为 {wanted}，文件中是 {found}。"), "EB-26"),
    ("tender", _("文件绑定的是另一个项目：{found}。"), "EB-26"),
    ("lot", _("文件绑定的是另一个标段：{found}。"), "EB-26"),
    ("bidder", _("文件绑定的投标人是 {found}，不是 {wanted}。"), "EB-26"),
    ("document_hash", _("文件是按另一版招标文件加密的，请按现行版本重新加密。"), "BR-21"),
    ("deadline", _("文件绑定的截止时间是 {found}，现行截止时间是 {wanted}，请重新加密。"), "BR-21"),
    ("policy", _("开启方式应为 {wanted}，文件中是 {found}。"), "EB-26"),
)


def binding_reasons(binding: Mapping[str, Any], terms: Terms) -> list[Reason]:
    """Return every difference between a header's binding and the lot's terms; none when it may be taken in."""
    wanted = {
        "suite": terms.suite,
        "tender": terms.tender,
        "lot": terms.lot,
        "bidder": terms.bidder,
        "document_hash": terms.document_hash,
        "deadline": instant(terms.deadline_at),
        "policy": terms.policy,
    }
    reasons = [
        Reason(field, text, law, {"found": str(binding[field]), "wanted": wanted[field]})
        for field, text, law in _FIELDS
        if binding[field] != wanted[field]
    ]
    return [*reasons, *_group_reasons(binding, terms), *_place_reasons(binding, terms)]


def _group_reasons(binding: Mapping[str, Any], terms: Terms) -> list[Reason]:
    """The custodians of the header must be those of the signed parameters, in their order, under their threshold."""
    groups = {group["name"]: group for group in binding["groups"]}
    custodians = groups.get("custodians", {"recipients": [], "threshold": 0})
    wanted = list(terms.custodians) if terms.policy != "bidder" else []
    if list(custodians["recipients"]) == wanted and custodians["threshold"] == (terms.threshold if wanted else 0):
        return []
    return [Reason("custodians", _("文件中的密钥托管方或门限与招标参数不一致。"), "EB-26")]


def _place_reasons(binding: Mapping[str, Any], terms: Terms) -> list[Reason]:
    reasons: list[Reason] = []
    if binding["envelope"] not in terms.envelopes:
        reasons.append(Reason("envelope", _("本标段没有“{found}”这一封。"), "EB-26", {"found": binding["envelope"]}))
    return [*reasons, *_sequence_reasons(binding["sequence"], terms.next_sequence)]


def _sequence_reasons(found: int, wanted: int) -> list[Reason]:
    values = {"found": str(found), "wanted": str(wanted), "most": str(wanted + FURTHEST_AHEAD)}
    if found < wanted:
        return [Reason("sequence", USED_UP, "BL-29", values)]
    return [Reason("sequence", TOO_FAR, "BL-29", values)] if found > wanted + FURTHEST_AHEAD else []


def bidder_reasons(*, is_bidder: bool, operator: bool, owns_tender: bool, holds_key: bool) -> list[Reason]:
    """Return why this organisation may not bid for this lot."""
    checks = ((not is_bidder, NOT_A_BIDDER), (operator, OPERATOR_BIDS), (owns_tender, OWN_TENDER))
    reasons = [reason for failed, reason in checks if failed]
    return [*reasons, KEY_HOLDER_BIDS] if holds_key else reasons
