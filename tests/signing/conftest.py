"""A signer certified by a root of the tests, a timestamp authority, a document of the house, and it signed."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from reportlab.pdfgen.canvas import Canvas

from signing import DocumentSigner, SealAppearance, SignedPdf, place_over, sign_pdf
from suites.certificates import issue_certificate, make_authority, to_pem
from timestamps import LocalAuthority

START, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)
NAME = "中山市公共资源交易中心"
SEAL = SealAppearance(NAME, number="4420000123456")
WORDS = {"reason": "开标记录", "location": "中山市"}


@dataclass(frozen=True)
class World:
    """Everything a signature needs, and the roots that judge it."""

    root: bytes  # PEM
    signer: DocumentSigner
    authority: LocalAuthority
    pdf: bytes

    @property
    def roots(self) -> list[bytes]:
        return [self.root, self.authority.root]

    def sign(self, pdf: bytes | None = None, **changed: object) -> SignedPdf:
        pdf = self.pdf if pdf is None else pdf
        known = {"signer": self.signer, "authority": self.authority, "seal": SEAL, **WORDS}
        return sign_pdf(pdf, **{**known, "place": place_over(pdf, "Confirmed by"), **changed})


def new_key() -> tuple[ec.EllipticCurvePrivateKey, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    der = serialization.Encoding.DER
    return key, key.private_bytes(der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def new_signer(*, start: datetime = START, end: datetime = END) -> tuple[bytes, DocumentSigner]:
    """Return a root (PEM) and a signer that it certified."""
    _root_key, root_private = new_key()
    root = make_authority(root_private, common_name="Root of tests", not_before=START, not_after=END)
    key, private = new_key()
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    known = {"organisation_id": "12442000MB2D00000X", "common_name": NAME, "not_before": start, "not_after": end}
    leaf = issue_certificate(root_private, root, public_key_spki=public, **known)
    return to_pem(root), DocumentSigner(private, leaf, (root,))


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("signing")
    canvas = Canvas(str(folder / "record.pdf"), pagesize=(595, 842))
    for line, text in enumerate(["Opening record", "1  Bidder A  8,900,000.00", "Confirmed by the centre"]):
        canvas.drawString(72, 760 - 200 * line, text)
    canvas.save()
    root, signer = new_signer()
    return World(root, signer, LocalAuthority(folder / "tsa"), Path(folder / "record.pdf").read_bytes())


@pytest.fixture(scope="session")
def signed(world: World) -> bytes:
    return world.sign().pdf
