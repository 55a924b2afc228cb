"""Refusals on a page: every reason with its law, what was kept, and the form again with nothing typed lost."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lawbook.articles import articles
from lawbook.reasons import Reason, Refused

CONFLICT = 409


@dataclass(frozen=True)
class Told:
    """One reason as the page says it; `source` is the law with its paraphrase, `cure` a link to what to change."""

    words: str
    source: str = ""
    cure: str = ""


def law_words(key: str) -> str:
    """Return a law key with its name and paraphrase: `《招标投标法》第24条（BL-24）：…`; an unknown key as it is."""
    found = articles().get(key)
    if found is None:
        return key
    cited = f"{found}（{key}）"
    return cited if get_language() == "en" else f"{cited}：{found.text}"


def told(reasons: Iterable[Reason], cures: dict[str, str] | None = None) -> list[Told]:
    """Return the reasons in the reader's language, in order; `cures`: reason code → address or fragment."""
    known = cures or {}
    return [
        Told(
            _(reason.text).format_map(dict(reason.values)) if reason.values else _(reason.text),
            law_words(reason.law) if reason.law else "",
            known.get(reason.code, ""),
        )
        for reason in reasons
    ]


def refused(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    exc: Refused,
    *,
    cures: dict[str, str] | None = None,
    status: int = CONFLICT,
) -> HttpResponse:
    """Render the page again with all reasons (`ui/refused.html`); the bound form keeps what was typed."""
    return render(request, template, {**context, "reasons": told(exc.reasons, cures)}, status=status)
