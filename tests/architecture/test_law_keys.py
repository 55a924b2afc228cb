"""Every article that code, data or a page cites exists in the lawbook."""

from pathlib import Path

import lawbook
from lawbook.citations import by_key, citations, sources

ROOT = Path(__file__).resolve().parents[2]


def test_every_cited_article_exists():
    cited = by_key(citations(ROOT, sources(ROOT)))
    missing = {key: [f"{one.path}:{one.line}" for one in cited[key]] for key in cited if key not in lawbook.articles()}
    assert not missing
    assert len(cited) > 40


def test_every_key_of_the_lawbook_names_its_source():
    for key, article in lawbook.articles().items():
        assert article.key == key
        assert article.number > 0
        assert article.title
        assert article.text
        assert article.source


def test_a_citation_is_found_with_its_place(tmp_path: Path):
    key = "-".join(("BL", "999"))
    page = tmp_path / "page.html"
    page.write_text(f"<p>\n{key} and {key}</p>\n", encoding="utf-8")
    (found,) = citations(tmp_path, sources(tmp_path))
    assert (found.path, found.line, found.key) == ("page.html", 2, key)
