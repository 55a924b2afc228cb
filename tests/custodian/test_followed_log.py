"""What an agent takes for a leaf of the log that it follows."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from custodian.log import LEAF, Log, LogBroken
from ledger import notes, tree
from tests.full_disk import full_beyond


@pytest.mark.parametrize("leaf", ["00" * 31, "00" * 33, "AA" * 32, "00 " * 32, "rubbish", "", None, 7])
def test_a_leaf_that_is_not_32_bytes_ends_the_following(tmp_path, leaf):
    log = Log(tmp_path)
    log.follow([{"index": 0, "leaf": "aa" * 32, "body": None}])
    with pytest.raises(LogBroken, match="entry 1 has no leaf"):
        log.follow([{"index": 1, "leaf": leaf, "body": None}])


def test_a_disk_that_takes_a_part_of_the_leaves_does_not_damage_what_is_remembered(tmp_path):
    key = Ed25519PrivateKey.generate()
    pinned = notes.verifier_key("log", notes.public_bytes(key.public_key()))
    leaves = [bytes([number]) * LEAF for number in range(9)]

    def follow(log, size):
        rows = [{"index": n, "leaf": leaves[n].hex(), "body": None} for n in range(len(log.leaves), size)]
        log.follow(rows)
        head = notes.Checkpoint("log", size, tree.root(leaves[:size]))
        return log.confirm(notes.signed(head.text, "log", key))

    assert follow(Log(tmp_path, pinned=pinned), 4)
    with full_beyond(6 * LEAF), pytest.raises(OSError, match="too large"):
        follow(Log(tmp_path, pinned=pinned), 9)
    assert (tmp_path / "leaves").stat().st_size == 6 * LEAF
    assert Log(tmp_path, pinned=pinned).head.size == 4
    assert follow(Log(tmp_path, pinned=pinned), 9)
    assert Log(tmp_path, pinned=pinned).head.size == 9
