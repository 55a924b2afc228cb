"""Certificates, revocation lists and requests of both suites, as DER."""

from base64 import encodebytes
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from fuzz import Target, demand
from fuzz.corpus import keys, root
from suites import NAMES, suite_named
from suites.certificates import BadCertificate, facts_of, from_pem, issue_certificate, make_authority, make_crl, to_pem
from suites.paths import check_path, check_signer, check_structure
from suites.requests import BadRequest, read_request
from suites.revocation import BadCrl, Trust, crls_from_pem, issued_by, overdue, read_crl

START, AT, END = (datetime(year, 1, 1, tzinfo=UTC) for year in (2020, 2030, 2040))


@cache
def _authorities() -> dict[str, tuple[bytes, bytes, bytes]]:
    """Suite → root, a leaf under it, and its empty revocation list; all DER."""
    made = {}
    for name in NAMES:
        suite = suite_named(name)
        top, own = suite.generate(), suite.generate()
        authority = make_authority(top.private, common_name="Root", not_before=START, not_after=END, suite_name=name)
        leaf = issue_certificate(
            top.private, authority, public_key_spki=own.public, organisation_id="ORG-1", common_name="org",
            not_before=START, not_after=END,
        )  # fmt: skip
        crl = make_crl(top.private, authority, (), number=1, this_update=START, next_update=END)
        made[name] = (authority, leaf, crl)
    return made


def _leaves() -> list[bytes]:
    return [leaf for _, leaf, _ in _authorities().values()] + list(keys("release-bidder").certificates)


def _pem(kind: str, der: bytes) -> bytes:
    return b"-----BEGIN %s-----\n%s-----END %s-----\n" % (kind.encode(), encodebytes(der), kind.encode())


def check_certificate(data: bytes) -> None:
    """A certificate that leads to a pinned root is one that was issued."""
    try:
        facts_of(data)
    except BadCertificate:
        pass
    else:
        demand(from_pem(to_pem(data)) == [data], "a certificate does not survive PEM")
    with suppress(BadCertificate):
        demand(from_pem(_pem("CERTIFICATE", data)) == [data], "PEM text holds another certificate than its bytes")
    for name in NAMES:
        roots = [_authorities()[name][0], *root()]
        if check_structure([data], suite_named(name)):
            continue
        check_signer([data], "ORG-1")
        if check_path([data], roots, AT) == []:
            demand(data in {*_leaves(), *roots}, "a certificate that nobody issued is accepted")


def check_crl(data: bytes) -> None:
    """A list that counts is one that was issued; whatever else is given is a reason."""
    for authority, leaf, known in _authorities().values():
        try:
            listed = read_crl(data)
        except BadCrl:
            listed = None
        if listed is not None and issued_by(listed, authority):
            demand(data == known, "a revocation list that nobody issued is accepted")
        if check_path([leaf], Trust([authority], [data]), AT) == []:
            demand(data == known, "a path is accepted under a list that nobody issued")
    overdue([data], AT)
    for text in (data, _pem("X509 CRL", data)):
        try:
            crls_from_pem(text)
        except BadCrl:
            continue


def _requests() -> list[bytes]:
    private = serialization.load_der_private_key(keys("release-bidder").sign_private, None)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "org")])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(private, hashes.SHA256())  # type: ignore[arg-type]
    return [request.public_bytes(form) for form in (serialization.Encoding.DER, serialization.Encoding.PEM)]


def check_request(data: bytes) -> None:
    """An accepted request asks for the key that signed it."""
    try:
        request = read_request(data)
    except BadRequest:
        return
    demand(request.public == keys("release-bidder").public.sign_public, "a request for another key is accepted")


TARGETS = (
    Target("certificate", _leaves, check_certificate, most=1 << 13),
    Target("revocation-list", lambda: [crl for _, _, crl in _authorities().values()], check_crl, most=1 << 13),
    Target("certificate-request", _requests, check_request, most=1 << 13),
)
