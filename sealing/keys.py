"""Key files: two independent pairs, `seal` to receive shares and `sign` to sign, and their public half `.pub`.

Files are written 0600. A passphrase protects the private half by PBKDF2-HMAC-SHA256 (600,000 rounds or more) and
AES-256-GCM. No clock: paths are judged at a told instant.
"""

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sealing import canonical
from sealing.canonical import Json, NotCanonical
from sealing.checks import refuse
from sealing.fields import check_fields, is_code, is_hash, is_list, is_object, is_suite, number, octets, one
from sealing.writing import OPEN, SECRET, flush_names, part_of, put, refuse_existing, write_new
from suites import BadKey, Reason, Refused, Suite, Wrap, kid_of, suite_named
from suites.base64_text import from_base64, to_base64
from suites.certificates import BadCertificate, facts_of, self_signed
from suites.paths import check_path, check_structure

ROUNDS = 600_000
_MOST_ROUNDS = 10_000_000
_KDF = "PBKDF2-HMAC-SHA256"
_CERTIFICATE = octets(1, 1 << 14)

PUBLIC = {
    "v": one,
    "suite": is_suite,
    "kid": is_hash,
    "organisation": is_code,
    "seal_public": octets(1, 256),
    "sign_public": octets(1, 256),
    "certificates": is_list,
    "attestation": octets(8, 80),
}
_SECRET = {"seal_private": octets(1, 1024), "sign_private": octets(1, 1024)}
_PROTECTED = {
    "kdf": lambda value: value == _KDF,
    "rounds": number(ROUNDS, _MOST_ROUNDS),
    "salt": octets(16, 16),
    "nonce": octets(12, 12),
    "ct": octets(17, 4096),
}


@dataclass(frozen=True)
class PublicKeys:
    """The public half; publics are DER SPKI, certificates DER, leaf first."""

    suite: Suite
    organisation: str
    seal_public: bytes
    sign_public: bytes
    certificates: tuple[bytes, ...]
    attestation: bytes

    @property
    def kid(self) -> str:
        """The key's name, hex."""
        return kid_of(self.suite, self.seal_public)

    def with_certificates(self, certificates: tuple[bytes, ...]) -> "PublicKeys":
        """Return the same keys with the chain that a CA issued."""
        return replace(self, certificates=certificates)

    def body(self) -> dict[str, Json]:
        """The JSON object of the `.pub` file."""
        return {
            "v": 1,
            "suite": self.suite.name,
            "kid": self.kid,
            "organisation": self.organisation,
            "seal_public": to_base64(self.seal_public),
            "sign_public": to_base64(self.sign_public),
            "certificates": [to_base64(der) for der in self.certificates],
            "attestation": to_base64(self.attestation),
        }


@dataclass(frozen=True)
class OwnKeys:
    """Both halves, as held by their owner. It signs, and it opens wraps."""

    public: PublicKeys
    seal_private: bytes
    sign_private: bytes

    @property
    def suite(self) -> Suite:
        """The algorithms."""
        return self.public.suite

    @property
    def kid(self) -> str:
        """The key's name, hex."""
        return self.public.kid

    @property
    def certificates(self) -> tuple[bytes, ...]:
        """The certificate chain of the signing key."""
        return self.public.certificates

    def sign(self, message: bytes) -> bytes:
        """Sign a message with the signing key."""
        return self.suite.sign(self.sign_private, message)

    def unwrap(self, context: bytes, wrap: Wrap) -> bytes:
        """Open a wrap with the sealing key. :raises WrongKey: it is not for this key and context"""
        return self.suite.unwrap(self.seal_private, context, wrap)

    def with_certificates(self, certificates: tuple[bytes, ...]) -> "OwnKeys":
        """Return the same keys with the chain that a CA issued."""
        return replace(self, public=self.public.with_certificates(certificates))


def key_message(suite: Suite, organisation: str, seal_public: bytes) -> bytes:
    """Return the message that an attestation signs."""
    return suite.hash(b"gongheng/key/v1" + suite.name.encode() + organisation.encode() + seal_public)


