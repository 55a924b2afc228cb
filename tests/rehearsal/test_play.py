"""The players without an installation: reading forms, giving marks, who may be asked to play."""

import json
from decimal import Decimal

import pytest

from evaluation.rules.scheme import parse
from evaluation.rules.sheets import score_reasons
from lawbook import scheme as scheme_named
from rehearsal import staging
from rehearsal.play.marks import marks_for
from rehearsal.play.pages import NoSuchForm, read_page
from rehearsal.play.stage import TookTooLong, everybody, wait_for

PAGE = """<form action="/language/"><input type="hidden" name="csrfmiddlewaretoken" value="a"></form>
<section class="refuse"><ol><li><b>少了 &lt;文件&gt;</b></li></ol></section><ul><li>菜单</li></ul>
<form method="post"><input type="hidden" name="csrfmiddlewaretoken" value="b"><input name="name" value="一">
<input type="checkbox" name="keep" checked><input type="checkbox" name="drop"><textarea name="scope">
甲</textarea><select name="kind"><option value="x">X</option><option value="y" selected>Y</option></select>
<input type="radio" name="seat" value="1"><input type="radio" name="seat" value="2" checked><input type="file" name="f">
<button name="go">办</button></form><span class="invalid-feedback">请填写名称。</span>"""


def test_a_form_sends_what_a_browser_would_send():
    form = read_page("http://x/p/", PAGE).form(having="scope")
    sent = form.filled({"name": "二"})
    assert sent == {
        "csrfmiddlewaretoken": "b",
        "name": "二",
        "keep": "on",
        "scope": "甲",
        "kind": "y",
        "seat": "2",
    }
    assert form.choices == {"seat": ["1", "2"], "kind": ["x", "y"]}


def test_reasons_are_those_of_the_refusal_and_of_the_fields_only():
    assert read_page("http://x/p/", PAGE).reasons == ("少了 <文件>", "请填写名称。")


def test_an_act_that_the_page_does_not_offer_is_told():
    with pytest.raises(NoSuchForm):
        read_page("http://x/p/", PAGE).form("/award/")


def _sheet():
    items = parse(scheme_named("construction")).judged_items()
    rows = [
        {
            "code": item.code,
            "low": "0",
            "high": str(item.points),
            "tiers": [{"low": str(tier.low), "high": str(tier.high)} for tier in item.tiers],
            "counts": [
                {"count": count, "points": str(item.counted.points(count))} for count in range(item.counted.most + 1)
            ]
            if item.counted
            else [],
        }
        for item in items
    ]
    return items, {"items": rows, "bids": [{"digest": "a"}, {"digest": "b"}]}


def test_marks_lie_within_the_ranges_of_the_scheme():
    items, sheet = _sheet()
    for member in ("expert1", "expert2", "expert3"):
        marks = marks_for(sheet, lot="R1", member=member)
        for item in items:
            assert score_reasons(item, Decimal(marks["a"][item.code]["value"])) == []
        assert marks == marks_for(sheet, lot="R1", member=member)


def test_everybody_acts_and_the_first_failure_is_raised():
    done = []

    def act(number):
        if number == 2:
            raise ValueError("two")
        done.append(number)

    with pytest.raises(ValueError, match="two"):
        everybody(act, [1, 2, 3])
    assert sorted(done) == [1, 3]


def test_waiting_ends():
    with pytest.raises(TookTooLong):
        wait_for("nothing", lambda: None, seconds=0)


@pytest.mark.parametrize(
    ("code", "bidders", "why"),
    [("construction", 5, "real procedure"), ("nothing", 5, "no procedure"), ("R-construction", 2, "3 to 50")],
)
def test_what_is_no_rehearsal_is_refused(code, bidders, why):
    with pytest.raises(staging.CannotRehearse, match=why):
        staging.check_wish(code, bidders)


def test_without_an_installation_nobody_plays(tmp_path, monkeypatch):
    monkeypatch.setattr(staging.places, "HOME", tmp_path)
    with pytest.raises(staging.CannotRehearse, match="no installation"):
        staging.stage(print)
    (tmp_path / "run.json").write_text(json.dumps({"address": "http://127.0.0.1:9"}))
    with pytest.raises(staging.CannotRehearse, match="no installation"):
        staging.stage(print)
