"""Icons of the `lucide` package, drawn into the page as SVG without an inline style. Pure."""

from functools import cache

from lucide.templatetags.lucide import lucide


@cache
def icon(name: str, *, large: bool = False) -> str:
    """Return an icon as inline SVG, hidden from screen readers: the word beside it speaks.

    :raises lucide.IconDoesNotExist: the package has no such icon
    """
    attributes = {"class": "ico lg" if large else "ico", "aria-hidden": "true"}
    return " ".join(str(lucide(name, size=None, **attributes)).split())
