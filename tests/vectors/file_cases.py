"""Vectors of whole files: each a mutation of a valid bid, and the first check that must fail."""

import json
from functools import partial

from tests.vectors.make_vectors import (
    SUITE,
    Bid,
    Cast,
    b64,
    secret,
    write,
)

FILES = {"letter.txt": b"We offer.\n", "tech/plan.txt": b"A plan.\n" * 40, "\u62a5\u4ef7.txt": b"1234567.89\n"}


def emit(name, description, outcome, data, shares, *, trust=None, files=None, steps=None, suite=SUITE):
    body = {
        "description": description,
        "kind": "file",
        "suite": suite.name,
        "outcome": outcome,
        "file": b64(data),
        "shares": shares,
    }
    if trust is not None:
        body["trust"] = [b64(root) for root in trust]
    if files is not None:
        body["files"] = {inside: suite.hash(content).hex() for inside, content in files.items()}
    if steps is not None:
        body["steps"] = steps
    write(name, body)


def emit_bid(name, description, outcome, bid, *holders, **more):
    """A bid with the shares of these holders."""
    emit(name, description, outcome, bid.data(), bid.shares(*holders), **more)


def write_all(cast: Cast) -> None:
    valid(cast)
    container(cast)
    header(cast)
    trailer(cast)


def make(cast, policy="bidder-or-custodians", envelope="whole", plaintext=None, files=FILES):
    return Bid(cast, cast.tender(policy, envelope), plaintext, files=files)


def one_bit_off(data, place):
    altered = bytearray(data)
    altered[place] ^= 1
    return bytes(altered)


def valid(cast):
    policies(cast)
    sizes(cast)
    beside_a_bad_share(cast)


# name → policy, who releases a share
POLICIES = {
    "opens-by-bidder": ("bidder", lambda cast: (cast.bidder,)),
    "opens-default-by-bidder": ("bidder-or-custodians", lambda cast: (cast.bidder,)),
    "opens-default-by-custodians": ("bidder-or-custodians", lambda cast: cast.custodians[::2]),
    "opens-custodians": ("custodians", lambda cast: cast.custodians[1:]),
    "opens-custodians-all-three": ("custodians", lambda cast: cast.custodians),
    "opens-bidder-and-custodians": ("bidder-and-custodians", lambda cast: (cast.bidder, *cast.custodians[:2])),
}


def policies(cast):
    for name, (policy, holders) in POLICIES.items():
        bid = make(cast, policy)
        description = f"policy {policy} opens with enough shares"
        more = {"files": FILES, "steps": bid.steps(), "trust": [cast.root]}
        emit_bid(name, description, "opens", bid, *holders(cast), **more)


def sizes(cast):
    price = make(cast, envelope="price")
    more = {"files": FILES, "steps": price.steps()}
    emit_bid("opens-price-envelope", "a price envelope is padded to 64 KiB", "opens", price, cast.bidder, **more)
    empty = {"empty.bin": b""}
    none = make(cast, files=empty)
    emit_bid("opens-empty-file", "an empty file is a file", "opens", none, cast.bidder, files=empty)
    # two chunks, compressible enough to keep the vector small is not possible: the ciphertext is random
    edge = {"a.bin": bytes(1 << 20)}
    two = make(cast, files=edge)
    more = {"files": edge, "steps": two.steps()}
    emit_bid("opens-two-chunks", "more than one chunk; last flag on the last only", "opens", two, cast.bidder, **more)


def beside_a_bad_share(cast):
    bid = make(cast)
    good, lie = bid.shares(cast.bidder, cast.custodians[0])
    lie["share"] = b64(secret("lie"))
    description = "a lying custodian does not keep a bid shut that others open"
    emit("opens-beside-a-bad-share", description, "opens", bid.data(), [good, lie], files=FILES)


