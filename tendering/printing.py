"""Printed records: typst templates filled with data, PDF/A-2b out. Fonts come with the installation.

A template is markup of ours under `templates_typ/`; what people typed is handed over as JSON and never becomes markup.
No clock: dates that appear in a document are in its data.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typst

from signing.fonts import fonts

TEMPLATES = Path(__file__).parent / "templates_typ"


def render(template: str, data: Mapping[str, Any], *, at: datetime | None = None, root: Path = TEMPLATES) -> bytes:
    """Return the PDF of `<root>/<template>.typ` filled with `data`; the same data give the same bytes.

    The template reads `#let d = json(bytes(sys.inputs.data))`. `data` is plain JSON: strings, numbers, lists, objects.
    `at` is the time written into the PDF's metadata (the epoch when not given).

    :raises typst.TypstError: if the template is wrong
    """
    pdf: bytes = typst.compile(
        str(root / f"{template}.typ"),
        root=str(root),
        font_paths=fonts(),
        format="pdf",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False, sort_keys=True)},
        pdf_standards=["a-2b"],
        timestamp=int((at or datetime.fromtimestamp(0, UTC)).timestamp()),
    )
    return pdf
