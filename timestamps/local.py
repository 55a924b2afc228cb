"""A timestamp authority of one's own, for demonstrations and tests only: it proves nothing to anybody else.

Its home holds `root.pem` (public) and `authority.json` (0600: key and certificate). The root signs one certificate and
its key is forgotten. RSA, because pyHanko's stamper signs with nothing else, of 2,048 bits, since it reads the key anew
for every stamp: OpenSSL checks 3,072 bits for a quarter of a second.
"""

import base64
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from timestamps.refusals import StampFailed, reason

ROOT_NAME = "Gongheng Demonstration Timestamp Root"
NAME = "Gongheng Demonstration Timestamp Authority"
# RFC 5280 4.1.2.5: without a well-defined end; making a key asks no clock
_START, _END = datetime(2000, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
_BITS = 2048


class LocalAuthority:
    """Answers requests with keys kept under `home`, made at first use; `clock` gives the time (default: the host's)."""

    def __init__(self, home: Path, *, clock: Callable[[], datetime] | None = None) -> None:
        self._home = home
        self._clock = clock

    @property
    def root(self) -> bytes:
        """The root certificate, PEM."""
        return self._parts()["root"]

    def answer(self, request: bytes) -> bytes:
        """Return a granted DER TimeStampResp.

        :raises StampFailed: the request cannot be read
        """
        try:
            asked = tsp.TimeStampReq.load(request, strict=True)
            asked["message_imprint"]["hashed_message"].native  # noqa: B018  parsing is lazy
        except (ValueError, TypeError) as error:
            raise StampFailed([reason("malformed", detail=str(error)[:120])]) from error
        from pyhanko.sign.timestamps import DummyTimeStamper  # brings network clients that a start need not load

        parts = self._parts()
        stamper = DummyTimeStamper(
            asn1_x509.Certificate.load(parts["certificate"]),
            asn1_keys.PrivateKeyInfo.load(parts["key"]),
            fixed_dt=self._clock() if self._clock else None,
        )
        return bytes(stamper.request_tsa_response(asked).dump())

    def _parts(self) -> dict[str, bytes]:
        path = self._home / "authority.json"
        if not path.exists():
            self._make(path)
        stored = json.loads(path.read_text("ascii"))
        return {name: base64.b64decode(value) for name, value in stored.items()}

    def _make(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        parts = _new_keys()
        part = path.with_name(f".{path.name}.{os.urandom(8).hex()}")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            json.dump({name: base64.b64encode(value).decode("ascii") for name, value in parts.items()}, out)
        try:
            os.link(part, path)  # of two processes that start at once, one wins
        except FileExistsError:
            return
        finally:
            part.unlink()
        (self._home / "root.pem").write_bytes(parts["root"])


def _new_keys() -> dict[str, bytes]:
    root_key = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    key = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    root = _builder(ROOT_NAME, ROOT_NAME, root_key)
    root = root.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    root = root.add_extension(_usage(signs_certificates=True), critical=True)
    leaf = _builder(NAME, ROOT_NAME, key)
    leaf = leaf.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    leaf = leaf.add_extension(_usage(signs_certificates=False), critical=True)
    leaf = leaf.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    encoding = serialization.Encoding
    return {
        "root": root.sign(root_key, hashes.SHA256()).public_bytes(encoding.PEM),
        "certificate": leaf.sign(root_key, hashes.SHA256()).public_bytes(encoding.DER),
        "key": key.private_bytes(encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    }


def _builder(subject: str, issuer: str, key: rsa.RSAPrivateKey) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(_name(subject)).issuer_name(_name(issuer))
    builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
    return builder.not_valid_before(_START).not_valid_after(_END)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=not signs_certificates,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
