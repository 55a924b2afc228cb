"""The words: collected from templates, Python and law data, compiled without any gettext program (`polib`).

Message ids are the Chinese source strings. Writes only under `locale/`.
"""

import ast
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import polib
from django.utils.translation.template import templatize

MARKS = frozenset({"_", "gettext", "gettext_lazy", "gettext_noop"})
PLURAL_MARKS = frozenset({"ngettext", "ngettext_lazy"})
HEADER = {
    "Project-Id-Version": "gongheng",
    "Language": "en",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}
SKIPPED = frozenset({".venv", "var", "tests", "bench", "staticfiles", "node_modules"})
_STRING = r"u?('(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")"
_TEMPLATE_MARK = re.compile(rf"\b(ngettext|gettext|_)\(\s*{_STRING}(?:\s*,\s*{_STRING})?", re.S)
_AUDIENCE = re.compile(r'\{%\s*audience\s+"([^"]+)"')
LAW_FOLDERS = frozenset({"procedures", "schemes"})
LAW_WORDS = frozenset({"title", "name", "ground", "hints"})
_CHINESE = re.compile(r"[\u3400-\u9fff]")

Word = tuple[str, str]  # message id, plural or empty


def words_of_template(source: str) -> Iterator[Word]:
    """Return what a template marks by translate and blocktranslate, in order, then what `{% audience %}` says."""
    for match in _TEMPLATE_MARK.finditer(templatize(source)):
        first = ast.literal_eval(match.group(2))
        second = ast.literal_eval(match.group(3)) if match.group(1) == "ngettext" and match.group(3) else ""
        yield first, second
    for match in _AUDIENCE.finditer(source):
        yield match.group(1), ""


def words_of_python(source: str) -> Iterator[Word]:
    """Return what Python source marks by gettext and its kin, in order; only constant strings."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        if name in MARKS and texts:
            yield texts[0], ""
        elif name in PLURAL_MARKS and len(texts) >= 2:
            yield texts[0], texts[1]


def words_of_law(source: str) -> Iterator[Word]:
    """Return the words of a procedure or scheme in TOML that pages show: titles, tiers, grounds and hints, in order."""
    yield from _law_words(tomllib.loads(source))


def _law_words(node: Any) -> Iterator[Word]:
    if isinstance(node, list):
        for item in node:
            yield from _law_words(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in LAW_WORDS:
                yield from ((text, "") for text in ([value] if isinstance(value, str) else value))
            else:
                yield from _law_words(value)


def collected(root: Path) -> dict[Word, list[str]]:
    """Return every Chinese word to translate below `root` → the files that use it, sorted."""
    found: dict[Word, set[str]] = {}
    for path in _sources(root):
        reader = _reader(path)
        if reader is None:
            continue
        for word in reader(path.read_text("utf-8")):
            if _CHINESE.search(word[0]):
                found.setdefault(word, set()).add(str(path.relative_to(root)))
    return {word: sorted(files) for word, files in found.items()}


def _reader(path: Path) -> Callable[[str], Iterator[Word]] | None:
    if path.suffix == ".html" or (path.suffix == ".txt" and "templates" in path.parts):
        return words_of_template
    if path.suffix == ".toml":
        return words_of_law if path.parent.name in LAW_FOLDERS else None
    return words_of_python if path.suffix == ".py" else None


def _sources(root: Path) -> Iterator[Path]:
    for path in sorted(root.iterdir()):
        if path.name in SKIPPED or path.name.startswith("."):
            continue
        if path.is_dir():
            yield from _sources(path)
        else:
            yield path


def update(catalogue: Path, words: dict[Word, list[str]]) -> polib.POFile:
    """Write the words into the catalogue: translations are kept, words no longer used are dropped."""
    kept = {entry.msgid: entry for entry in polib.pofile(str(catalogue))} if catalogue.exists() else {}
    fresh = polib.POFile(wrapwidth=110)
    fresh.metadata = dict(HEADER)
    for (msgid, plural), files in sorted(words.items(), key=lambda item: (item[1][0], item[0][0])):
        old = kept.get(msgid)
        entry = polib.POEntry(msgid=msgid, occurrences=[(name, "") for name in files])
        if plural:
            entry.msgid_plural = plural
            entry.msgstr_plural = old.msgstr_plural if old and old.msgstr_plural else {0: "", 1: ""}
        else:
            entry.msgstr = old.msgstr if old else ""
        fresh.append(entry)
    _write(catalogue, str(fresh).encode("utf-8"))
    return fresh


def untranslated(catalogue: Path) -> list[str]:
    """Return the message ids that have no English yet."""
    return [entry.msgid for entry in polib.pofile(str(catalogue)) if not entry.translated()]


def compile_stale(folders: Iterable[Path]) -> list[Path]:
    """Compile every .po whose .mo is missing or older; return what was written. Safe in several processes at once."""
    written = []
    for catalogue in (po for folder in folders for po in Path(folder).glob("*/LC_MESSAGES/*.po")):
        compiled = catalogue.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < catalogue.stat().st_mtime:
            _write(compiled, polib.pofile(str(catalogue)).to_binary())
            written.append(compiled)
    return written


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{id(content):x}.part")
    part.write_bytes(content)
    part.replace(path)
