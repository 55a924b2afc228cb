"""Vectors of whole files: each a mutation of a valid bid, and the first check that must fail."""

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


def write_all(cast: Cast) -> None:
    valid(cast)
    container(cast)
    header(cast)
    trailer(cast)


def make(cast, policy="bidder-or-custodians", envelope="whole", plaintext=None, files=FILES):
    return Bid(cast, cast.tender(policy, envelope), plaintext, files=files)


def valid(cast):
    c = cast.custodians
    cases = {
        "opens-by-bidder": ("bidder", (cast.bidder,)),
        "opens-default-by-bidder": ("bidder-or-custodians", (cast.bidder,)),
        "opens-default-by-custodians": ("bidder-or-custodians", (c[0], c[2])),
        "opens-custodians": ("custodians", (c[1], c[2])),
        "opens-custodians-all-three": ("custodians", c),
        "opens-bidder-and-custodians": ("bidder-and-custodians", (cast.bidder, c[0], c[1])),
    }
    for name, (policy, who) in cases.items():
        bid = make(cast, policy)
        emit(
            name,
            f"policy {policy} opens with enough shares",
            "opens",
            bid.data(),
            bid.shares(*who),
            files=FILES,
            steps=bid.steps(),
            trust=[cast.root],
        )
    price = make(cast, envelope="price")
    emit(
        "opens-price-envelope",
        "a price envelope is padded to 64 KiB",
        "opens",
        price.data(),
        price.shares(cast.bidder),
        files=FILES,
        steps=price.steps(),
    )
    one = make(cast)
    bad = [*one.shares(cast.bidder), one.shares(c[0])[0] | {"share": b64(secret("lie"))}]
    emit(
        "opens-beside-a-bad-share",
        "a lying custodian does not keep a bid shut that others open",
        "opens",
        one.data(),
        bad,
        files=FILES,
    )
    empty = {"empty.bin": b""}
    none = make(cast, files=empty)
    emit("opens-empty-file", "an empty file is a file", "opens", none.data(), none.shares(cast.bidder), files=empty)
    # two chunks, compressible enough to keep the vector small is not possible: the ciphertext is random
    edge = {"a.bin": bytes(1 << 20)}
    two = make(cast, files=edge)
    emit(
        "opens-two-chunks",
        "more than one chunk; last flag on the last only",
        "opens",
        two.data(),
        two.shares(cast.bidder),
        files=edge,
        steps=two.steps(),
    )


