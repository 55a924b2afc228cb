"""The tag library `gongheng`: icons, figures, the stage ruler, countdowns, who may see a page, fields of forms.

Every tag escapes what it is given; times are written in Asia/Shanghai; `now` is `ui.context.page`'s.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import forms, template
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lawbook.reasons import Reason
from ledger import clock
from ui import entry_words, figures, icons, spans, stages
from ui.lists import ListPage

register = template.Library()


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """Draw a lucide icon: `{% icon "lock" %}`, `{% icon "upload" "lg" %}`. Always beside a word."""
    return mark_safe(icons.icon(name, large=size == "lg"))  # noqa: S308 - the package's own shapes


@register.filter
def yuan(value: Any) -> str:
    """`1234567.891|yuan` → `¥1,234,567.89`; a dash for nothing."""
    return "—" if value in (None, "") else figures.yuan(value)


@register.filter
def capitals(value: Any) -> str:
    """`1234.5|capitals` → `壹仟贰佰叁拾肆元伍角`."""
    return "—" if value in (None, "") else figures.capitals(value)


@register.filter
def wan(value: Any) -> str:
    """`81306512.40|wan` → `8,130.65 万元`, in English `¥81.31 million`; for overviews only."""
    if value in (None, ""):
        return "—"
    if get_language() == "en":
        figure, unit = figures.millions(value)
        return f"¥{figure} {unit}".rstrip()
    return " ".join(figures.wan(value))


def _time(at: datetime | date, text: str) -> SafeString:
    stamp = figures.machine(at) if isinstance(at, datetime) else at.isoformat()
    return format_html('<time datetime="{}">{}</time>', stamp, text)


@register.filter
def iso(at: datetime | None) -> str:
    """An instant to the second in Asia/Shanghai, as a `<time>`."""
    return _time(at, figures.iso(at)) if at else "—"


@register.filter
def isodate(at: datetime | date | None) -> str:
    """A day in Asia/Shanghai, as a `<time>`."""
    return _time(at, figures.isodate(at)) if at else "—"


@register.filter
def monthday(at: datetime | None) -> str:
    """`11-18`, for dense lists whose year is plain."""
    return _time(at, figures.isodate(at)[5:]) if at else "—"


@register.filter
def clocktime(at: datetime | None) -> str:
    """`14:36:19` in Asia/Shanghai."""
    return _time(at, figures.iso(at)[11:]) if at else "—"


@register.filter
def filesize(octets: int) -> str:
    """`421888|filesize` → `412.0 KB`."""
    return figures.size(octets)


@register.filter
def said(reason: Reason) -> str:
    """A reason in the reader's language: its Chinese text looked up in the catalogue, its places filled."""
    return _(reason.text).format_map(dict(reason.values)) if reason.values else _(reason.text)


@register.filter
def translated(text: str) -> str:
    """A word that a table marked with `gettext_noop`, in the reader's language."""
    return _(text) if text else ""


@register.filter
def kind(name: str) -> str:
    """The words of a kind of ledger entry: `entry.body.kind|kind`."""
    return _(entry_words.WORDS[name]) if name in entry_words.WORDS else name


@register.filter
def get(mapping: Mapping[Any, Any], key: Any) -> Any:
    """`mapping|get:key`; the empty string when it is not there."""
    return mapping.get(key, "")


def _now(context: Context) -> datetime:
    return context.get("now") or clock.now()


@register.inclusion_tag("ui/ruler.html", takes_context=True)
def ruler(context: Context, lot: Any) -> dict[str, Any]:
    """Draw the stage ruler of a lot; the weight hangs at the present."""
    now = _now(context)
    ticks = stages.ruler(lot, now=now)
    present = next((n for n, tick in enumerate(ticks, 1) if tick.state in ("now", "stop")), len(ticks))
    tick = ticks[present - 1]
    left = spans.coarse(tick.until - now) if tick.until and tick.until > now else ""
    return {"ticks": ticks, "present": present, "tick": tick, "left": left, "suspended": bool(lot.suspended_at)}


@register.inclusion_tag("ui/countdown.html", takes_context=True)
def countdown(context: Context, at: datetime, look: str = "") -> dict[str, Any]:
    """Count down to `at` on the server's clock: `{% countdown lot.deadline_at %}`, `{% countdown at "clock xl" %}`.

    Fires `countdown:over` on the element when it reaches zero; `data-reload` on it makes the page load again.
    """
    left = at - _now(context)
    return {
        "at": figures.machine(at),
        "iso": figures.iso(at),
        "text": spans.ticking(left),
        "pattern": spans.with_days("{days}", "{face}"),
        "look": look,
        "urgent": left < spans.HOUR,
    }


@register.inclusion_tag("ui/audience.html")
def audience(who: str) -> dict[str, str]:
    """Say who may see the page: `{% audience "社会公众可见" %}`; a lock when it is not everybody."""
    everybody = who in ("社会公众可见", _("社会公众可见"))
    return {"who": _(who), "sign": "eye" if everybody else "lock"}


@register.inclusion_tag("ui/stage.html")
def stage(lot: Any) -> dict[str, stages.Look]:
    """The badge of a lot's present stage."""
    return {"look": stages.look(lot)}


@register.inclusion_tag("ui/field.html")
def field(bound: forms.BoundField) -> dict[str, Any]:
    """One field with label, help and every error: `{% field form.name %}`."""
    group = isinstance(bound.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)
    check = isinstance(bound.field.widget, forms.CheckboxInput)
    return {"field": bound, "group": group, "check": check}


@register.inclusion_tag("ui/fields.html")
def fields(form: forms.BaseForm) -> dict[str, forms.BaseForm]:
    """All fields of a form with its own errors first: `{% fields form %}`."""
    return {"form": form}


@register.inclusion_tag("ui/heading.html")
def sortable(page: "ListPage[Any]", key: str, words: str, look: str = "") -> dict[str, Any]:
    """A table head that sorts: `{% sortable page "deadline_at" _("截止时刻") "num" %}`."""
    return {"words": words, "look": look, "order": page.order_of(key), "href": page.sorted_by(key)}


@register.simple_tag
def gauge(value: float, total: float) -> SafeString:
    """A progress gauge with ticks, `value` of `total`; say the count beside it."""
    percent = round(100 * value / total) if total else 0
    return format_html(
        '<div class="gauge"><progress value="{}" max="{}" aria-label="{}">{} %</progress></div>',
        value,
        total,
        _("进度"),
        percent,
    )
