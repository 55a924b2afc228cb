"""Vectors whose failure lies behind the structure: trust, shares, and what is inside the archive."""

import base64
import json
from datetime import UTC, datetime

from sealing.canonical import dumps
from sealing.header import Seat, parse_header
from sealing.shares import share_commitment, wrap_context
from suites.certificates import self_signed
from suites.shamir import split
from tests.vectors.file_cases import FILES, emit, make
from tests.vectors.make_vectors import Cast, b64, manifest_of, padded, private_key, secret, zip_of


def write_all(cast: Cast) -> None:
    trust(cast)
    shares(cast)
    contents(cast)


def trust(cast):
    def signed_by(keys):
        bid = make(cast)
        bid.signer = keys
        return bid.finish(bid.header)

    own = private_key("bidder sign")
    lone = cast.bidder.with_certificates(
        (self_signed(own, organisation_id=cast.bidder.public.organisation, common_name="x"),)
    )
    bid = signed_by(lone)
    emit(
        "path-self-signed",
        "a self-signed leaf under a pinned root",
        "path",
        bid.data(),
        bid.shares(cast.bidder),
        trust=[cast.root],
    )
    emit(
        "opens-self-signed-without-root",
        "a self-signed leaf when nothing is pinned",
        "opens",
        bid.data(),
        bid.shares(cast.bidder),
        files=FILES,
    )
    bid = make(cast)
    emit(
        "path-other-root",
        "another root is pinned",
        "path",
        bid.data(),
        bid.shares(cast.bidder),
        trust=[cast.rival.certificates[0]],
    )
    bid = signed_by(cast.keys("bidder", cast.bidder.public.organisation, not_after=datetime(2029, 1, 1, tzinfo=UTC)))
    emit(
        "validity-expired",
        "the certificate ended before the deadline",
        "validity",
        bid.data(),
        bid.shares(cast.bidder),
        trust=[cast.root],
    )
    bid = signed_by(cast.rival)
    emit(
        "signer-rival",
        "a rival signed the bid in the bidder's name",
        "signer",
        bid.data(),
        bid.shares(cast.bidder),
        trust=[cast.root],
    )


def shares(cast):
    c = cast.custodians
    bid = make(cast, "custodians")
    good = bid.shares(c[0], c[1])
    emit("threshold-one-custodian", "one custodian of two", "threshold", bid.data(), good[:1])
    emit("threshold-same-twice", "one custodian's share twice", "threshold", bid.data(), [good[0], good[0]])
    emit(
        "share-altered",
        "a share with one bit flipped",
        "share_commitment",
        bid.data(),
        [good[0], good[1] | {"share": flipped(good[1]["share"])}],
    )
    emit(
        "share-index-swapped",
        "a share under another index and kid",
        "share_commitment",
        bid.data(),
        [good[0], good[1] | {"index": 3, "kid": c[2].kid}],
    )
    emit(
        "share-other-kid",
        "a share under a kid that is no recipient",
        "share_binding",
        bid.data(),
        [good[0], good[1] | {"kid": secret("kid").hex()}],
    )
    emit(
        "share-other-bid",
        "a share of another bid",
        "share_binding",
        bid.data(),
        [good[0], good[1] | {"bid_digest": secret("bid").hex()}],
    )
    both = make(cast, "bidder-and-custodians")
    emit(
        "threshold-custodians-without-bidder",
        "colluding custodians without the bidder",
        "threshold",
        both.data(),
        both.shares(*c),
    )
    for name, description, check in (
        ("dealt-off-polynomial", "the third share lies off the polynomial", "off"),
        ("dealt-other-key", "shares of another key than the one committed to", "key"),
    ):
        spoilt = dealt(cast, check)
        emit(name, description, "dealt_inconsistent", spoilt.data(), spoilt.shares(c[0], c[1]))
    refiled = make(cast)
    mine = refiled.shares(cast.bidder)
    moved = json.loads(refiled.header.raw)
    moved["binding"]["lot"] = "E4420000001-002"
    refiled.finish(parse_header(dumps(moved)))
    share = dict(mine[0], core=refiled.header.core.hex(), bid_digest=refiled.digest)
    emit(
        "binding-refiled-in-another-lot",
        "a rival's copy under another lot, signed again: the share's commitment is bound to the first lot",
        "share_commitment",
        refiled.data(),
        [share],
    )
    wrong = make(cast).with_header(lambda b: b.update(commitment=secret("commitment").hex()))
    emit(
        "key-commitment-other",
        "the header commits to another key",
        "key_commitment",
        wrong.data(),
        wrong.shares(cast.bidder),
    )


