"""`python -m ledger verify-receipt FILE --log-key K`: verify a receipt offline, without Django, database or network.

Exit status: 0 good, 1 refused with every fault on standard error, 2 wrong usage or no receipt.
"""

import argparse
import json
import sys
from pathlib import Path

from ledger import cosignatures, notes
from ledger.offline import MOST_BYTES, Pinned, Unreadable, Verdict, read_receipt, verify_receipt


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="ledger", description="Verify what the evidence log gave out")
    commands = parser.add_subparsers(dest="command", required=True)
    verify = commands.add_parser("verify-receipt", help="verify the receipt of an entry")
    verify.add_argument("file", type=Path, help="the receipt (canonical JSON)")
    verify.add_argument("--log-key", required=True, help="the log's verifier key, or a file that holds it")
    verify.add_argument("--witness", action="append", default=[], metavar="KEY", help="a witness's key; repeatable")
    verify.add_argument("--least", type=int, default=0, metavar="N", help="so many pinned witnesses must have cosigned")
    verify.add_argument("--tsa-root", action="append", default=[], type=Path, metavar="PEM", help="repeatable")
    verify.add_argument("--json", action="store_true", help="print one JSON object on stdout")
    return parser.parse_args()


def main() -> int:
    """Verify and return the exit status."""
    wanted = _arguments()
    try:
        pinned = _pinned(wanted)
        with wanted.file.open("rb") as file:
            receipt = read_receipt(file.read(MOST_BYTES + 1))
    except (OSError, notes.BadNote, Unreadable, UnicodeDecodeError) as error:
        print(f"{wanted.file}: {error}", file=sys.stderr)
        return 2
    verdict = verify_receipt(receipt, pinned)
    if len(verdict.facts.get("witnesses", {})) < wanted.least:
        verdict.faults.append(f"witnesses: fewer than {wanted.least} of the pinned ones cosigned")
    _tell(verdict, as_json=wanted.json)
    return 0 if verdict.good else 1


def _pinned(wanted: argparse.Namespace) -> Pinned:
    key = _key(wanted.log_key)
    notes.parsed_key(key)
    witnesses = [_key(text) for text in wanted.witness]
    for witness in witnesses:
        notes.parsed_key(witness, cosignatures.COSIGNATURE)
    return Pinned(key, witnesses, [path.read_bytes() for path in wanted.tsa_root])


def _key(text: str) -> str:
    """Return the key, read from a file where it names one."""
    return text.strip() if "+" in text else Path(text).read_text("utf-8").strip()


def _tell(verdict: Verdict, *, as_json: bool) -> None:
    for fault in verdict.faults:
        print(fault, file=sys.stderr)
    if as_json:
        print(json.dumps({"good": verdict.good, "faults": verdict.faults, **verdict.facts}, ensure_ascii=False))
        return
    told = [f"{name}: {value}" for name, value in verdict.facts.items()]
    print("\n".join(["good" if verdict.good else "REFUSED", *told]))


if __name__ == "__main__":
    sys.exit(main())
