"""Licence fields on real photos: exact values by field, and every miss, against the labels in
``../shared/data/licences``.

"Exact" means: equal after NFKC and with every blank removed; dates equal as dates (the labels zero-pad where the
licence does not, and some carry the end of the term after a comma: the first date is the date of establishment).
"""

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ocr.fields import Field, read_fields
from ocr.fields.shapes import parse_date, plain
from ocr.pages import Unreadable

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "licences"
MEASURED = {
    "uscc": "social_credit_code",
    "name": "name",
    "legal_representative": "legal_person",
    "established_date": "start_date",
}
ALSO_SHOWN = {
    "type": "type",
    "registered_capital": "registration_capital",
    "business_term": "operation_date",
    "address": "location",
}


@dataclass(frozen=True)
class Reading:
    """One field of one photo: the label, what was read, and whether they agree."""

    file: str
    field: str
    label: str
    value: str
    exact: bool
    confidence: float


def cases(folder: Path = FOLDER) -> list[dict[str, object]]:
    """This function will give the labelled photos."""
    return list(json.loads((folder / "ground_truth.json").read_text(encoding="utf-8")))


def is_exact(field: str, label: str, value: str) -> bool:
    """This function will compare a value with its label."""
    if field != "established_date":
        return plain(label) == plain(value)
    expected, found = parse_date(label), parse_date(value)
    return plain(label) == plain(value) or (expected is not None and expected == found)


def read_case(case: dict[str, object], folder: Path = FOLDER) -> Iterator[Reading]:
    """This function will read one photo and compare every labelled field."""
    file, labels = str(case["file"]), case["fields"]
    assert isinstance(labels, dict)
    try:
        fields: dict[str, Field] = read_fields(folder / file, "business_licence")
    except Unreadable as error:
        print(f"{file}: {error.reason}", file=sys.stderr)
        fields = {}
    for name, key in (MEASURED | ALSO_SHOWN).items():
        if key in labels:
            found = fields.get(name)
            value = found.value if found else ""
            yield Reading(
                file,
                name,
                str(labels[key]).strip(),
                value,
                is_exact(name, str(labels[key]), value),
                found.confidence if found else 0,
            )


def table(readings: list[Reading]) -> str:
    """This function will give the table of exact values by field, the four measured ones first, and their sum."""
    rows = [f"{'field':24}{'exact':>8}{'of':>6}{'share':>9}"]
    for name in (*MEASURED, *ALSO_SHOWN):
        rows.append(_row(name, [reading for reading in readings if reading.field == name]))
    rows.append(_row("the four measured", [reading for reading in readings if reading.field in MEASURED]))
    return "\n".join(rows)


def _row(name: str, readings: list[Reading]) -> str:
    exact = sum(reading.exact for reading in readings)
    return f"{name:24}{exact:8}{len(readings):6}{exact / max(1, len(readings)):9.1%}"


def main() -> int:
    """This function will print the table and the misses among the measured fields."""
    if not FOLDER.exists():
        print(f"skipped: {FOLDER} is absent")
        return 0
    begin = time.perf_counter()
    readings = [reading for case in cases() for reading in read_case(case)]
    seconds = time.perf_counter() - begin
    wanted = MEASURED if "--all" not in sys.argv else MEASURED | ALSO_SHOWN
    for miss in readings:
        if not miss.exact and miss.field in wanted:
            print(f"{miss.file}  {miss.field:22} label {miss.label!r}  read {miss.value!r}  ({miss.confidence:.2f})")
    print(table(readings))
    print(f"{len({reading.file for reading in readings})} photos in {seconds:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