# name → description, outcome, change of the file's bytes, told where the chunks start
CONTAINERS = {
    "magic-other-version": ("format version 2", "magic", lambda data, start: b"BIDSEAL\x02" + data[8:]),
    "header-length-zero": ("header length 0", "header_size", lambda data, start: data[:8] + bytes(4) + data[12:]),
    "header-length-huge": (
        "header length 2^32 - 1",
        "header_size",
        lambda data, start: data[:8] + b"\xff" * 4 + data[12:],
    ),
    "truncated-in-header": (
        "the file ends within the header",
        "header_size",
        lambda data, start: data[: 12 + (start - 12) // 2],
    ),
    "truncated-chunk": (
        "sixteen bytes cut out of the chunks",
        "file_length",
        lambda data, start: data[:start] + data[start + 16 :],
    ),
    "bytes-between-chunks-and-trailer": (
        "sixteen bytes too many before the trailer",
        "file_length",
        lambda data, start: data[:start] + bytes(16) + data[start:],
    ),
    "truncated-trailer-length": ("the last byte is missing", "trailer_size", lambda data, start: data[:-1]),
    "trailer-length-huge": (
        "trailer length 2^32 - 1",
        "trailer_size",
        lambda data, start: data[:-4] + b"\xff" * 4,
    ),
    "chunk-bit-flipped": ("one bit of a chunk is flipped", "root", lambda data, start: one_bit_off(data, start + 5)),
}


def container(cast):
    bid = make(cast)
    data, mine = bid.data(), bid.shares(cast.bidder)
    for name, (description, outcome, change) in CONTAINERS.items():
        emit(name, description, outcome, change(data, 12 + len(bid.header.raw)), mine)


def spaced(text):
    return text.replace(b'":', b'": ', 1)


def doubled(text):
    return b'{"commitment":"' + json.loads(text)["commitment"].encode() + b'",' + text[1:]


# name → description, change of the header's bytes
HEADER_TEXTS = {
    "header-with-space": ("a space in the header", spaced),
    "header-double-key": ("commitment stands twice", doubled),
    "header-trailing-byte": ("a line break after the header's JSON", lambda text: text + b"\n"),
    "header-escaped-letter": (
        "a letter written as \\u escape",
        lambda text: text.replace(b'"whole"', b'"\\u0077hole"'),
    ),
    "header-float": ("sequence as 1.0", lambda text: text.replace(b'"sequence":1,', b'"sequence":1.0,')),
}


def bound(**members):
    """A change of members of the binding."""
    return lambda body: body["binding"].update(members)


def upper_case(body):
    body["binding"]["document_hash"] = body["binding"]["document_hash"].upper()


def loose_bits(body):
    salt = body["binding"]["salt"]
    body["binding"]["salt"] = salt[:-2] + chr(ord(salt[-2]) + 1) + "="


# name → description, outcome, change of the header's JSON
HEADER_FIELDS = {
    "header-unknown-member": ("an unknown member", "header_fields", lambda body: body.update(extra=1)),
    "header-missing-member": ("commitment is missing", "header_fields", lambda body: body.pop("commitment")),
    "binding-version-2": ("binding v 2", "header_fields", bound(v=2)),
    "binding-unknown-suite": ("a suite that does not exist", "header_fields", bound(suite="NONE-0")),
    "binding-impossible-date": ("30 February", "header_fields", bound(deadline="2030-02-30T00:00:00Z")),
    "binding-sequence-zero": ("sequence 0", "header_fields", bound(sequence=0)),
    "binding-sequence-true": ("sequence true", "header_fields", bound(sequence=True)),
    "binding-hash-upper-case": ("hex in capitals", "header_fields", upper_case),
    "binding-short-salt": ("a salt of 16 bytes", "header_fields", bound(salt=b64(bytes(16)))),
    "binding-salt-loose-bits": ("base64 with unused bits set", "header_fields", loose_bits),
    "binding-lot-with-slash": ("a lot code that is a path", "header_fields", bound(lot="../lot")),
    "binding-padded-length-huge": ("2^53 - 1 bytes", "header_fields", bound(padded_length=(1 << 53) - 1)),
    "policy-fifth": ("a policy of another name", "header_fields", bound(policy="platform")),
    "share-index-zero": (
        "index 0 would be the secret",
        "header_fields",
        lambda body: body["shares"][0].update(index=0),
    ),
}


def threshold(value):
    """A change of the custodians' threshold."""
    return lambda body: body["binding"]["groups"][1].update(threshold=value)


def first_wrap(**members):
    """A change of members of the first wrap."""
    return lambda body: body["wraps"][0].update(members)


def one_byte_longer(body):
    body["binding"]["padded_length"] += 1


# the same, for the checks that follow the fields'
HEADER_RULES = {
    "policy-other-groups": ("policy bidder with custodians", "policy", bound(policy="bidder")),
    "policy-threshold-one": ("one custodian opens alone", "policy", threshold(1)),
    "policy-threshold-four": ("four of three", "policy", threshold(4)),
    "shares-reordered": ("share commitments in another order", "shares", lambda body: body["shares"].reverse()),
    "shares-one-missing": ("a share commitment is missing", "shares", lambda body: body["shares"].pop()),
    "wraps-reordered": ("wraps in another order", "wraps", lambda body: body["wraps"].reverse()),
    "wraps-one-missing": ("a wrap is missing", "wraps", lambda body: body["wraps"].pop()),
    "wrap-kid-other": ("a wrap names another key", "wraps", first_wrap(kid=secret("kid").hex())),
    "wrap-compressed-point": ("enc has 33 bytes", "wraps", first_wrap(enc=b64(b"\x02" + bytes(32)))),
    "padding-impossible": ("a length that Padm\u00e9 does not give", "padding", one_byte_longer),
}


def header(cast):
    bid = make(cast)
    mine = bid.shares(cast.bidder)
    for name, (description, change) in HEADER_TEXTS.items():
        emit(name, description, "header_canonical", bid.data(header=change(bid.header.raw)), mine)
    for name, (description, outcome, change) in (HEADER_FIELDS | HEADER_RULES).items():
        emit(name, description, outcome, bid.raw_header(change), mine)


def certified_by(*chain):
    return {"certificates": [b64(der) for der in chain]}


# name → description, outcome, change of the trailer's JSON, told the cast
TRAILERS = {
    "trailer-unknown-member": ("an unknown member", "trailer_fields", lambda cast, body: body.update(extra=1)),
    "trailer-missing-member": ("root is missing", "trailer_fields", lambda cast, body: body.pop("root")),
    "trailer-count-other": ("count 2 for one chunk", "count", lambda cast, body: body.update(count=2)),
    "trailer-root-other": ("another root", "root", lambda cast, body: body.update(root=secret("root").hex())),
    "trailer-no-certificate": ("no certificate", "certificates", lambda cast, body: body.update(certified_by())),
    "trailer-certificate-garbage": (
        "not DER",
        "certificates",
        lambda cast, body: body.update(certified_by(b"garbage")),
    ),
    "trailer-certificate-unused": (
        "a certificate that signs nothing",
        "certificates",
        lambda cast, body: body["certificates"].append(b64(cast.rival.certificates[0])),
    ),
    "trailer-certificate-trailing-byte": (
        "a byte after the DER",
        "certificates",
        lambda cast, body: body.update(certified_by(cast.bidder.certificates[0] + b"\x00")),
    ),
    "trailer-root-added": (
        "a proper chain with its root, but the signature covers the certificates",
        "signature",
        lambda cast, body: body["certificates"].append(b64(cast.root)),
    ),
    "signature-other": (
        "another signature",
        "signature",
        lambda cast, body: body.update(signature=b64(bytes(63) + b"\x01")),
    ),
    "signature-by-rival": (
        "the rival's certificate over the bidder's signature",
        "signature",
        lambda cast, body: body.update(certified_by(cast.rival.certificates[0])),
    ),
    "header-mac-other": (
        "another MAC",
        "header_mac",
        lambda cast, body: body.update(header_mac=secret("mac").hex()),
    ),
}


def trailer(cast):
    for name, (description, outcome, change) in TRAILERS.items():
        emit_bid(name, description, outcome, make(cast).with_trailer(partial(change, cast)), cast.bidder)
    bid = make(cast)
    data = bid.data(trailer=spaced(bid.trailer))
    emit("trailer-with-space", "a space in the trailer", "trailer_canonical", data, bid.shares(cast.bidder))
