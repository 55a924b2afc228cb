"""Where articles are cited: law keys found in the lines of source files. Reads only the files it is given."""

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

KEY = re.compile(r"\b(?:BL|BR|EB|EC|EP|NP|CP|GP)-\d{1,3}\b")
SUFFIXES = frozenset({".py", ".toml", ".html", ".js", ".typ"})
SKIPPED = frozenset({".venv", "var", "node_modules", "staticfiles", "__pycache__", ".git"})
ARTICLES = "lawbook/articles.toml"


@dataclass(frozen=True, order=True)
class Citation:
    """A line that names an article; `path` is relative to the root, with forward slashes."""

    path: str
    line: int
    key: str

    @property
    def in_tests(self) -> bool:
        return self.path.startswith("tests/")


def sources(root: Path) -> list[Path]:
    """Return every file that may cite an article, sorted; the articles themselves are left out."""
    found = []
    for folder, names, files in os.walk(root):
        names[:] = [name for name in names if name not in SKIPPED and not name.startswith(".")]
        found += [Path(folder) / name for name in files if Path(name).suffix in SUFFIXES]
    return sorted(path for path in found if path.relative_to(root).as_posix() != ARTICLES)


def citations(root: Path, paths: Iterable[Path]) -> list[Citation]:
    """Return every citation in these files, sorted."""
    found = set()
    for path in paths:
        name = path.relative_to(root).as_posix()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            found |= {Citation(name, number, key) for key in KEY.findall(line)}
    return sorted(found)


def by_key(found: Iterable[Citation]) -> Mapping[str, list[Citation]]:
    """Return the citations of each key: key → citations."""
    grouped: dict[str, list[Citation]] = defaultdict(list)
    for citation in found:
        grouped[citation.key].append(citation)
    return grouped
