"""Vectors whose failure lies behind the structure: trust, shares, and what is inside the archive."""

import base64
import json
from datetime import UTC, datetime

from sealing.canonical import dumps
from sealing.header import Seat, parse_header
from sealing.shares import share_commitment, wrap_context
from suites.certificates import self_signed
from suites.shamir import split
from tests.vectors.file_cases import FILES, emit, emit_bid, make, one_bit_off
from tests.vectors.make_vectors import Cast, b64, manifest_of, padded, private_key, secret, zip_of


def write_all(cast: Cast) -> None:
    trust(cast)
    shares(cast)
    contents(cast)


def trust(cast):
    self_signed_leaf(cast)
    bid, other = make(cast), cast.rival.certificates[0]
    emit_bid("path-other-root", "another root is pinned", "path", bid, cast.bidder, trust=[other])
    expired = cast.keys("bidder", cast.bidder.public.organisation, not_after=datetime(2029, 1, 1, tzinfo=UTC))
    for name, description, outcome, signer in (
        ("validity-expired", "the certificate ended before the deadline", "validity", expired),
        ("signer-rival", "a rival signed the bid in the bidder's name", "signer", cast.rival),
    ):
        emit_bid(name, description, outcome, signed_by(cast, signer), cast.bidder, trust=[cast.root])


def self_signed_leaf(cast):
    own, organisation = private_key("bidder sign"), cast.bidder.public.organisation
    leaf = self_signed(own, organisation_id=organisation, common_name="x")
    bid = signed_by(cast, cast.bidder.with_certificates((leaf,)))
    for name, description, outcome, more in (
        ("path-self-signed", "a self-signed leaf under a pinned root", "path", {"trust": [cast.root]}),
        ("opens-self-signed-without-root", "a self-signed leaf when nothing is pinned", "opens", {"files": FILES}),
    ):
        emit_bid(name, description, outcome, bid, cast.bidder, **more)


def signed_by(cast, keys):
    bid = make(cast)
    bid.signer = keys
    return bid.finish(bid.header)


def shares(cast):
    handed_in(cast)
    both = make(cast, "bidder-and-custodians")
    description = "colluding custodians without the bidder"
    emit_bid("threshold-custodians-without-bidder", description, "threshold", both, *cast.custodians)
    for name, description, how in (
        ("dealt-off-polynomial", "the third share lies off the polynomial", "off"),
        ("dealt-other-key", "shares of another key than the one committed to", "key"),
    ):
        emit_bid(name, description, "dealt_inconsistent", dealt(cast, how), *cast.custodians[:2])
    refiled(cast)
    wrong = make(cast).with_header(lambda body: body.update(commitment=secret("commitment").hex()))
    description = "the header commits to another key"
    emit_bid("key-commitment-other", description, "key_commitment", wrong, cast.bidder)


# name → description, outcome, what is handed in, told the cast and two custodians' shares
HANDED_IN = {
    "threshold-one-custodian": ("one custodian of two", "threshold", lambda cast, one, two: [one]),
    "threshold-same-twice": ("one custodian's share twice", "threshold", lambda cast, one, two: [one, one]),
    "share-altered": (
        "a share with one bit flipped",
        "share_commitment",
        lambda cast, one, two: [one, two | {"share": flipped(two["share"])}],
    ),
    "share-index-swapped": (
        "a share under another index and kid",
        "share_commitment",
        lambda cast, one, two: [one, two | {"index": 3, "kid": cast.custodians[2].kid}],
    ),
    "share-other-kid": (
        "a share under a kid that is no recipient",
        "share_binding",
        lambda cast, one, two: [one, two | {"kid": secret("kid").hex()}],
    ),
    "share-other-bid": (
        "a share of another bid",
        "share_binding",
        lambda cast, one, two: [one, two | {"bid_digest": secret("bid").hex()}],
    ),
}


def handed_in(cast):
    bid = make(cast, "custodians")
    one, two = bid.shares(*cast.custodians[:2])
    for name, (description, outcome, change) in HANDED_IN.items():
        emit(name, description, outcome, bid.data(), change(cast, one, two))


def refiled(cast):
    bid = make(cast)
    mine = bid.shares(cast.bidder)
    bid.with_header(lambda body: body["binding"].update(lot="E4420000001-002"))
    share = dict(mine[0], core=bid.header.core.hex(), bid_digest=bid.digest)
    description = "a rival's copy under another lot, signed again: the share's commitment is bound to the first lot"
    emit("binding-refiled-in-another-lot", description, "share_commitment", bid.data(), [share])


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
    return b64(one_bit_off(base64.b64decode(text), 0))


