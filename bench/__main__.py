"""`python -m bench [NAME …]`: every measure, or those named, as one table."""

import argparse
import importlib
import sys
from pathlib import Path

from bench import Row

HEAD = ("what", "value", "unit", "peer", "peer's value", "ratio", "target")


def names() -> list[str]:
    """The bench modules that offer `rows()`, by file."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.3g}" if abs(value) < 10 else f"{value:,.0f}"


def _cells(row: Row) -> tuple[str, ...]:
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    return (row.what, _number(row.value), row.unit, row.peer, _number(row.peer_value), ratio, row.target)


def show(rows: list[Row]) -> None:
    """Print a table whose columns are as wide as their widest cell."""
    table = [HEAD, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in table) for column in range(len(HEAD))]
    for line in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def main() -> int:
    """Run the measures; a module that offers no `rows()` is a program of its own and is named."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of: {', '.join(names())}")
    wanted = parser.parse_args().names or names()
    found: list[Row] = []
    for name in wanted:
        print(f"measuring {name} …", file=sys.stderr)
        module = importlib.import_module(f"bench.{name}")
        if not hasattr(module, "rows"):
            print(f"{name} has no rows: run it by `python -m bench.{name}`", file=sys.stderr)
            continue
        found += module.rows()
    show(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
