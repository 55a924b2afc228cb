"""Every proof of every tree of 0 to 130 leaves, under both hashes, and no forgery of any of them.

That is `make thorough`; every run goes to 40 leaves.

Heads are pairs (size, root), as a checkpoint signs them: another size comes with its own root.
"""

import pytest

from ledger import tree
from ledger.ranges import completed_by, consistency_ranges, inclusion_ranges, perfect
from tests.depth import depth

MOST = depth(40, 130)
NAMES = tuple(tree.HASHES)


class Trees:
    """Leaves and all heads under one hash; roots of ranges are kept, so that making all proofs costs little."""

    def __init__(self, name):
        self.hashed = tree.HASHES[name]
        self.leaves = [tree.leaf_hash(bytes([n]), self.hashed) for n in range(MOST)]
        self._known = {}
        self.heads = [(size, self.over(0, size)) for size in range(MOST + 1)]
        self.strange = tree.leaf_hash(b"forged", self.hashed)

    def over(self, start, stop):
        """The definition of RFC 6962 2.1, word for word."""
        if (start, stop) not in self._known:
            self._known[start, stop] = self._defined(start, stop)
        return self._known[start, stop]

    def _defined(self, start, stop):
        if start == stop:
            return self.hashed(b"")
        if stop - start == 1:
            return self.leaves[start]
        k = _largest_power_below(stop - start)
        return self.hashed(b"\x01" + self.over(start, start + k) + self.over(start + k, stop))

    def path(self, m, start, stop):
        """RFC 6962 2.1.1, word for word."""
        if stop - start == 1:
            return []
        k = _largest_power_below(stop - start)
        if m < k:
            return [*self.path(m, start, start + k), self.over(start + k, stop)]
        return [*self.path(m - k, start + k, stop), self.over(start, start + k)]

    def proof(self, m, start, stop, whole=True):
        """RFC 6962 2.1.2, word for word."""
        if m == stop - start:
            return [] if whole else [self.over(start, stop)]
        k = _largest_power_below(stop - start)
        if m <= k:
            return [*self.proof(m, start, start + k, whole), self.over(start + k, stop)]
        return [*self.proof(m - k, start + k, stop, False), self.over(start, start + k)]