LETTER = [("letter.txt", b"We offer.\n")]
GOOD = manifest_of(LETTER)
LISTED = ("manifest.json", GOOD)


def listing(files, **changes):
    return ("manifest.json", manifest_of(files, **changes))


# name → description, outcome, the entries of the archive
ARCHIVES = {
    "archive-traversal": ("a name with ..", "archive", [listing([("a", b"")]), ("../evil", b"x")]),
    "archive-absolute": ("an absolute name", "archive", [LISTED, ("/evil", b"x")]),
    "archive-backslash": ("a name with a backslash", "archive", [LISTED, ("a\\b", b"x")]),
    "archive-too-deep": ("a name of 17 segments", "archive", [LISTED, ("a/" * 16 + "x", b"x")]),
    "archive-double-name": ("one name twice", "archive", [LISTED, *LETTER, *LETTER]),
    "archive-unsorted": ("names out of order", "archive", [LISTED, ("b", b""), ("a", b"")]),
    "archive-not-nfc": ("a name in NFD", "archive", [LISTED, ("e\u0301.txt", b"")]),
    "archive-file-and-folder": ("a name is both a file and a folder", "archive", [LISTED, ("a", b""), ("a/b", b"")]),
    "archive-manifest-not-first": ("the manifest comes second", "archive", [*LETTER, LISTED]),
    "manifest-missing-file": ("a file that the manifest does not list", "manifest", [listing([]), *LETTER]),
    "manifest-other-hash": (
        "a file with other contents than listed",
        "manifest",
        [LISTED, ("letter.txt", b"We refuse\n")],
    ),
    "manifest-not-canonical": (
        "a line break after the manifest",
        "manifest",
        [("manifest.json", GOOD + b"\n"), *LETTER],
    ),
    "manifest-price-form": (
        "a price without decimals",
        "manifest",
        [listing(LETTER, fields={"price": "12", "price_kind": "total"}), *LETTER],
    ),
    "manifest-nul": (
        "a NUL character in a text, which no database can hold",
        "manifest",
        [listing(LETTER, fields={"note": "a\x00b"}), *LETTER],
    ),
    "manifest-price-kind": (
        "a price without its kind",
        "manifest",
        [listing(LETTER, fields={"price": "12.00"}), *LETTER],
    ),
}
# name → description, the byte of a good archive with one bit off
ARCHIVE_BYTES = {
    "archive-comment-length": ("the end record claims a comment", -1),
    "archive-checksum": ("another checksum in a local header", 14),
}


def contents(cast):
    tender = cast.tender()
    spoilt_plaintexts(cast, tender)
    for name, (description, outcome, entries) in ARCHIVES.items():
        spoil(cast, name, description, outcome, padded(tender, zip_of(entries)))
    good = zip_of([LISTED, *LETTER])
    for name, (description, place) in ARCHIVE_BYTES.items():
        spoil(cast, name, description, "archive", padded(tender, one_bit_off(good, place)))


def spoil(cast, name, description, outcome, plaintext):
    emit_bid(name, description, outcome, make(cast, plaintext=plaintext, files={}), cast.bidder)


def spoilt_plaintexts(cast, tender):
    bid = make(cast)
    bid.chunks[0] = one_bit_off(bid.chunks[0], -1)
    bid.finish(bid.header)
    description = "a chunk altered by the bidder, root and signature right"
    emit_bid("chunk-does-not-decrypt", description, "chunk", bid, cast.bidder)
    whole = padded(tender, zip_of([LISTED, *LETTER]))
    bid = make(cast, plaintext=whole, files={})
    bid.plaintext = (1 << 40).to_bytes(8, "big") + whole[8:]
    description = "the length is beyond the plaintext"
    emit_bid("plaintext-length-huge", description, "plaintext_length", bid.seal_chunks(), cast.bidder)
    plaintext = padding_spoilt(tender, GOOD, LETTER)
    description = "the last byte of the padding is 1"
    spoil(cast, "plaintext-padding-not-zero", description, "plaintext_zeros", plaintext)


def padding_spoilt(tender, manifest, letter):
    """A plaintext with room for padding, whose last byte is not zero."""
    for extra in range(200):
        files = [(letter[0][0], letter[0][1] + b"." * extra)]
        data = zip_of([("manifest.json", manifest_of(files)), *files])
        plain = padded(tender, data)
        if len(plain) > 8 + len(data):
            return plain[:-1] + b"\x01"
    raise AssertionError("no length with padding found")
