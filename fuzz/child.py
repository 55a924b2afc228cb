"""One target under atheris in a process of its own, since libFuzzer ends its process: `python -m fuzz.child NAME …`.

A finding is written down and the run goes on, so that one defect does not hide the next. Exit status 0 unless libFuzzer
itself stopped: too slow, too much memory, or a crash of the interpreter.
"""

import argparse
import hashlib
import resource
import sys
import time
import traceback
from pathlib import Path

import atheris

_PACKAGES = ["sealing", "suites", "ledger", "verifier", "tendering.bundle", "fuzz.targets"]
SLOWEST = 10  # seconds of one input
MOST_MEMORY = 1024  # MiB that the process may grow by
_MOST_FINDINGS = 20


def main() -> None:
    """Fuzz one target for some seconds."""
    # libFuzzer reads the peak of the process, and Linux hands a parent's peak on to the program it starts
    inherited = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    parser = argparse.ArgumentParser()
    parser.add_argument("target")
    parser.add_argument("--seconds", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True, help="where corpus and findings go")
    options = parser.parse_args()
    with atheris.instrument_imports(include=_PACKAGES):
        from fuzz import mutators
        from fuzz.targets import TARGETS
    target = TARGETS[options.target]
    corpus, findings = options.folder / "corpus", options.folder / "findings"
    for folder in (corpus, findings):
        folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds()):
        target.check(seed)  # a seed that is refused makes the run worthless
        (corpus / f"seed-{number}").write_bytes(seed)
    ends = time.monotonic() + options.seconds
    seen: set[str] = set()

    def run(data: bytes) -> None:
        try:
            target.check(data)
        except Exception as error:  # noqa: BLE001 - whatever is not the declared refusal is what is looked for
            place = traceback.extract_tb(error.__traceback__)[-1]
            name = hashlib.sha256(f"{type(error).__name__} {place.filename} {place.lineno}".encode()).hexdigest()[:12]
            if name not in seen and len(seen) < _MOST_FINDINGS:
                seen.add(name)
                (findings / f"{name}.input").write_bytes(data)
                (findings / f"{name}.txt").write_text(traceback.format_exc())

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        return mutators.mutated(target.shape, data, most, seed, atheris.Mutate)

    left = max(1, round(ends - time.monotonic()))
    flags = {
        "max_total_time": left,
        "max_len": target.most,
        "timeout": SLOWEST,
        "rss_limit_mb": inherited + MOST_MEMORY,
        "print_final_stats": 1,
        "artifact_prefix": f"{findings}/",
        "verbosity": 0,
    }
    atheris.Setup(
        [sys.argv[0], *(f"-{name}={value}" for name, value in flags.items()), str(corpus)], run, custom_mutator=mutate
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
