"""The tender package as the platform hands it out, and the tender that this client builds from it. Pure.

A package is `{parameters, recipients, root, crls, tender, lot, envelope, document_hash, deadline, suite, sequence,
bidder}`: the agency's statement, every custodian's `.pub`, root and revocation lists to show, and what the statement
says again. It carries no policy: the client makes the groups itself, from the statement and its own key (design 4.2).
"""

from dataclasses import dataclass

from sealing.canonical import LARGEST, Json
from sealing.checks import in_order, refuse
from sealing.fields import (
    Form,
    check_fields,
    format_time,
    is_code,
    is_envelope,
    is_hash,
    is_list,
    is_object,
    is_suite,
    is_time,
    number,
    octets,
)
from sealing.keys import PublicKeys, read_public
from sealing.parameters import Parameters, verify_parameters
from sealing.tender import Tender, tender_from
from suites import Reason, Refused
from suites.base64_text import from_base64
from suites.certificates import BadCertificate, Facts, from_pem

FIELDS: dict[str, Form] = {
    "parameters": is_object,
    "recipients": is_list,
    "root": lambda value: isinstance(value, str),
    "tender": is_code,
    "lot": is_code,
    "envelope": is_envelope,
    "document_hash": is_hash,
    "deadline": is_time,
    "suite": is_suite,
    "sequence": number(1, LARGEST),
    "bidder": is_code,
}
_CRL = octets(1, 1 << 24)
_SAID_AGAIN = ("tender", "lot", "document_hash", "deadline", "suite")


@dataclass(frozen=True)
class Package:
    """A package whose statement is signed by whoever it names; nothing is trusted yet. Roots and lists are DER."""

    statement: Json
    parameters: Parameters
    signer: Facts
    custodians: tuple[PublicKeys, ...]
    roots: tuple[bytes, ...]
    crls: tuple[bytes, ...]
    envelope: str
    sequence: int
    bidder: str

    def tender_for(self, own: PublicKeys) -> Tender:
        """Return what the holder of a key seals for; `sealing.tender.check_tender` judges it."""
        return tender_from(
            self.statement,
            own=own,
            custodians=self.custodians,
            envelope=self.envelope,
            bidder=self.bidder,
            sequence=self.sequence,
        )


def is_package(body: Json) -> bool:
    """Whether an object is meant as a package, and not as a `TENDER.json`."""
    return isinstance(body, dict) and "root" in body and "policy" not in body


def read_package(body: Json) -> Package:
    """Return a package after checking its form, the statement's signature, and that it says nothing else.

    :raises Refused: `tender`, `recipients`, `path`, `statement`, `certificates`, `parameters`
    """
    table = FIELDS | {"crls": is_list} if isinstance(body, dict) and "crls" in body else FIELDS
    found = check_fields("tender", "package", body, table)
    if not found and not all(_CRL(member) for member in body.get("crls", [])):
        found.append(Reason("tender", "package.crls has another form"))
    refuse(found)
    custodians, found = _custodians(body["recipients"])
    roots, wrong = _roots(body["root"])
    try:
        parameters, statement = verify_parameters(body["parameters"])
    except Refused as refused:
        raise Refused(in_order([*found, *wrong, *refused.reasons])) from refused
    refuse([*found, *wrong, *_differences(body, parameters)])
    return Package(
        statement=body["parameters"],
        parameters=parameters,
        signer=statement.signer,
        custodians=tuple(keys for keys in custodians if keys.kid in parameters.custodians),
        roots=tuple(roots),
        crls=tuple(from_base64(member) for member in body.get("crls", [])),
        envelope=body["envelope"],
        sequence=body["sequence"],
        bidder=body["bidder"],
    )


def _custodians(rows: list[Json]) -> tuple[list[PublicKeys], list[Reason]]:
    keys, found = [], []
    for place, row in enumerate(rows):
        try:
            keys.append(read_public(row))
        except Refused as refused:
            found += [Reason("recipients", f"recipients[{place}]: {reason.reason}") for reason in refused.reasons]
    return keys, found


def _roots(pem: str) -> tuple[list[bytes], list[Reason]]:
    try:
        return from_pem(pem.encode()), []
    except BadCertificate as error:
        return [], [Reason("path", f"package.root: {error}")]


def _differences(body: Json, parameters: Parameters) -> list[Reason]:
    """What the package says again must be what was signed; its envelope must be one that the agency foresaw."""
    signed = {
        "tender": parameters.tender,
        "lot": parameters.lot,
        "document_hash": parameters.document_hash,
        "deadline": format_time(parameters.deadline),
        "suite": parameters.suite,
    }
    found = [
        Reason("parameters", f"{name} is not what the agency signed")
        for name in _SAID_AGAIN
        if body[name] != signed[name]
    ]
    if body["envelope"] not in parameters.envelopes:
        found.append(Reason("parameters", f"the agency foresaw no envelope {body['envelope']}"))
    return found
