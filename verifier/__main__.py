"""`python -m verifier BUNDLE [--log-key K] [--trust CA.pem] [--checkpoint FILE] [--receipt FILE] [--stage S] [--json]`.

Exit status 0 when no check failed, 1 when one did (each is named), 2 for wrong usage.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from ledger.cosignatures import COSIGNATURE
from ledger.notes import ED25519, BadNote, parsed_key
from ledger.offline import Unreadable, read_receipt
from suites.certificates import BadCertificate, from_pem
from verifier.archive import opened
from verifier.case import Brought
from verifier.checks.stages import STAGES
from verifier.report import as_object, line, verdict
from verifier.table import examine

OK, FAILED, USAGE = 0, 1, 2
MOST_BROUGHT = 4 << 20


class WrongUsage(Exception):
    """What was given on the command line cannot be used."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m verifier", description="Check one lot from its evidence bundle.")
    parser.add_argument("bundle", type=Path, help="the bundle, as `manage.py export_bundle` writes it")
    parser.add_argument("--log-key", default="", help="the log's key as you know it, or a file with it")
    parser.add_argument("--trust", type=Path, help="the root certificate as you know it, PEM or DER")
    parser.add_argument("--checkpoint", type=Path, action="append", default=[], help="one you saved; repeatable")
    parser.add_argument("--receipt", type=Path, action="append", default=[], help="your own receipt; repeatable")
    parser.add_argument("--witness", action="append", default=[], help="a witness's key as you know it; repeatable")
    parser.add_argument("--tsa-root", type=Path, action="append", default=[], help="a timestamp authority's root, PEM")
    parser.add_argument("--stage", default="", choices=STAGES, help="a stage that the bundle must show, as you know it")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the bundle, print the verdict and return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        brought = _brought(options)
        return _judge(options.bundle, brought, as_json=options.json)
    except (WrongUsage, OSError) as error:
        print(f"verifier: {error}", file=sys.stderr)
        return USAGE


def _judge(path: Path, brought: Brought, *, as_json: bool) -> int:
    with opened(path) as archive:
        answers, evidence = [], None
        for check, finding, read in examine(archive, brought):
            answers.append((check, finding))
            evidence = read or evidence
            if not as_json:
                print(line(check, finding), flush=True)
        failed = [check.name for check, finding in answers if finding.failed]
        if as_json:
            print(json.dumps(as_object(answers, evidence, brought), ensure_ascii=False))
        else:
            print(verdict(answers, evidence, brought))
    return FAILED if failed else OK


def _brought(options: argparse.Namespace) -> Brought:
    """Return what the reader brought along. :raises WrongUsage: it cannot be read"""
    try:
        return Brought(
            log_key=_key(options.log_key, ED25519),
            trust=tuple(from_pem(_bytes(options.trust))) if options.trust else (),
            checkpoints=tuple(_bytes(path).decode() for path in options.checkpoint),
            receipts=tuple(read_receipt(_bytes(path)) for path in options.receipt),
            witnesses=tuple(_key(given, COSIGNATURE) for given in options.witness),
            timestamp_roots=tuple(_bytes(path) for path in options.tsa_root),
            stage=options.stage,
        )
    except (BadNote, BadCertificate, Unreadable, UnicodeDecodeError) as error:
        raise WrongUsage(str(error)) from error


def _key(given: str, algorithm: bytes) -> str:
    """Return a pinned key, read from a file where one is named. :raises BadNote: it is none of this algorithm"""
    if given and "+" not in given and Path(given).is_file():
        given = _bytes(Path(given)).decode().strip()
    if given:
        parsed_key(given, algorithm)
    return given


def _bytes(path: Path) -> bytes:
    if path.stat().st_size > MOST_BROUGHT:
        raise WrongUsage(f"{path} is larger than {MOST_BROUGHT} bytes")
    return path.read_bytes()


if __name__ == "__main__":
    sys.exit(main())
