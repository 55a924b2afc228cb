"""The page of the draws: who may add a line, what is shown when, and that its file recomputes."""

import json
from html import unescape

import pytest
from django.db import transaction
from django.urls import reverse

from tendering import draw_queries
from tendering.models import DrawLine, Lot
from tendering.operations import drawing
from tendering.operations.draw_coefficients import draw_coefficients
from tendering.rules import draws
from tests.operations.test_draws import committed, draw_due

pytestmark = pytest.mark.django_db


@pytest.fixture
def hall(tender, hands):
    """A hall that waits for lines before its coefficients are drawn."""
    committed(tender, hands)
    tender.opened_window(hands)
    return tender


def visit(client, hall, name: str = "draw", *, status: int = 200, **known) -> str:
    answer = client.get(reverse(f"hall:{name}", args=[hall.lot.code]), **known)
    assert answer.status_code == status, answer.content.decode()[:400]
    return unescape(answer.content.decode())


def enter(client, player) -> None:
    client.force_login(player.person)


def add(client, hall, text: str):
    return client.post(reverse("hall:draw-line", args=[hall.lot.code]), {"text": text})


def test_a_bidder_adds_its_line_on_the_page(client, hall):
    enter(client, hall.cast.bidders[0])
    assert 'id="draw-line"' in visit(client, hall)
    assert add(client, hall, "<b>阳光</b>").status_code == 302
    page = visit(client, hall)
    assert "贵单位已添加" in page and 'id="draw-line"' not in page
    assert "&lt;b&gt;" in client.get(reverse("hall:draw", args=[hall.lot.code])).content.decode()
    assert DrawLine.objects.get().author == hall.cast.bidders[0].organisation.name


def test_a_refused_line_stays_typed_and_says_why(client, hall):
    enter(client, hall.cast.bidders[0])
    add(client, hall, "阳光")
    answer = add(client, hall, "另一行")
    assert answer.status_code == 409 and "不能更改" in answer.content.decode()
    assert add(client, hall, "x" * 101).status_code == 409
    assert DrawLine.objects.count() == 1


@pytest.mark.parametrize("who", ["purchaser", "agency", "centre", "regulator"])
def test_whoever_is_present_may_add_a_line(client, hall, who: str):
    enter(client, getattr(hall.cast, who))
    assert 'id="draw-line"' in visit(client, hall)
    assert add(client, hall, who).status_code == 302


def test_the_public_watches_and_adds_nothing(client, hall):
    page = visit(client, hall)
    assert 'id="draw-line"' not in page and 'id="draw-now"' not in page
    assert add(client, hall, "我").status_code in (302, 403)
    assert not DrawLine.objects.exists()
    enter(client, hall.cast.bidders[3])  # a bidder without a bid here
    assert add(client, hall, "我").status_code in (403, 404, 409)
    assert not DrawLine.objects.exists()


def test_the_seat_waits_for_the_draw(client, hall, hands):
    enter(client, hall.cast.bidders[0])
    before = visit(client, hall, "seat")
    assert 'id="release-now"' not in before and reverse("hall:draw", args=[hall.lot.code]) in before
    draw_due(hall, hands)
    assert 'id="release-now"' in visit(client, hall, "seat")


def test_the_host_draws_when_everybody_has_had_a_say(client, hall):
    enter(client, hall.cast.centre)
    address = reverse("hall:draw-now", args=[hall.lot.code])
    assert client.post(address).status_code == 409
    for player in hall.cast.bidders[:3]:
        enter(client, player)
        add(client, hall, player.actor.login)
    enter(client, hall.cast.centre)
    assert 'id="draw-now"' in visit(client, hall)
    assert client.post(address).status_code == 302
    assert draw_queries.drawn_coefficients(hall.lot)


def test_everybody_sees_the_ingredients_and_the_file_recomputes(client, hall, hands):
    enter(client, hall.cast.bidders[1])
    add(client, hall, "阳光")
    client.logout()
    before = visit(client, hall)
    row = hall.lot.draws.get(matter="coefficients")
    assert row.commitment in before and row.checkpoint_root in before and row.seed not in before
    assert visit_record(client, hall, "coefficients").status_code == 404
    draw_due(hall, hands)
    page = visit(client, hall)
    row.refresh_from_db()
    for ingredient in (row.seed, row.commitment, row.checkpoint_root, "阳光", "复算一致"):
        assert ingredient in page
    record = json.loads(visit_record(client, hall, "coefficients").content)
    assert draws.problems(record) == [] and record["contributions"] == ["阳光"]
    lot_page = client.get(reverse("public:lot", args=[hall.lot.code])).content.decode()
    assert f"float_ratio = {record['result']['float_ratio'][0]}" in lot_page


def visit_record(client, hall, matter: str):
    return client.get(reverse("hall:draw_record", args=[hall.lot.code, matter]))


def test_the_committees_record_is_no_file_before_the_result(client, hall, hands):
    draw_due(hall, hands)
    with transaction.atomic():
        lot = hall.fresh()
        row = drawing.begun(lot, "experts", now=hands.at)
        drawing.hold(row, [draws.Matter("construction_cost", ("expert1", "expert2"))], now=hands.at)
    assert visit_record(client, hall, "experts").status_code == 404
    assert row.seed not in visit(client, hall) and "expert1" not in visit(client, hall)
    Lot.objects.filter(pk=hall.lot.pk).update(result_published_at=hands.at)
    assert draws.problems(json.loads(visit_record(client, hall, "experts").content)) == []


def test_a_draw_that_does_not_hold_is_not_called_good(client, hall, hands):
    row = draw_due(hall, hands)
    drawn = row.record["result"]["float_ratio"][0]
    row.record["result"]["float_ratio"] = ["0" if drawn != "0" else "0.01"]
    row.save()
    page = visit(client, hall)
    assert "复算不一致" in page and "复算一致" not in page.replace("复算不一致", "")


def test_the_hall_tells_the_draw_and_the_screens_have_words(client, hall, hands):
    enter(client, hall.cast.bidders[0])
    add(client, hall, "阳光")
    draw_coefficients_at(hall, hands)
    state = client.get(reverse("hall:state", args=[hall.lot.code])).json()
    told = {line["kind"]: line["values"] for line in state["log"]}
    assert {"draw.opened", "draw.contributed", "draw.revealed"} <= set(told)
    assert told["draw.contributed"]["number"] == 1
    assert state["drawn"] == draw_queries.drawn_coefficients(hall.lot)


def draw_coefficients_at(hall, hands) -> None:
    hands.to(draw_queries.pending_coefficients(hall.fresh()).closes_at)
    draw_coefficients(lot_id=hall.lot.pk)


def test_the_page_speaks_english(client, hall):
    client.cookies["django_language"] = "en"
    page = visit(client, hall)
    assert "Draws that anybody can recompute" in page
