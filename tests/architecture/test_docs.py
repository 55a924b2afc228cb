"""The documents tell the truth: tests they cite exist, links lead somewhere, commands are in the Makefile."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
_CITED = re.compile(r"(tests/[\w/]+\.py)::(test_\w+)")
_FILE = re.compile(r"`(tests/[\w/]+\.py)`")
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_MAKE = re.compile(r"\bmake ([a-z][a-z-]*)")
_MANAGE = re.compile(r"\bmanage\.py ([a-z_]+)")
_HEADING = re.compile(r"^#{1,6} +(.+)$", re.M)
DJANGOS_OWN = {"migrate", "collectstatic", "makemigrations"}


@cache
def functions_of(path: Path) -> frozenset[str]:
    """Every test function of a file, those in classes too."""
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    return frozenset(n.name for n in nodes if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


def anchors(page: Path) -> set[str]:
    """The fragments of a page's headings, as forges make them."""
    titles = _HEADING.findall(page.read_text("utf-8"))
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def commands() -> set[str]:
    """The names of this project's own management commands."""
    return {p.stem for p in ROOT.glob("*/management/commands/*.py") if p.stem != "__init__"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_cited_test_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    missing = [f"{f}::{name}" for f, name in _CITED.findall(text) if name not in named_in(f)]
    missing += [f for f in _FILE.findall(text) if not (ROOT / f).is_file()]
    assert not missing, "cited but not there:\n" + "\n".join(missing)


def named_in(name: str) -> frozenset[str]:
    path = ROOT / name
    return functions_of(path) if path.is_file() else frozenset()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    broken = []
    for link in _LINK.findall(page.read_text("utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, fragment = link.partition("#")
        target = (page.parent / name) if name else page
        if not target.exists() or (fragment and target.is_file() and fragment not in anchors(target)):
            broken.append(link)
    assert not broken, f"{page.name}: {broken}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_named_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    code = " ".join(re.findall(r"```.*?```|`[^`]+`", text, re.S))
    assert set(_MAKE.findall(code)) <= targets
    assert set(_MANAGE.findall(code)) <= commands() | DJANGOS_OWN


def test_the_threat_table_cites_a_test_in_every_row() -> None:
    text = (ROOT / "docs" / "security.md").read_text("utf-8")
    table = text.split("## Threats")[1].split("## What remains")[0]
    rows = [
        line for line in table.splitlines() if line.startswith("| ") and not line.startswith(("| attacker", "| ---"))
    ]
    assert len(rows) >= 16
    assert [row for row in rows if not _CITED.search(row)] == []
