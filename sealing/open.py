"""Opening a sealed bid as a stream into a folder that appears only when every check has passed.

One pass: each chunk is hashed for the root and decrypted for the archive, a few of them beside each other
(`sealing.lanes`). Memory is two chunks a lane.
"""

import hmac
import shutil
import tempfile
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sealing.checks import refuse
from sealing.derived import Derived, derive_for, nonce_of
from sealing.lanes import in_order, lanes_for
from sealing.layout import ChunkReader, Layout, chunk_root, read_layout
from sealing.manifest import Manifest
from sealing.padding import PREFIX, padded_length
from sealing.shares import Combined, Share, combine
from sealing.trailer import bid_digest_of, check_trailer
from sealing.unpack import unpack
from suites import Reason, Refused, WrongKey
from suites.merkle import RunningRoot, leaf_hash
from suites.protocol import Buffer

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Opened:
    """An opened bid: its name, its folder, its manifest, and findings about shares that were not needed."""

    bid_digest: str
    folder: Path
    manifest: Manifest
    findings: list[Reason]


def open_bid(
    path: Path,
    shares: Iterable[Share],
    out: Path,
    *,
    roots: list[bytes] | None = None,
    progress: Progress | None = None,
) -> Opened:
    """Open a sealed bid with released shares into the folder `out`, which must not exist or be empty.

    :raises Refused: with every failed check; nothing is left behind
    """
    layout = read_layout(path)
    found = check_trailer(layout.header, layout.trailer, roots=roots)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        found.append(Reason("output", "the output folder exists and is not empty"))
    combined, problems = combine_checked(layout, shares)
    if combined is None or found:
        refuse([*found, *problems, *_root_reasons(layout, chunk_root(layout))])
    assert combined is not None
    keys = derive_for(layout.header, combined.file_key)
    out.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        manifest = _decrypt(layout, keys, temporary, progress=progress)
        temporary.chmod(0o755)
        temporary.replace(out)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return Opened(layout.detached.bid_digest, out, manifest, combined.findings)


def combine_checked(layout: Layout, shares: Iterable[Share]) -> tuple[Combined | None, list[Reason]]:
    """Combine the shares and check the header MAC: all that must hold before the first bid of a lot is decrypted.

    Returns the file key, or None with the reasons.
    """
    header, trailer = layout.header, layout.trailer
    try:
        combined = combine(header, layout.detached.bid_digest, shares)
    except Refused as refused:
        return None, refused.reasons
    digest = bid_digest_of(header, count=trailer.count, root=trailer.root)
    mac = header.suite.hmac(derive_for(header, combined.file_key).header_mac, digest)
    if hmac.compare_digest(mac, trailer.header_mac):
        return combined, []
    return None, [Reason("header_mac", "the header's MAC does not verify")]


class _Lane:
    """One thread's reader and cipher, so that chunks are hashed and decrypted beside each other."""

    def __init__(self, layout: Layout, keys: Derived) -> None:
        self._header = layout.header
        self._reader = ChunkReader(layout)
        self._cipher = layout.header.suite.chunk_cipher(keys.enc, keys.chunk_mac)

    def open(self, number: int) -> tuple[bytes, Buffer | None]:
        """Return a chunk's leaf hash, and its plaintext unless it does not decrypt."""
        chunk = self._reader.read(number)
        leaf = leaf_hash(self._header.suite, chunk)
        try:
            return leaf, self._cipher.open(nonce_of(number, last=number == self._header.count - 1), chunk)
        except WrongKey:
            return leaf, None

    def close(self) -> None:
        """Close the file."""
        self._reader.close()


class _Plaintext:
    """The decrypted stream; also gathers the root over the chunks it has read. Close it in the end."""

    def __init__(self, layout: Layout, keys: Derived, progress: Progress | None) -> None:
        header, numbers = layout.header, iter(range(layout.header.count))
        self._header, self._progress = header, progress
        self._lanes = [_Lane(layout, keys) for _ in range(lanes_for(header.count))]
        self._opened = in_order(self._lanes, lambda _: next(numbers, None), _Lane.open)
        self._view = memoryview(b"")
        self.root = RunningRoot(header.suite)
        self.left = header.binding.padded_length

    def take(self, most: int) -> memoryview:
        """Give 1 to `most` bytes. :raises WrongKey: a chunk does not decrypt"""
        if not self._view:
            self._view = self._next()
        piece, self._view = self._view[:most], self._view[most:]
        self.left -= len(piece)
        return piece

    def drain(self) -> None:
        """Read on for the root alone."""
        for leaf, _ in self._opened:
            self.root.add(leaf)

    def close(self) -> None:
        """End the threads and close the files."""
        self._opened.close()
        for lane in self._lanes:
            lane.close()

    def _next(self) -> memoryview:
        leaf, plain = next(self._opened)
        self.root.add(leaf)
        if plain is None:
            raise WrongKey(f"chunk {self.root.count - 1}")
        if self._progress is not None:
            self._progress(self.root.count, self._header.count)
        return memoryview(plain)


class _Part:
    """The first bytes of a plaintext as a stream of their own."""

    def __init__(self, source: _Plaintext, length: int) -> None:
        self._source, self.left = source, length

    def take(self, most: int) -> memoryview:
        """Give 1 to `most` bytes, never beyond the part."""
        piece = self._source.take(min(most, self.left))
        self.left -= len(piece)
        return piece


def _decrypt(layout: Layout, keys: Derived, folder: Path, *, progress: Progress | None) -> Manifest:
    manifest: Manifest | None = None
    found: list[Reason] = []
    with closing(_Plaintext(layout, keys, progress)) as plaintext:
        try:
            manifest, found = _read_plaintext(plaintext, layout, folder)
        except WrongKey as wrong:
            found = [Reason("chunk", f"{wrong} does not decrypt")]
        plaintext.drain()
        refuse([*found, *_root_reasons(layout, plaintext.root.root())])
    assert manifest is not None
    return manifest


def _read_plaintext(plaintext: _Plaintext, layout: Layout, folder: Path) -> tuple[Manifest | None, list[Reason]]:
    binding = layout.header.binding
    prefix = b""
    while len(prefix) < PREFIX:
        prefix += plaintext.take(PREFIX - len(prefix))
    length = int.from_bytes(prefix, "big")
    if length > plaintext.left or padded_length(binding.envelope, length) != binding.padded_length:
        return None, [Reason("plaintext_length", "the length of the data does not fit the padded length")]
    part = _Part(plaintext, length)
    unpacked = unpack(part, folder, suite=layout.header.suite)
    while part.left:  # a refused archive is still read to its end, so that all other conditions are named
        part.take(part.left)
    found = list(unpacked.reasons)
    if not _rest_is_zeros(plaintext):
        found.append(Reason("plaintext_zeros", "the padding is not zeros"))
    return unpacked.manifest, found


def _rest_is_zeros(plaintext: _Plaintext) -> bool:
    clean = True
    while plaintext.left:
        clean = not bytes(plaintext.take(plaintext.left)).strip(b"\0") and clean
    return clean


def _root_reasons(layout: Layout, root: bytes) -> list[Reason]:
    return [] if root == layout.trailer.root else [Reason("root", "the chunks have another root")]
