"""The command line: ``python -m ocr read FILE`` and ``python -m ocr fields FILE --kind KIND``, readable or ``--json``.

Exit codes: 0 done, 1 refused or failed with the reason, 2 wrong usage. With ``--json`` one JSON object is printed on
stdout.
"""

import argparse
import json
import resource
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from ocr.fields import KINDS, read_fields
from ocr.isolation import end_with
from ocr.pages import Document, Limits, Unreadable
from ocr.reading import read_document


def main(arguments: list[str] | None = None) -> int:
    """This function will run one command and give its exit code."""
    options = _parser().parse_args(arguments)
    if options.exit_with:
        end_with(options.exit_with)
    if options.memory_mb:
        resource.setrlimit(resource.RLIMIT_AS, (options.memory_mb << 20, options.memory_mb << 20))
    try:
        answer = options.run(options)
    except Unreadable as refusal:
        answer = {"error": refusal.reason}
    except MemoryError:
        answer = {"error": "the file needs more memory than allowed"}
    if options.json:
        print(json.dumps(answer, ensure_ascii=False))
    elif "error" in answer:
        print(answer["error"], file=sys.stderr)
    else:
        print(_readable(answer))
    return 1 if "error" in answer else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ocr", description="Read PDFs and pictures: text, fields, boxes.")
    commands = parser.add_subparsers(required=True, metavar="read | fields")
    read = commands.add_parser("read", help="the text of every page, with its source and seconds")
    read.add_argument("--lines", action="store_true", help="with --json: also every line with its box")
    read.set_defaults(run=_read)
    fields = commands.add_parser("fields", help="the fields of a document of a known kind")
    fields.add_argument("--kind", required=True, choices=sorted(KINDS))
    fields.set_defaults(run=_fields)
    for command in (read, fields):
        command.add_argument("file", type=Path)
        command.add_argument("--json", action="store_true", help="one JSON object on standard output")
        command.add_argument(
            "--pages", type=_page_range, default=(1, None), metavar="1-3", help="only these pages of a PDF"
        )
        command.add_argument("--memory-mb", type=int, default=0, help="fail beyond this much memory")
        command.add_argument("--exit-with", type=int, default=0, metavar="PID", help="end when this parent ends")
    read.add_argument("--size", choices=("tiny", "small"), default="tiny", help="the OCR model")
    return parser


def _page_range(text: str) -> tuple[int, int | None]:
    first, _, last = text.partition("-")
    pages = (int(first), int(last) if last else (int(first) if "-" not in text else None))
    if pages[0] < 1 or (pages[1] is not None and pages[1] < pages[0]):
        raise argparse.ArgumentTypeError(f"not a page range: {text}")
    return pages


def _limits(options: argparse.Namespace) -> Limits:
    return replace(Limits(), first_page=options.pages[0], last_page=options.pages[1])


def _read(options: argparse.Namespace) -> dict[str, Any]:
    document: Document = read_document(options.file, limits=_limits(options), size=options.size)
    return document.as_dict(lines=options.lines)


def _fields(options: argparse.Namespace) -> dict[str, Any]:
    begin = time.perf_counter()
    fields = read_fields(options.file, options.kind, limits=_limits(options))
    rows = {name: field.as_dict() for name, field in fields.items()}
    return {"kind": options.kind, "fields": rows, "seconds": round(time.perf_counter() - begin, 3)}


def _readable(answer: dict[str, Any]) -> str:
    if "fields" in answer:
        return "\n".join(_readable_field(name, row) for name, row in answer["fields"].items())
    return "\n".join(_readable_page(page) for page in answer["pages"]) + f"\n{answer['seconds']} s"


def _readable_field(name: str, row: dict[str, Any]) -> str:
    failed = "; ".join(check["reason"] for check in row["checks"] if not check["passed"])
    return f"{name:24}{row['value']}  ({row['confidence']:.2f}, page {row['page']})" + (f"  {failed}" if failed else "")


def _readable_page(page: dict[str, Any]) -> str:
    head = f"--- page {page['number']}: {page['source']}, quality {page['quality']:.2f}, {page['seconds']} s"
    return f"{head}\n{page.get('reason') or page['text']}"


if __name__ == "__main__":
    sys.exit(main())
