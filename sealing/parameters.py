"""Tender parameters: what the agency signs, so that a server cannot hand out its own custodians or policy. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sealing import canonical
from sealing.canonical import Json
from sealing.checks import refuse
from sealing.fields import (
    check_fields,
    format_time,
    is_code,
    is_envelope,
    is_hash,
    is_hashes,
    is_suite,
    is_time,
    number,
    one,
    parse_time,
)
from sealing.policy import MOST_CUSTODIANS, SHAPES
from sealing.statements import Signer, Statement, sign_statement, verify_statement
from suites import Reason

KIND = "tender.parameters"
FIELDS = {
    "v": one,
    "tender": is_code,
    "lot": is_code,
    "envelopes": lambda value: isinstance(value, list) and 1 <= len(value) <= 4 and all(map(is_envelope, value)),
    "suite": is_suite,
    "deadline": is_time,
    "document_hash": is_hash,
    "policy": lambda value: isinstance(value, str) and value in SHAPES,
    "custodians": is_hashes,
    "threshold": number(0, MOST_CUSTODIANS),
    "amendment": number(0, canonical.LARGEST),
}


@dataclass(frozen=True)
class Parameters:
    """A tender's parameters; `custodians` are kids in the order of the group, `amendment` counts from 0."""

    tender: str
    lot: str
    envelopes: tuple[str, ...]
    suite: str
    deadline: datetime
    document_hash: str
    policy: str
    custodians: tuple[str, ...]
    threshold: int
    amendment: int = 0

    def body(self) -> dict[str, Json]:
        """The statement's body."""
        return {
            "v": 1,
            "tender": self.tender,
            "lot": self.lot,
            "envelopes": list(self.envelopes),
            "suite": self.suite,
            "deadline": format_time(self.deadline),
            "document_hash": self.document_hash,
            "policy": self.policy,
            "custodians": list(self.custodians),
            "threshold": self.threshold,
            "amendment": self.amendment,
        }


def sign_parameters(signer: Signer, parameters: Parameters) -> dict[str, Json]:
    """Return the agency's statement.

    :raises Refused: `parameters`: they are not well formed or name a fifth policy
    """
    body = parameters.body()
    refuse(check_parameters(body))
    return sign_statement(signer, KIND, body)


def verify_parameters(
    statement: Json, *, roots: list[bytes] | None = None, at: datetime | None = None
) -> tuple[Parameters, Statement]:
    """Return the parameters of an agency's statement, and who signed it.

    :raises Refused: `statement`, `certificates`, `path`, `validity`, `parameters`
    """
    verified = verify_statement(statement, KIND, roots=roots, at=at)
    refuse(check_parameters(verified.body))
    return read_parameters(verified.body), verified


def check_parameters(body: Json) -> list[Reason]:
    """Return why a body is refused: form, repeated names, custodians that do not fit the policy."""
    if found := check_fields("parameters", "parameters", body, FIELDS):
        return found
    custodians: Sequence[str] = body["custodians"]
    if len(set(custodians)) != len(custodians) or len(set(body["envelopes"])) != len(body["envelopes"]):
        found.append(Reason("parameters", "a custodian or an envelope is named twice"))
    if "custodians" in SHAPES[body["policy"]].groups:
        if not 2 <= body["threshold"] <= len(custodians) <= MOST_CUSTODIANS:
            found.append(Reason("parameters", "the threshold does not fit the custodians"))
    elif custodians or body["threshold"]:
        found.append(Reason("parameters", "policy bidder has no custodians"))
    return found


def read_parameters(body: Json) -> Parameters:
    """Return the parameters of a body that was checked."""
    plain = {name: body[name] for name in ("tender", "lot", "suite", "document_hash", "policy", "threshold")}
    return Parameters(
        **plain,
        envelopes=tuple(body["envelopes"]),
        deadline=parse_time(body["deadline"]),
        custodians=tuple(body["custodians"]),
        amendment=body["amendment"],
    )
