"""Who signs a PDF, and what comes of it. Apart from the signing, whose libraries take a second to load."""

from dataclasses import dataclass, field

from lawbook.reasons import Reason


@dataclass(frozen=True)
class DocumentSigner:
    """Who signs: private key (PKCS#8 DER; P-256 or RSA), the certificate and the ones above it (DER)."""

    key: bytes = field(repr=False)
    certificate: bytes
    chain: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class SignedPdf:
    """The signed file. `pending` tells why it bears no timestamp (B-B); empty for B-T."""

    pdf: bytes
    pending: tuple[Reason, ...] = ()

    @property
    def level(self) -> str:
        """The PAdES level that was reached."""
        return "B-B" if self.pending else "B-T"
