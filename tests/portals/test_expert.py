"""The committee's room through its pages: every step works with plain forms, and nobody sees a colleague's sheet."""

from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook
from PIL import Image

from evaluation.models import Reading, ReadingState, Sheet
from evaluation.operations.draw_committee import draw_committee
from evaluation.operations.pledge import pledge
from tendering.models import Lot
from tests.opened_lot import (
    findings,
    hand_in,
    make_opened_lot,
    points,
    read_all,
    seat,
    start,
    to_detailed,
    to_summary,
)
from tests.portals.room import at, post_json, sign_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened(cast, tmp_path, settings):
    for name in ("OPENED_ROOT", "DOCUMENT_ROOT"):
        setattr(settings, name, tmp_path / "server" / name.lower())
    return make_opened_lot(cast)


def drawn(opened):
    draw_committee(lot_code=opened.code, actor=opened.cast.centre.actor)
    return opened


def test_an_expert_without_a_seat_has_an_empty_desk(client, cast):
    client.force_login(cast.experts[0].person)
    assert "还没有评标任务" in text_of(client, reverse("expert:desk"))


def test_the_desk_says_what_comes_next(client, opened):
    sign_in(client, drawn(opened))
    text = text_of(client, reverse("expert:desk"))
    assert opened.lot.name in text and "核对回避情形并承诺" in text and at("pledge", opened) in text


@pytest.mark.parametrize("name", ["room", "pledge", "matrix", "sheet", "summary"])
def test_who_does_not_sit_finds_nothing(client, opened, name):
    start(opened)
    client.force_login(opened.cast.bidders[0].person)
    assert client.get(at(name, opened)).status_code in (403, 404)
    sitting = {member.person.login for member in opened.members()}
    client.force_login(next(p.person for p in opened.cast.experts if p.actor.login not in sitting))
    assert client.get(at(name, opened)).status_code == 404


def test_before_the_opening_is_over_no_bidder_is_named(client, opened):
    Lot.objects.update(stage="closed")
    sign_in(client, drawn(opened))
    text = text_of(client, at("pledge", opened))
    assert not any(player.organisation.name in text for player in opened.cast.bidders)
    assert "开标后在此列出" in text


def test_the_pledge_names_the_grounds_and_the_bidders_and_is_taken(client, opened):
    sign_in(client, drawn(opened))
    text = text_of(client, at("pledge", opened))
    assert opened.cast.bidders[0].organisation.name in text and "近亲属" in text
    assert opened.cast.bidders[3].organisation.name not in text
    assert client.post(at("pledge", opened), {"no_conflict": "on"}).status_code == 422
    answer = client.post(at("pledge", opened), {"no_conflict": "on", "confidential": "on"}, follow=True)
    assert "等待开始评标" in answer.content.decode()
    assert opened.members()[0].pledged_at is not None


def test_stepping_aside_keeps_what_was_typed_when_refused_and_ends_at_the_desk(client, opened):
    member = sign_in(client, drawn(opened))
    answer = client.post(at("recuse", opened), {"reason": " "})
    assert answer.status_code == 409 and "请写明理由" in answer.content.decode()
    answer = client.post(at("recuse", opened), {"reason": "配偶在投标人处任职"}, follow=True)
    assert "还没有评标任务" in answer.content.decode()
    assert member.person.login not in [m.person.login for m in opened.members()]


def test_the_members_vote_and_the_leader_is_shown(client, opened):
    drawn(opened)
    for place in range(3):
        sign_in(client, opened, place)
        client.post(at("pledge", opened), {"no_conflict": "on", "confidential": "on"})
        client.post(at("vote", opened), {"seat": "2"})
    assert opened.members()[1].leader
    assert "负责人：第 2 席" in text_of(client, at("room", opened))
    assert client.post(at("vote", opened), {"seat": "1"}).status_code == 409


def test_the_room_opens_at_the_first_cell_with_the_evidence_beside_the_page(client, opened):
    start(opened)
    read_all(opened)
    sign_in(client, opened)
    answer = client.get(at("room", opened))
    assert answer.status_code == 302 and answer.url == at("item", opened, "form_letter", opened.digests[0])
    text = text_of(client, at("item", opened, "qualification_licence", opened.digests[0]))
    assert "与投标人信息一致" in text and "<rect" in text
    assert at("page_image", opened, opened.digests[0], 2, 1) in text