def dealt(cast, how):
    """A bid whose dealer lies in the shares it commits to."""
    bid = make(cast, "custodians")
    kids = [keys.kid for keys in cast.custodians]
    rows = split(bid.file_key if how == "off" else secret("another key"), threshold=2, count=3)
    if how == "off":
        rows[2] = secret("off the line")
    core = bid.header.core
    body = json.loads(bid.header.raw)
    for place, (kid, row) in enumerate(zip(kids, rows, strict=True)):
        seat = Seat("custodians", place + 1, kid)
        body["shares"][place]["commitment"] = share_commitment(cast.suite, core, seat, row).hex()
        wrap = cast.suite.wrap(cast.custodians[place].public.seal_public, wrap_context(cast.suite, core, seat), row)
        body["wraps"][place] |= {"enc": b64(wrap.enc), "ct": b64(wrap.ct)}
    return bid.finish(parse_header(dumps(body)))


def flipped(text):
    data = bytearray(base64.b64decode(text))
    data[0] ^= 1
    return b64(bytes(data))


def contents(cast):
    tender = cast.tender()
    letter = [("letter.txt", b"We offer.\n")]
    good = manifest_of(letter)

    def spoil(name, description, outcome, plaintext):
        bid = make(cast, plaintext=plaintext, files={})
        emit(name, description, outcome, bid.data(), bid.shares(cast.bidder))

    def archive(name, description, entries, outcome="archive"):
        spoil(name, description, outcome, padded(tender, zip_of(entries)))

    bid = make(cast)
    bid.chunks[0] = bid.chunks[0][:-1] + bytes([bid.chunks[0][-1] ^ 1])
    bid.finish(bid.header)
    emit(
        "chunk-does-not-decrypt",
        "a chunk altered by the bidder, root and signature right",
        "chunk",
        bid.data(),
        bid.shares(cast.bidder),
    )
    whole = padded(tender, zip_of([("manifest.json", good), *letter]))
    bid = make(cast, plaintext=whole, files={})
    bid.plaintext = (1 << 40).to_bytes(8, "big") + whole[8:]
    bid.seal_chunks()
    emit(
        "plaintext-length-huge",
        "the length is beyond the plaintext",
        "plaintext_length",
        bid.data(),
        bid.shares(cast.bidder),
    )
    spoil(
        "plaintext-padding-not-zero",
        "the last byte of the padding is 1",
        "plaintext_zeros",
        padding_spoilt(tender, good, letter),
    )
    archive("archive-traversal", "a name with ..", [("manifest.json", manifest_of([("a", b"")])), ("../evil", b"x")])
    archive("archive-absolute", "an absolute name", [("manifest.json", good), ("/evil", b"x")])
    archive("archive-backslash", "a name with a backslash", [("manifest.json", good), ("a\\b", b"x")])
    archive("archive-double-name", "one name twice", [("manifest.json", good), *letter, *letter])
    archive("archive-unsorted", "names out of order", [("manifest.json", good), ("b", b""), ("a", b"")])
    archive("archive-not-nfc", "a name in NFD", [("manifest.json", good), ("e\u0301.txt", b"")])
    archive(
        "archive-file-and-folder",
        "a name is both a file and a folder",
        [("manifest.json", good), ("a", b""), ("a/b", b"")],
    )
    archive("archive-manifest-not-first", "the manifest comes second", [*letter, ("manifest.json", good)])
    zipped = bytearray(zip_of([("manifest.json", good), *letter]))
    zipped[-1] = 1
    spoil("archive-comment-length", "the end record claims a comment", "archive", padded(tender, bytes(zipped)))
    zipped = bytearray(zip_of([("manifest.json", good), *letter]))
    zipped[14] ^= 1
    spoil("archive-checksum", "another checksum in a local header", "archive", padded(tender, bytes(zipped)))
    archive(
        "manifest-missing-file",
        "a file that the manifest does not list",
        [("manifest.json", manifest_of([])), *letter],
        "manifest",
    )
    archive(
        "manifest-other-hash",
        "a file with other contents than listed",
        [("manifest.json", good), ("letter.txt", b"We refuse\n")],
        "manifest",
    )
    archive(
        "manifest-not-canonical",
        "a line break after the manifest",
        [("manifest.json", good + b"\n"), *letter],
        "manifest",
    )
    archive(
        "manifest-price-form",
        "a price without decimals",
        [("manifest.json", manifest_of(letter, fields={"price": "12", "price_kind": "total"})), *letter],
        "manifest",
    )
    archive(
        "manifest-price-kind",
        "a price without its kind",
        [("manifest.json", manifest_of(letter, fields={"price": "12.00"})), *letter],
        "manifest",
    )


def padding_spoilt(tender, manifest, letter):
    """A plaintext with room for padding, whose last byte is not zero."""
    for extra in range(200):
        files = [(letter[0][0], letter[0][1] + b"." * extra)]
        data = zip_of([("manifest.json", manifest_of(files)), *files])
        plain = padded(tender, data)
        if len(plain) > 8 + len(data):
            return plain[:-1] + b"\x01"
    raise AssertionError("no length with padding found")
