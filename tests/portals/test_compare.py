"""One item side by side: one form over all bids, so that no column's mark is lost, whatever is refused."""

import pytest
from django.urls import reverse

import lawbook
from evaluation.models import Sheet
from evaluation.operations.save_sheet import save_sheet
from tests.opened_lot import hand_in, make_opened_lot, points, to_detailed

pytestmark = pytest.mark.django_db
ITEM = "technical_method"


@pytest.fixture
def opened(cast, tmp_path, settings):
    for name in ("OPENED_ROOT", "DOCUMENT_ROOT"):
        setattr(settings, name, tmp_path / "server" / name.lower())
    return make_opened_lot(cast)


@pytest.fixture
def member(client, opened):
    to_detailed(opened)
    client.force_login(opened.members()[0].person)
    return client


def page_of(opened, item: str = ITEM) -> str:
    return reverse("expert:compare", args=[opened.code, item])


def typed(marks: dict[str, tuple[str, str]], version: int = 0) -> dict[str, str]:
    """Return the form's fields: bid → (points, reason)."""
    fields = {"version": str(version)}
    for digest, (value, reason) in marks.items():
        fields |= {f"{digest}-value": value, f"{digest}-reason": reason, f"{digest}-suggestion": ""}
    return fields


def cell(value: str, reason: str) -> dict[str, str]:
    return {"value": value, "reason": reason, "suggestion": ""}


def stored(opened) -> dict[str, dict[str, str]]:
    return {bid: items[ITEM] for bid, items in Sheet.objects.get(phase="detailed").marks.items() if ITEM in items}


def test_one_button_saves_the_marks_of_every_column(member, opened):
    marks = {digest: (f"7.{n}", f"理由 {n}") for n, digest in enumerate(opened.digests)}
    answer = member.post(page_of(opened), typed(marks), follow=True)
    assert answer.status_code == 200
    assert stored(opened) == {digest: cell(*mark) for digest, mark in marks.items()}
    text = answer.content.decode()
    assert all(f'value="7.{n}"' in text and f"理由 {n}" in text for n in range(3))


def test_a_chosen_tier_without_a_score_stands_for_its_highest_score(member, opened):
    first = opened.digests[0]
    member.post(page_of(opened), {"version": "0", f"{first}-tier": "6.9"})
    assert stored(opened) == {first: cell("6.9", "")}


def test_a_refusal_brings_every_column_back_as_it_was_typed(member, opened):
    first, second, third = opened.digests
    answer = member.post(page_of(opened), typed({first: ("7", "好"), second: ("七", "中文数字"), third: ("6", "尚可")}))
    text = answer.content.decode()
    assert answer.status_code == 409 and "未能办理" in text
    for word in ('value="7"', 'value="七"', 'value="6"', "好", "中文数字", "尚可"):
        assert word in text
    assert not Sheet.objects.filter(phase="detailed").exists()


def test_a_stale_page_comes_back_with_what_was_typed_and_overwrites_no_newer_mark_of_another_bid(member, opened):
    first, second, third = opened.digests
    elsewhere = {second: {ITEM: {"value": "8", "reason": "另一处所写"}}}
    save_sheet(lot_code=opened.code, actor=opened.actors()[0], marks=elsewhere, version=0)
    fields = typed({first: ("7", "这里所写"), second: ("", ""), third: ("", "")})
    answer = member.post(page_of(opened), fields)
    text = answer.content.decode()
    assert answer.status_code == 409 and "这里所写" in text and "另一处所写" in text and 'value="1"' in text
    again = typed({first: ("7", "这里所写"), second: ("8", "另一处所写"), third: ("", "")}, version=1)
    assert member.post(page_of(opened), again).status_code == 302
    assert stored(opened) == {first: cell("7", "这里所写"), second: {"value": "8", "reason": "另一处所写"}}


def test_a_double_click_saves_once(member, opened):
    fields = typed(dict.fromkeys(opened.digests, ("7", "")))
    assert [member.post(page_of(opened), fields).status_code for _ in range(2)] == [302, 302]
    assert Sheet.objects.get(phase="detailed").version == 1


def test_a_submitted_sheet_is_not_changed_side_by_side(member, opened):
    hand_in(opened, opened.actors()[0], points(opened))
    before = stored(opened)
    answer = member.post(page_of(opened), typed({opened.digests[0]: ("5", "迟了")}, version=1))
    assert answer.status_code == 409 and "迟了" in answer.content.decode()
    assert stored(opened) == before


def test_when_the_review_is_over_the_form_is_told_so(member, opened):
    for actor in opened.actors():
        hand_in(opened, actor, points(opened))
    before = Sheet.objects.filter(phase="detailed").values_list("version", flat=True)
    assert member.post(page_of(opened), typed({opened.digests[0]: ("5", "迟了")})).status_code == 302
    assert set(before) == {1}


def counted_scheme(most: int, each: str):
    scheme = lawbook.scheme("construction")
    item = next(i for g in scheme["groups"] for i in g["items"] if i["kind"] == "counted")
    item["counted"] = {"base": "0", "each": each, "most": most}
    return scheme, item


def test_the_full_points_of_an_item_that_counts_more_than_ten_can_be_given(client, cast, tmp_path, settings):
    for name in ("OPENED_ROOT", "DOCUMENT_ROOT"):
        setattr(settings, name, tmp_path / "server" / name.lower())
    scheme, item = counted_scheme(12, "0.5")
    opened = make_opened_lot(cast, scheme=scheme)
    to_detailed(opened)
    client.force_login(opened.members()[0].person)
    first = opened.digests[0]
    page = client.get(reverse("expert:item", args=[opened.code, item["code"], first])).content.decode()
    assert 'name="value" value=""' in page and "最多计 12 项" in page
    answer = client.post(
        reverse("expert:mark", args=[opened.code]),
        {"item": item["code"], "bid": first, "version": "0", "value": "5.5"},
    )
    assert answer.status_code == 302
    assert Sheet.objects.get(phase="detailed").marks[first][item["code"]]["value"] == "5.5"
