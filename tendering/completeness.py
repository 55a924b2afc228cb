"""What a lot must say: the form of what is saved, and what is missing before the centre may accept it. No clock."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from lawbook.procedures import Procedure, procedure
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from sealing import canonical
from sealing.policy import MOST_CUSTODIANS
from suites import NAMES
from tendering import queries, scheme_validator
from tendering.models import Lot

MOST_YUAN = Decimal(10) ** 16
MOST_DAYS = 36_500
MOST_LINE = 200  # characters

_AMOUNTS = (("estimate_yuan", _("估算价")), ("ceiling_yuan", _("最高投标限价")), ("bond_yuan", _("投标保证金")))


def form_reasons(lot: Lot, *, on: date) -> list[Reason]:
    """Return what is wrong in what a lot says, complete or not; `on` is the legal day whose parameters count."""
    law = procedure(lot.project.procedure)
    checks = (
        (not lot.name.strip(), Reason("name_missing", _("请填写标段名称。"), "BL-9")),
        (max(len(lot.name), len(lot.site)) > MOST_LINE, Reason("line_long", _("标段名称和地点不能超过 200 个字。"))),
        (not _canonical(lot.scheme), Reason("scheme_form", _("评标办法的数据格式不正确。"), "BL-19")),
        (
            lot.price_kind not in law.price_kinds,
            Reason("price_kind", _("这种交易方式不用“{kind}”报价。"), "BL-19", {"kind": lot.price_kind}),
        ),
        (lot.policy not in law.opening.policies, Reason("policy", _("没有这种开启方式。"), "EB-31")),
        (
            lot.policy != "bidder" and not 2 <= lot.threshold <= MOST_CUSTODIANS,
            Reason("threshold", _("开启门限应为 2 至 16。"), "EB-31"),
        ),
        (lot.suite not in NAMES, Reason("suite", _("没有这种加密套件。"), "EB-25")),
        (
            lot.duration_days is not None and not 1 <= lot.duration_days <= MOST_DAYS,
            Reason("duration", _("工期应为 1 至 36500 天。"), "BL-19"),
        ),
    )
    reasons = [reason for failed, reason in checks if failed] + _amount_reasons(lot)
    return reasons or _bond_reasons(lot, law, on)  # a cap is computed from amounts that are amounts


def _canonical(scheme: object) -> bool:
    """Whether the scheme can be hashed: what cannot, cannot be locked into the document."""
    try:
        canonical.dumps(scheme)
    except canonical.NotCanonical:
        return False
    return True


def _amount_reasons(lot: Lot) -> list[Reason]:
    reasons = []
    for field, words in _AMOUNTS:
        amount = getattr(lot, field)
        if amount is not None and not _is_money(amount):
            reasons.append(
                Reason(f"{field}_wrong", _("{field}应为不小于零、最多两位小数的金额。"), "", {"field": words})
            )
    return reasons


def _is_money(amount: Decimal) -> bool:
    return amount.is_finite() and 0 <= amount < MOST_YUAN and amount == amount.quantize(Decimal("0.01"))


def _bond_reasons(lot: Lot, law: Procedure, on: date) -> list[Reason]:
    """BR-26: the bid bond is at most a share of the estimate, and capped."""
    if lot.bond_yuan is None or lot.estimate_yuan is None:
        return []
    most = law.bid_bond_limit(lot.estimate_yuan, on)
    if lot.bond_yuan <= most:
        return []
    return [Reason("bond_over_cap", _("投标保证金最多 {most} 元。"), "BR-26", {"most": f"{most:.2f}"})]


_NEEDED: tuple[tuple[str, str, str, Callable[[Lot], bool]], ...] = (
    ("estimate_missing", _("请填写估算价。"), "BL-9", lambda lot: not lot.estimate_yuan),
    ("duration_missing", _("请填写工期。"), "BL-19", lambda lot: not lot.duration_days),
    ("scope_missing", _("请填写招标范围。"), "NP-5", lambda lot: not lot.scope.strip()),
    ("qualification_missing", _("请填写投标人资格要求。"), "BL-18", lambda lot: not lot.qualification.strip()),
    ("deadline_missing", _("请填写计划的投标截止时间。"), "BL-24", lambda lot: lot.planned_deadline_at is None),
)


def missing_reasons(lot: Lot) -> list[Reason]:
    """Return everything a lot lacks before it may be submitted: details, ceiling, tender document, a lawful scheme."""
    law = procedure(lot.project.procedure)
    reasons = [Reason(code, text, key) for code, text, key, lacks in _NEEDED if lacks(lot)]
    if law.price.ceiling_required and not lot.ceiling_yuan:
        reasons.append(Reason("ceiling_missing", _("请填写最高投标限价。"), law.price.law))
    if not any(d.kind == "tender_document" for d in queries.documents_in_force(lot, pending=True)):
        reasons.append(Reason("document_missing", _("请上传招标文件。"), "BL-19"))
    return reasons + scheme_validator.problems(lot.scheme)
