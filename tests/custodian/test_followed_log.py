"""What an agent takes for a leaf of the log that it follows."""

import pytest

from custodian.log import Log, LogBroken


@pytest.mark.parametrize("leaf", ["00" * 31, "00" * 33, "AA" * 32, "00 " * 32, "rubbish", "", None, 7])
def test_a_leaf_that_is_not_32_bytes_ends_the_following(tmp_path, leaf):
    log = Log(tmp_path)
    log.follow([{"index": 0, "leaf": "aa" * 32, "body": None}])
    with pytest.raises(LogBroken, match="entry 1 has no leaf"):
        log.follow([{"index": 1, "leaf": leaf, "body": None}])
