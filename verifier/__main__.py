"""`python -m verifier BUNDLE [--log-key K] [--trust CA.pem] [--checkpoint FILE] [--receipt FILE] [--stage S] [--json]`.

Exit status 0 when no check failed, 1 when one did (each is named), 2 for wrong usage, and where this machine (its disk,
its memory) stopped the reading before any check failed: then there is no verdict.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from ledger.cosignatures import COSIGNATURE
from ledger.notes import ED25519, parsed_key
from ledger.offline import read_receipt
from suites.certificates import from_pem
from verifier.archive import opened
from verifier.case import Brought, note_size
from verifier.checks.stages import STAGES
from verifier.evidence import Evidence
from verifier.machine import Hindered
from verifier.outcome import Check, Finding
from verifier.report import as_object, line, verdict
from verifier.table import CHECKS, examine

OK, FAILED, USAGE = 0, 1, 2
MOST_BROUGHT = 4 << 20
Read = TypeVar("Read")


class WrongUsage(Exception):
    """What was given on the command line cannot be used."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m verifier", description="Check one lot from its evidence bundle.")
    parser.add_argument("bundle", type=Path, help="the bundle, as `manage.py export_bundle` writes it")
    parser.add_argument("--log-key", help="the log's key as you know it, or a file with it")
    parser.add_argument("--trust", type=Path, help="the root certificate as you know it, PEM or DER")
    parser.add_argument("--checkpoint", type=Path, action="append", default=[], help="one you saved; repeatable")
    parser.add_argument("--receipt", type=Path, action="append", default=[], help="your own receipt; repeatable")
    parser.add_argument("--witness", action="append", default=[], help="a witness's key as you know it; repeatable")
    parser.add_argument(
        "--tsa-root", type=Path, action="append", default=[], help="a timestamp authority's root, PEM or DER"
    )
    parser.add_argument("--stage", default="", choices=STAGES, help="a stage that the bundle must show, as you know it")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the bundle, print the verdict and return the exit status."""
    options = _parser().parse_args(arguments)
    if reconfigure := getattr(sys.stdout, "reconfigure", None):
        reconfigure(errors="backslashreplace")  # what the terminal cannot show is no fault of the bundle's
    try:
        return _judge(options.bundle, _brought(options), as_json=options.json)
    except (WrongUsage, OSError) as error:
        print(f"verifier: {error}", file=sys.stderr)
    except MemoryError:  # outside of any check
        print("verifier: no verdict: this machine has not enough memory", file=sys.stderr)
    return USAGE


def _judge(path: Path, brought: Brought, *, as_json: bool) -> int:
    answers: list[tuple[Check, Finding]] = []
    evidence: Evidence | None = None
    hindrance = ""
    with opened(path) as archive:
        try:
            for check, finding, read in examine(archive, brought):
                answers.append((check, finding))
                evidence = read or evidence
                if not as_json:
                    print(line(check, finding), flush=True)
        except Hindered as error:
            hindrance = str(error)
        failed = [check.name for check, finding in answers if finding.failed]
        if hindrance:
            _tell_hindrance(hindrance, len(answers), failed)
        if hindrance and not failed:  # neither passed nor failed; what has failed before, has
            return USAGE
        if as_json:
            told = json.dumps(as_object(answers, evidence, brought), ensure_ascii=not _is_unicode())
        else:
            told = verdict(answers, evidence, brought)
        print(told, flush=True)
    return FAILED if failed else OK


def _tell_hindrance(hindrance: str, judged: int, failed: Sequence[str]) -> None:
    stopped = f"this machine stopped the reading after {judged} of {len(CHECKS)} checks: {hindrance}"
    told = "the others were not judged" if failed else "no verdict, and nothing is said against the bundle"
    print(f"verifier: {stopped}; {told}", file=sys.stderr)


def _is_unicode() -> bool:
    """Whether standard output takes every character; escaped by its codec, an object would be no JSON any more."""
    return str(sys.stdout.encoding).lower().startswith("utf")


def _brought(options: argparse.Namespace) -> Brought:
    """Return what the reader brought along. :raises WrongUsage: it cannot be read"""
    return Brought(
        log_key="" if options.log_key is None else _key("--log-key", options.log_key, ED25519),
        trust=tuple(_file(options.trust, from_pem)) if options.trust else (),
        checkpoints=tuple(_file(path, _checkpoint) for path in options.checkpoint),
        receipts=tuple(_file(path, read_receipt) for path in options.receipt),
        witnesses=tuple(_key("--witness", given, COSIGNATURE) for given in options.witness),
        timestamp_roots=tuple(_file(path, _timestamp_root) for path in options.tsa_root),
        stage=options.stage,
    )


def _key(option: str, given: str, algorithm: bytes) -> str:
    """Return a pinned key, read from a file where one is named. :raises WrongUsage: it is none of this algorithm"""
    try:
        if given and "+" not in given and Path(given).is_file():
            given = _bytes(Path(given)).decode().strip()
        parsed_key(given, algorithm)  # an empty one, too: who meant to pin a key must not go without
    except ValueError as error:
        raise WrongUsage(f"{option}: {error}") from error
    return given


def _checkpoint(raw: bytes) -> str:
    note = raw.decode()
    if note_size(note) is None:
        raise ValueError("not a checkpoint")
    return note


def _timestamp_root(raw: bytes) -> bytes:
    """Return PEM or DER as it is. :raises ValueError: `timestamps` could not read it, and would blame the bundle"""
    if b"-----BEGIN" in raw:
        x509.load_pem_x509_certificates(raw)
    else:
        x509.load_der_x509_certificate(raw)
    return raw


def _file(path: Path, read: Callable[[bytes], Read]) -> Read:
    try:
        return read(_bytes(path))
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion) as error:
        raise WrongUsage(f"{path}: {error}") from error


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        raw = file.read(MOST_BROUGHT + 1)  # what it says of its size is not believed: it may be a device
    if len(raw) > MOST_BROUGHT:
        raise WrongUsage(f"{path} is larger than {MOST_BROUGHT} bytes")
    return raw


if __name__ == "__main__":
    sys.exit(main())
