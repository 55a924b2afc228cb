"""The trailer of a sealed bid, the bid's digest, and the checks that need neither chunks nor keys. Pure.

`check_trailer` is what a server calls with the root over the leaf hashes it received, and what a custodian's agent
calls on header and trailer alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sealing import canonical
from sealing.canonical import NotCanonical
from sealing.checks import refuse
from sealing.fields import check_fields, is_hash, is_list, number, octets
from sealing.header import LEAST, MOST_HEADER, Header
from suites import Reason, Refused, Suite
from suites.base64_text import from_base64, to_base64
from suites.certificates import facts_of
from suites.merkle import leaf_hash, root_of
from suites.paths import check_path, check_signer, check_structure

MOST_TRAILER = MOST_HEADER
TRAILER = {
    "count": number(1, 1 << 32),
    "header_mac": is_hash,
    "root": is_hash,
    "signature": octets(8, 80),
    "certificates": is_list,
}
_CERTIFICATE = octets(1, 1 << 14)


@dataclass(frozen=True)
class Trailer:
    """A parsed trailer; `raw` are its bytes, `certificates` DER, leaf first."""

    raw: bytes
    count: int
    header_mac: bytes
    root: bytes
    signature: bytes
    certificates: tuple[bytes, ...]


@dataclass(frozen=True)
class Detached:
    """A sealed bid without its chunks: what is needed to judge who sealed what for which lot."""

    header: Header
    trailer: Trailer

    @property
    def bid_digest(self) -> str:
        """The bid's name, hex."""
        return bid_digest_of(self.header, count=self.trailer.count, root=self.trailer.root).hex()


def parse_trailer(raw: bytes) -> Trailer:
    """Read a trailer's bytes (without its length).

    :raises Refused: `trailer_size`, `trailer_canonical`, `trailer_fields`
    """
    if not LEAST <= len(raw) <= MOST_TRAILER:
        raise Refused([Reason("trailer_size", f"a trailer has {LEAST} to {MOST_TRAILER} bytes, not {len(raw)}")])
    try:
        body = canonical.loads_canonical(raw)
    except NotCanonical as error:
        raise Refused([Reason("trailer_canonical", str(error))]) from error
    found = check_fields("trailer_fields", "trailer", body, TRAILER)
    if not found and not all(_CERTIFICATE(member) for member in body["certificates"]):
        found.append(Reason("trailer_fields", "trailer.certificates has another form"))
    refuse(found)
    return Trailer(
        raw=raw,
        count=body["count"],
        header_mac=bytes.fromhex(body["header_mac"]),
        root=bytes.fromhex(body["root"]),
        signature=from_base64(body["signature"]),
        certificates=tuple(from_base64(member) for member in body["certificates"]),
    )


def write_trailer(
    *, count: int, header_mac: bytes, root: bytes, signature: bytes, certificates: Iterable[bytes]
) -> bytes:
    """Return the canonical bytes of a trailer."""
    return canonical.dumps(
        {
            "count": count,
            "header_mac": header_mac.hex(),
            "root": root.hex(),
            "signature": to_base64(signature),
            "certificates": [to_base64(der) for der in certificates],
        }
    )


def leaf_of(header: Header, chunk: bytes) -> bytes:
    """Return the leaf hash of a chunk with its tag."""
    return leaf_hash(header.suite, chunk)


def root_from(header: Header, leaves: Iterable[bytes]) -> bytes:
    """Return the root over leaf hashes in order."""
    return root_of(header.suite, leaves)


def bid_digest_of(header: Header, *, count: int, root: bytes) -> bytes:
    """Return the digest that names a bid in receipt, ledger, closing set and store, 32 bytes."""
    suite = header.suite
    return suite.hash(b"gongheng/bid/v1" + suite.hash(header.raw) + count.to_bytes(8, "big") + root)


def signed_message(suite: Suite, bid_digest: bytes, certificates: Iterable[bytes]) -> bytes:
    """Return the message under the bidder's signature: digest and certificates."""
    array = canonical.dumps([to_base64(der) for der in certificates])
    return suite.hash(b"gongheng/sig/v1" + bid_digest + suite.hash(array))


def check_trailer(
    header: Header, trailer: Trailer, *, root: bytes | None = None, roots: list[bytes] | None = None
) -> list[Reason]:
    """Check a trailer against its header: count, root (when told), certificates, signature.

    With pinned `roots` (DER) also the path, its validity at the bid's deadline, and that the signer is the bidder.
    """
    found = []
    if trailer.count != header.count:
        found.append(Reason("count", f"the trailer counts {trailer.count} chunks, the header {header.count}"))
    if root is not None and root != trailer.root:
        found.append(Reason("root", "the chunks have another root"))
    return found + check_signature(header, trailer) + check_trust(header, trailer, roots)


def check_signature(header: Header, trailer: Trailer) -> list[Reason]:
    """Check the certificates' structure and the signature over digest and certificates."""
    chain = list(trailer.certificates)
    if found := check_structure(chain, header.suite):
        return found
    digest = bid_digest_of(header, count=trailer.count, root=trailer.root)
    message = signed_message(header.suite, digest, chain)
    if header.suite.verify(facts_of(chain[0]).public, message, trailer.signature):
        return []
    return [Reason("signature", "the bidder's signature does not verify")]


def check_trust(header: Header, trailer: Trailer, roots: list[bytes] | None) -> list[Reason]:
    """Check path, validity at the deadline and signer, when roots are pinned and the structure holds."""
    chain = list(trailer.certificates)
    if roots is None or check_structure(chain, header.suite):
        return []
    at: datetime = header.binding.deadline
    return check_path(chain, roots, at) + check_signer(chain, header.binding.bidder)


def check_binding(header: Header, expected: dict[str, canonical.Json]) -> list[Reason]:
    """Compare binding fields with what a lot demands, e.g. `{"lot": code, "deadline": "…Z"}`; only those told."""
    body = header.binding.body()
    return [
        Reason("binding", f"the bid was sealed for {name} {body.get(name)}, not {wanted}")
        for name, wanted in expected.items()
        if body.get(name) != wanted
    ]
