"""`python -m tendering.rules.draws FILE.json`: recompute a draw from its record.

Exit 0 it holds, 1 it does not, 2 wrong usage.
FILE holds one record (docs/draws.md), or an object with a member `record`. `-` reads standard input.
"""

import argparse
import json
import sys
from pathlib import Path

from tendering.rules.draws import problems, recompute


def main(arguments: list[str] | None = None) -> int:
    """Print one JSON object and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tendering.rules.draws", description="Recompute a draw.")
    parser.add_argument("file", help="the record as JSON; - for standard input")
    name = parser.parse_args(arguments).file
    try:
        record = json.loads(sys.stdin.read() if name == "-" else Path(name).read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        print(json.dumps({"holds": False, "reasons": [f"{name}: {error}"]}, ensure_ascii=False))
        return 2
    if isinstance(record, dict) and isinstance(record.get("record"), dict):
        record = record["record"]
    found = problems(record)
    answer = {"holds": not found, "reasons": [str(reason) for reason in found]}
    if not found:
        answer |= {"purpose": record["purpose"], "recomputed": recompute(record)}
    print(json.dumps(answer, ensure_ascii=False, indent=2))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
