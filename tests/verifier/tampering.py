"""What can be done to a bundle, and the check that must name it: name → (function, who has which keys, failing checks).

Without keys the tamperer makes the list of hashes anew, and nothing more. With the log's key the platform itself
tampers: it rebuilds the log, signs heads and receipts again and lists everything anew; the keys of bidders, agency and
custodians it does not have. What fails must be exactly what is named here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sealing import canonical
from sealing.header import Header
from sealing.keys import make_keys
from sealing.layout import read_layout
from sealing.trailer import parse_trailer, signed_message, write_trailer
from suites.certificates import make_authority, make_crl
from tendering.bundle import form
from tests.verifier.forge import Forgery

NOBODY, PLATFORM = "no keys", "the log's key"
Tamper = Callable[[Forgery], None]


@dataclass(frozen=True)
class Tampering:
    """One tampering: with the log's key everything is signed again, without it `bundle_signature` fails as well."""

    tamper: Tamper
    keys: str
    failing: frozenset[str]

    @property
    def expected(self) -> frozenset[str]:
        return self.failing | ({"bundle_signature"} if self.keys == NOBODY else frozenset())


TABLE: dict[str, Tampering] = {}


def tampering(keys: str, *failing: str) -> Callable[[Tamper], Tamper]:
    def listed(tamper: Tamper) -> Tamper:
        TABLE[tamper.__name__] = Tampering(tamper, keys, frozenset(failing))
        return tamper

    return listed


def custodians_shares(bundle: Forgery) -> tuple[str, dict]:
    name = bundle.bid(bundle.opened(3), form.SHARES)
    return name, bundle.load(name)


def hash_statement(bundle: Forgery, row: dict) -> None:
    digest = hashlib.sha256(canonical.dumps(row["statement"])).hexdigest()
    bundle.payload("share.released", -1)["statement_sha256"] = digest


def another_root() -> bytes:
    return another_authority()[0]


def another_authority() -> tuple[bytes, bytes]:
    """Another root, and its revocation list."""
    key = make_keys("INTL-1", "ANOTHER").sign_private
    start = datetime(2020, 1, 1, tzinfo=UTC)
    end = start + timedelta(days=9999)
    root = make_authority(key, common_name="another", not_before=start, not_after=end)
    return root, make_crl(key, root, [], number=1, this_update=start, next_update=end)


def resigned(bundle: Forgery, digest: str, keys: object) -> None:
    """Sign a sealed bid anew: digest and header stay, the signature is no part of them."""
    retrailed(bundle, digest, signer=keys)


def retrailed(bundle: Forgery, digest: str, *, signer: object = None, header_mac: bytes | None = None) -> None:
    name = bundle.bid(digest, form.SEALED)
    data = bundle.members[name]
    header, raw = parts_of(data)
    old = parse_trailer(raw)
    certificates, signature = old.certificates, old.signature
    if signer is not None:
        certificates = signer.certificates
        signature = signer.sign(signed_message(header.suite, bytes.fromhex(digest), certificates))
    trailer = write_trailer(
        count=old.count,
        header_mac=old.header_mac if header_mac is None else header_mac,
        root=old.root,
        signature=signature,
        certificates=certificates,
    )
    bundle.members[name] = data[: -len(raw) - 4] + trailer + len(trailer).to_bytes(4, "big")


def parts_of(data: bytes) -> tuple[Header, bytes]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "one.bid"
        path.write_bytes(data)
        layout = read_layout(path)
        return layout.header, layout.trailer.raw
