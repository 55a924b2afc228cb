"""Sealing a bid: file key, shares and wraps, chunks, trailer; streamed, so memory does not grow with the bid.

The output is written beside its final name and given it when complete. Each lane writes its chunks where they belong
through a handle of its own: where a file lies decides how long a write takes, and no other lane waits for it.
"""

import itertools
import secrets
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

from sealing import binding as binding_module
from sealing.archive import Plaintext, Plan, plan_archive
from sealing.binding import Binding
from sealing.canonical import Json
from sealing.derived import Derived, derive, derive_for, nonce_of
from sealing.header import Header, parse_header, write_header
from sealing.keys import PublicKeys
from sealing.lanes import in_order, lanes_for
from sealing.padding import CHUNK, padded_length
from sealing.shares import deal, share_commitment, wrap_context
from sealing.statements import Signer
from sealing.tender import Tender
from sealing.trailer import bid_digest_of, signed_message, write_trailer
from sealing.writing import name_new, part_of, refuse_existing, write_all
from suites.merkle import RunningRoot, leaf_hash

MAGIC = b"BIDSEAL\x01"
Progress = Callable[[int, int], None]  # chunks done, chunks in all


@dataclass(frozen=True)
class Sealed:
    """What came of sealing: the bid's name, its size in bytes, and its header."""

    bid_digest: str
    size: int
    header: Header


@dataclass(frozen=True)
class Contents:
    """What is sealed: a file or folder, the bid letter's fields, roles by file name, marks of the machine if told."""

    source: Path
    fields: dict[str, Json] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    machine: dict[str, Json] | None = None


def seal_bid(
    tender: Tender,
    contents: Contents,
    out: Path,
    *,
    signer: Signer,
    progress: Progress | None = None,
    replace: bool = True,
) -> Sealed:
    """Seal contents for a tender that was checked (`tender.check_tender`), and write the file.

    :raises Refused: `archive`, `manifest`; `output`: `out` exists and may not be replaced
    :raises OSError: something cannot be read, or the disk does not take the file
    """
    if not replace:
        refuse_existing(out)  # before the long work; whoever takes the name meanwhile keeps it
    plan = plan_archive(
        contents.source,
        suite=tender.suite,
        fields=contents.fields,
        roles=contents.roles,
        machine=contents.machine,
    )
    with part_of(out) as part:
        sealed = _seal_to(part, tender, plan, signer=signer, progress=progress)
        if replace:
            part.replace(out)
        else:
            name_new(part, out)
    return sealed


def _seal_to(part: Path, tender: Tender, plan: Plan, *, signer: Signer, progress: Progress | None) -> Sealed:
    """Write a sealed bid into an empty file.

    :raises Refused: `archive`: a file changed since it was measured
    """
    file_key = secrets.token_bytes(32)
    header = make_header(tender, file_key, salt=secrets.token_bytes(32), data_length=plan.length)
    start = MAGIC + len(header.raw).to_bytes(4, "big") + header.raw
    part.write_bytes(start)
    keys = derive_for(header, file_key)
    root = _write_chunks(part, header, keys, plan=plan, progress=progress)
    trailer = make_trailer(header, keys, root, signer=signer)
    with part.open("ab") as file:
        file.write(trailer + len(trailer).to_bytes(4, "big"))
    digest = bid_digest_of(header, count=header.count, root=root)
    size = len(start) + header.body_length + len(trailer) + 4
    return Sealed(digest.hex(), size, header)


def make_header(tender: Tender, file_key: bytes, *, salt: bytes, data_length: int) -> Header:
    """Bind, deal and wrap a file key: everything that precedes the chunks."""
    binding = Binding(
        suite_name=tender.suite.name,
        tender=tender.tender,
        lot=tender.lot,
        envelope=tender.envelope,
        bidder=tender.bidder,
        document_hash=tender.document_hash,
        sequence=tender.sequence,
        deadline=tender.deadline,
        policy=tender.policy,
        groups=tender.groups,
        salt=salt,
        padded_length=padded_length(tender.envelope, data_length),
    )
    suite, core = tender.suite, binding_module.core_of(binding)
    shares = deal(tender.policy, tender.groups, file_key)
    recipients: dict[str, PublicKeys] = {keys.kid: keys for keys in tender.recipients}
    raw = write_header(
        binding,
        commitment=derive(suite, file_key, salt=salt, core=core).commitment,
        commitments={seat: share_commitment(suite, core, seat, share) for seat, share in shares.items()},
        wraps={
            seat: suite.wrap(recipients[seat.kid].seal_public, wrap_context(suite, core, seat), share)
            for seat, share in shares.items()
        },
    )
    return parse_header(raw)


def make_trailer(header: Header, keys: Derived, root: bytes, *, signer: Signer) -> bytes:
    """Return the trailer's bytes: MAC and signature over the bid's digest."""
    digest = bid_digest_of(header, count=header.count, root=root)
    return write_trailer(
        count=header.count,
        header_mac=header.suite.hmac(keys.header_mac, digest),
        root=root,
        signature=signer.sign(signed_message(header.suite, digest, signer.certificates)),
        certificates=signer.certificates,
    )


class _Lane:
    """One thread's plaintext buffer, cipher and handle: chunks are encrypted, hashed and written beside each other."""

    def __init__(self, part: Path, header: Header, keys: Derived) -> None:
        self._header, self._chunks_at = header, len(MAGIC) + 4 + len(header.raw)
        self._cipher = header.suite.chunk_cipher(keys.enc, keys.chunk_mac)
        self._file = part.open("r+b", buffering=0)
        self.plain = memoryview(bytearray(min(CHUNK, header.binding.padded_length)))

    def seal(self, job: tuple[int, int]) -> bytes:
        """Write a chunk and return its leaf hash, told its number and the length of its plaintext in `plain`."""
        number, length = job
        chunk = self._cipher.seal(nonce_of(number, last=number == self._header.count - 1), self.plain[:length])
        self._file.seek(self._chunks_at + number * (CHUNK + self._header.suite.tag_length))
        write_all(self._file.write, chunk)
        return leaf_hash(self._header.suite, chunk)

    def close(self) -> None:
        """Close the handle."""
        self._file.close()


def _write_chunks(part: Path, header: Header, keys: Derived, *, plan: Plan, progress: Progress | None) -> bytes:
    """Write every chunk behind the header; returns the root over them."""
    plaintext, running = Plaintext(plan, header.binding.envelope), RunningRoot(header.suite)
    numbers = itertools.count()

    def feed(lane: _Lane) -> tuple[int, int] | None:
        length = plaintext.into(lane.plain)
        return (next(numbers), length) if length else None

    with ExitStack() as stack:
        lanes = [stack.enter_context(closing(_Lane(part, header, keys))) for _ in range(lanes_for(header.count))]
        for leaf in stack.enter_context(closing(in_order(lanes, feed, _Lane.seal))):
            running.add(leaf)
            if progress is not None:
                progress(running.count, header.count)
    return running.root()
