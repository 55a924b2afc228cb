"""Certificates of both suites, read and made: what the packages above import.

P-256 with ECDSA for INTL-1, SM2 with SM3 (user id 1234567812345678) for GM-1. Nothing here reads a clock.
"""

from suites.issuing import (
    NO_END,
    NO_START,
    RevokedCertificate,
    issue_certificate,
    make_authority,
    make_crl,
    self_signed,
)
from suites.x509_reading import BadCertificate, Facts, facts_of, from_pem, load, to_pem

__all__ = [
    "NO_END",
    "NO_START",
    "BadCertificate",
    "Facts",
    "RevokedCertificate",
    "facts_of",
    "from_pem",
    "issue_certificate",
    "load",
    "make_authority",
    "make_crl",
    "self_signed",
    "to_pem",
]
