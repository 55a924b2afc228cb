"""What the bids were sealed against: signed parameters, the document and its scheme, the custodians' keys, the root."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from evaluation.rules import scheme_checks
from sealing import canonical
from sealing.fields import octets, parse_time
from sealing.keys import PublicKeys, check_public_path, read_public
from sealing.parameters import Parameters, verify_parameters
from suites import Reason, Refused, suite_named
from suites.base64_text import from_base64
from suites.certificates import BadCertificate, facts_of, load
from suites.paths import check_structure
from suites.revocation import BadCrl, Crl, issued_by, read_crl
from verifier.case import Case
from verifier.evidence import LedgerEntry
from verifier.outcome import Finding, differing, judged, not_applicable

is_der = octets(1, 1 << 14)
ANNOUNCING = ("lot.announced", "lot.amended", "lot.postponed")


def told(reasons: list[Reason]) -> list[str]:
    """Return a kernel's reasons as lines."""
    return [f"{check}: {reason}" for check, reason in reasons]


def fingerprint(der: bytes) -> str:
    """Return what people compare of a certificate."""
    return hashlib.sha256(der).hexdigest()


def trust_root(case: Case) -> Finding:
    """The roots of all certificates are whole, each with its revocation list, and are those that the reader pinned."""
    named = case.evidence.roots
    prints = ", ".join(map(fingerprint, named))
    wrong = [f"a root: {reason}" for der in named for reason in self_signed_reasons(der)]
    wrong += [f"a timestamp root: {reason}" for der in case.evidence.timestamp_roots for reason in _whole_reasons(der)]
    if not wrong:
        wrong = [reason for der in case.evidence.crls for reason in _list_reasons(der, _authorities(case))]
    if not wrong:  # the export makes a list for every root, so none is left out but on purpose
        lacking = [der for der in named if not _lists_of(case, der)]
        wrong = [f"no revocation list of the root {fingerprint(der)}: revoked keys would pass" for der in lacking]
    if not wrong and not case.brought.trust:
        return not_applicable(f"root not pinned (--trust); the bundle names {prints}")
    if not wrong and not set(named) & set(case.brought.trust):
        wrong = [f"the bundle names another root: {prints}"]
    return judged(wrong, f"the pinned root {prints}")


