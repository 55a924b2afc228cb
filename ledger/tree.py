"""The Merkle tree of RFC 6962: hashes, frontier, inclusion and consistency proofs. Pure: no Django, no clock.

Leaves are `H(0x00 ‖ data)`, nodes `H(0x01 ‖ left ‖ right)`. A *frontier* is the list of the perfect subtrees' roots,
largest first: what is needed to append, and nothing else. `H` is SHA-256 unless another hash is given; the ledger keeps
a second tree under SM3 (GB/T 32905). A proof does not fix the size by itself: trees of different sizes may have paths
of the same shape. Size and root belong together, and the signed checkpoint is what binds them (RFC 9162 2.1.3).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import gmssl_pyx

from ledger.ranges import consistency_ranges, inclusion_ranges

Hash = Callable[[bytes], bytes]
WIDTH = 32  # bytes of a node: a node is hashed without its length, so one of another length is another cut of the same


def sha256(data: bytes) -> bytes:
    """Return SHA-256."""
    return hashlib.sha256(data).digest()


sm3: Hash = gmssl_pyx.sm3_hash  # for texts as short as these quicker than hashlib, and that than `cryptography`
HASHES: dict[str, Hash] = {"sha256": sha256, "sm3": sm3}


def leaf_hash(data: bytes, hashed: Hash = sha256) -> bytes:
    """Return the leaf hash of an entry's bytes."""
    return hashed(b"\x00" + data)


def node_hash(left: bytes, right: bytes, hashed: Hash = sha256) -> bytes:
    """Return the hash of an inner node."""
    return hashed(b"\x01" + left + right)


def appended(
    frontier: Sequence[bytes], size: int, leaf: bytes, hashed: Hash = sha256
) -> tuple[list[bytes], list[bytes]]:
    """Return the frontier of `size + 1` leaves, and the perfect subtrees that the leaf completed, smallest first.

    The leaf itself is not among them: after every second leaf the list is empty, on average it has one node.

    :raises ValueError: if the frontier is not one of `size` leaves
    """
    if len(frontier) != size.bit_count():
        raise ValueError("the frontier does not belong to this size")
    grown, node, completed = list(frontier), leaf, []
    while size & 1:
        node = hashed(b"\x01" + grown.pop() + node)
        completed.append(node)
        size >>= 1
    grown.append(node)
    return grown, completed


def extended(frontier: Sequence[bytes], size: int, leaf: bytes, hashed: Hash = sha256) -> list[bytes]:
    """Return the frontier of `size + 1` leaves from that of `size` and a leaf hash.

    :raises ValueError: if the frontier is not one of `size` leaves
    """
    return appended(frontier, size, leaf, hashed)[0]


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
    return [root(leaves[start:stop], hashed) for start, stop in inclusion_ranges(index, len(leaves))]


def consistency_path(leaves: Sequence[bytes], first: int, hashed: Hash = sha256) -> list[bytes]:
    """Return RFC 6962 PROOF(first, leaves): that the tree of `first` leaves is a prefix of this one.

    :raises IndexError: unless 0 < first ≤ number of leaves
    """
    return [root(leaves[start:stop], hashed) for start, stop in consistency_ranges(first, len(leaves))]


def root_from_inclusion(
    leaf: bytes, index: int, size: int, path: Sequence[bytes], hashed: Hash = sha256
) -> bytes | None:
    """Return the root that a path leads to (RFC 9162 2.1.3.2).

    None when its length does not fit index and size, or a node is none.
    """
    if not 0 <= index < size or not _nodes(leaf, *path):
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
    if not 0 <= old <= new or not _nodes(old_root, new_root, *path):
        return False
    if old == 0:
        return not path and old_root == hashed(b"")
    if old == new:
        return not path and old_root == new_root
    steps = list(path) if old & (old - 1) else [old_root, *path]
    roots = _consistency_roots(old - 1, new - 1, steps, hashed)
    return roots == (old_root, new_root)


def _nodes(*given: bytes) -> bool:
    """Whether each can be a node: H(1 ‖ left ‖ right) is the same wherever left ends and right begins."""
    return all(len(node) == WIDTH for node in given)


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
