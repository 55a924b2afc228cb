"""Write the test vectors of the sealed bid: `python -m tests.vectors.make_vectors [gm]`, `gm`: those of GM-1 alone.

Keys, file key and salt are derived from fixed words; wraps, Shamir coefficients and ECDSA are random by nature, so a
new run gives other bytes with the same outcomes. One failure per file. The mutations work on the bytes of a valid bid,
and re-seal (with the known file key) or re-sign where the failure lies behind a check that they would trip first.
"""

import base64
import hashlib
import json
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sealing import canonical
from sealing.archive import Plaintext, plan_archive
from sealing.derived import derive_for, nonce_of
from sealing.header import Header, parse_header
from sealing.keys import OwnKeys, PublicKeys, key_message
from sealing.manifest import ListedFile
from sealing.padding import padded_length
from sealing.policy import Group
from sealing.release import release_share
from sealing.seal import MAGIC, make_header, make_trailer
from sealing.tender import Tender
from sealing.trailer import bid_digest_of, leaf_of, root_from, signed_message
from sealing.zip_bytes import Entry, directory, local_header
from suites import Suite, suite_named
from suites.certificates import issue_certificate, make_authority

HERE = Path(__file__).parent
SUITE = suite_named("INTL-1")
DEADLINE = datetime(2030, 1, 1, tzinfo=UTC)
START, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)
BIDDER = "91442000MA4UX4JX4D"


def private_key(word: str, suite: Suite = SUITE) -> bytes:
    """A key from a word, P-256 as PKCS#8 or SM2 as 32 bytes: for tests only."""
    scalar = int.from_bytes(hashlib.sha256(b"gongheng test key " + word.encode()).digest(), "big") >> 1
    if suite.name == "GM-1":
        return scalar.to_bytes(32, "big")
    return ec.derive_private_key(scalar, ec.SECP256R1()).private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def secret(word: str) -> bytes:
    return hashlib.sha256(b"gongheng test secret " + word.encode()).digest()


class Cast:
    """The CA, the agency, one bidder, a rival and three custodians."""

    def __init__(self, suite: Suite = SUITE) -> None:
        self.suite = suite
        self.root_key = private_key("root", suite)
        self.root, self.other_root = (
            make_authority(self.root_key, common_name=name, not_before=START, not_after=END, suite_name=suite.name)
            for name in ("Test root", "Other")
        )
        self.agency = self.keys("agency", "AGENCY-1")
        self.bidder = self.keys("bidder", BIDDER)
        self.rival = self.keys("rival", "RIVAL-1")
        self.custodians = tuple(self.keys(name, name.upper()) for name in ("centre", "purchaser", "regulator"))

    def keys(self, word: str, organisation: str, *, not_after: datetime = END) -> OwnKeys:
        suite = self.suite
        seal, sign = private_key(word + " seal", suite), private_key(word + " sign", suite)
        leaf = issue_certificate(
            self.root_key,
            self.root,
            public_key_spki=suite.public_of(sign),
            organisation_id=organisation,
            common_name=word,
            not_before=START,
            not_after=not_after,
        )
        message = key_message(suite, organisation, suite.public_of(seal))
        public = PublicKeys(
            suite, organisation, suite.public_of(seal), suite.public_of(sign), (leaf,), suite.sign(sign, message)
        )
        return OwnKeys(public, seal, sign)

    def tender(self, policy: str = "bidder-or-custodians", envelope: str = "whole") -> Tender:
        groups = {
            "bidder": (Group("bidder", 1, (self.bidder.kid,)),),
            "custodians": (Group("custodians", 2, tuple(keys.kid for keys in self.custodians)),),
        }
        chosen = sum(
            (groups[name] for name in ("bidder", "custodians") if name in policy.replace("-", " ").split()), ()
        )
        return Tender(
            suite=self.suite,
            tender="E4420000001",
            lot="E4420000001-001",
            envelope=envelope,
            bidder=BIDDER,
            document_hash=secret("document").hex(),
            sequence=1,
            deadline=DEADLINE,
            policy=policy,
            groups=chosen,
            recipients=tuple(
                keys.public
                for keys in (self.bidder, *self.custodians)
                if any(keys.kid in group.recipients for group in chosen)
            ),
        )


