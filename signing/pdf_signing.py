"""Signing a PDF: PAdES B-T where a timestamp authority answers, else B-B; the seal is the signature's appearance."""

import tempfile
from io import BytesIO
from pathlib import Path

from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from signing.aside import aside
from signing.parties import DocumentSigner, SignedPdf
from signing.places import Place
from signing.seal import SealAppearance, seal_pdf
from timestamps import Authority, StampFailed

# hex digits kept free for the CMS: a signer's chain and a token with the authority's chain take 4 to 12 thousand
RESERVED = 32_768
FIELD = "Seal{number}"
NOBODY = Reason("no_authority", _("本平台没有设置时间戳服务。"))


class _Stamper(TimeStamper):
    """Hands pyHanko's requests to one of our authorities; pyHanko checks nonce and status of the answer."""

    def __init__(self, authority: Authority) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._authority = authority

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        return tsp.TimeStampResp.load(self._authority.answer(req.dump()))


def sign_pdf(
    pdf: bytes,
    *,
    signer: DocumentSigner,
    authority: Authority | None,
    seal: SealAppearance,
    reason: str,
    location: str,
    place: Place,
) -> SignedPdf:
    """Return the PDF with one more signature; what was there before stays byte for byte at its beginning.

    Without an authority, or when it gives nothing, the document is signed all the same and says so in `pending`:
    a timestamp over the finished file can be kept beside it later.

    :param reason: why it is signed, as readers show it; `location` where
    :param place: page from 0 and the box, in points from the lower left
    :raises ValueError: the bytes are no PDF that can be signed, or the key does not fit the certificate
    """
    if authority is None:
        return SignedPdf(_signed(pdf, signer, None, seal, reason, location, place), (NOBODY,))
    try:
        return SignedPdf(_signed(pdf, signer, _Stamper(authority), seal, reason, location, place))
    except StampFailed as refusal:
        return SignedPdf(_signed(pdf, signer, None, seal, reason, location, place), tuple(refusal.reasons))


def _signed(
    pdf: bytes,
    signer: DocumentSigner,
    stamper: TimeStamper | None,
    seal: SealAppearance,
    reason: str,
    location: str,
    place: Place,
) -> bytes:
    with tempfile.TemporaryDirectory(prefix="seal-") as folder:
        drawn = Path(folder) / "seal.pdf"  # pyHanko imports pages from files only
        drawn.write_bytes(seal_pdf(seal))
        style = StaticStampStyle.from_pdf_file(str(drawn), border_width=0)
        writer = IncrementalPdfFileWriter(BytesIO(pdf))
        name = FIELD.format(number=len(writer.prev.embedded_signatures) + 1)
        metadata = signers.PdfSignatureMetadata(
            field_name=name,
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
            reason=reason,
            location=location,
            name=seal.name,
        )
        making = signers.PdfSigner(
            metadata,
            signer=_pyhanko_signer(signer),
            timestamper=stamper,
            stamp_style=style,
            new_field_spec=fields.SigFieldSpec(name, on_page=place.page, box=place.box),
        )
        out = aside(making.sign_pdf, writer, bytes_reserved=RESERVED)
    signed: bytes = out.getvalue()
    return signed


def _pyhanko_signer(signer: DocumentSigner) -> signers.SimpleSigner:
    registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    registry.register_multiple([asn1_x509.Certificate.load(der) for der in signer.chain])
    certificate = asn1_x509.Certificate.load(signer.certificate)
    return signers.SimpleSigner(certificate, asn1_keys.PrivateKeyInfo.load(signer.key), registry)
