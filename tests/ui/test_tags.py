"""The tag library: what it draws, escaped and in the reader's language."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import lucide
import pytest
from django.template import Context, Template
from django.utils import translation

from ui import icons, stages

NOW = datetime(2026, 11, 18, 6, 36, 19, tzinfo=UTC)


def drawn(source: str, **values: object) -> str:
    return Template("{% load gongheng %}" + source).render(Context({"now": NOW, **values}))


def lot(stage: str, **columns: object) -> SimpleNamespace:
    dates = dict.fromkeys((column for _words, _stages, column in stages.TICKS if column))
    return SimpleNamespace(**{**dates, "publicity_ends_at": None, "suspended_at": None, "stage": stage, **columns})


def test_money_filters_write_the_worked_values():
    assert (
        drawn("{{ a|yuan }} {{ a|capitals }}", a=Decimal("1234567.89"))
        == "¥1,234,567.89 壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分"
    )
    assert drawn("{{ a|wan }}", a=Decimal("81306512.40")) == "8,130.65 万元"
    assert drawn("{{ a|yuan }}", a=None) == "—"


def test_times_are_machine_readable_too():
    assert drawn("{{ at|iso }}", at=NOW) == '<time datetime="2026-11-18T14:36:19+08:00">2026-11-18 14:36:19</time>'


def test_icons_are_inline_hidden_from_readers_and_without_style():
    svg = icons.icon("lock")
    assert svg.startswith("<svg") and 'aria-hidden="true"' in svg and 'class="ico"' in svg and "style=" not in svg
    with pytest.raises(lucide.IconDoesNotExist):
        icons.icon("no-such-icon")


def test_the_ruler_hangs_its_weight_at_the_present():
    announced = lot("announced", announced_at=NOW - timedelta(days=1), deadline_at=NOW + timedelta(days=20, hours=2))
    html = drawn("{% ruler lot %}", lot=announced)
    assert html.count('aria-current="step"') == 1
    assert "余 20 天 2 时" in html
    assert "第 2 步，共 9 步" in html


@pytest.mark.parametrize("stage", [name for name in stages.LOOKS if name not in stages.ENDED_BADLY])
def test_every_stage_has_words_and_one_place_on_the_ruler(stage):
    ticks = stages.ruler(lot(stage), now=NOW)
    assert [tick.state for tick in ticks].count("now") == 1


def test_a_failed_lot_stops_where_its_dates_end():
    failed = lot("failed", announced_at=NOW - timedelta(days=30), deadline_at=NOW - timedelta(hours=1))
    ticks = stages.ruler(failed, now=NOW)
    assert [tick.state for tick in ticks] == ["done", "done", "stop", "stop", ""]


def test_a_suspended_lot_says_so_instead_of_its_stage():
    html = drawn("{% stage lot %}", lot=lot("announced", suspended_at=NOW))
    assert "已暂停" in html and "公告中" not in html


def test_the_last_hour_of_a_countdown_is_urgent():
    assert "red" in drawn("{% countdown at %}", at=NOW + timedelta(minutes=23, seconds=41))
    calm = drawn("{% countdown at %}", at=NOW + timedelta(hours=2))
    assert "red" not in calm and "02:00:00" in calm and "data-countdown" in calm


def test_words_follow_the_reader():
    with translation.override("en"):
        assert drawn("{{ a|wan }}", a=Decimal("81306512.40")) == "¥81.31 million"
        assert "Announced" in drawn("{% stage lot %}", lot=lot("announced"))
        assert "Visible to the public" in drawn('{% audience "社会公众可见" %}')
    assert "公告中" in drawn("{% stage lot %}", lot=lot("announced"))
