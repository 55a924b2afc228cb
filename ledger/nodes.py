"""Reading the stored trees: nodes of proofs and roots of any size, each from a few rows found by their key.

A perfect subtree stands in the row of the leaf that completed it, so a proof in a tree of n leaves needs at most
2·log2(n) rows, in one query.
"""

from __future__ import annotations

from collections.abc import Sequence

from ledger import tree
from ledger.models import Entry
from ledger.ranges import Perfect, Range, completed_by, perfect

COLUMNS = {"sha256": ("leaf", "nodes"), "sm3": ("leaf_sm3", "nodes_sm3")}
DIGITS = 64


def split(joined: str) -> list[bytes]:
    """Return the hashes of a column that holds several, one after the other."""
    return [bytes.fromhex(joined[start : start + DIGITS]) for start in range(0, len(joined), DIGITS)]


def joined(hashes: Sequence[bytes]) -> str:
    """Return the hashes as such a column keeps them."""
    return b"".join(hashes).hex()


def roots(ranges: Sequence[Range], name: str = "sha256") -> list[bytes]:
    """Return the root over the leaves of each range of a proof, under the hash of that name.

    :raises IndexError: an entry of a range does not exist
    """
    parts = [perfect(*one) for one in ranges]
    known = _read({node for nodes in parts for node in nodes}, name)
    return [tree.frontier_root([known[node] for node in nodes], tree.HASHES[name]) for nodes in parts]


def root(size: int, name: str = "sha256") -> bytes:
    """Return the root of the first `size` entries. :raises IndexError: there are fewer"""
    return roots([(0, size)], name)[0]


def _read(wanted: set[Perfect], name: str) -> dict[Perfect, bytes]:
    rows = Entry.objects.filter(index__in={completed_by(node) for node in wanted}).order_by()
    found = {index: (leaf, nodes) for index, leaf, nodes in rows.values_list("index", *COLUMNS[name])}
    return {node: _node(found, node) for node in wanted}


def _node(found: dict[int, tuple[str, str]], node: Perfect) -> bytes:
    level, _ = node
    place = completed_by(node)
    if place not in found:
        raise IndexError(place)
    leaf, nodes = found[place]
    return bytes.fromhex(leaf if level == 0 else nodes[(level - 1) * DIGITS : level * DIGITS])
