"""`python -m lawbook [KEY …]`: prints article → code → tests, for all articles or the given ones (`make law`)."""

import sys
from pathlib import Path

from lawbook.articles import Article, articles
from lawbook.citations import Citation, by_key, citations, sources
from lawbook.files import FOLDER


def _show(article: Article, cited: list[Citation]) -> None:
    print(f"{article.key}  {article}　{article.title}")
    print(f"    {article.text}")
    for title, wanted in (("code", False), ("tests", True)):
        places = [f"{one.path}:{one.line}" for one in cited if one.in_tests is wanted]
        print(f"    {title}: {'  '.join(places) if places else '–'}")


def main(keys: list[str], root: Path) -> int:
    """Print the articles; 1 when code cites an article that the lawbook lacks, 2 for an unknown KEY."""
    known = articles()
    strangers = [key for key in keys if key not in known]
    if strangers:
        print(f"no such article: {', '.join(strangers)}", file=sys.stderr)
        return 2
    cited = by_key(citations(root, sources(root)))
    for key in keys or known:
        _show(known[key], cited.get(key, []))
    missing = sorted(set(cited) - set(known))
    if missing:
        print(f"cited but not in articles.toml: {', '.join(missing)}", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], FOLDER.parent))
