"""What a proof's nodes stand for: RFC 6962 proofs as half-open ranges of leaves, and those as perfect subtrees.

Pure arithmetic on indexes, no hashes. A *perfect subtree* is `(level, number)`: the leaves `number·2^level` up to
`(number + 1)·2^level`. Level 0 is a leaf.
"""

from __future__ import annotations

Range = tuple[int, int]
Perfect = tuple[int, int]


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """Return the leaves under each node of PATH(index, tree of `size` leaves), from the leaf upwards.

    :raises IndexError: unless 0 ≤ index < size
    """
    if not 0 <= index < size:
        raise IndexError(index)
    start, stop, found = 0, size, []
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            found.append((middle, stop))
            stop = middle
        else:
            found.append((start, middle))
            start = middle
    return found[::-1]


def consistency_ranges(first: int, second: int) -> list[Range]:
    """Return the leaves under each node of PROOF(first, tree of `second` leaves).

    :raises IndexError: unless 0 < first ≤ second
    """
    if not 0 < first <= second:
        raise IndexError(first)
    start, stop, found = 0, second, []
    while first != stop:
        middle = start + _split(stop - start)
        if first <= middle:
            found.append((middle, stop))
            stop = middle
        else:
            found.append((start, middle))
            start = middle
    if start:  # the old tree's own root is known to whoever asks, a part of it is not
        found.append((start, stop))
    return found[::-1]


def perfect(start: int, stop: int) -> list[Perfect]:
    """Return the perfect subtrees that a proof's range consists of, largest first: at most one a bit of its length.

    :raises ValueError: the range is not one of a proof: `start` must be a multiple of the largest subtree
    """
    length, found = stop - start, []
    if length < 0 or start % (1 << max(length.bit_length() - 1, 0)):
        raise ValueError((start, stop))
    for level in reversed(range(length.bit_length())):
        if length >> level & 1:
            found.append((level, start >> level))
            start += 1 << level
    return found


def completed_by(node: Perfect) -> int:
    """Return the index of the leaf that completes a perfect subtree: its last one."""
    level, number = node
    return ((number + 1) << level) - 1


def _split(size: int) -> int:
    """Return the largest power of two smaller than `size`."""
    return 1 << (size - 1).bit_length() - 1