def _whole_reasons(der: bytes) -> list[str]:
    """Return why a root of an authority outside the suites (RSA among them) is not signed by itself."""
    try:
        certificate = load(der)
        certificate.verify_directly_issued_by(certificate)
    except (BadCertificate, ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return ["it cannot be read, or is not signed by itself"]
    return []


def self_signed_reasons(der: bytes) -> list[str]:
    """Return why a certificate is not signed by itself: every byte of it counts then."""
    try:
        suite = suite_named(facts_of(der).suite)
    except BadCertificate as error:
        return [f"certificates: {error}"]
    return told(check_structure([der, der], suite))


def _authorities(case: Case) -> list[bytes]:
    """Return the roots, and what stands above the leaf in the chains of this lot."""
    evidence = case.evidence
    signed = [body for row in evidence.parameters for body in (row["statement"], *row["recipients"])]
    chains = [body.get("certificates") for body in signed]
    above = [from_base64(der) for chain in chains if isinstance(chain, list) for der in chain[1:] if is_der(der)]
    files = [file.detached.trailer.certificates for file in case.files.values() if file.detached is not None]
    return [*evidence.roots, *above, *(der for chain in files for der in chain[1:])]


def _list_reasons(der: bytes, authorities: list[bytes]) -> list[str]:
    try:
        issued = any(issued_by(read_crl(der), authority) for authority in authorities)
    except (BadCrl, BadCertificate) as error:
        return [f"a revocation list cannot be read: {error}"]
    return [] if issued else ["a revocation list is of no authority of this lot"]


def _lists_of(case: Case, authority: bytes) -> list[Crl]:
    return [crl for der in case.evidence.crls if issued_by(crl := read_crl(der), authority)]


def lists_as_of(case: Case) -> str:
    """Return how far the lists reach, by the root whose newest one is oldest; `trust_root` saw that each has one."""
    newest = [max(crl.this_update for crl in _lists_of(case, der)) for der in case.evidence.roots]
    return f"revocation lists as of {min(newest):%Y-%m-%dT%H:%M:%SZ}"


def parameters(case: Case) -> Finding:
    """Every announcement and amendment carries parameters signed, under the root, by one and the same agency."""
    evidence = case.evidence
    rows, announced = evidence.parameters, evidence.of(*ANNOUNCING)
    wrong = []
    if [row["sequence"] for row in rows] != list(range(len(rows))) or len(rows) != len(announced):
        wrong.append(f"{len(rows)} signed parameters and {len(announced)} announcements or amendments in the log")
    signers: set[tuple[str, bytes]] = set()
    for row, entry in zip(rows, announced, strict=False):
        wrong += _statement_reasons(case, row, entry, signers)
    if len(signers) > 1:
        wrong.append("the parameters are signed by different organisations or keys")
    signer = next((organisation for organisation, _key in signers), "")
    return judged(wrong, f"{len(rows)} signed by {signer}, in force with deadline {_deadline(rows)}")


def _deadline(rows: list[Mapping[str, Any]]) -> str:
    body = rows[-1]["statement"].get("body")
    return str(body.get("deadline")) if isinstance(body, dict) else ""


def _statement_reasons(
    case: Case, row: Mapping[str, Any], entry: LedgerEntry, signers: set[tuple[str, bytes]]
) -> Iterator[str]:
    place = f"parameters {row['sequence']}"
    payload = entry.payload
    try:
        signed, verified = verify_parameters(row["statement"], roots=case.roots, at=parse_time(payload["deadline"]))
    except Refused as refused:
        yield from (f"{place}: {reason}" for reason in told(refused.reasons))
        return
    signers.add((verified.signer.organisation, verified.signer.public))
    if payload["parameters"] != row["statement"]:
        yield f"{place}: the log announced another statement"
    yield from (f"{place}: {reason}" for reason in _differing(case, signed, row, payload))


def _differing(case: Case, signed: Parameters, row: Mapping[str, Any], payload: Mapping[str, Any]) -> Iterator[str]:
    pairs = (
        ("lot", signed.lot, case.evidence.lot),
        ("tender", signed.tender, case.evidence.body["tender"]),
        ("amendment", signed.amendment, row["sequence"]),
        ("deadline", signed.deadline, parse_time(payload["deadline"])),
        ("document_hash", signed.document_hash, payload["document_hash"]),
    )
    yield from differing(pairs)


def document(case: Case) -> Finding:
    """Documents, scheme and terms hash to what the signed parameters name, and the scheme is a sound one."""
    content = canonical.dumps(dict(case.evidence.document))
    found = hashlib.sha256(content).hexdigest()
    wrong = []
    if found != case.parameters.document_hash:
        wrong.append(f"documents, scheme and terms hash to {found}, signed was {case.parameters.document_hash}")
    wrong += [f"the scheme: {reason}" for reason in scheme_checks.problems(case.evidence.document["scheme"])]
    return judged(wrong, f"{len(case.evidence.document['documents'])} documents and the scheme hash to {found}")


def custodian_keys(case: Case) -> Finding:
    """The custodians' keys are those of the signed parameters: attested, certified, each of its own house."""
    wanted = case.parameters.custodians
    if not wanted:
        return not_applicable("under this policy there are no custodians")
    holders, wrong = holders_of(case)
    missing = [kid for kid in wanted if kid not in holders]
    wrong += [f"the key {kid} of the parameters is not in the bundle" for kid in missing]
    houses = [holders[kid].organisation for kid in wanted if kid in holders]
    if len(set(houses)) != len(houses):
        wrong.append("two custodians belong to one organisation")
    return judged(wrong, f"{case.parameters.threshold} of {len(wanted)}: {', '.join(houses)}")


def holders_of(case: Case) -> tuple[dict[str, PublicKeys], list[str]]:
    """Return the recipients of the last parameters by kid, and what is wrong with them."""
    holders: dict[str, PublicKeys] = {}
    wrong: list[str] = []
    for body in case.evidence.parameters[-1]["recipients"]:
        try:
            keys = read_public(body)
        except Refused as refused:
            wrong += told(refused.reasons)
            continue
        wrong += told(check_public_path(keys, case.roots, case.parameters.deadline))
        holders[keys.kid] = keys
    return holders, wrong
