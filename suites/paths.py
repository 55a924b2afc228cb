"""Certificate paths of both suites: structure without trust, and the path to a pinned root at a told instant.

Pure. Chains are lists of DER, leaf first. Answers are lists of reasons, empty when all is well, so that a caller can
report every failed condition together. Roots may be a `Trust`, which holds revocation lists beside them.
"""

from datetime import datetime

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from suites.protocol import Suite
from suites.refusal import Reason
from suites.revocation import Trust, revocation_reasons
from suites.x509_reading import BadCertificate, facts_of, key_of, load
from suites.x509_signing import verifies

MOST_CERTIFICATES = 4
DUAL = "GM-1"  # the suite whose organisations hold a signing and an encryption certificate
_NO_USAGE = "the signer's certificate does not say that it may sign documents"
_ENCRYPTS = "the signer's certificate is for encryption and may not sign documents"
_UNDERSTOOD = {ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.KEY_USAGE, ExtensionOID.EXTENDED_KEY_USAGE}


def check_structure(chain: list[bytes], suite: Suite) -> list[Reason]:
    """Check a chain without trusting anyone: strict DER, keys of the suite, each signed by the next, none unused."""
    if not 1 <= len(chain) <= MOST_CERTIFICATES:
        return [Reason("certificates", f"{len(chain)} certificates; 1 to {MOST_CERTIFICATES} are allowed")]
    reasons = [reason for place, der in enumerate(chain) for reason in _readable(place, der, suite)]
    if reasons:
        return reasons
    return [
        Reason("certificates", f"certificate {place} is not signed by the next one")
        for place in range(len(chain) - 1)
        if not _issued(load(chain[place]), load(chain[place + 1]))
    ]


def check_path(chain: list[bytes], roots: list[bytes], at: datetime) -> list[Reason]:
    """Check that a chain leads to a pinned root and that every certificate on it is valid at an instant, not revoked.

    Reasons: `path`, `validity`, `revoked`, `crl`. Call it after `check_structure` found nothing.
    """
    root = _root_of(chain, roots)
    if root is None:
        return [Reason("path", "the certificates do not lead to the pinned root")]
    whole = chain if chain[-1] == root else [*chain, root]
    trust = roots if isinstance(roots, Trust) else Trust(roots)
    found = [*_authority_reasons(whole), *_leaf_reasons(whole[0]), *_validity_reasons(whole, at)]
    return found + revocation_reasons(whole, trust, at)


def check_signer(chain: list[bytes], organisation: str) -> list[Reason]:
    """Check that the leaf belongs to the organisation (subject serialNumber)."""
    found = facts_of(chain[0]).organisation
    if found == organisation:
        return []
    return [Reason("signer", f"the certificate names {found or 'no organisation'}, not {organisation}")]


def _readable(place: int, der: bytes, suite: Suite) -> list[Reason]:
    try:
        facts = facts_of(der)
    except BadCertificate as error:
        return [Reason("certificates", f"certificate {place}: {error}")]
    if facts.suite != suite.name:
        return [Reason("certificates", f"certificate {place}: its key is of suite {facts.suite}, not {suite.name}")]
    return []


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether names, algorithms (the same inside and outside, RFC 5280 4.1.1.2) and signature are the issuer's."""
    if certificate.issuer.public_bytes() != issuer.subject.public_bytes():
        return False
    inner = asn1.TbsCertificate.load(certificate.tbs_certificate_bytes)["signature"]["algorithm"].dotted
    oid = certificate.signature_algorithm_oid.dotted_string
    suite, public = key_of(issuer)
    body = certificate.tbs_certificate_bytes
    return inner == oid and verifies(suite, public, body, certificate.signature, oid=oid)


def _root_of(chain: list[bytes], roots: list[bytes]) -> bytes | None:
    if chain[-1] in roots:
        return chain[-1]
    last = load(chain[-1])
    return next((root for root in roots if _issued(last, load(root))), None)


def _authority_reasons(whole: list[bytes]) -> list[Reason]:
    """Every certificate but the leaf must be a CA that may sign certificates, within its path length."""
    found = []
    for place, der in enumerate(whole[1:], start=1):
        extensions = _extensions(der)
        constraints = extensions.get(ExtensionOID.BASIC_CONSTRAINTS)
        usage = extensions.get(ExtensionOID.KEY_USAGE)
        if not isinstance(constraints, x509.BasicConstraints) or not constraints.ca:
            found.append(Reason("path", f"certificate {place} is not a certification authority"))
        elif constraints.path_length is not None and constraints.path_length < place - 1:
            found.append(Reason("path", f"certificate {place} allows no path of this length"))
        if isinstance(usage, x509.KeyUsage) and not usage.key_cert_sign:
            found.append(Reason("path", f"certificate {place} may not sign certificates"))
    return found


def _leaf_reasons(leaf: bytes) -> list[Reason]:
    """The leaf must be one that signs.

    In the dual certificate system of GM-1 (GM/T 0015) an organisation also holds an encryption certificate, whose
    private key the authority keeps: there a certificate signs only where its key usage says so.
    """
    usage = _extensions(leaf).get(ExtensionOID.KEY_USAGE)
    if not isinstance(usage, x509.KeyUsage):
        return [Reason("path", _NO_USAGE)] if facts_of(leaf).suite == DUAL else []
    if usage.digital_signature:
        return []
    encrypts = usage.key_encipherment or usage.data_encipherment or usage.key_agreement
    return [Reason("path", _ENCRYPTS if encrypts else "the signer's certificate may not sign documents")]


def _validity_reasons(whole: list[bytes], at: datetime) -> list[Reason]:
    found = []
    for place, der in enumerate(whole):
        facts = facts_of(der)
        if not facts.not_before <= at <= facts.not_after:
            span = f"{facts.not_before:%Y-%m-%d} to {facts.not_after:%Y-%m-%d}"
            found.append(
                Reason("validity", f"certificate {place} is valid from {span}, not at {at:%Y-%m-%dT%H:%M:%SZ}")
            )
        if _unknown_critical(der):
            found.append(Reason("path", f"certificate {place} has a critical extension that is not understood"))
    return found


def _unknown_critical(der: bytes) -> bool:
    try:
        return any(extension.critical and extension.oid not in _UNDERSTOOD for extension in load(der).extensions)
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return True


def _extensions(der: bytes) -> dict[x509.ObjectIdentifier, x509.ExtensionType]:
    try:
        return {extension.oid: extension.value for extension in load(der).extensions}
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return {}
