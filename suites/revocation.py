"""Revocation lists (CRL, RFC 5280): read strictly, held against their issuer, asked at an instant. No clock.

A certificate revoked at or before the instant is refused; one revoked later was still valid then. A list that was due
to be renewed before the instant is overdue: it is told (`overdue`), never a refusal, as nothing wrong is known by it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import CRLEntryExtensionOID, ExtensionOID

from suites.refusal import Reason
from suites.x509_reading import UNREADABLE, ends_with, key_of, load
from suites.x509_signing import verifies

_UNDERSTOOD = {ExtensionOID.CRL_NUMBER, ExtensionOID.AUTHORITY_KEY_IDENTIFIER}
_ENTRY_UNDERSTOOD = {CRLEntryExtensionOID.CRL_REASON, CRLEntryExtensionOID.INVALIDITY_DATE}
_MOST_CRL = 1 << 24


class BadCrl(ValueError):
    """Bytes that are not an acceptable revocation list."""


class Trust(list[bytes]):
    """Pinned roots (DER), and beside them the revocation lists (DER) that are known; a list of the roots.

    `revoked_by`: only revocations up to this instant count, e.g. that of a receipt; None: up to the instant at which a
    path is judged. Once a list is given, every issuer on a path needs one.
    """

    def __init__(
        self, roots: Iterable[bytes] = (), crls: Iterable[bytes] = (), *, revoked_by: datetime | None = None
    ) -> None:
        super().__init__(roots)
        self.crls = list(crls)
        self.revoked_by = revoked_by

    def as_of(self, instant: datetime) -> "Trust":
        """Return the same trust, counting only revocations up to an instant."""
        return Trust(self, self.crls, revoked_by=instant)


@dataclass(frozen=True)
class Crl:
    """A revocation list: `revoked` maps serial numbers to since when; `issuer` is the DER of the issuer's name."""

    der: bytes
    issuer: bytes
    number: int
    this_update: datetime
    next_update: datetime
    revoked: dict[int, datetime]


def read_crl(der: bytes) -> Crl:
    """Return the list of strict DER bytes; its signature is judged by `issued_by`.

    :raises BadCrl: not a complete version 2 list with number and next update, or with something not understood
    """
    parsed = _loaded(der)
    try:
        number = parsed.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
        strange = [row.oid for row in parsed.extensions if row.critical and row.oid not in _UNDERSTOOD]
        revoked = {row.serial_number: row.revocation_date_utc for row in parsed}
        entries = [each for row in parsed for each in row.extensions]
        issuer = parsed.issuer.public_bytes()
    except x509.ExtensionNotFound as error:
        raise BadCrl("the revocation list has no number") from error
    except (ValueError, TypeError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as error:
        raise BadCrl("the revocation list cannot be read") from error
    if strange or any(each.critical and each.oid not in _ENTRY_UNDERSTOOD for each in entries):
        raise BadCrl("the revocation list has a critical extension that is not understood")
    next_update = parsed.next_update_utc
    if next_update is None:
        raise BadCrl("the revocation list does not say when the next one comes")
    return Crl(der, issuer, number, parsed.last_update_utc, next_update, revoked)


def crls_from_pem(data: bytes) -> list[bytes]:
    """Return the DER of every list in PEM text (certificates in it are passed over), or the one list the data are.

    :raises BadCrl: neither
    """
    if b"-----BEGIN" not in data:
        read_crl(data)
        return [data]
    begin, end = b"-----BEGIN X509 CRL-----", b"-----END X509 CRL-----"
    parts = [part.split(end)[0] for part in data.split(begin)[1:]]
    try:
        found = [x509.load_pem_x509_crl(begin + part + end + b"\n") for part in parts]
        ders = [crl.public_bytes(serialization.Encoding.DER) for crl in found]
    except UNREADABLE as error:
        raise BadCrl("not a PEM revocation list") from error
    if not found:
        raise BadCrl("no revocation list in the PEM text")
    for der in ders:
        read_crl(der)
    return ders


def crl_to_pem(der: bytes) -> bytes:
    """Return a list as PEM text. :raises BadCrl: not a list"""
    return _loaded(der).public_bytes(serialization.Encoding.PEM)


def issued_by(crl: Crl, issuer: bytes) -> bool:
    """Whether an authority (DER certificate) signed the list: its name, its leave to sign lists, its signature."""
    authority, parsed = load(issuer), _loaded(crl.der)
    suite, public = key_of(authority)
    oid, inner = parsed.signature_algorithm_oid.dotted_string, parsed.tbs_certlist_bytes
    named = authority.subject.public_bytes() == crl.issuer
    return named and _may_sign_lists(authority) and verifies(suite, public, inner, parsed.signature, oid=oid)


def revocation_reasons(whole: list[bytes], trust: Trust, at: datetime) -> list[Reason]:
    """Return `revoked` for every certificate of a whole path (leaf first, root last) revoked by then, and `crl`.

    Empty where no list is known at all.
    """
    if not trust.crls:
        return []
    try:
        lists = [read_crl(der) for der in trust.crls]
    except BadCrl as error:
        return [Reason("crl", str(error))]
    instant = at if trust.revoked_by is None else min(at, trust.revoked_by)
    return [
        reason
        for place, (der, issuer) in enumerate(pairwise(whole))
        for reason in _revoked(
            place, load(der).serial_number, [crl for crl in lists if issued_by(crl, issuer)], instant
        )
    ]


def overdue(crls: Iterable[bytes], at: datetime) -> list[Reason]:
    """Return a finding `crl` for every list that was due to be renewed before an instant, or cannot be read."""
    found = []
    for der in crls:
        try:
            crl = read_crl(der)
        except BadCrl as error:
            found.append(Reason("crl", str(error)))
            continue
        if crl.next_update < at:
            due = f"{crl.next_update:%Y-%m-%dT%H:%M:%SZ}"
            text = f"list {crl.number} was due to be renewed by {due}: later revocations are not in it"
            found.append(Reason("crl", text))
    return found


def _revoked(place: int, serial: int, lists: list[Crl], instant: datetime) -> list[Reason]:
    if not lists:
        return [Reason("crl", f"there is no revocation list of the issuer of certificate {place}")]
    newest = max(lists, key=lambda crl: crl.number)
    since = newest.revoked.get(serial)
    if since is None or since > instant:
        return []
    return [Reason("revoked", f"certificate {place} was revoked at {since:%Y-%m-%dT%H:%M:%SZ}")]


def _may_sign_lists(authority: x509.Certificate) -> bool:
    try:
        return authority.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return False


def _loaded(der: bytes) -> x509.CertificateRevocationList:
    if len(der) > _MOST_CRL:
        raise BadCrl("the revocation list is larger than 16 MiB")
    try:
        parsed = x509.load_der_x509_crl(der)
        again = parsed.public_bytes(serialization.Encoding.DER)
    except UNREADABLE as error:
        raise BadCrl("not a DER revocation list") from error
    if again != der or not ends_with(der, parsed.signature):
        raise BadCrl("the revocation list is not in its canonical form")
    return parsed
