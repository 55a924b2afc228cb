"""Forms: what people type is read as they mean it, and every error is shown."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import timezone

from ui.forms import InstantField, MoneyField, PageForm


class Offer(PageForm):
    price = MoneyField(label="报价")
    at = InstantField(label="截止时间")


@pytest.mark.parametrize("typed", ["1234567.89", "1,234,567.89", "¥1，234，567.89 元", "１２３４５６７．８９"])
def test_amounts_are_read_with_or_without_separators(typed):
    form = Offer({"price": typed, "at": "2026-12-08T15:00:00"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["price"] == Decimal("1234567.89")


@pytest.mark.parametrize("typed", ["2026-12-08T15:00:00", "2026-12-08T15:00", "2026-12-08 15:00:00"])
def test_times_are_shanghai_whatever_zone_is_active(typed):
    with timezone.override("America/New_York"):
        form = Offer({"price": "1", "at": typed})
        assert form.is_valid(), form.errors
    assert form.cleaned_data["at"] == datetime(2026, 12, 8, 7, 0, tzinfo=UTC)


def test_a_stored_time_is_shown_in_shanghai():
    html = str(Offer(initial={"at": datetime(2026, 12, 8, 7, 0, tzinfo=UTC)})["at"])
    assert 'value="2026-12-08T15:00:00"' in html and 'type="datetime-local"' in html


def test_every_error_is_named_beside_its_field_and_what_was_typed_stays():
    form = Offer({"price": "-1.234", "at": "morgen"})
    assert not form.is_valid()
    html = Template("{% load gongheng %}{% fields form %}").render(Context({"form": form}))
    assert html.count("is-invalid") == 2
    assert html.count("<li>") == sum(len(errors) for errors in form.errors.values())
    assert 'value="-1.234"' in html and 'value="morgen"' in html
    assert 'for="id_price"' in html and 'id="id_price_error"' in html


@pytest.mark.parametrize("year", ["0001", "1999", "2101", "9999"])
def test_a_year_that_is_a_slip_of_the_pen_is_told_and_stays(year):
    form = Offer({"price": "1", "at": f"{year}-12-31T23:59:59"})
    assert not form.is_valid()
    assert "2000 年至 2100 年" in str(form.errors["at"]) and f'value="{year}-12-31T23:59:59"' in str(form["at"])


def test_the_first_and_the_last_year_are_read():
    assert all(Offer({"price": "1", "at": at}).is_valid() for at in ("2000-01-01T00:00:00", "2100-12-31T23:59:59"))
