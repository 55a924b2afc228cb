"""The round red seal as it is drawn: the appearance of a signature, never the signature itself. Lengths in points."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import typst

from signing.fonts import fonts

TEMPLATE = Path(__file__).parent / "seal.typ"
SIDE = 42 / 25.4 * 72  # 42 mm
MOST_NAME, MOST_KIND, MOST_NUMBER = 40, 16, 20


@dataclass(frozen=True)
class SealAppearance:
    """What stands on the seal: `name` along the upper arc, `kind` under the star, `number` along the lower arc.

    :raises ValueError: no name, or a text too long to be read on 42 mm
    """

    name: str
    kind: str = "电子招标投标专用章"
    number: str = ""

    def __post_init__(self) -> None:
        for text, most in ((self.name, MOST_NAME), (self.kind, MOST_KIND), (self.number, MOST_NUMBER)):
            if len(text) > most:
                raise ValueError(f"too long for a seal: {text!r}")
        if not self.name.strip():
            raise ValueError("a seal bears a name")


@lru_cache(maxsize=16)
def seal_pdf(seal: SealAppearance) -> bytes:
    """Return the seal as a PDF of one page of SIDE × SIDE, transparent, its glyphs embedded as a subset."""
    data = {"name": seal.name.strip(), "kind": seal.kind, "number": seal.number}
    pdf: bytes = typst.compile(
        str(TEMPLATE),
        root=str(TEMPLATE.parent),
        font_paths=fonts(),
        format="pdf",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        timestamp=0,
    )
    return pdf
