"""Attacks on the outer form of a sealed file and on who signed it, each for one check; helpers for others."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sealing import header as header_module
from sealing import layout, shares, trailer
from sealing.canonical import dumps
from sealing.derived import derive_for
from sealing.header import parse_header
from sealing.keys import OwnKeys
from sealing.open import open_bid
from sealing.policy import Group
from sealing.shares import read_share
from sealing.trailer import bid_digest_of, signed_message, write_trailer
from suites import Refused, paths
from suites.certificates import RevokedCertificate, make_crl, self_signed
from suites.revocation import Trust
from tests.vectors.make_vectors import (
    DEADLINE,
    END,
    START,
    Bid,
    Cast,
    b64,
    private_key,
    secret,
)

Attack = Callable[[Cast, Path], str]
LETTER = [("letter.txt", b"We offer.\n")]


def said(refused: Refused) -> str:
    return "+".join(dict.fromkeys(refused.checks))


def opening(
    bid: Bid, folder: Path, *, rows: list[dict] | None = None, data: bytes | None = None, roots: Any = None
) -> str:
    path = folder / "attack.bid"
    path.write_bytes(bid.data() if data is None else data)
    try:
        told = bid.shares(bid.cast.bidder) if rows is None else rows
        open_bid(path, [read_share(row) for row in told], folder / "out", roots=roots)
    except Refused as refused:
        return said(refused)
    return "opens"


def plain(cast: Cast, policy: str = "bidder", **more: Any) -> Bid:
    return Bid(cast, cast.tender(policy, **more), files=dict(LETTER))


def raw_header(bid: Bid, raw: bytes) -> Bid:
    """A header of other bytes, with MAC and signature made right by a hostile bidder."""
    return bid.finish(replace(bid.header, raw=raw))


def changed_header(change: Callable[[dict], None], policy: str = "bidder") -> Attack:
    """A header that its own bidder spoils, everything else made right for it; read as it would be without any check."""

    def attack(cast: Cast, folder: Path) -> str:
        bid = plain(cast, policy)
        rows = bid.shares(cast.bidder)
        body = json.loads(bid.header.raw)
        change(body)
        raw_header(bid, dumps(body))
        return opening(bid, folder, rows=[row | {"bid_digest": bid.digest} for row in rows])

    return attack


def changed_trailer(change: Callable[[dict], None]) -> Attack:
    return lambda cast, folder: opening(plain(cast).with_trailer(change), folder)


def magic(cast: Cast, folder: Path) -> str:
    bid = plain(cast)
    return opening(bid, folder, data=b"BIDSEAL\x02" + bid.data()[8:])


def bomb(part: str) -> Attack:
    """A part of 100 KB of blanks, that a reader would have to parse."""

    def attack(cast: Cast, folder: Path) -> str:
        bid = plain(cast)
        return opening(bid, folder, data=bid.data(**{part: b"{" + b" " * 100_000 + b"}"}))

    return attack


def larger(patch: pytest.MonkeyPatch) -> None:
    for module, name in (
        (layout, "MOST_HEADER"),
        (layout, "MOST_TRAILER"),
        (header_module, "MOST_HEADER"),
        (trailer, "MOST_TRAILER"),
    ):
        patch.setattr(module, name, 1 << 30)


def spaced_header(cast: Cast, folder: Path) -> str:
    """One header in two forms: two names for one bid."""
    bid = plain(cast)
    rows = bid.shares(cast.bidder)
    raw_header(bid, bid.header.raw.replace(b'":', b'": ', 1))
    return opening(bid, folder, rows=[row | {"bid_digest": bid.digest} for row in rows])


def spaced_trailer(cast: Cast, folder: Path) -> str:
    bid = plain(cast)
    return opening(bid, folder, data=bid.data(trailer=bid.trailer.replace(b'":', b'": ', 1)))


def lone_custodian(cast: Cast, folder: Path) -> str:
    """A bidder and one custodian agree that this one opens alone, before all others."""
    told = cast.tender("custodians")
    group = Group("custodians", 1, told.groups[0].recipients[:1])
    bid = Bid(cast, replace(told, groups=(group,)), files=dict(LETTER))
    return opening(bid, folder, rows=bid.shares(cast.custodians[0]))


def early_header(attack: Attack) -> Attack:
    """A header that sealing itself would refuse to make is refused as it is made: that is the outcome."""

    def tried(cast: Cast, folder: Path) -> str:
        try:
            return attack(cast, folder)
        except Refused as refused:
            return said(refused)

    return tried


def swollen(cast: Cast, folder: Path) -> str:
    """A padded length that the rule does not give: it tells something to whoever watches sizes."""
    bid = plain(cast)
    body = json.loads(bid.header.raw)
    body["binding"]["padded_length"] += 1
    bid.plaintext += b"\x00"
    bid.header = parse_header(dumps(body))
    return opening(rebound(bid), folder)


def rebound(bid: Bid) -> Bid:
    """Make shares, wraps and chunks right for another binding, as its bidder can."""
    seat = next(iter(bid.header.commitments))
    suite, core = bid.header.suite, bid.header.core
    wrap = suite.wrap(bid.cast.bidder.public.seal_public, shares.wrap_context(suite, core, seat), bid.file_key)
    body = json.loads(bid.header.raw)
    body["commitment"] = derive_for(bid.header, bid.file_key).commitment.hex()
    body["shares"][0]["commitment"] = shares.share_commitment(suite, core, seat, bid.file_key).hex()
    body["wraps"][0] |= {"enc": b64(wrap.enc), "ct": b64(wrap.ct)}
    bid.header = parse_header(dumps(body))
    return bid.seal_chunks()


def hidden_bytes(cast: Cast, folder: Path) -> str:
    bid = plain(cast)
    data, start = bid.data(), 12 + len(bid.header.raw) + len(bid.chunks[0])
    return opening(bid, folder, data=data[:start] + b"a second bid" + data[start:])


def told_trailer(bid: Bid, *, count: int | None = None, root: bytes | None = None, mac: bytes | None = None) -> Bid:
    """A trailer that says something else, with MAC (unless told) and signature made right for it."""
    bid.root = bid.root if root is None else root
    number = bid.header.count if count is None else count
    digest, suite = bid_digest_of(bid.header, count=number, root=bid.root), bid.header.suite
    chain = bid.signer.certificates
    bid.trailer = write_trailer(
        count=number,
        header_mac=mac or suite.hmac(derive_for(bid.header, bid.file_key).header_mac, digest),
        root=bid.root,
        signature=bid.signer.sign(signed_message(suite, digest, chain)),
        certificates=chain,
    )
    return bid


def counted_twice(cast: Cast, folder: Path) -> str:
    bid = told_trailer(plain(cast), count=2)
    digest = bid_digest_of(bid.header, count=2, root=bid.root).hex()
    return opening(bid, folder, rows=[row | {"bid_digest": digest} for row in bid.shares(cast.bidder)])


def other_root(cast: Cast, folder: Path) -> str:
    """The bid's name does not name its chunks: others could lie under it."""
    return opening(told_trailer(plain(cast), root=secret("root")), folder)


