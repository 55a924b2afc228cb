"""The Merkle tree of RFC 6962: hashes, frontier, inclusion and consistency proofs. Pure: no Django, no clock.

Leaves are `H(0x00 ‖ data)`, nodes `H(0x01 ‖ left ‖ right)`. A *frontier* is the list of the perfect subtrees' roots,
largest first: what is needed to append, and nothing else. `H` is SHA-256 unless another hash is given.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

Hash = Callable[[bytes], bytes]


def sha256(data: bytes) -> bytes:
    """Return SHA-256."""
    return hashlib.sha256(data).digest()


def leaf_hash(data: bytes, hashed: Hash = sha256) -> bytes:
    """Return the leaf hash of an entry's bytes."""
    return hashed(b"\x00" + data)


def node_hash(left: bytes, right: bytes, hashed: Hash = sha256) -> bytes:
    """Return the hash of an inner node."""
    return hashed(b"\x01" + left + right)


def extended(frontier: Sequence[bytes], size: int, leaf: bytes, hashed: Hash = sha256) -> list[bytes]:
    """Return the frontier of `size + 1` leaves from that of `size` and a leaf hash.

    :raises ValueError: if the frontier is not one of `size` leaves
    """
    if len(frontier) != size.bit_count():
        raise ValueError("the frontier does not belong to this size")
    grown, node = list(frontier), leaf
    while size & 1:
        node = node_hash(grown.pop(), node, hashed)
        size >>= 1
    return [*grown, node]


def frontier_root(frontier: Sequence[bytes], hashed: Hash = sha256) -> bytes:
    """Return the root over a frontier; the hash of nothing for an empty tree."""
    if not frontier:
        return hashed(b"")
    node = frontier[-1]
    for left in reversed(frontier[:-1]):
        node = node_hash(left, node, hashed)
    return node


def root(leaves: Sequence[bytes], hashed: Hash = sha256) -> bytes:
    """Return the root over leaf hashes in order."""
    frontier: list[bytes] = []
    for size, leaf in enumerate(leaves):
        frontier = extended(frontier, size, leaf, hashed)
    return frontier_root(frontier, hashed)


def inclusion_path(leaves: Sequence[bytes], index: int, hashed: Hash = sha256) -> list[bytes]:
    """Return RFC 6962 PATH(index, leaves), from the leaf upwards.

    :raises IndexError: if there is no such leaf
    """
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*inclusion_path(leaves[:split], index, hashed), root(leaves[split:], hashed)]
    return [*inclusion_path(leaves[split:], index - split, hashed), root(leaves[:split], hashed)]


def consistency_path(leaves: Sequence[bytes], first: int, hashed: Hash = sha256) -> list[bytes]:
    """Return RFC 6962 PROOF(first, leaves): that the tree of `first` leaves is a prefix of this one.

    :raises IndexError: unless 0 < first ≤ number of leaves
    """
    if not 0 < first <= len(leaves):
        raise IndexError(first)
    return _subproof(leaves, first, True, hashed)


def root_from_inclusion(
    leaf: bytes, index: int, size: int, path: Sequence[bytes], hashed: Hash = sha256
) -> bytes | None:
    """Return the root that a path leads to, or None when its length does not fit index and size (RFC 9162 2.1.3.2)."""
    if not 0 <= index < size:
        return None
    place, last, node = index, size - 1, leaf
    for step in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            node = node_hash(step, node, hashed)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = node_hash(node, step, hashed)
        place, last = place >> 1, last >> 1
    return node if last == 0 else None


def included(leaf: bytes, index: int, size: int, *, path: Sequence[bytes], root: bytes, hashed: Hash = sha256) -> bool:
    """Whether the path proves that the leaf stands at `index` in the tree of this size and root."""
    return root_from_inclusion(leaf, index, size, path, hashed) == root


def consistent(
    first: tuple[int, bytes], second: tuple[int, bytes], path: Sequence[bytes], hashed: Hash = sha256
) -> bool:
    """Whether the path proves that head `second` (size, root) extends head `first` (RFC 9162 2.1.4.2).

    The empty tree is extended by every tree, with an empty path.
    """
    (old, old_root), (new, new_root) = first, second
    if not 0 <= old <= new:
        return False
    if old == 0:
        return not path and old_root == hashed(b"")
    if old == new:
        return not path and old_root == new_root
    steps = list(path) if old & (old - 1) else [old_root, *path]
    roots = _consistency_roots(old - 1, new - 1, steps, hashed)
    return roots == (old_root, new_root)


def _consistency_roots(place: int, last: int, steps: Sequence[bytes], hashed: Hash) -> tuple[bytes, bytes] | None:
    """Return the two roots that the steps lead to, or None when their number does not fit."""
    if not steps:
        return None
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return None
        if place & 1 or place == last:
            old, new = node_hash(step, old, hashed), node_hash(step, new, hashed)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, step, hashed)
        place, last = place >> 1, last >> 1
    return (old, new) if last == 0 else None


def _subproof(leaves: Sequence[bytes], first: int, whole: bool, hashed: Hash) -> list[bytes]:
    if first == len(leaves):
        return [] if whole else [root(leaves, hashed)]
    split = _split(len(leaves))
    if first <= split:
        return [*_subproof(leaves[:split], first, whole, hashed), root(leaves[split:], hashed)]
    return [*_subproof(leaves[split:], first - split, False, hashed), root(leaves[:split], hashed)]


def _split(size: int) -> int:
    """Return the largest power of two smaller than `size`."""
    return 1 << (size - 1).bit_length() - 1