def test_while_the_machine_reads_the_file_itself_is_offered(client, opened):
    start(opened)
    sign_in(client, opened)
    text = text_of(client, at("item", opened, "form_letter", opened.digests[0]))
    assert "机器正在阅读投标文件" in text and "先下载原件" in text
    response = client.get(at("file", opened, opened.digests[0], 1))
    assert b"".join(response.streaming_content).startswith(b"%PDF")


def test_a_file_the_machine_cannot_read_is_said_and_offered(client, opened):
    start(opened)
    read_all(opened)
    Reading.objects.filter(name="1-letter.pdf").update(state=ReadingState.FAILED, failure="the PDF is broken")
    sign_in(client, opened)
    text = text_of(client, at("item", opened, "form_authorisation", opened.digests[0]) + "?file=1")
    assert "机器读不出这份文件" in text and "下载原件" in text


def test_a_page_is_a_picture_with_the_readers_name_and_is_cached_nowhere(client, opened):
    start(opened)
    sign_in(client, opened)
    response = client.get(at("page_image", opened, opened.digests[0], 1, 1))
    assert response["Content-Type"] == "image/jpeg" and response["Cache-Control"] == "private, no-store"
    first = Image.open(BytesIO(response.content))
    assert first.width > 1000
    sign_in(client, opened, 1)
    other = client.get(at("page_image", opened, opened.digests[0], 1, 1)).content
    assert other != response.content
    assert client.get(at("page_image", opened, opened.digests[0], 1, 99)).status_code == 404
    assert client.get(at("page_image", opened, "0" * 64, 1, 1)).status_code == 404
    client.force_login(opened.cast.bidders[0].person)
    assert client.get(at("page_image", opened, opened.digests[0], 1, 1)).status_code in (403, 404)


def test_a_hostile_file_has_no_picture_and_the_server_stays(client, opened, settings):
    start(opened)
    sign_in(client, opened)
    path = settings.OPENED_ROOT / opened.code / opened.digests[0] / "1-letter.pdf"
    path.write_bytes(b"%PDF-1.7\n" + b"\x00\xff" * 3000)
    assert client.get(at("page_image", opened, opened.digests[0], 1, 1)).status_code == 404


def test_a_mark_is_saved_by_a_plain_form_which_leads_to_the_next_bid(client, opened):
    start(opened)
    sign_in(client, opened)
    first, second, third = opened.digests
    form = {"item": "form_letter", "bid": first, "version": "0", "value": "pass", "suggestion": "accepted"}
    answer = client.post(at("mark", opened), form)
    assert answer.url == at("item", opened, "form_letter", second)
    assert Sheet.objects.get().marks == {
        first: {"form_letter": {"value": "pass", "reason": "", "suggestion": "accepted"}}
    }
    answer = client.post(at("mark", opened), form | {"bid": third, "version": "1"})
    assert answer.url == at("item", opened, "form_authorisation", first)


def test_a_stale_form_comes_back_with_what_was_typed_and_can_be_sent_again(client, opened):
    start(opened)
    sign_in(client, opened)
    first = opened.digests[0]
    post_json(client, at("save", opened), {"version": 0, "marks": {first: {"form_letter": {"value": "pass"}}}})
    form = {"item": "response_quality", "bid": first, "version": "0", "value": "fail", "reason": "承诺低于合格"}
    answer = client.post(at("mark", opened), form)
    text = answer.content.decode()
    assert answer.status_code == 409 and "已在另一处保存" in text and "承诺低于合格" in text
    assert 'name="version" value="1"' in text
    assert client.post(at("mark", opened), form | {"version": "1"}).status_code == 302
    assert set(Sheet.objects.get().marks[first]) == {"form_letter", "response_quality"}


