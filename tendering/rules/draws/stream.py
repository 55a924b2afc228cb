"""The stream of a draw: commitment, key, unbiased numbers, a permutation. Standard library only.

commitment = SHA-256("gongheng/draw/seed/v1" ‖ seed)
key      = SHA-256("gongheng/draw/v1" ‖ field(purpose) ‖ field(seed) ‖ u32 n ‖ field(contribution 1) …
           ‖ field(checkpoint))
field(x) = u32 length ‖ x, integers big-endian, text UTF-8
block i  = SHA-256(key ‖ u64 i), i from 0; each gives four 64-bit numbers
below(n) = the next number less than the greatest multiple of n, modulo n (rejection sampling: no bias)
order    = Fisher-Yates over the candidates sorted by code points: for i from 0, swap i with i + below(len − i)
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hmac import compare_digest

SEED_BYTES = 32
_LABEL = b"gongheng/draw/v1"
_COMMITMENT_LABEL = b"gongheng/draw/seed/v1"
_RANGE = 1 << 64


class DrawRefused(ValueError):
    """The inputs of a draw are not sound: a short seed, a candidate twice, nothing to draw from; the text says what."""


@dataclass(frozen=True)
class Inputs:
    """Everything a draw depends on, besides its candidates.

    `purpose` names it (lot, matter, and what is drawn); `contributions` in the order received; `checkpoint` is the head
    of the log as `SIZE:ROOT`, the root in hex.
    """

    purpose: str
    seed: bytes
    contributions: Sequence[str]
    checkpoint: str


def _field(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def commitment(seed: bytes) -> str:
    """Return what is published before the draw, hex.

    :raises DrawRefused: when the seed has not exactly 32 bytes
    """
    if len(seed) != SEED_BYTES:
        raise DrawRefused(f"a seed has {SEED_BYTES} bytes, not {len(seed)}")
    return hashlib.sha256(_COMMITMENT_LABEL + seed).hexdigest()


def seed_matches(seed: bytes, published: str) -> bool:
    """Whether the told seed is the one that was committed to."""
    return len(seed) == SEED_BYTES and compare_digest(commitment(seed), published)


def _key(inputs: Inputs) -> bytes:
    commitment(inputs.seed)  # judges its length
    fields = [_field(inputs.purpose.encode()), _field(inputs.seed)]
    fields.append(len(inputs.contributions).to_bytes(4, "big"))
    fields += [_field(text.encode()) for text in inputs.contributions]
    fields.append(_field(inputs.checkpoint.encode()))
    return hashlib.sha256(_LABEL + b"".join(fields)).digest()


def numbers(inputs: Inputs) -> Iterator[int]:
    """Yield the stream of 64-bit numbers; endless."""
    key = _key(inputs)
    block = 0
    while True:
        digest = hashlib.sha256(key + block.to_bytes(8, "big")).digest()
        for start in range(0, 32, 8):
            yield int.from_bytes(digest[start : start + 8], "big")
        block += 1


def below(stream: Iterator[int], count: int) -> int:
    """Return the next unbiased number in 0..count − 1.

    :raises DrawRefused: when count is not in 1..2**64
    """
    if not 1 <= count <= _RANGE:
        raise DrawRefused(f"cannot draw below {count}")
    limit = _RANGE - _RANGE % count
    return next(number for number in stream if number < limit) % count


def order(candidates: Sequence[str], inputs: Inputs) -> tuple[str, ...]:
    """Return all candidates in drawn order; the order in which they are given does not matter.

    The first k are the drawn ones; who refuses or is recused is followed by the next.

    :raises DrawRefused: no candidate, one named twice, or a bad seed
    """
    pool = sorted(candidates)
    if not pool or len(set(pool)) != len(pool):
        raise DrawRefused("candidates must be named, each once")
    stream = numbers(inputs)
    for place in range(len(pool) - 1):
        other = place + below(stream, len(pool) - place)
        pool[place], pool[other] = pool[other], pool[place]
    return tuple(pool)
