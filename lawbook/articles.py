"""Articles by key (`BL-28` is 招标投标法第二十八条): title, short paraphrase, source."""

from dataclasses import dataclass
from functools import cache

from lawbook.files import read


class UnknownArticle(KeyError):
    """No article has this key: correct the citation or add the article to articles.toml."""


@dataclass(frozen=True)
class Article:
    """One article. `source` is the full name of the law; `text` a paraphrase, never the certified wording."""

    key: str
    title: str
    text: str
    source: str

    @property
    def number(self) -> int:
        return int(self.key.partition("-")[2])

    def __str__(self) -> str:
        return f"《{self.source}》第{self.number}条"


@cache
def articles() -> dict[str, Article]:
    """Return every article: key → article, in the order of the file."""
    data = read("articles.toml")
    sources = data["sources"]
    return {
        key: Article(key, row["title"], row["text"], sources[key.partition("-")[0]]["name"])
        for key, row in data["articles"].items()
    }


def article(key: str) -> Article:
    """Return the article cited as `key`.

    :raises UnknownArticle: when articles.toml has none
    """
    try:
        return articles()[key]
    except KeyError:
        raise UnknownArticle(key) from None