def test_the_script_saves_and_is_told_every_refusal_with_the_present_version(client, opened):
    start(opened)
    sign_in(client, opened)
    first = opened.digests[0]
    answer = post_json(client, at("save", opened), {"version": 0, "patch": {first: {"form_letter": {"value": "pass"}}}})
    assert answer.status_code == 200 and answer.json()["version"] == 1 and answer.json()["done"] == 1
    answer = post_json(client, at("save", opened), {"version": 0, "marks": {}})
    body = answer.json()
    assert answer.status_code == 409 and body["version"] == 1
    assert [one["check"] for one in body["refused"]] == ["stale_sheet"]
    assert body["marks"] == {first: {"form_letter": {"value": "pass"}}}
    for bad in ("nonsense", [], {"version": "1", "marks": {}}, {"version": 1}, {"version": 1, "patch": {first: 3}}):
        assert post_json(client, at("save", opened), bad).status_code == 422
    assert client.post(at("save", opened), b"\xff{", content_type="application/json").status_code == 422


def test_ones_own_sheet_is_given_as_json_with_all_that_is_needed_to_fill_it(client, opened):
    to_detailed(opened)
    sign_in(client, opened)
    body = client.get(at("sheet", opened)).json()
    assert body["phase"] == "detailed" and body["version"] == 0 and body["marks"] == {}
    assert [bid["digest"] for bid in body["bids"]] == opened.digests
    method = body["items"][0]
    assert method["kind"] == "tiered" and method["high"] == "8"
    assert method["tiers"][0] == {"name": "优", "low": "7", "high": "8"}
    counted = next(item for item in body["items"] if item["kind"] == "counted")
    assert counted["counts"][-1] == {"count": 3, "points": "6"}


def test_nobody_sees_a_colleagues_marks_before_all_have_submitted(client, opened):
    start(opened)
    colleague = opened.actors()[1]
    marks = findings(opened, failing=(opened.digests[0],))
    marks[opened.digests[0]]["form_letter"]["reason"] = "只有同事知道"
    hand_in(opened, colleague, marks)
    sign_in(client, opened)
    pages = [at("item", opened, "form_letter", opened.digests[0]), at("matrix", opened), at("sheet", opened)]
    pages += [at("matrix", opened) + "?phase=detailed", at("compare", opened, "form_letter")]
    for page in pages:
        assert "只有同事知道" not in text_of(client, page), page
    body = client.get(at("sheet", opened)).json()
    assert body["marks"] == {}
    for place, actor in enumerate(opened.actors()):
        if place != 1:
            hand_in(opened, actor, findings(opened))
    assert "4 票通过，1 票不通过" in text_of(client, at("matrix", opened) + "?phase=preliminary")


def test_everything_missing_is_told_at_once_by_name(client, opened):
    start(opened)
    sign_in(client, opened)
    post_json(
        client,
        at("save", opened),
        {"version": 0, "marks": {opened.digests[0]: {"form_letter": {"value": "fail"}}}},
    )
    answer = client.post(at("submit", opened), {"phase": "preliminary", "version": "1"})
    text = answer.content.decode()
    assert answer.status_code == 409 and "13 项不符" in text  # twelve items, and a reason
    assert opened.cast.bidders[1].organisation.name in text and opened.digests[1] not in text.split("<table")[0]


def test_a_full_sheet_is_submitted_once_and_then_only_read(client, opened):
    start(opened)
    sign_in(client, opened)
    post_json(client, at("save", opened), {"version": 0, "marks": findings(opened)})
    answer = client.post(at("submit", opened), {"phase": "preliminary", "version": "1"}, follow=True)
    assert "您的评审表已提交" in answer.content.decode()
    assert client.post(at("submit", opened), {"phase": "preliminary", "version": "1"}).status_code == 409
    answer = post_json(client, at("save", opened), {"version": 1, "marks": {}})
    assert answer.status_code == 409
    assert "已提交，只能查看" in text_of(client, at("item", opened, "form_letter", opened.digests[0]))


def test_the_matrix_is_a_workbook_too(client, opened):
    start(opened)
    sign_in(client, opened)
    response = client.get(at("matrix", opened) + "?format=xlsx")
    rows = list(load_workbook(BytesIO(response.content)).active.iter_rows(values_only=True))
    assert rows[0][0] == "评审项" and len(rows) == 13