def _largest_power_below(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


@pytest.fixture(scope="module", params=NAMES)
def trees(request):
    return Trees(request.param)


def _flipped(node, bit):
    return (int.from_bytes(node, "big") ^ 1 << bit).to_bytes(32, "big")


def _forged(path, strange):
    """Every node with a bit flipped, dropped, doubled; a strange one added anywhere; any two exchanged."""
    for place, node in enumerate(path):
        yield [*path[:place], _flipped(node, (place * 37) % 256), *path[place + 1 :]]
        yield [*path[:place], *path[place + 1 :]]
        yield [*path[: place + 1], *path[place:]]
        for other in range(place):
            if path[other] != node:
                yield [*path[:other], node, *path[other + 1 : place], path[other], *path[place + 1 :]]
    yield from ([*path[:place], strange, *path[place:]] for place in range(len(path) + 1))


def test_every_inclusion_proof_verifies_and_every_forgery_is_refused(trees):
    proofs = forgeries = 0
    hashed, strange = trees.hashed, trees.strange
    for size, root in trees.heads[1:]:
        for index in range(size):
            leaf = trees.leaves[index]
            path = trees.path(index, 0, size)
            assert [trees.over(*one) for one in inclusion_ranges(index, size)] == path
            assert tree.included(leaf, index, size, path=path, root=root, hashed=hashed)
            tries = [(leaf, index, size, forged, root) for forged in _forged(path, strange)]
            tries += [(altered, index, size, path, root) for altered in (strange, _flipped(leaf, index % 256))]
            tries += [(leaf, other, size, path, root) for other in {*_near(index), size, -1} - {index}]
            tries += [(leaf, index, *_other(trees, other, path)) for other in _near(size) if other <= MOST]
            tries += [(leaf, index, size, path, _flipped(root, size % 256)), (leaf, index, size, path, leaf[::-1])]
            accepted = [one for one in tries if tree.included(*one[:3], path=one[3], root=one[4], hashed=hashed)]
            assert not accepted
            proofs, forgeries = proofs + 1, forgeries + len(tries)
    assert proofs == MOST * (MOST + 1) // 2
    print(f"{proofs} inclusion proofs verified, {forgeries} forgeries refused")


def _near(number):
    """Other numbers: its neighbours, and every one that differs in a single bit."""
    return {number - 1, number + 1, *(number ^ 1 << bit for bit in range(8))}


def _other(trees, size, path):
    return size, path, (trees.heads[size][1] if 0 <= size <= MOST else trees.strange)


def test_every_consistency_proof_verifies_and_every_forgery_is_refused(trees):
    proofs = forgeries = 0
    hashed, strange, heads = trees.hashed, trees.strange, trees.heads
    for new in heads:
        for old in heads[: new[0] + 1]:
            path = trees.proof(old[0], 0, new[0]) if old[0] else []
            if old[0]:
                assert [trees.over(*one) for one in consistency_ranges(old[0], new[0])] == path
            assert tree.consistent(old, new, path, hashed)
            tries = [(old, new, forged) for forged in _forged(path, strange)]
            tries += [((old[0], root), new, path) for root in (strange, _flipped(old[1], new[0] % 256))]
            if old[0]:  # every tree extends the empty one: its root says nothing of the larger
                tries += [(old, (new[0], root), path) for root in (strange, _flipped(new[1], old[0] % 256))]
            tries += [(heads[other], new, path) for other in _near(old[0]) if 0 < other <= MOST and old[0]]
            tries += [(old, heads[other], path) for other in _near(new[0]) if 0 <= other <= MOST and old[0]]
            tries += [(new, old, path)] if old[0] < new[0] else []
            accepted = [one for one in tries if tree.consistent(*one, hashed)]
            assert not accepted
            proofs, forgeries = proofs + 1, forgeries + len(tries)
    assert proofs == (MOST + 1) * (MOST + 2) // 2
    print(f"{proofs} consistency proofs verified, {forgeries} forgeries refused")


def test_a_proof_of_one_hash_is_none_under_the_other():
    one, two = (Trees(name) for name in NAMES)
    for size in range(2, MOST + 1):
        for index in (0, size // 2, size - 1):
            path = one.path(index, 0, size)
            assert not tree.included(
                one.leaves[index], index, size, path=path, root=one.heads[size][1], hashed=two.hashed
            )
            assert not tree.included(
                two.leaves[index], index, size, path=path, root=two.heads[size][1], hashed=two.hashed
            )
        if size & (size - 1):
            path = one.proof(size // 2, 0, size)
            assert not tree.consistent(one.heads[size // 2], one.heads[size], path, two.hashed)
            assert not tree.consistent(two.heads[size // 2], two.heads[size], path, two.hashed)


def test_the_frontier_gives_every_root_and_completes_every_subtree(trees):
    frontier, stored = [], {}
    for size, leaf in enumerate(trees.leaves):
        assert tree.frontier_root(frontier, trees.hashed) == trees.heads[size][1]
        frontier, completed = tree.appended(frontier, size, leaf, trees.hashed)
        stored |= {(size, level): node for level, node in enumerate([leaf, *completed])}
    for size in range(1, MOST + 1):
        nodes = perfect(0, size)
        kept = [stored[completed_by(node), node[0]] for node in nodes]
        assert tree.frontier_root(kept, trees.hashed) == trees.heads[size][1]
        assert all(completed_by((level, number)) < size for level, number in nodes)


def test_proofs_of_what_is_not_there_are_refused():
    for index, size in ((0, 0), (5, 5), (-1, 3)):
        with pytest.raises(IndexError):
            inclusion_ranges(index, size)
    for first, second in ((0, 3), (4, 3), (-1, 3)):
        with pytest.raises(IndexError):
            consistency_ranges(first, second)
    with pytest.raises(ValueError, match="3"):
        perfect(3, 5)


def test_sm3_gives_the_standards_known_answer():
    """GB/T 32905-2016, annex A, example 1."""
    assert tree.sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
