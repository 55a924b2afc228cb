"""RFC 6962 tree hashes over chunks, computed in one pass with one pending node per level.

Pure. Leaves are `H(0x00 ‖ data)`, nodes `H(0x01 ‖ left ‖ right)`.
"""

from collections.abc import Iterable

from suites.protocol import Buffer, Suite


def leaf_hash(suite: Suite, data: Buffer) -> bytes:
    """Return the leaf hash of one chunk (ciphertext with tag)."""
    running = suite.hasher()
    running.update(b"\x00")
    running.update(data)
    return running.digest()


class RunningRoot:
    """Gathers leaf hashes in order and gives the root of those seen so far."""

    def __init__(self, suite: Suite) -> None:
        self._suite = suite
        self._pending: list[tuple[int, bytes]] = []  # (leaves below, hash), sizes are falling powers of two
        self.count = 0

    def add(self, leaf: bytes) -> None:
        """Append a leaf hash, joining subtrees of equal size."""
        self.count += 1
        size, node = 1, leaf
        while self._pending and self._pending[-1][0] == size:
            node = self._suite.hash(b"\x01" + self._pending.pop()[1] + node)
            size *= 2
        self._pending.append((size, node))

    def root(self) -> bytes:
        """Return the root; the hash of nothing for an empty tree."""
        if not self._pending:
            return self._suite.hash(b"")
        node = self._pending[-1][1]
        for _, left in reversed(self._pending[:-1]):
            node = self._suite.hash(b"\x01" + left + node)
        return node


def root_of(suite: Suite, leaves: Iterable[bytes]) -> bytes:
    """Return the root over leaf hashes in order."""
    running = RunningRoot(suite)
    for leaf in leaves:
        running.add(leaf)
    return running.root()
