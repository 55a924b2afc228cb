"""The preliminary review: pass or fail by majority, rejection with ground, votes and reasons (BR-51). Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from evaluation.rules.scheme import PassItem, Scheme
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _

MINIMUM_VALID = 3  # EC-27

MESSAGES: dict[str, str] = {
    "finding_missing": _("“{item}”还没有评审（{bid}）。"),
    "finding_without_reason": _("判定“{item}”不通过应写明理由（{bid}）。"),
    "finding_unknown": _("评标办法中没有“{item}”这一项。"),
}

# BR-51: the grounds of the regulation; a tender document may add its own as review items.
REJECTION_GROUNDS: dict[str, str] = {
    "unsigned": _("投标文件未经投标单位盖章和单位负责人签字"),
    "no_consortium_agreement": _("投标联合体没有提交共同投标协议"),
    "unqualified": _("投标人不符合国家或者招标文件规定的资格条件"),
    "several_bids": _("同一投标人提交两个以上不同的投标文件或者投标报价（要求提交备选投标的除外）"),
    "below_cost_or_above_ceiling": _("投标报价低于成本或者高于招标文件设定的最高投标限价"),
    "unresponsive": _("投标文件没有对招标文件的实质性要求和条件作出响应"),
    "illegal_conduct": _("投标人有串通投标、弄虚作假、行贿等违法行为"),
}


@dataclass(frozen=True)
class Finding:
    """One member's judgement of one item of one bid; a failure needs a reason."""

    passed: bool
    reason: str = ""


Findings = Mapping[str, Mapping[str, Finding]]  # bid → item code → finding, one member's


@dataclass(frozen=True)
class Rejection:
    """An item on which a bid is rejected: its ground and law, who voted how, and the reasons of those who failed it."""

    item: str
    ground: str
    law: str
    failed_by: tuple[str, ...]
    passed_by: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Review:
    """The outcome for one bid; valid when no item has a majority against it."""

    bid: str
    rejections: tuple[Rejection, ...]

    @property
    def valid(self) -> bool:
        return not self.rejections


def findings_reasons(scheme: Scheme, findings: Findings, *, bids: Iterable[str]) -> list[Reason]:
    """Return every reason why a member's findings may not be submitted."""
    known = {item.code: item for item in scheme.review}
    codes = {code for one in findings.values() for code in one}
    found = [_reason("finding_unknown", item=code) for code in sorted(codes - set(known))]
    for bid in sorted(bids):
        for code, item in known.items():
            finding = findings.get(bid, {}).get(code)
            if finding is None:
                found.append(_reason("finding_missing", item=item.title, bid=bid))
            elif not finding.passed and not finding.reason.strip():
                found.append(_reason("finding_without_reason", item=item.title, bid=bid))
    return found


def _reason(code: str, **values: str) -> Reason:
    return Reason(code, MESSAGES[code], "BR-51", values)


def review(scheme: Scheme, findings: Mapping[str, Findings], *, bids: Sequence[str]) -> dict[str, Review]:
    """Return the outcome for every bid: bid → Review. An item fails when more than half of the members fail it.

    `findings`: member → findings. Example: of five members three against reject, two do not.

    :raises KeyError: where a member has not judged an item (judge with `findings_reasons` first)
    """
    return {
        bid: Review(bid, tuple(found for item in scheme.review if (found := _rejection(item, findings, bid))))
        for bid in bids
    }


def _rejection(item: PassItem, findings: Mapping[str, Findings], bid: str) -> Rejection | None:
    votes = {member: findings[member][bid][item.code] for member in sorted(findings)}
    against = tuple(member for member, finding in votes.items() if not finding.passed)
    if 2 * len(against) <= len(votes):
        return None
    passed_by = tuple(member for member in votes if member not in against)
    reasons = tuple(votes[member].reason for member in against)
    return Rejection(item.code, item.ground, item.law, against, passed_by, reasons)


def competition_lacking(reviews: Mapping[str, Review]) -> bool:
    """Whether fewer than three bids are valid, so that the committee may reject all (EC-27); it need not."""
    return sum(one.valid for one in reviews.values()) < MINIMUM_VALID
