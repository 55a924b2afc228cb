"""`stamp` and `verify`. The signature and the chain are judged by rfc3161-client; what it does not name, here."""

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime

from asn1crypto import cms, tsp
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    TimeStampTokenInfo,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from lawbook.reasons import Reason
from timestamps.authorities import Authority
from timestamps.refusals import StampFailed, TimestampInvalid, reason

_SHA256 = x509.ObjectIdentifier("2.16.840.1.101.3.4.2.1")
_GRANTED = 0
_MOST_TOKEN = 1 << 20
_VERDICT = re.compile(r"Verify error: ?([a-z -]+)")
_BROKEN = re.compile(r"signature failure|digest failure")
_PANIC = "PanicException"  # what native code raises when it gives up; it is no Exception, and its module has no name
# what the parsers of hostile bytes raise, beside their own refusals
_UNREADABLE = (
    ValueError,
    TypeError,
    KeyError,
    OverflowError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
)


def stamp(data: bytes, *, authority: Authority) -> bytes:
    """Return the authority's DER TimeStampResp over SHA-256 of the data: granted, with our nonce and our imprint.

    The chain is not judged here: who keeps the token says later whom it trusts.

    :raises StampFailed: no answer, not granted, or an answer to something else
    """
    # the client hashes for itself; it refuses empty data, of which there is nothing to prove
    query = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).build()
    answer = authority.answer(query.as_bytes())
    try:
        found = _decoded(answer)
        _check_imprint(found.tst_info, data)
        _check_nonce(found.tst_info, query.nonce)
    except TimestampInvalid as refusal:
        raise StampFailed(refusal.reasons) from refusal
    return answer


def verify(token: bytes, data: bytes, *, roots: Sequence[bytes | str], nonce: int | None = None) -> datetime:
    """Return the instant (aware UTC) that the token proves for the data.

    :param token: DER TimeStampResp, or the bare TimeStampToken; any bytes are survived
    :param roots: the trusted certificates, each PEM (one or several) or DER
    :param nonce: the nonce of the request, where it is known
    :raises TimestampInvalid: code `malformed`, `not_granted`, `algorithm`, `imprint`, `nonce`, `purpose`, `signature`,
        `chain` or `no_roots`
    """
    trusted = _certificates(roots)
    answer = _decoded(token)
    information = answer.tst_info
    _check_imprint(information, data)
    if nonce is not None:
        _check_nonce(information, nonce)
    _check_signer(answer)
    try:
        VerifierBuilder(roots=trusted).build().verify(answer, hashlib.sha256(data).digest())
    except (VerificationError, *_UNREADABLE) as error:
        raise TimestampInvalid([_why(str(error))]) from error
    except BaseException as error:
        if type(error).__name__ != _PANIC:
            raise
        raise TimestampInvalid([reason("malformed", detail=str(error)[:200])]) from error
    return information.gen_time.astimezone(UTC)


def said(token: bytes, data: bytes) -> datetime:
    """Return the instant (aware UTC) that a token says of the data, by no matter whom: no proof, but its form.

    :raises TimestampInvalid: code `malformed`, `not_granted`, `algorithm` or `imprint`
    """
    information = _decoded(token).tst_info
    _check_imprint(information, data)
    return information.gen_time.astimezone(UTC)


def _why(told: str) -> Reason:
    """Return the failed condition of what OpenSSL told the client: the signature itself, or the path to a root."""
    verdict = _VERDICT.search(told)
    if verdict is None and _BROKEN.search(told):
        return reason("signature")
    return reason("chain", detail=verdict[1] if verdict else told[:200])


def _decoded(token: bytes) -> TimeStampResponse:
    """Return the granted answer, every part of which can be read."""
    try:
        answer = decode_timestamp_response(_as_answer(token))
        if answer.status != _GRANTED:
            raise TimestampInvalid([reason("not_granted", status=answer.status)])
        information = answer.tst_info
        if information.gen_time.tzinfo is None:
            raise ValueError("no time zone")
        answer.signed_data.certificates  # noqa: B018  the client parses late
    except TimestampInvalid:
        raise
    except _UNREADABLE as error:
        raise TimestampInvalid([reason("malformed", detail=str(error)[:200])]) from error
    return answer


def _as_answer(token: bytes) -> bytes:
    """Return a TimeStampResp: a bare token (a ContentInfo, which begins with an OID) is put into a granted one."""
    if not token or len(token) > _MOST_TOKEN:
        raise ValueError("empty" if not token else f"{len(token)} bytes")
    try:
        bare = cms.ContentInfo.load(token, strict=True)
        bare["content_type"].native  # noqa: B018  parsing is lazy
    except _UNREADABLE:
        return token
    answer = tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": bare})
    return bytes(answer.dump())


def _check_imprint(information: TimeStampTokenInfo, data: bytes) -> None:
    imprint = information.message_imprint
    if imprint.hash_algorithm != _SHA256:
        raise TimestampInvalid([reason("algorithm")])
    if imprint.message != hashlib.sha256(data).digest():
        raise TimestampInvalid([reason("imprint")])


def _check_nonce(information: TimeStampTokenInfo, nonce: int | None) -> None:
    if information.nonce != nonce:
        raise TimestampInvalid([reason("nonce")])


def _check_signer(answer: TimeStampResponse) -> None:
    """Refuse a signer that is not for timestamps only: RFC 3161 2.3 (critical, and this purpose alone)."""
    try:
        signers = list(answer.signed_data.signer_infos)
        certificates = [x509.load_der_x509_certificate(der) for der in answer.signed_data.certificates]
        named = [
            certificate
            for certificate in certificates
            for signer in signers
            if (certificate.issuer, certificate.serial_number) == (signer.issuer, signer.serial_number)
        ]
        purposes = [certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage) for certificate in named]
    except x509.ExtensionNotFound as error:
        raise TimestampInvalid([reason("purpose")]) from error
    except _UNREADABLE as error:
        raise TimestampInvalid([reason("malformed", detail=str(error)[:200])]) from error
    if len(signers) != 1 or len(named) != 1:
        raise TimestampInvalid([reason("chain", detail=f"{len(signers)} signers, {len(named)} certificates of theirs")])
    only = [x509.oid.ExtendedKeyUsageOID.TIME_STAMPING]
    if not purposes[0].critical or list(purposes[0].value) != only:
        raise TimestampInvalid([reason("purpose")])


def _certificates(roots: Sequence[bytes | str]) -> list[x509.Certificate]:
    found: list[x509.Certificate] = []
    try:
        for root in roots:
            raw = root.encode("ascii") if isinstance(root, str) else bytes(root)
            if b"-----BEGIN" in raw:
                found += x509.load_pem_x509_certificates(raw)
            else:
                found.append(x509.load_der_x509_certificate(raw))
    except _UNREADABLE as error:
        raise TimestampInvalid([reason("malformed", detail=str(error)[:200])]) from error
    if not found:
        raise TimestampInvalid([reason("no_roots")])
    return list(dict.fromkeys(found))
