"""Forms as the portals draw them: Bootstrap classes, every error shown, money with separators, times in Asia/Shanghai.

Use `PageForm` (or mix `Dressed` into a `ModelForm`) and draw with `{% fields form %}` or `{% field form.name %}`.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ui.figures import SHANGHAI, shanghai

INPUT_FORMATS = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S.%f")
YEARS = range(2000, 2101)


class MoneyInput(forms.TextInput):
    """An amount with ¥ before and 元 after; separators are shown and accepted."""

    template_name = "ui/widgets/money.html"

    def format_value(self, value: Any) -> str | None:
        if isinstance(value, Decimal | int):
            return f"{value:,.2f}"
        written: str | None = super().format_value(value)
        return written


class MoneyField(forms.DecimalField):
    """An amount of yuan, at most two decimals; `1,234.50`, `¥1,234.50` and full-width digits are read alike."""

    widget = MoneyInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_digits": 18, "decimal_places": 2, "min_value": Decimal("0"), **kwargs})

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # as DecimalField itself
        if isinstance(value, str):
            value = value.translate(str.maketrans("０１２３４５６７８９．", "0123456789."))
            for sign in (",", "，", "¥", "￥", " ", "元"):
                value = value.replace(sign, "")
        return super().to_python(value)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {}


class InstantInput(forms.DateTimeInput):
    """A `datetime-local` input to the second."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs={"step": "1", **(attrs or {})}, format="%Y-%m-%dT%H:%M:%S")

    def format_value(self, value: Any) -> str | None:
        if isinstance(value, datetime):
            local = shanghai(value) if value.tzinfo else value
            return local.strftime("%Y-%m-%dT%H:%M:%S")
        return super().format_value(value)


class InstantField(forms.Field):
    """An instant typed as Asia/Shanghai wall time; cleans to an aware datetime, whatever the reader's language."""

    widget = InstantInput
    default_error_messages = {
        "invalid": _("请按 2026-12-08 15:00:00 的样子填写时间（北京时间）。"),
        "year": _("年份须在 2000 年至 2100 年之间，请核对。"),
    }

    def prepare_value(self, value: Any) -> Any:
        return value

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        if isinstance(value, datetime):
            return value if value.tzinfo else value.replace(tzinfo=SHANGHAI)
        for style in INPUT_FORMATS:
            try:
                found = datetime.strptime(str(value).strip(), style).replace(tzinfo=SHANGHAI)
            except ValueError:
                continue
            if found.year not in YEARS:  # beyond them a slip of the pen, and time zones overflow at the ends
                raise forms.ValidationError(self.error_messages["year"], code="year")
            return found
        raise forms.ValidationError(self.error_messages["invalid"], code="invalid")

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(initial) != self.to_python(data)


class DayInput(forms.DateInput):
    """A `date` input."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


_CLASSES: tuple[tuple[tuple[type[forms.Widget], ...], str], ...] = (
    ((forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple), "form-check-input"),
    ((forms.Select,), "form-select"),
    ((forms.Widget,), "form-control"),
)


def _dress(widget: forms.Widget) -> str:
    return next(look for kinds, look in _CLASSES if isinstance(widget, kinds))


class Dressed:
    """A form whose widgets carry Bootstrap's classes, and `is-invalid` with the errors named where they have any."""

    fields: dict[str, forms.Field]
    use_required_attribute = False  # the server says every reason at once; the browser would stop at the first

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            look = field.widget.attrs.get("class", "")
            field.widget.attrs["class"] = f"{_dress(field.widget)} {look}".strip()

    def is_valid(self) -> bool:
        valid = super().is_valid()  # type: ignore[misc]
        for name in self.errors:  # type: ignore[attr-defined]
            if name in self.fields:
                attributes = self.fields[name].widget.attrs
                if "is-invalid" not in attributes["class"]:
                    attributes["class"] += " is-invalid"
        return bool(valid)


class PageForm(Dressed, forms.Form):
    """A form of a page."""


class FilterForm(Dressed, forms.Form):
    """The filters above a list: nothing is required, what cannot be read filters nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False

    def chosen(self) -> dict[str, Any]:
        """Return the filters in force: field → cleaned value, without the empty ones."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "", [])}
