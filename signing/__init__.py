"""Signed documents: PDF with PAdES B-T and a round seal as the appearance of the signature. No Django, no database.

    signed = sign_pdf(pdf, signer=…, authority=…, seal=SealAppearance("…交易中心"), reason="…", location="…", place=…)
    report = verify_pdf(signed.pdf, roots=[root_pem])          # python -m signing verify FILE.pdf --trust ROOT.pem

Missing until later, and said so in docs/signed-documents.md: SM2 seals (GB/T 38540) and OFD.
"""

from typing import TYPE_CHECKING, Any

from signing.parties import DocumentSigner, SignedPdf
from signing.places import Place, place_over
from signing.seal import SIDE, SealAppearance, seal_pdf

if TYPE_CHECKING:
    from signing.pdf_signing import sign_pdf
    from signing.verification import Finding, Report, verify_pdf

__all__ = [
    "SIDE",
    "DocumentSigner",
    "Finding",
    "Place",
    "Report",
    "SealAppearance",
    "SignedPdf",
    "place_over",
    "seal_pdf",
    "sign_pdf",
    "verify_pdf",
]
_LATER = {
    "sign_pdf": "pdf_signing",
    "verify_pdf": "verification",
    "Finding": "verification",
    "Report": "verification",
}


def __getattr__(name: str) -> Any:
    """Load pyHanko, with the network clients it brings, when a document is signed or verified, not at every start."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