def make_keys(suite_name: str, organisation: str) -> OwnKeys:
    """Make two fresh pairs with a self-signed certificate.

    :raises Refused: `key`: not a code
    """
    if not is_code(organisation):
        raise Refused([Reason("key", f"{organisation} is not a code of letters, digits, dots, hyphens")])
    suite = suite_named(suite_name)
    seal, sign = suite.generate(), suite.generate()
    leaf = self_signed(sign.private, organisation_id=organisation, common_name=organisation, suite_name=suite.name)
    attestation = suite.sign(sign.private, key_message(suite, organisation, seal.public))
    public = PublicKeys(suite, organisation, seal.public, sign.public, (leaf,), attestation)
    return OwnKeys(public, seal.private, sign.private)


def read_public(body: Json) -> PublicKeys:
    """Return the keys of a `.pub` object after checking form, kid, attestation and certificate.

    :raises Refused: `key`, with every failed condition
    """
    found = check_fields("key", "pub", body, PUBLIC)
    if not found and not all(_CERTIFICATE(member) for member in body["certificates"]):
        found.append(Reason("key", "pub.certificates has another form"))
    refuse(found)
    keys = PublicKeys(
        suite=suite_named(body["suite"]),
        organisation=body["organisation"],
        seal_public=from_base64(body["seal_public"]),
        sign_public=from_base64(body["sign_public"]),
        certificates=tuple(from_base64(member) for member in body["certificates"]),
        attestation=from_base64(body["attestation"]),
    )
    refuse(_public_reasons(keys, body["kid"]))
    return keys


def check_public_path(keys: PublicKeys, roots: list[bytes], at: datetime) -> list[Reason]:
    """Check that a `.pub`'s certificate leads to a pinned root at an instant."""
    return check_path(list(keys.certificates), roots, at)


def write_keys(keys: OwnKeys, path: Path, *, passphrase: str | None = None) -> None:
    """Write NAME.key (0600) and NAME.pub beside it, replacing what is there: each is the old file or the new, whole.

    :raises OSError: the disk does not take them
    """
    own, public = _files(keys, passphrase)
    with part_of(path, mode=SECRET) as own_part, part_of(path.with_suffix(".pub")) as public_part:
        put(own_part, own)
        put(public_part, public)
        own_part.replace(path)
        public_part.replace(path.with_suffix(".pub"))
    flush_names(path.parent)


def write_new_keys(keys: OwnKeys, path: Path, *, passphrase: str | None = None) -> None:
    """Write NAME.key (0600) and NAME.pub beside it, both or neither, and replace nothing.

    :raises Refused: `output`: one of them exists already
    :raises OSError: the disk does not take them
    """
    refuse_existing(path.with_suffix(".pub"))
    own, public = _files(keys, passphrase)
    write_new(path, own)
    try:
        write_new(path.with_suffix(".pub"), public, mode=OPEN)
    except BaseException:
        path.unlink()
        raise


def _files(keys: OwnKeys, passphrase: str | None) -> tuple[bytes, bytes]:
    return canonical.dumps(key_body(keys, passphrase=passphrase)), canonical.dumps(keys.public.body())


def passphrase_in(path: Path) -> str:
    """Return the passphrase in a file: all of it but the line ends at its end.

    :raises Refused: `key`: it is not UTF-8, or empty
    :raises OSError: the file cannot be read
    """
    try:
        text = path.read_bytes().decode().rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise Refused([Reason("key", "the passphrase file is not UTF-8")]) from error
    if not text:
        raise Refused([Reason("key", "the passphrase is empty")])
    return text


def key_body(keys: OwnKeys, *, passphrase: str | None = None) -> dict[str, Json]:
    """Return the JSON object of a key file."""
    secret = {"seal_private": to_base64(keys.seal_private), "sign_private": to_base64(keys.sign_private)}
    if passphrase is None:
        return {"v": 1, "public": keys.public.body(), "secret": secret}
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    ct = AESGCM(_stretch(passphrase, salt, ROUNDS)).encrypt(nonce, canonical.dumps(secret), _aad(keys.kid))
    protected = {
        "kdf": _KDF,
        "rounds": ROUNDS,
        "salt": to_base64(salt),
        "nonce": to_base64(nonce),
        "ct": to_base64(ct),
    }
    return {"v": 1, "public": keys.public.body(), "protected": protected}