def resigned(bid: Bid, signer: OwnKeys) -> Bid:
    bid.signer = signer
    return bid.finish(bid.header)


def unused_certificate(cast: Cast, folder: Path) -> str:
    chain = (*cast.bidder.certificates, cast.rival.certificates[0])
    return opening(resigned(plain(cast), cast.bidder.with_certificates(chain)), folder)


def unsigned(cast: Cast, folder: Path) -> str:
    bid = plain(cast)
    return opening(
        bid.with_trailer(lambda body: body.update(signature=b64(cast.suite.sign(cast.rival.sign_private, b"x")))),
        folder,
    )


def lone_certificate(cast: Cast, folder: Path) -> str:
    own = self_signed(
        private_key("bidder sign", cast.suite), organisation_id=cast.bidder.public.organisation, common_name="x",
        suite_name=cast.suite.name,
    )  # fmt: skip
    return opening(resigned(plain(cast), cast.bidder.with_certificates((own,))), folder, roots=[cast.root])


def expired(cast: Cast, folder: Path) -> str:
    keys_ = cast.keys("bidder", cast.bidder.public.organisation, not_after=DEADLINE.replace(year=2029))
    return opening(resigned(plain(cast), keys_), folder, roots=[cast.root])


def crl_of(cast: Cast, authority: bytes, revoked: tuple[RevokedCertificate, ...]) -> bytes:
    return make_crl(cast.root_key, authority, revoked, number=1, this_update=START, next_update=END)


def revoked(cast: Cast, folder: Path) -> str:
    serial = paths.facts_of(cast.bidder.certificates[0]).serial
    told = crl_of(cast, cast.root, (RevokedCertificate(serial, START),))
    return opening(plain(cast), folder, roots=Trust([cast.root], [told]))


def withheld_list(cast: Cast, folder: Path) -> str:
    """The list of another issuer is shown in place of the one in which the certificate is revoked."""
    return opening(plain(cast), folder, roots=Trust([cast.root], [crl_of(cast, cast.other_root, ())]))


def rival_signs(cast: Cast, folder: Path) -> str:
    return opening(resigned(plain(cast), cast.rival), folder, roots=[cast.root])