class Bid:
    """A bid taken apart, so that each part can be spoilt and the rest made right again."""

    def __init__(self, cast: Cast, tender: Tender, plaintext: bytes | None = None, *, files: dict[str, bytes]) -> None:
        self.cast, self.tender, self.signer = cast, tender, cast.bidder
        self.file_key = secret("file key")
        self.plaintext = plain_of(tender, files) if plaintext is None else plaintext
        data_length = int.from_bytes(self.plaintext[:8], "big")
        self.header = make_header(tender, self.file_key, salt=secret("salt"), data_length=data_length)
        self.files = files
        self.seal_chunks()

    def seal_chunks(self) -> "Bid":
        """Encrypt the plaintext, and make root and trailer right for it."""
        header, keys = self.header, derive_for(self.header, self.file_key)
        cipher, size = self.tender.suite.chunk_cipher(keys.enc, keys.chunk_mac), 1 << 20
        pieces = [self.plaintext[at : at + size] for at in range(0, len(self.plaintext), size)]
        self.chunks = [
            bytes(cipher.seal(nonce_of(number, last=number == len(pieces) - 1), piece))
            for number, piece in enumerate(pieces)
        ]
        self.finish(header)
        return self

    def finish(self, header: Header) -> "Bid":
        """Make root, MAC and signature right for the chunks as they are."""
        self.header = header
        self.root = root_from(header, (leaf_of(header, chunk) for chunk in self.chunks))
        self.trailer = make_trailer(header, derive_for(header, self.file_key), self.root, signer=self.signer)
        return self

    def with_header(self, change: Callable[[dict], None]) -> "Bid":
        """Change the header's JSON and sign again, as a hostile bidder would."""
        body = json.loads(self.header.raw)
        change(body)
        return self.finish(parse_header(canonical.dumps(body)))

    def with_trailer(self, change: Callable[[dict], None]) -> "Bid":
        body = json.loads(self.trailer)
        change(body)
        self.trailer = canonical.dumps(body)
        return self

    def raw_header(self, change: Callable[[dict], None]) -> bytes:
        """The file with a header that no reader accepts; nothing else is touched."""
        body = json.loads(self.header.raw)
        change(body)
        return self.data(header=canonical.dumps(body))

    def data(self, *, header: bytes | None = None, trailer: bytes | None = None) -> bytes:
        head = self.header.raw if header is None else header
        tail = self.trailer if trailer is None else trailer
        chunks = b"".join(self.chunks)
        return MAGIC + len(head).to_bytes(4, "big") + head + chunks + tail + len(tail).to_bytes(4, "big")

    @property
    def digest(self) -> str:
        return bid_digest_of(self.header, count=self.header.count, root=self.root).hex()

    def shares(self, *who: OwnKeys) -> list[dict]:
        return [release_share(self.header, self.digest, keys).body() for keys in who]

    def steps(self) -> dict[str, str]:
        keys = derive_for(self.header, self.file_key)
        digest = bytes.fromhex(self.digest)
        return {
            "core": self.header.core.hex(),
            "file_key": self.file_key.hex(),
            "enc": keys.enc.hex(),
            "header_mac_key": keys.header_mac.hex(),
            "commitment": keys.commitment.hex(),
            "bid_digest": self.digest,
            "root": self.root.hex(),
            "signed_message": signed_message(self.tender.suite, digest, self.signer.certificates).hex(),
        }


def plain_of(tender: Tender, files: dict[str, bytes]) -> bytes:
    """The padded plaintext that sealing gives for these files."""
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        fields = {"price": "1234567.89", "price_kind": "total", "duration_days": 90}
        plan = plan_archive(Path(folder), suite=tender.suite, fields=fields)
        plaintext = bytearray(padded_length(tender.envelope, plan.length))
        assert Plaintext(plan, tender.envelope).into(memoryview(plaintext)) == len(plaintext)
        return bytes(plaintext)


def zip_of(entries: list[tuple[str, bytes]]) -> bytes:
    """A ZIP in our form of entries in any order and with any names."""
    import zlib

    rows = [Entry(name, len(data), zlib.crc32(data)) for name, data in entries]
    parts = [local_header(row) + data for row, (_, data) in zip(rows, entries, strict=True)]
    return b"".join(parts) + directory(rows)


def padded(tender: Tender, data: bytes) -> bytes:
    plain = len(data).to_bytes(8, "big") + data
    return plain.ljust(padded_length(tender.envelope, len(data)), b"\x00")


def manifest_of(files: list[tuple[str, bytes]], **changes: object) -> bytes:
    rows = [ListedFile(name, len(data), SUITE.hash(data).hex(), "attachment")._asdict() for name, data in files]
    return canonical.dumps({"v": 1, "fields": {}, "files": rows} | changes)


def write(name: str, body: dict) -> None:
    (HERE / f"{name}.json").write_text(json.dumps({"name": name} | body, ensure_ascii=False, indent=1) + "\n")


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def main(words: list[str]) -> int:
    from tests.vectors import deep_cases, file_cases, gm_cases, other_cases

    for old in HERE.glob("gm-*.json" if words == ["gm"] else "*.json"):
        old.unlink()
    if words != ["gm"]:
        cast = Cast()
        file_cases.write_all(cast)
        deep_cases.write_all(cast)
        other_cases.write_all(cast)
    gm_cases.write_all(Cast(suite_named("GM-1")))
    print(len(list(HERE.glob("*.json"))), "vectors")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
