"""Printed records: typst templates filled with data, PDF/A-2b out. Fonts come with the installation.

A template is markup of ours under `templates_typ/`; what people typed is handed over as JSON and never becomes markup.
PDF/A has no glyph for "missing": a character that no font has is written as its number, 〔U+20BB7〕, so that nobody's
emoji or rare surname can hold up a record; so are marks that combine with their neighbours, and what cannot be seen.
No clock: dates that appear in a document are in its data.
"""

import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typst

from signing.fonts import fonts

TEMPLATES = Path(__file__).parent / "templates_typ"
_PROBE = b'#set text(font: ("Noto Serif SC", "Noto Sans SC"))\n#json(bytes(sys.inputs.data))'
_MOST_PROBES = 400  # compilations of some milliseconds each; what is undecided after them is written as a number
_UNSEEN = frozenset({"Mn", "Mc", "Me", "Cf", "Cc", "Co", "Cn", "Cs"})  # categories of characters that never stand alone


def render(template: str, data: Mapping[str, Any], *, at: datetime | None = None, root: Path = TEMPLATES) -> bytes:
    """Return the PDF of `<root>/<template>.typ` filled with `data`; the same data give the same bytes.

    The template reads `#let d = json(bytes(sys.inputs.data))`. `data` is plain JSON: strings, numbers, lists, objects.
    `at` is the time written into the PDF's metadata (the epoch when not given).

    :raises typst.TypstError: if the template is wrong
    """
    given = {"root": str(root), "timestamp": int((at or datetime.fromtimestamp(0, UTC)).timestamp())}
    source = str(root / f"{template}.typ")
    seen = _spelled(data, lambda sign: unicodedata.category(sign) in _UNSEEN and sign not in "\n\t")
    signs = frozenset[str]().union(*_strings(seen))
    try:
        return _compiled(source, seen, **given)
    except typst.TypstError:
        missing = _without_glyph(signs)
        if all(map(_is_usual, signs)):
            raise
    try:
        return _compiled(source, _spelled(seen, missing.__contains__), **given)
    except typst.TypstError:  # characters that print alone and not together: only what is always there is left
        return _compiled(source, _spelled(seen, lambda sign: not _is_usual(sign)), **given)


def _is_usual(sign: str) -> bool:
    """Whether every font of ours has it: ASCII, and the first block of Chinese characters with their punctuation."""
    return sign.isascii() or "\u4e00" <= sign <= "\u9fa5" or sign in "，。、；：？！（）《》〔〕“”‘’—…·￥¥"


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


def _spelled(value: Any, as_number: Callable[[str], bool]) -> Any:
    """Return the same data in NFC, with those characters written as numbers of which `as_number` says so."""
    if isinstance(value, str):
        signs = unicodedata.normalize("NFC", value)
        return "".join(f"〔U+{ord(sign):04X}〕" if as_number(sign) else sign for sign in signs)
    if isinstance(value, Mapping):
        return {name: _spelled(member, as_number) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_spelled(member, as_number) for member in value]
    return value


def _without_glyph(signs: Iterable[str]) -> frozenset[str]:
    """Return which characters cannot be printed: halves of what fails are tried until single ones are left."""
    waiting, probes = [sorted(sign for sign in signs if not _is_usual(sign))], 0
    missing: set[str] = set()
    while waiting:
        some = waiting.pop()
        if not some:
            continue
        probes += 1
        if probes <= _MOST_PROBES and _prints("".join(some)):
            continue
        if len(some) == 1 or probes > _MOST_PROBES:
            missing.update(some)
        else:
            waiting += [some[: len(some) // 2], some[len(some) // 2 :]]
    return frozenset(missing)


def _prints(text: str) -> bool:
    try:
        _compiled(_PROBE, text)
    except typst.TypstError:
        return False
    return True
