"""Signed JSON of every kind: tender parameters, receipts, releases, refusals, closing entries, checkpoints. Pure.

The signature is over `H("gongheng/statement/v1" ‖ kind ‖ 0x00 ‖ canonical body)`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sealing import canonical
from sealing.canonical import Json
from sealing.fields import check_fields, is_list, is_object, is_suite, octets
from suites import Reason, Refused, Suite, suite_named
from suites.base64_text import from_base64, to_base64
from suites.certificates import Facts, facts_of
from suites.paths import check_path, check_structure

_KIND = re.compile(r"[a-z][a-z_]*(\.[a-z][a-z_]*)*\Z")
_CERTIFICATE = octets(1, 1 << 14)
FIELDS = {
    "suite": is_suite,
    "kind": lambda value: isinstance(value, str) and _KIND.match(value) is not None,
    "body": is_object,
    "signature": octets(8, 80),
    "certificates": is_list,
}


class Signer(Protocol):
    """Whoever can sign: a key file, or a token that never shows its key."""

    @property
    def suite(self) -> Suite: ...

    @property
    def certificates(self) -> tuple[bytes, ...]: ...

    def sign(self, message: bytes) -> bytes: ...


@dataclass(frozen=True)
class Statement:
    """A verified statement: its body, and whose certificate signed it."""

    kind: str
    body: dict[str, Json]
    signer: Facts
    certificates: tuple[bytes, ...]


def statement_message(suite: Suite, kind: str, body: Mapping[str, Json]) -> bytes:
    """Return the message under a statement's signature."""
    return suite.hash(b"gongheng/statement/v1" + kind.encode() + b"\x00" + canonical.dumps(dict(body)))


def sign_statement(signer: Signer, kind: str, body: Mapping[str, Json]) -> dict[str, Json]:
    """Return the signed statement as a JSON object.

    :raises NotCanonical: the body holds a float or another value without a canonical form
    """
    return {
        "suite": signer.suite.name,
        "kind": kind,
        "body": dict(body),
        "signature": to_base64(signer.sign(statement_message(signer.suite, kind, body))),
        "certificates": [to_base64(der) for der in signer.certificates],
    }


def verify_statement(
    statement: Json, kind: str, *, roots: list[bytes] | None = None, at: datetime | None = None
) -> Statement:
    """Return the statement when its signature holds and, with pinned roots, its path at an instant.

    Who may sign what is the caller's question: compare `signer.organisation`.

    :raises Refused: `statement` for form and signature; `certificates`, `path`, `validity`
    """
    reasons = check_fields("statement", "statement", statement, FIELDS)
    if not reasons and not all(_CERTIFICATE(member) for member in statement["certificates"]):
        reasons = [Reason("statement", "statement.certificates has another form")]
    if not reasons and statement["kind"] != kind:
        reasons = [Reason("statement", f"a statement of kind {statement['kind']}, not {kind}")]
    if reasons:
        raise Refused(reasons)
    chain = [from_base64(member) for member in statement["certificates"]]
    suite = suite_named(statement["suite"])
    if reasons := check_structure(chain, suite) or _signature_reasons(statement, chain) + _path_reasons(
        chain, roots, at
    ):
        raise Refused(reasons)
    return Statement(kind, statement["body"], facts_of(chain[0]), tuple(chain))


def _signature_reasons(statement: Json, chain: list[bytes]) -> list[Reason]:
    suite = suite_named(statement["suite"])
    try:
        message = statement_message(suite, statement["kind"], statement["body"])
    except canonical.NotCanonical as error:
        return [Reason("statement", str(error))]
    if suite.verify(facts_of(chain[0]).public, message, from_base64(statement["signature"])):
        return []
    return [Reason("statement", "the statement's signature does not verify")]


def _path_reasons(chain: list[bytes], roots: list[bytes] | None, at: datetime | None) -> list[Reason]:
    if roots is None:
        return []
    if at is None:
        raise TypeError("a path is judged at an instant: give `at` with `roots`")
    return check_path(chain, roots, at)
