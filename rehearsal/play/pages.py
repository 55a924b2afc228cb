"""What a person sees of a page: its forms with what is filled in, and the reasons of a refusal. Pure."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

Pair = tuple[str, str]


class NoSuchForm(Exception):
    """The page has no form with that address: the act is not offered."""


@dataclass
class Form:
    """A form: where it goes, and name and value of everything a browser would send unchanged."""

    action: str
    fields: list[Pair] = field(default_factory=list)
    names: set[str] = field(default_factory=set)  # of every control, sent unchanged or not
    choices: dict[str, list[str]] = field(default_factory=dict)  # values of radio buttons and selects

    def filled(self, values: dict[str, str]) -> dict[str, str | list[str]]:
        """Return what is sent when `values` replace what is filled in."""
        sent: dict[str, str | list[str]] = {}
        for name, value in self.fields:
            before = sent.get(name)
            sent[name] = value if before is None else [*([before] if isinstance(before, str) else before), value]
        return {**sent, **values}


class _Reader(HTMLParser):
    """Collects forms, and the texts of list items inside `<section class="refuse">`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.reasons: list[str] = []
        self._open: Form | None = None
        self._select = self._textarea = ""
        self._text: list[str] = []
        self._chosen: str | None = None
        self._refusal = 0
        self._feedback = ""  # the tag of the message under a field that is being read

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        classes = given.get("class", "").split()
        if tag == "section":
            self._refusal = 1 if "refuse" in classes else 0
        elif tag == "form":
            self._open = Form(given.get("action", ""))
            self.forms.append(self._open)
        elif tag == "li":
            self._text = []
        elif "invalid-feedback" in classes:
            self._text, self._feedback = [], tag
        elif self._open is not None:
            self._control(tag, given)

    def _control(self, tag: str, given: dict[str, str]) -> None:
        name = given.get("name", "")
        if self._open is not None and name:
            self._open.names.add(name)
        if tag == "input" and given.get("type") == "radio":
            self._choice(name, given.get("value", ""))
        if tag == "input" and name and _is_sent(given):
            self._add(name, given.get("value", "on" if given.get("type") in ("checkbox", "radio") else ""))
        elif tag == "select":
            self._select, self._chosen = name, None
        elif tag == "option" and self._select:
            self._choice(self._select, given.get("value", ""))
            if self._chosen is None or "selected" in given:
                self._chosen = given.get("value", "")
        elif tag == "textarea":
            self._textarea, self._text = name, []

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "section":
            self._refusal = 0
        elif (tag == "li" and self._refusal) or tag == self._feedback:
            self.reasons.append(" ".join("".join(self._text).split()))
            self._feedback = ""
        elif tag == "select" and self._select:
            self._add(self._select, self._chosen or "")
            self._select = ""
        elif tag == "textarea" and self._textarea:
            self._add(self._textarea, "".join(self._text).lstrip("\n"))
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        self._text.append(data)

    def _choice(self, name: str, value: str) -> None:
        if self._open is not None and value:
            self._open.choices.setdefault(name, []).append(value)

    def _add(self, name: str, value: str) -> None:
        if self._open is not None:
            self._open.fields.append((name, value))


def _is_sent(given: dict[str, str]) -> bool:
    kind = given.get("type", "text").lower()
    if kind in ("checkbox", "radio"):
        return "checked" in given
    return kind not in ("submit", "button", "file", "image", "reset") and "disabled" not in given


@dataclass(frozen=True)
class Page:
    """A page: its address, its forms, the reasons of a refusal on it."""

    url: str
    forms: tuple[Form, ...]
    reasons: tuple[str, ...]
    text: str

    def form(self, ending: str = "", *, having: str = "") -> Form:
        """Return the form whose address ends so, and that has a field of that name.

        :raises NoSuchForm: the page has none
        """
        for form in self.forms:
            if form.action.endswith(ending) and (not having or having in form.names):
                return form
        raise NoSuchForm(f"{self.url} has no form {ending or having}")


def read_page(url: str, text: str) -> Page:
    """Return what a person sees of a page."""
    reader = _Reader()
    reader.feed(text)
    return Page(url, tuple(reader.forms), tuple(reader.reasons), text)
