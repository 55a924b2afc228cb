"""Every tampering makes exactly the named check fail; who has the log's key is caught by the substance."""

import json

import pytest

from tests.verifier import by_nobody, by_platform, by_platform_later
from tests.verifier.forge import Forgery
from tests.verifier.tampering import NOBODY, TABLE
from verifier.__main__ import main


def failing(capsys, path, *options):
    status = main([str(path), "--json", *options])
    told = json.loads(capsys.readouterr().out)
    assert status == (1 if told["failed"] else 0)
    return set(told["failed"]), told


@pytest.mark.parametrize("name", TABLE)
def test_the_named_check_fails_and_no_other(exported, tmp_path, capsys, name):
    row = TABLE[name]
    bundle = Forgery.of(exported.full, exported.platform)
    row.tamper(bundle)
    path = bundle.write(tmp_path / "forged.zip", signed=row.keys != NOBODY)
    found, told = failing(capsys, path, "--log-key", exported.log_key)
    assert found == row.expected, [one for one in told["checks"] if one["outcome"] == "failed"]


def test_there_are_at_least_thirty_five_tamperings():
    listed = [name for module in (by_nobody, by_platform, by_platform_later) for name in vars(module) if name in TABLE]
    assert sorted(listed) == sorted(TABLE) and len(TABLE) >= 35
    assert sum(row.keys != NOBODY for row in TABLE.values()) >= 15
