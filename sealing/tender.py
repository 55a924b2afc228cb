"""`TENDER.json`: what a bid is sealed for, checked before a byte is encrypted.

Without a pinned root the recipients are not verified and the caller says so; with one, the agency's signature, every
recipient's path and the policy are. Pure.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sealing import canonical
from sealing.canonical import Json
from sealing.checks import refuse
from sealing.fields import (
    Form,
    check_fields,
    format_time,
    is_code,
    is_envelope,
    is_hash,
    is_hashes,
    is_list,
    is_object,
    is_suite,
    is_time,
    number,
    parse_time,
)
from sealing.keys import PublicKeys, check_public_path, read_public
from sealing.parameters import Parameters, verify_parameters
from sealing.policy import BIDDER, CUSTODIANS, SHAPES, Group, build_groups, check_groups, policy_of
from suites import Reason, Refused, Suite, suite_named

FIELDS: dict[str, Form] = {
    "tender": is_code,
    "lot": is_code,
    "envelope": is_envelope,
    "bidder": is_code,
    "document_hash": is_hash,
    "sequence": number(1, canonical.LARGEST),
    "deadline": is_time,
    "suite": is_suite,
    "policy": is_object,
    "recipients": is_list,
}
_POLICY: dict[str, Form] = {"join": lambda value: value in ("any", "all"), "groups": is_list}
_GROUP: dict[str, Form] = {
    "name": lambda value: value in (BIDDER, CUSTODIANS),
    "threshold": number(1, 255),
    "recipients": is_hashes,
}


@dataclass(frozen=True)
class Tender:
    """What a bid is sealed for: binding fields, the groups in header order, and every recipient's `.pub`."""

    suite: Suite
    tender: str
    lot: str
    envelope: str
    bidder: str
    document_hash: str
    sequence: int
    deadline: datetime
    policy: str
    groups: tuple[Group, ...]
    recipients: tuple[PublicKeys, ...]
    parameters: Json = None


def read_tender(body: Json) -> Tender:
    """Return the tender of a `TENDER.json` object.

    :raises Refused: `tender`, `policy`, `recipients`, with every failed condition
    """
    table = FIELDS | {"parameters": is_object} if isinstance(body, dict) and "parameters" in body else FIELDS
    found = check_fields("tender", "tender", body, table)
    if isinstance(body, dict) and isinstance(body.get("policy"), dict):
        found += _policy_form(body["policy"])
    refuse(found)
    groups = _groups_of(body["policy"])
    policy = policy_of(body["policy"]["join"], [group.name for group in groups])
    found = check_groups(policy, groups) if policy else [Reason("policy", "not one of the four opening policies")]
    recipients, wrong = _recipients(body["recipients"], body["suite"])
    refuse(found + wrong + _recipient_reasons(groups, recipients, complete=not wrong))
    plain = {name: body[name] for name in ("tender", "lot", "envelope", "bidder", "document_hash", "sequence")}
    return Tender(
        **plain,
        suite=suite_named(body["suite"]),
        deadline=parse_time(body["deadline"]),
        policy=policy,
        groups=groups,
        recipients=tuple(recipients),
        parameters=body.get("parameters"),
    )


def write_tender(tender: Tender) -> dict[str, Json]:
    """Return the `TENDER.json` object."""
    body: dict[str, Json] = {
        "tender": tender.tender,
        "lot": tender.lot,
        "envelope": tender.envelope,
        "bidder": tender.bidder,
        "document_hash": tender.document_hash,
        "sequence": tender.sequence,
        "deadline": format_time(tender.deadline),
        "suite": tender.suite.name,
        "policy": {
            "join": SHAPES[tender.policy].join,
            "groups": [group._asdict() | {"recipients": list(group.recipients)} for group in tender.groups],
        },
        "recipients": [keys.body() for keys in tender.recipients],
    }
    return body if tender.parameters is None else body | {"parameters": tender.parameters}


def tender_from(
    statement: Json, *, own: PublicKeys, custodians: Iterable[PublicKeys], envelope: str, bidder: str, sequence: int
) -> Tender:
    """Build a tender from the agency's statement and the own key: the client makes the policy itself.

    :raises Refused: `statement`, `parameters`; check the result with `check_tender`
    """
    parameters, _ = verify_parameters(statement)
    kept = {keys.kid: keys for keys in custodians}
    groups = build_groups(
        parameters.policy, bidder_kid=own.kid, custodians=parameters.custodians, threshold=parameters.threshold
    )
    named = [kid for group in groups for kid in group.recipients]
    return Tender(
        suite=suite_named(parameters.suite),
        tender=parameters.tender,
        lot=parameters.lot,
        envelope=envelope,
        bidder=bidder,
        document_hash=parameters.document_hash,
        sequence=sequence,
        deadline=parameters.deadline,
        policy=parameters.policy,
        groups=groups,
        recipients=tuple((kept | {own.kid: own})[kid] for kid in named if kid in kept or kid == own.kid),
        parameters=statement,
    )


