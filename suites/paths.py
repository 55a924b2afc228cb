"""Certificate paths: structure without trust, and the path to a pinned root at a told instant.

Pure. Chains are lists of DER, leaf first. Answers are lists of reasons, empty when all is well, so that a caller can
report every failed condition together.
"""

from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509.oid import ExtensionOID

from suites.certificates import BadCertificate, facts_of, load
from suites.refusal import Reason

MOST_CERTIFICATES = 4
_UNDERSTOOD = {ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.KEY_USAGE, ExtensionOID.EXTENDED_KEY_USAGE}


def check_structure(chain: list[bytes]) -> list[Reason]:
    """Check a chain without trusting anyone: strict DER, P-256, each signed by the next, so that none is unused."""
    if not 1 <= len(chain) <= MOST_CERTIFICATES:
        return [Reason("certificates", f"{len(chain)} certificates; 1 to {MOST_CERTIFICATES} are allowed")]
    reasons = [reason for place, der in enumerate(chain) for reason in _readable(place, der)]
    if reasons:
        return reasons
    return [
        Reason("certificates", f"certificate {place} is not signed by the next one")
        for place in range(len(chain) - 1)
        if not _issued(load(chain[place]), load(chain[place + 1]))
    ]


def check_path(chain: list[bytes], roots: list[bytes], at: datetime) -> list[Reason]:
    """Check that a chain leads to a pinned root and that every certificate on it is valid at an instant.

    Call it after `check_structure` found nothing.
    """
    root = _root_of(chain, roots)
    if root is None:
        return [Reason("path", "the certificates do not lead to the pinned root")]
    whole = chain if chain[-1] == root else [*chain, root]
    return [*_authority_reasons(whole), *_leaf_reasons(whole[0]), *_validity_reasons(whole, at)]


def check_signer(chain: list[bytes], organisation: str) -> list[Reason]:
    """Check that the leaf belongs to the organisation (subject serialNumber)."""
    found = facts_of(chain[0]).organisation
    if found == organisation:
        return []
    return [Reason("signer", f"the certificate names {found or 'no organisation'}, not {organisation}")]


def _readable(place: int, der: bytes) -> list[Reason]:
    try:
        facts_of(der)
    except BadCertificate as error:
        return [Reason("certificates", f"certificate {place}: {error}")]
    return []


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


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
    extensions = _extensions(leaf)
    usage = extensions.get(ExtensionOID.KEY_USAGE)
    if isinstance(usage, x509.KeyUsage) and not usage.digital_signature:
        return [Reason("path", "the signer's certificate may not sign documents")]
    return []


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
