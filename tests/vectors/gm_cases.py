"""Vectors of suite GM-1. A reader that has only INTL-1, such as the browser, gives the outcome `without_gm` instead."""

import base64
import json
from dataclasses import replace

from sealing.canonical import dumps
from sealing.header import Seat, parse_header
from sealing.keys import key_body
from sealing.release import release_share
from sealing.shares import wrap_context
from sealing.tender import write_tender
from tests.vectors import file_cases
from tests.vectors.deep_cases import dealt, flipped
from tests.vectors.file_cases import FILES, make
from tests.vectors.make_vectors import HERE, Cast, b64, secret, write
from tests.vectors.other_cases import signed

SMALL = {"letter.txt": b"We offer.\n"}


def write_all(cast: Cast) -> None:
    valid(cast)
    spoilt_files(cast)
    spoilt_shares(cast)
    trust(cast)
    releases(cast)
    tenders(cast)


def emit(cast, name, description, outcome, data, shares, **more):
    file_cases.emit(f"gm-{name}", description, outcome, data, shares, suite=cast.suite, **more)
    amend(f"gm-{name}", "suite")


def amend(name: str, without_gm: str) -> None:
    """Add what a reader without GM-1 answers."""
    body = json.loads((HERE / f"{name}.json").read_text("utf-8"))
    body.pop("name")
    write(name, body | {"suite": "GM-1", "without_gm": without_gm})


def valid(cast):
    c = cast.custodians
    cases = {
        "opens-by-bidder": ("bidder", (cast.bidder,)),
        "opens-default-by-custodians": ("bidder-or-custodians", (c[0], c[2])),
        "opens-custodians": ("custodians", (c[1], c[2])),
        "opens-bidder-and-custodians": ("bidder-and-custodians", (cast.bidder, c[0], c[1])),
    }
    for name, (policy, who) in cases.items():
        bid = make(cast, policy)
        more = {"files": FILES, "steps": bid.steps(), "trust": [cast.root]}
        emit(cast, name, f"GM-1, policy {policy}", "opens", bid.data(), bid.shares(*who), **more)
    price = make(cast, envelope="price")
    emit(
        cast,
        "opens-price-envelope",
        "GM-1, a price envelope is padded to 64 KiB",
        "opens",
        price.data(),
        price.shares(cast.bidder),
        files=FILES,
        steps=price.steps(),
    )


def spoilt_files(cast):
    bid = make(cast, files=SMALL)
    data, mine = bid.data(), bid.shares(cast.bidder)
    start = 12 + len(bid.header.raw)
    for name, at, description in (
        ("chunk-bit-flipped", start + 5, "one bit of the ciphertext is flipped"),
        ("tag-bit-flipped", start + len(bid.chunks[0]) - 1, "one bit of the chunk's tag is flipped"),
    ):
        altered = bytearray(data)
        altered[at] ^= 1
        emit(cast, name, description, "root", bytes(altered), mine)
    for name, place in (("chunk-altered-by-bidder", 0), ("tag-altered-by-bidder", -1)):
        own = make(cast, files=SMALL)
        chunk = bytearray(own.chunks[0])
        chunk[place] ^= 1
        own.chunks[0] = bytes(chunk)
        own.finish(own.header)
        emit(cast, name, "altered, root and signature right", "chunk", own.data(), own.shares(cast.bidder))
    cut = data[:start] + data[start + 32 :]
    emit(cast, "truncated-chunk", "32 bytes cut out of the chunk", "file_length", cut, mine)
    named = make(cast, files=SMALL).raw_header(lambda body: body["binding"].update(suite="INTL-1"))
    emit(cast, "suite-renamed", "the header says INTL-1 over wraps of SM2", "wraps", named, mine)
    amend("gm-suite-renamed", "wraps")
    for name, check, change in (
        ("wrap-enc-not-empty", "wraps", lambda body: body["wraps"][0].update(enc=b64(b"\x04" + bytes(64)))),
        ("wrap-too-long", "wraps", lambda body: body["wraps"][0].update(ct=b64(bytes(367)))),
    ):
        emit(cast, name, "a wrap that SM2 cannot give", check, make(cast, files=SMALL).raw_header(change), mine)
    trailers = {
        "header-mac-other": ("another MAC", "header_mac", lambda body: body.update(header_mac=secret("mac").hex())),
        "signature-other": ("another signature", "signature", lambda body: body.update(signature=b64(bytes(70)))),
        "signature-by-rival": (
            "the rival's certificate over the bidder's signature",
            "signature",
            lambda body: body.update(certificates=[b64(cast.rival.certificates[0])]),
        ),
        "certificate-of-other-suite": (
            "a P-256 certificate under GM-1",
            "certificates",
            lambda body: body.update(certificates=[b64(Cast().bidder.certificates[0])]),
        ),
        "trailer-root-other": ("another root", "root", lambda body: body.update(root=secret("root").hex())),
    }
    for name, (description, outcome, change) in trailers.items():
        fresh = make(cast, files=SMALL)
        emit(cast, name, description, outcome, fresh.with_trailer(change).data(), fresh.shares(cast.bidder))