def test_all_bids_lie_side_by_side_for_one_item(client, opened):
    to_detailed(opened)
    read_all(opened)
    sign_in(client, opened)
    text = text_of(client, at("compare", opened, "technical_method"))
    assert text.count("基坑") == 0 and text.count("施工方案与技术措施") >= 4
    assert all(player.organisation.name in text for player in opened.cast.bidders[:3])


def test_who_has_not_pledged_reads_no_bid(client, opened):
    draw_committee(lot_code=opened.code, actor=opened.cast.centre.actor)
    sign_in(client, opened)
    places = [at("file", opened, opened.digests[0], 1), at("page_image", opened, opened.digests[0], 1, 1)]
    assert [client.get(place).status_code for place in places] == [404, 404]
    pledge(lot_code=opened.code, actor=opened.actors()[0])
    assert [client.get(place).status_code for place in places] == [200, 200]


def test_the_whole_way_from_the_summary_to_the_signed_report(client, opened):
    to_summary(opened)
    sign_in(client, opened)
    text = text_of(client, at("summary", opened))
    assert "9,133,333.33" in text and "99.82" in text and "形成评标报告" in text
    answer = client.post(at("draft", opened), follow=True)
    assert "确认签署" in answer.content.decode()
    pdf = client.get(at("report", opened))
    assert b"".join(pdf.streaming_content).startswith(b"%PDF")
    for place in range(5):
        sign_in(client, opened, place)
        answer = client.post(at("sign", opened), {"dissent": "不同意第一名。" if place == 2 else ""}, follow=True)
        assert answer.status_code == 200
    text = answer.content.decode()
    assert "评标已完成，报告已由全体成员签署" in text and "不同意第一名。" in text
    assert opened.fresh().stage == "evaluated"
    assert "评标已完成" in text_of(client, reverse("expert:desk"))


def test_a_score_that_stands_out_is_explained_on_the_page(client, opened):
    to_detailed(opened)
    for place, actor in enumerate(opened.actors()):
        hand_in(opened, actor, points(opened, technical_method="5") if place == 3 else points(opened))
    sign_in(client, opened)
    answer = client.post(at("draft", opened))
    assert answer.status_code == 409 and "1 处评分与其他成员差异明显" in answer.content.decode()
    sign_in(client, opened, 3)
    assert "您有 1 处评分需要说明" in text_of(client, at("summary", opened))
    form = {"bid": opened.digests[0], "item": "technical_method", "text": ""}
    assert client.post(at("explain", opened), form).status_code == 409
    assert client.post(at("explain", opened), form | {"text": "缺少监测方案。"}).status_code == 302
    sign_in(client, opened)
    assert client.post(at("draft", opened)).status_code == 302


def test_with_two_valid_bids_the_leader_is_offered_to_reject_all(client, opened):
    to_detailed(opened, failing=(opened.digests[2],))
    sign_in(client, opened)
    assert "否决全部投标" in text_of(client, at("summary", opened))
    assert client.post(at("draft", opened), {"reject_all": "on", "reason": ""}).status_code == 409
    assert client.post(at("draft", opened), {"reject_all": "on", "reason": "明显缺乏竞争。"}).status_code == 302
    assert "评标委员会否决全部投标：" in text_of(client, at("summary", opened))


def test_the_purchasers_representative_sits_in_the_same_room(client, opened):
    start(opened, representative="purchaser")
    client.force_login(opened.cast.purchaser.person)
    assert opened.lot.name in text_of(client, reverse("expert:desk"))
    assert client.get(at("room", opened)).status_code == 302
    assert "施工" in text_of(client, at("item", opened, "form_letter", opened.digests[0]))


def test_a_suspended_lot_says_so_and_takes_nothing(client, opened):
    start(opened)
    Lot.objects.update(suspended_at=opened.lot.opened_at, suspended_reason="投诉处理期间")
    sign_in(client, opened)
    assert "投诉处理期间" in text_of(client, at("matrix", opened))
    answer = post_json(client, at("save", opened), {"version": 0, "marks": {}})
    assert answer.status_code == 409 and answer.json()["refused"][0]["check"] == "suspended"


def test_a_gathered_committee_sees_who_is_missing(client, opened):
    seat(opened)
    sign_in(client, opened, 2)
    text = text_of(client, at("room", opened))
    assert text.count("已承诺") >= 5 and "负责人：第 1 席" in text
