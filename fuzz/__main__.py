"""`python -m fuzz [--seconds N] [--jobs N] [--keep DIR] [TARGET …]`: fuzz every parser, or those named; print a table.

Exit status 0 without a finding, 1 with any, 2 where atheris is missing or a target is not known.
"""

import argparse
import importlib.util
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

_RUNS = re.compile(r"stat::number_of_executed_units:\s*(\d+)")
_GRACE = 120  # seconds beyond the wanted ones, for importing and the slowest input
HEAD = ("target", "runs", "seconds", "findings")


class Result(NamedTuple):
    """How often a target ran, for how long, and what was found: one line each."""

    target: str
    runs: int
    seconds: float
    findings: tuple[str, ...]


def fuzz_one(name: str, *, seconds: int, folder: Path) -> Result:
    """Run one target in a process of its own; corpus and findings stay in the folder."""
    words = [sys.executable, "-m", "fuzz.child", name, "--seconds", str(seconds), "--folder", str(folder)]
    started = time.monotonic()
    try:
        done = subprocess.run(
            words, capture_output=True, text=True, errors="replace", timeout=seconds + _GRACE, check=False
        )
        said, status = done.stderr + done.stdout, done.returncode
    except subprocess.TimeoutExpired as late:
        said, status = str(late.stderr), -1
    findings = [_last_line(path) for path in sorted((folder / "findings").glob("*.txt"))]
    findings += [f"libFuzzer kept {path.name}" for path in _kept_by_libfuzzer(folder)]
    if status != 0 and not findings:
        findings.append(f"ended with status {status}: {said.strip()[-300:]}")
    runs = _RUNS.search(said)
    return Result(name, int(runs[1]) if runs else 0, time.monotonic() - started, tuple(findings))


def _announced(name: str, *, seconds: int, home: Path) -> Result:
    print(f"fuzzing {name} …", file=sys.stderr, flush=True)
    return fuzz_one(name, seconds=seconds, folder=home / name)


def _kept_by_libfuzzer(folder: Path) -> list[Path]:
    kinds = ("crash-*", "timeout-*", "oom-*", "leak-*", "slow-unit-*")
    return [path for kind in kinds for path in sorted((folder / "findings").glob(kind))]


def _last_line(path: Path) -> str:
    return f"{path.stem}: {path.read_text().strip().splitlines()[-1][:200]}"


def show(results: Sequence[Result]) -> None:
    """Print the table, then every finding."""
    rows = [HEAD, *((one.target, f"{one.runs:,}", f"{one.seconds:.0f}", str(len(one.findings))) for one in results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    for row in rows:
        print(
            "  ".join(
                cell.rjust(width) if place else cell.ljust(width)
                for place, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
        )
    for one in results:
        for finding in one.findings:
            print(f"{one.target}: {finding}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz and print; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description="Fuzz the parsers.")
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    parser.add_argument("--seconds", type=int, default=60, help="for each target; default 60")
    parser.add_argument("--jobs", type=int, default=1, help="how many targets at a time; default 1")
    parser.add_argument("--keep", type=Path, help="folder in which corpus and findings stay")
    parser.add_argument("--list", action="store_true", help="print the targets' names")
    options = parser.parse_args(arguments)
    if importlib.util.find_spec("atheris") is None:
        print("atheris is not installed (requirements/dev.txt)", file=sys.stderr)
        return 2
    from fuzz.targets import TARGETS

    if unknown := [name for name in options.targets if name not in TARGETS]:
        parser.error(f"no target {', '.join(unknown)}; there are {', '.join(TARGETS)}")
    if options.list:
        print("\n".join(TARGETS))
        return 0
    with tempfile.TemporaryDirectory(prefix="fuzz-") as temporary:
        home = options.keep or Path(temporary)
        with ThreadPoolExecutor(options.jobs) as pool:
            work = partial(_announced, seconds=options.seconds, home=home)
            results = list(pool.map(work, options.targets or TARGETS))
        show(results)
    return 1 if any(one.findings for one in results) else 0


if __name__ == "__main__":
    sys.exit(main())