def check_tender(
    tender: Tender, own: PublicKeys, *, roots: list[bytes] | None = None, agency: str = ""
) -> list[Reason]:
    """Return why this machine may not seal for the tender; with pinned roots also all that needs trust.

    Certificates are judged at the deadline, as no clock is read. Any organisation under the root can sign parameters:
    whoever knows the agency's code tells it as `agency`, others show `parameters_signer` to the person.
    """
    found = []
    if own.suite.name != tender.suite.name:
        found.append(Reason("key", f"the key is of suite {own.suite.name}, the tender of {tender.suite.name}"))
    if any(group.name == BIDDER and group.recipients != (own.kid,) for group in tender.groups):
        found.append(Reason("policy", "group bidder is not the key that this machine holds"))
    if roots is None:
        return found
    found += _trusted_reasons(tender, own, roots)
    if agency and tender.parameters is not None and parameters_signer(tender) != agency:
        found.append(Reason("parameters", f"the tender is not signed by {agency}"))
    return found


def parameters_signer(tender: Tender) -> str:
    """Return the code of the organisation whose certificate signed the tender's parameters, "" if none did."""
    if tender.parameters is None:
        return ""
    try:
        return verify_parameters(tender.parameters)[1].signer.organisation
    except Refused:
        return ""


def _trusted_reasons(tender: Tender, own: PublicKeys, roots: list[bytes]) -> list[Reason]:
    found = [
        Reason("recipients", f"{keys.organisation}: {reason.reason}")
        for keys in tender.recipients
        for reason in check_public_path(keys, roots, tender.deadline)
    ]
    if own.organisation != tender.bidder:
        found.append(Reason("key", f"the key belongs to {own.organisation}, not to bidder {tender.bidder}"))
    found += [Reason("key", reason.reason) for reason in check_public_path(own, roots, tender.deadline)]
    return found + _organisation_reasons(tender) + _parameter_reasons(tender, roots)


def _organisation_reasons(tender: Tender) -> list[Reason]:
    """Custodians belong to different organisations, none of them the bidder."""
    kids = {kid for group in tender.groups if group.name == CUSTODIANS for kid in group.recipients}
    names = [keys.organisation for keys in tender.recipients if keys.kid in kids]
    found = []
    if len(set(names)) != len(names):
        found.append(Reason("recipients", "two custodians belong to one organisation"))
    if tender.bidder in names:
        found.append(Reason("recipients", "the bidder is a custodian of its own bid"))
    return found


def _parameter_reasons(tender: Tender, roots: list[bytes]) -> list[Reason]:
    if tender.parameters is None:
        return [Reason("parameters", "the tender is not signed by the agency")]
    try:
        parameters, _ = verify_parameters(tender.parameters, roots=roots, at=tender.deadline)
    except Refused as refused:
        return [Reason("parameters", reason.reason) for reason in refused.reasons]
    return _differences(tender, parameters)


def _differences(tender: Tender, parameters: Parameters) -> list[Reason]:
    """Name every member in which the tender is not what the agency signed."""
    custodians = next((group for group in tender.groups if group.name == CUSTODIANS), Group(CUSTODIANS, 0, ()))
    pairs = {
        "tender": (tender.tender, parameters.tender),
        "lot": (tender.lot, parameters.lot),
        "suite": (tender.suite.name, parameters.suite),
        "deadline": (tender.deadline, parameters.deadline),
        "document_hash": (tender.document_hash, parameters.document_hash),
        "policy": (tender.policy, parameters.policy),
        "custodians": (custodians.recipients, parameters.custodians),
        "threshold": (custodians.threshold, parameters.threshold),
    }
    found = [
        Reason("parameters", f"{name} is not what the agency signed")
        for name, (has, signed) in pairs.items()
        if has != signed
    ]
    if tender.envelope not in parameters.envelopes:
        found.append(Reason("parameters", f"the agency foresaw no envelope {tender.envelope}"))
    return found


def _policy_form(body: Json) -> list[Reason]:
    found = check_fields("tender", "policy", body, _POLICY)
    rows = body.get("groups")
    for place, row in enumerate(rows if isinstance(rows, list) else []):
        found += check_fields("tender", f"groups[{place}]", row, _GROUP)
    return found


def _groups_of(body: Json) -> tuple[Group, ...]:
    """The groups, bidder first whatever the order in the file; the sort keeps doubles, which are refused later."""
    rows = sorted(body["groups"], key=lambda row: row["name"] != BIDDER)
    return tuple(Group(row["name"], row["threshold"], tuple(row["recipients"])) for row in rows)


def _recipients(rows: list[Json], suite: str) -> tuple[list[PublicKeys], list[Reason]]:
    """Read every `.pub`, gathering what is wrong with all of them."""
    keys, found = [], []
    for place, row in enumerate(rows):
        try:
            keys.append(read_public(row))
        except Refused as refused:
            found += [Reason("recipients", f"recipients[{place}]: {reason.reason}") for reason in refused.reasons]
    found += [Reason("recipients", f"{key.kid} is of another suite") for key in keys if key.suite.name != suite]
    return keys, found


def _recipient_reasons(groups: Iterable[Group], keys: list[PublicKeys], *, complete: bool) -> list[Reason]:
    named = [kid for group in groups for kid in group.recipients]
    held = [key.kid for key in keys]
    found = []
    if complete and (missing := [kid for kid in named if kid not in held]):
        found += [Reason("recipients", f"the key {kid} is not among the recipients") for kid in missing]
    if len(set(held)) != len(held):
        found.append(Reason("recipients", "a key is given twice"))
    return found
