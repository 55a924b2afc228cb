"""Every fuzzing target accepts its seeds, refuses soundly what is near them, and runs for a moment under atheris."""

import importlib.util
import random
from pathlib import Path

import pytest

from fuzz.__main__ import fuzz_one
from fuzz.mutators import mutated
from fuzz.targets import TARGETS
from tests.depth import depth

MISSING = importlib.util.find_spec("atheris") is None
SHORT = depth(("closing-entry",), ("signed-note", "header", "closing-entry"))  # all others in `python -m fuzz`


def crude(data: bytes, most: int) -> bytes:
    """A mutation of bytes in place of libFuzzer's."""
    chance = random.Random(data)
    if not data:
        return b"\x00"
    place, altered = chance.randrange(len(data)), bytearray(data)
    altered[place] ^= 1 << chance.randrange(8)
    return bytes(altered[: chance.choice((len(altered), len(altered), place))])[:most]


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_are_accepted_and_what_is_near_them_is_judged(name: str) -> None:
    target = TARGETS[name]
    seeds = target.seeds()
    assert seeds
    for seed in seeds:
        assert len(seed) <= target.most
        target.check(seed)
    for number in range(20):
        target.check(mutated(target.shape, seeds[number % len(seeds)], target.most, number, crude))
    target.check(b"")


@pytest.mark.skipif(MISSING, reason="atheris is not installed")
@pytest.mark.parametrize("name", SHORT)
def test_a_target_runs_under_atheris(name: str, tmp_path: Path) -> None:
    result = fuzz_one(name, seconds=2, folder=tmp_path)
    assert result.findings == ()
    assert result.runs > 20


@pytest.mark.skipif(MISSING, reason="atheris is not installed")
def test_a_defect_is_found_written_down_and_does_not_end_the_run(tmp_path: Path) -> None:
    """The harness itself under test: a parser that lets a stranger's exception out."""
    import subprocess
    import sys

    code = (
        "import sys, fuzz.targets as t, fuzz\n"
        "def check(data):\n    if len(data) > 3 and data[0] > 128: raise ZeroDivisionError('planted')\n"
        "t.TARGETS['planted'] = fuzz.Target('planted', lambda: [b'seed'], check)\n"
        "sys.argv = ['child', 'planted', '--seconds', '3', '--folder', sys.argv[1]]\n"
        "import fuzz.child; fuzz.child.main()"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-500:]
    (found,) = (tmp_path / "findings").glob("*.txt")
    assert "ZeroDivisionError: planted" in found.read_text()
