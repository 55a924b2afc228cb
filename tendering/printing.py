"""Printed records: typst templates filled with data, PDF/A-2b out. Fonts come with the installation.

A template is markup of ours under `templates_typ/`; what people typed is handed over as JSON and never becomes markup.
PDF/A has no glyph for "missing": a character that no font has is written as its number, 〔U+20BB7〕, so that nobody's
emoji or rare surname can hold up a record. No clock: dates that appear in a document are in its data.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typst

from signing.fonts import fonts

TEMPLATES = Path(__file__).parent / "templates_typ"
_PROBE = b'#set text(font: ("Noto Serif SC", "Noto Sans SC"))\n#json(bytes(sys.inputs.data))'
_MOST_PROBES = 400  # compilations of some milliseconds each; what is undecided after them is written as a number
_printable: dict[str, bool] = {}  # what was found out of each character in this process


def render(template: str, data: Mapping[str, Any], *, at: datetime | None = None, root: Path = TEMPLATES) -> bytes:
    """Return the PDF of `<root>/<template>.typ` filled with `data`; the same data give the same bytes.

    The template reads `#let d = json(bytes(sys.inputs.data))`. `data` is plain JSON: strings, numbers, lists, objects.
    `at` is the time written into the PDF's metadata (the epoch when not given).

    :raises typst.TypstError: if the template is wrong
    """
    given = {"root": str(root), "timestamp": int((at or datetime.fromtimestamp(0, UTC)).timestamp())}
    source = str(root / f"{template}.typ")
    try:
        return _compiled(source, data, **given)
    except typst.TypstError:
        missing = _without_glyph(set().union(*_strings(data)))
        if not missing:
            raise
    return _compiled(source, _numbered(data, missing), **given)


def _compiled(source: str | bytes, data: object, **given: Any) -> bytes:
    pdf: bytes = typst.compile(
        source,
        font_paths=fonts(),
        format="pdf",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False, sort_keys=True)},
        pdf_standards=["a-2b"],
        **given,
    )
    return pdf


def _strings(value: Any) -> Iterable[str]:
    """Yield every text in plain JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for member in value.values():
            yield from _strings(member)
    elif isinstance(value, list | tuple):
        for member in value:
            yield from _strings(member)


def _numbered(value: Any, missing: frozenset[str]) -> Any:
    """Return the same data with the missing characters written as numbers."""
    if isinstance(value, str):
        return "".join(f"〔U+{ord(sign):04X}〕" if sign in missing else sign for sign in value)
    if isinstance(value, Mapping):
        return {name: _numbered(member, missing) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_numbered(member, missing) for member in value]
    return value


def _without_glyph(signs: Iterable[str]) -> frozenset[str]:
    """Return which characters cannot be printed: halves of what fails are tried until single ones are left."""
    signs = sorted(signs)
    waiting, probes = [[sign for sign in signs if sign not in _printable]], 0
    while waiting:
        some = waiting.pop()
        if not some:
            continue
        if (probes := probes + 1) > _MOST_PROBES:
            return frozenset(sign for sign in signs if not _printable.get(sign, sign.isascii()))
        if _prints("".join(some)):
            _printable.update(dict.fromkeys(some, True))
        elif len(some) == 1:
            _printable[some[0]] = False
        else:
            waiting += [some[: len(some) // 2], some[len(some) // 2 :]]
    return frozenset(sign for sign in signs if not _printable[sign])


def _prints(text: str) -> bool:
    try:
        _compiled(_PROBE, text)
    except typst.TypstError:
        return False
    return True
