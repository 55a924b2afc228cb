"""The sealed file: whole, header, trailer, and the stream of chunks of both suites."""

import shutil
import tempfile
from functools import cache
from pathlib import Path

from fuzz import Target, demand
from fuzz.corpus import SealedSeed, parts, sealed
from sealing.derived import derive_for, nonce_of
from sealing.header import parse_header, write_header
from sealing.layout import read_layout
from sealing.open import open_bid
from sealing.shares import combine
from sealing.trailer import bid_digest_of, check_trailer, parse_trailer, write_trailer
from suites import NAMES, ChunkCipher, Refused, WrongKey, suite_named


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="fuzz-sealed-"))


def _opens(path: Path, seed: SealedSeed) -> bool:
    out = _folder() / "out"
    try:
        open_bid(path, seed.shares, out, roots=seed.roots)
    except Refused:
        demand(sorted(_folder().iterdir()) == [path], "a refusal leaves something behind")
        return False
    shutil.rmtree(out)
    return True


def check_file(data: bytes) -> None:
    """A file that opens is one that was sealed: the shares of every seed are tried."""
    path = _folder() / "mutated.bid"
    path.write_bytes(data)
    try:
        read_layout(path)
    except Refused:
        return
    if any(_opens(path, seed) for seed in sealed()):
        demand(data in {seed.data for seed in sealed()}, "a sealed file that nobody made opens")


def check_header(data: bytes) -> None:
    """An accepted header is written again with the same bytes."""
    try:
        header = parse_header(data)
    except Refused:
        return
    again = write_header(
        header.binding, commitment=header.commitment, commitments=header.commitments, wraps=header.wraps
    )
    demand(again == data, "a header is accepted in more than one form")
    demand(header.count >= 1 and header.body_length < 1 << 33, "a header claims an impossible length")


def check_trailer_part(data: bytes) -> None:
    """An accepted trailer is written again with the same bytes; judging it raises nothing."""
    try:
        trailer = parse_trailer(data)
    except Refused:
        return
    again = write_trailer(
        count=trailer.count,
        header_mac=trailer.header_mac,
        root=trailer.root,
        signature=trailer.signature,
        certificates=trailer.certificates,
    )
    demand(again == data, "a trailer is accepted in more than one form")
    for seed in sealed():
        header, _, own = parts(seed.data)
        parsed = parse_header(header)
        known = parse_trailer(own)
        if check_trailer(parsed, trailer, root=known.root, roots=seed.roots) == []:
            bid_digest_of(parsed, count=trailer.count, root=trailer.root)
            same = (known.signature, known.certificates) == (trailer.signature, trailer.certificates)
            demand(same, "a trailer that nobody signed is accepted")


@cache
def _ciphers() -> list[tuple[ChunkCipher, bytes]]:
    """One cipher a suite, with a short chunk that it sealed as the only one of a bid."""
    made = []
    for name in NAMES:
        suite = suite_named(name)
        cipher = suite.chunk_cipher(bytes(range(suite.chunk_key_length)), bytes(range(32)))
        made.append((cipher, bytes(cipher.seal(nonce_of(0, last=True), b"a chunk of one bid" * 9))))
    return made


def check_chunk(data: bytes) -> None:
    """A chunk that opens, at its place, is the one that was sealed."""
    for cipher, sealed_chunk in _ciphers():
        for nonce in (nonce_of(0, last=True), nonce_of(0, last=False), nonce_of(1, last=True)):
            try:
                cipher.open(nonce, data)
            except WrongKey:
                continue
            demand((data, nonce) == (sealed_chunk, nonce_of(0, last=True)), "a chunk that nobody sealed opens")


def check_keys(data: bytes) -> None:
    """Shares of 33 bytes each (index, share) give the key that was committed to, or are refused."""
    from dataclasses import replace

    for seed in sealed():
        header = parse_header(parts(seed.data)[0])
        given = [data[at : at + 33] for at in range(0, len(data), 33)][: len(seed.shares)]
        told = [
            replace(share, index=row[0], share=row[1:])
            for share, row in zip(seed.shares, given, strict=False)
            if len(row) == 33
        ]
        try:
            found = combine(header, told[0].bid_digest if told else "", told)
        except Refused:
            continue
        demand(derive_for(header, found.file_key).commitment == header.commitment, "another file key is accepted")


def _share_rows() -> list[bytes]:
    return [b"".join(bytes([share.index]) + share.share for share in seed.shares) for seed in sealed()]


TARGETS = (
    Target("sealed-file", lambda: [seed.data for seed in sealed()], check_file, "sealed"),
    Target("header", lambda: [parts(seed.data)[0] for seed in sealed()], check_header, "json"),
    Target("trailer", lambda: [parts(seed.data)[2] for seed in sealed()], check_trailer_part, "json"),
    Target("chunk", lambda: [chunk for _, chunk in _ciphers()], check_chunk),
    Target("shares-combined", _share_rows, check_keys),
)
