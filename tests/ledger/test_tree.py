"""The Merkle tree: known answers, the frontier; every proof and every forgery are in `test_proofs`."""

import hashlib

import pytest
from cryptography.hazmat.primitives import hashes

from ledger import tree

LEAVES = [tree.leaf_hash(bytes([n])) for n in range(40)]
ROOTS = [tree.root(LEAVES[:size]) for size in range(41)]


def _naive(leaves):
    """The definition of RFC 6962 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + _naive(leaves[:k]) + _naive(leaves[k:])).digest()


def test_the_roots_are_those_of_the_reference_vectors_of_certificate_transparency():
    data = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    leaves = [tree.leaf_hash(bytes.fromhex(text)) for text in data]
    assert tree.root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert tree.root(leaves[:1]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert tree.root(leaves).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def test_the_frontier_gives_the_root_of_the_definition_for_every_size():
    assert [_naive(LEAVES[:size]) for size in range(41)] == ROOTS


def test_a_frontier_of_another_size_is_refused():
    with pytest.raises(ValueError, match="frontier"):
        tree.extended([LEAVES[0]], 3, LEAVES[1])


def test_the_reversed_frontier_is_the_last_leafs_path():
    frontier = []
    for size, leaf in enumerate(LEAVES):
        assert tree.inclusion_path(LEAVES[: size + 1], size) == list(reversed(frontier))
        frontier = tree.extended(frontier, size, leaf)


def test_every_tree_extends_the_empty_one_and_none_a_larger():
    assert tree.consistent((0, ROOTS[0]), (7, ROOTS[7]), [])
    assert not tree.consistent((7, ROOTS[7]), (5, ROOTS[5]), [])
    assert not tree.consistent((5, ROOTS[5]), (5, ROOTS[6]), [])
    with pytest.raises(IndexError):
        tree.consistency_path(LEAVES, 0)
    with pytest.raises(IndexError):
        tree.inclusion_path(LEAVES, 40)


def test_a_node_of_another_length_is_none():
    """H(1 ‖ left ‖ right) does not say where left ends; only the length of a node does."""
    path = tree.inclusion_path(LEAVES[:4], 0)
    joined = LEAVES[0] + path[0]
    for cut in (31, 33):
        assert tree.root_from_inclusion(joined[:cut], 0, 4, [joined[cut:], *path[1:]]) is None
    old, whole = tree.node_hash(LEAVES[0], LEAVES[1]), LEAVES[0] + LEAVES[1]
    assert tree.consistent((2, old), (3, ROOTS[3]), [LEAVES[2]])
    assert not tree.consistent((2, whole[:31]), (2, whole[:31]), [])
    longer = tree.node_hash(old, LEAVES[2] + b"x")
    assert not tree.consistent((2, old), (3, longer), [LEAVES[2] + b"x"])


def test_sm3_is_the_standards_and_the_same_by_every_library():
    assert tree.sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    for size in (0, 1, 55, 56, 63, 64, 65, 119, 233, 100_000):
        data = (bytes(range(256)) * 400)[:size]
        running = hashes.Hash(hashes.SM3())
        running.update(data)
        assert tree.sm3(data) == running.finalize(), size