def container(cast):
    bid = make(cast)
    data, mine = bid.data(), bid.shares(cast.bidder)
    length = len(bid.header.raw)
    emit("magic-other-version", "format version 2", "magic", b"BIDSEAL\x02" + data[8:], mine)
    emit("header-length-zero", "header length 0", "header_size", data[:8] + bytes(4) + data[12:], mine)
    emit("header-length-huge", "header length 2^32 - 1", "header_size", data[:8] + b"\xff" * 4 + data[12:], mine)
    emit("truncated-in-header", "the file ends within the header", "header_size", data[: 12 + length // 2], mine)
    emit(
        "truncated-chunk",
        "sixteen bytes cut out of the chunks",
        "file_length",
        data[: 12 + length] + data[12 + length + 16 :],
        mine,
    )
    emit(
        "bytes-between-chunks-and-trailer",
        "sixteen bytes too many before the trailer",
        "file_length",
        bid.data(trailer=None)[: 12 + length] + bytes(16) + data[12 + length :],
        mine,
    )
    emit("truncated-trailer-length", "the last byte is missing", "trailer_size", data[:-1], mine)
    emit("trailer-length-huge", "trailer length 2^32 - 1", "trailer_size", data[:-4] + b"\xff" * 4, mine)
    flipped = bytearray(data)
    flipped[12 + length + 5] ^= 1
    emit("chunk-bit-flipped", "one bit of a chunk is flipped", "root", bytes(flipped), mine)


def header(cast):
    bid = make(cast)
    mine, text = bid.shares(cast.bidder), bid.header.raw
    spaced = text.replace(b'":', b'": ', 1)
    emit("header-with-space", "a space in the header", "header_canonical", bid.data(header=spaced), mine)
    doubled = b'{"commitment":"' + bid.header.commitment.hex().encode() + b'",' + text[1:]
    emit("header-double-key", "commitment stands twice", "header_canonical", bid.data(header=doubled), mine)
    emit(
        "header-trailing-byte",
        "a line break after the header's JSON",
        "header_canonical",
        bid.data(header=text + b"\n"),
        mine,
    )
    emit(
        "header-escaped-letter",
        "a letter written as \\u escape",
        "header_canonical",
        bid.data(header=text.replace(b'"whole"', b'"\\u0077hole"')),
        mine,
    )
    emit(
        "header-float",
        "sequence as 1.0",
        "header_canonical",
        bid.data(header=text.replace(b'"sequence":1,', b'"sequence":1.0,')),
        mine,
    )
    changes = {
        "header-unknown-member": ("an unknown member", "header_fields", lambda b: b.update(extra=1)),
        "header-missing-member": ("commitment is missing", "header_fields", lambda b: b.pop("commitment")),
        "binding-version-2": ("binding v 2", "header_fields", lambda b: b["binding"].update(v=2)),
        "binding-unknown-suite": (
            "a suite that does not exist",
            "header_fields",
            lambda b: b["binding"].update(suite="NONE-0"),
        ),
        "binding-impossible-date": (
            "30 February",
            "header_fields",
            lambda b: b["binding"].update(deadline="2030-02-30T00:00:00Z"),
        ),
        "binding-sequence-zero": ("sequence 0", "header_fields", lambda b: b["binding"].update(sequence=0)),
        "binding-sequence-true": ("sequence true", "header_fields", lambda b: b["binding"].update(sequence=True)),
        "binding-hash-upper-case": (
            "hex in capitals",
            "header_fields",
            lambda b: b["binding"].update(document_hash=b["binding"]["document_hash"].upper()),
        ),
        "binding-short-salt": (
            "a salt of 16 bytes",
            "header_fields",
            lambda b: b["binding"].update(salt=b64(bytes(16))),
        ),
        "binding-salt-loose-bits": (
            "base64 with unused bits set",
            "header_fields",
            lambda b: b["binding"].update(
                salt=b["binding"]["salt"][:-2] + chr(ord(b["binding"]["salt"][-2]) + 1) + "="
            ),
        ),
        "binding-lot-with-slash": (
            "a lot code that is a path",
            "header_fields",
            lambda b: b["binding"].update(lot="../lot"),
        ),
        "binding-padded-length-huge": (
            "2^53 - 1 bytes",
            "header_fields",
            lambda b: b["binding"].update(padded_length=(1 << 53) - 1),
        ),
        "policy-fifth": ("a policy of another name", "header_fields", lambda b: b["binding"].update(policy="platform")),
        "policy-other-groups": (
            "policy bidder with custodians",
            "policy",
            lambda b: b["binding"].update(policy="bidder"),
        ),
        "policy-threshold-one": (
            "one custodian opens alone",
            "policy",
            lambda b: b["binding"]["groups"][1].update(threshold=1),
        ),
        "policy-threshold-four": ("four of three", "policy", lambda b: b["binding"]["groups"][1].update(threshold=4)),
        "share-index-zero": ("index 0 would be the secret", "header_fields", lambda b: b["shares"][0].update(index=0)),
        "shares-reordered": ("share commitments in another order", "shares", lambda b: b["shares"].reverse()),
        "shares-one-missing": ("a share commitment is missing", "shares", lambda b: b["shares"].pop()),
        "wraps-reordered": ("wraps in another order", "wraps", lambda b: b["wraps"].reverse()),
        "wraps-one-missing": ("a wrap is missing", "wraps", lambda b: b["wraps"].pop()),
        "wrap-kid-other": (
            "a wrap names another key",
            "wraps",
            lambda b: b["wraps"][0].update(kid=secret("kid").hex()),
        ),
        "wrap-compressed-point": (
            "enc has 33 bytes",
            "wraps",
            lambda b: b["wraps"][0].update(enc=b64(b"\x02" + bytes(32))),
        ),
        "padding-impossible": (
            "a length that Padm\u00e9 does not give",
            "padding",
            lambda b: b["binding"].update(padded_length=b["binding"]["padded_length"] + 1),
        ),
    }
    for name, (description, outcome, change) in changes.items():
        emit(name, description, outcome, bid.raw_header(change), mine)


def trailer(cast):
    bid = make(cast)
    mine = bid.shares(cast.bidder)
    cases = {
        "trailer-unknown-member": ("an unknown member", "trailer_fields", lambda b: b.update(extra=1)),
        "trailer-missing-member": ("root is missing", "trailer_fields", lambda b: b.pop("root")),
        "trailer-count-other": ("count 2 for one chunk", "count", lambda b: b.update(count=2)),
        "trailer-root-other": ("another root", "root", lambda b: b.update(root=secret("root").hex())),
        "trailer-no-certificate": ("no certificate", "certificates", lambda b: b.update(certificates=[])),
        "trailer-certificate-garbage": ("not DER", "certificates", lambda b: b.update(certificates=[b64(b"garbage")])),
        "trailer-certificate-unused": (
            "a certificate that signs nothing",
            "certificates",
            lambda b: b["certificates"].append(b64(cast.rival.certificates[0])),
        ),
        "trailer-certificate-trailing-byte": (
            "a byte after the DER",
            "certificates",
            lambda b: b.update(certificates=[b64(cast.bidder.certificates[0] + b"\x00")]),
        ),
        "trailer-root-added": (
            "a proper chain with its root, but the signature covers the certificates",
            "signature",
            lambda b: b["certificates"].append(b64(cast.root)),
        ),
        "signature-other": ("another signature", "signature", lambda b: b.update(signature=b64(bytes(63) + b"\x01"))),
        "signature-by-rival": (
            "the rival's certificate over the bidder's signature",
            "signature",
            lambda b: b.update(certificates=[b64(cast.rival.certificates[0])]),
        ),
        "header-mac-other": ("another MAC", "header_mac", lambda b: b.update(header_mac=secret("mac").hex())),
    }
    for name, (description, outcome, change) in cases.items():
        fresh = make(cast)
        emit(name, description, outcome, fresh.with_trailer(change).data(), fresh.shares(cast.bidder))
    spaced = bid.trailer.replace(b'":', b'": ', 1)
    emit("trailer-with-space", "a space in the trailer", "trailer_canonical", bid.data(trailer=spaced), mine)