def spoilt_shares(cast):
    c = cast.custodians
    bid = make(cast, "custodians", files=SMALL)
    good = bid.shares(c[0], c[1])
    lie = [good[0], good[1] | {"share": flipped(good[1]["share"])}]
    emit(cast, "share-altered", "a share with one bit flipped", "share_commitment", bid.data(), lie)
    emit(cast, "threshold-one-custodian", "one custodian of two", "threshold", bid.data(), good[:1])
    other = dealt(cast, "key")
    emit(cast, "dealt-other-key", "another key was dealt", "dealt_inconsistent", other.data(), other.shares(*c[:2]))
    wrong = make(cast, files=SMALL).with_header(lambda body: body.update(commitment=secret("commitment").hex()))
    emit(cast, "key-commitment-other", "another key", "key_commitment", wrong.data(), wrong.shares(cast.bidder))
    refiled = make(cast, files=SMALL)
    mine = refiled.shares(cast.bidder)
    moved = json.loads(refiled.header.raw)
    moved["binding"]["lot"] = "E4420000001-002"
    refiled.finish(parse_header(dumps(moved)))
    share = dict(mine[0], core=refiled.header.core.hex(), bid_digest=refiled.digest)
    emit(cast, "refiled-in-another-lot", "a copy under another lot", "share_commitment", refiled.data(), [share])


def trust(cast):
    bid = make(cast, files=SMALL)
    more = {"trust": [cast.rival.certificates[0]]}
    emit(cast, "path-other-root", "another root", "path", bid.data(), bid.shares(cast.bidder), **more)
    bid.signer = cast.rival
    bid.finish(bid.header)
    told = {"trust": [cast.root]}
    emit(cast, "signer-rival", "signed by a rival", "signer", bid.data(), bid.shares(cast.bidder), **told)


def releases(cast):
    bid = make(cast, files=SMALL)

    def release(name, description, outcome, keys, data, **more):
        body = {"kind": "release", "description": description, "outcome": outcome, "file": b64(data)}
        write(f"gm-release-{name}", body | {"key": key_body(keys)} | more)
        amend(f"gm-release-{name}", "suite")

    for name, holder in (("bidder", cast.bidder), ("custodian", cast.custodians[2])):
        share = release_share(bid.header, bid.digest, holder).body()
        release(name, "the own share", "releases", holder, bid.data(), share=share)
    release("stranger", "a key that is no recipient", "recipient", cast.rival, bid.data())
    body = json.loads(bid.header.raw)
    body["wraps"][1]["ct"], body["wraps"][2]["ct"] = body["wraps"][2]["ct"], body["wraps"][1]["ct"]
    swapped = make(cast, files=SMALL).finish(parse_header(dumps(body)))
    release("swapped-wrap", "two wraps are swapped", "unwrap", cast.custodians[0], swapped.data())
    release("other-context", "a wrap made for another bid", "unwrap", cast.custodians[0], copied(cast).data())
    release("altered-wrap", "one bit of the SM2 ciphertext", "unwrap", cast.custodians[0], spoilt_wrap(cast).data())


def copied(cast):
    """A bid into which a rival put the wrap of another bid for the same custodian."""
    bid = make(cast, files=SMALL)
    seat = Seat("custodians", 1, cast.custodians[0].kid)
    context = wrap_context(cast.suite, secret("another core"), seat)
    wrap = cast.suite.wrap(cast.custodians[0].public.seal_public, context, secret("another share"))
    return bid.with_header(lambda body: body["wraps"][1].update(ct=b64(wrap.ct)))


def spoilt_wrap(cast):
    return make(cast, files=SMALL).with_header(lambda body: body["wraps"][1].update(ct=altered(body["wraps"][1]["ct"])))


def altered(text):
    data = bytearray(base64.b64decode(text))
    data[-1] ^= 1
    return b64(bytes(data))


def tenders(cast):
    tender = cast.tender()
    good = write_tender(replace(tender, parameters=signed(cast, tender)))
    plain = cast.tender("custodians")
    other = write_tender(replace(plain, parameters=signed(cast, plain)))
    rows = {
        "accepted": ("signed by the agency under SM2", "accepted", good, cast.bidder),
        "key-of-other-suite": ("the own key is of INTL-1", "key", other, Cast().bidder),
        "unsigned": ("no signature", "parameters", {n: v for n, v in good.items() if n != "parameters"}, cast.bidder),
    }
    for name, (description, outcome, body, own) in rows.items():
        vector = {"kind": "tender", "description": description, "outcome": outcome, "tender": body}
        write(f"gm-tender-{name}", vector | {"key": key_body(own), "trust": [b64(cast.root)]})
        amend(f"gm-tender-{name}", "path" if own.suite.name == "INTL-1" else "key")