def load_keys(path: Path, *, passphrase: str | None = None) -> OwnKeys:
    """Read a key file.

    :raises Refused: `key`: form, passphrase, or halves that do not belong together
    """
    try:
        body = canonical.loads(path.read_bytes())
    except NotCanonical as error:
        raise Refused([Reason("key", str(error))]) from error
    return read_keys(body, passphrase=passphrase)


def read_keys(body: Json, *, passphrase: str | None = None) -> OwnKeys:
    """Return the keys of a key file's JSON object.

    :raises Refused: `key`
    """
    half = "protected" if isinstance(body, dict) and "protected" in body else "secret"
    refuse(check_fields("key", "key", body, {"v": one, "public": is_object, half: is_object}))
    public = read_public(body["public"])
    secret = body["secret"] if half == "secret" else _unprotect(body["protected"], public.kid, passphrase)
    refuse(check_fields("key", "secret", secret, _SECRET))
    keys = OwnKeys(public, from_base64(secret["seal_private"]), from_base64(secret["sign_private"]))
    try:
        halves = (keys.suite.public_of(keys.seal_private), keys.suite.public_of(keys.sign_private))
    except BadKey as error:
        raise Refused([Reason("key", str(error))]) from error
    if halves != (public.seal_public, public.sign_public):
        raise Refused([Reason("key", "the private keys do not belong to the public ones")])
    return keys


def _unprotect(protected: Json, kid: str, passphrase: str | None) -> Json:
    refuse(check_fields("key", "protected", protected, _PROTECTED))
    if passphrase is None:
        raise Refused([Reason("key", "the key file is protected by a passphrase")])
    key = _stretch(passphrase, from_base64(protected["salt"]), protected["rounds"])
    try:
        plain = AESGCM(key).decrypt(from_base64(protected["nonce"]), from_base64(protected["ct"]), _aad(kid))
        return canonical.loads_canonical(plain)
    except (InvalidTag, NotCanonical) as error:
        raise Refused([Reason("key", "the passphrase does not open the key file")]) from error


def _stretch(passphrase: str, salt: bytes, rounds: int) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", unicodedata.normalize("NFC", passphrase).encode(), salt, rounds)


def _aad(kid: str) -> bytes:
    return b"gongheng/keyfile/v1" + kid.encode()


def _public_reasons(keys: PublicKeys, kid: str) -> list[Reason]:
    found = [
        Reason("key", reason)
        for wrong, reason in (
            (kid != keys.kid, "the kid is not the hash of the sealing key"),
            (_bad(keys.suite, keys.seal_public), "the sealing key is not of the suite"),
            (_bad(keys.suite, keys.sign_public), "the signing key is not of the suite"),
        )
        if wrong
    ]
    message = key_message(keys.suite, keys.organisation, keys.seal_public)
    if not keys.suite.verify(keys.sign_public, message, keys.attestation):
        found.append(Reason("key", "the attestation does not verify"))
    if problems := check_structure(list(keys.certificates), keys.suite):
        return found + [Reason("key", reason.reason) for reason in problems]
    return found + _leaf_reasons(keys)


def _leaf_reasons(keys: PublicKeys) -> list[Reason]:
    try:
        leaf = facts_of(keys.certificates[0])
    except BadCertificate as error:
        return [Reason("key", str(error))]
    found = []
    if leaf.public != keys.sign_public:
        found.append(Reason("key", "the certificate is of another signing key"))
    if leaf.organisation != keys.organisation:
        found.append(Reason("key", "the certificate names another organisation"))
    return found


def _bad(suite: Suite, public: bytes) -> bool:
    try:
        suite.check_public(public)
    except BadKey:
        return True
    return False
