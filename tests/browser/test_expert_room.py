"""The committee's room in Chromium: accessible at both widths, driven by keys, saved as one works, stale told."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.browser.between import Between
from tests.browser.live import serving, sign_in

pytestmark = pytest.mark.browser
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop runs in the test's thread


@pytest.fixture
def opened(transactional_db: None, tmp_path: Path, settings: Any) -> Iterator[Any]:
    from tests.cast import make_cast
    from tests.opened_lot import make_opened_lot, read_all
    from tests.real_database import file_database

    for name in ("OPENED_ROOT", "DOCUMENT_ROOT"):
        setattr(settings, name, tmp_path / "server" / name.lower())
    (tmp_path / "database").mkdir()
    with file_database(tmp_path / "database" / "db.sqlite3"):
        opened = make_opened_lot(make_cast())
        read_all(opened)
        yield opened


@pytest.fixture
def address() -> Iterator[str]:
    with serving() as found:
        yield found


def player_of(opened: Any, place: int = 0) -> Any:
    login = opened.members()[place].person.login
    return next(player for player in opened.cast.everybody() if player.actor.login == login)


def at(name: str, opened: Any, *rest: Any) -> str:
    return reverse(f"expert:{name}", args=[opened.code, *rest])


def look(page: Page, url: str, problems: list[Any]) -> None:
    """Open a page at both widths; note every violation, and anything wider than the screen."""
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(url)
        for item in Axe().run(page).response["violations"]:
            problems.append((url, width, item["id"], [node["html"][:160] for node in item["nodes"]][:3]))
        if page.evaluate("document.documentElement.scrollWidth") > width:
            problems.append((url, width, "wider than the screen"))


def test_every_page_of_the_room_is_accessible_and_fits(page: Page, opened: Any, address: str) -> None:
    from evaluation.operations.draft_report import draft_report
    from evaluation.operations.draw_committee import draw_committee
    from evaluation.operations.elect_leader import elect_leader
    from evaluation.operations.explain_outlier import explain_outlier
    from evaluation.operations.pledge import pledge
    from evaluation.operations.sign_report import sign_report
    from evaluation.operations.start_evaluation import start_evaluation
    from tests.opened_lot import findings, hand_in, points

    refused: list[str] = []
    problems: list[Any] = []
    page.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
    draw_committee(lot_code=opened.code, actor=opened.cast.centre.actor)
    sign_in(page.context, player_of(opened), address)
    look(page, address + reverse("expert:desk"), problems)
    look(page, address + at("pledge", opened), problems)
    for actor in opened.actors():
        pledge(lot_code=opened.code, actor=actor)
    look(page, address + at("room", opened), problems)
    for actor in opened.actors()[:3]:
        elect_leader(lot_code=opened.code, actor=actor, seat=1)
    start_evaluation(lot_code=opened.code, actor=opened.cast.centre.actor)
    look(page, address + at("item", opened, "qualification_licence", opened.digests[0]), problems)
    look(page, address + at("matrix", opened), problems)
    for actor in opened.actors():
        hand_in(opened, actor, findings(opened, failing=(opened.digests[2],)))
    look(page, address + at("item", opened, "technical_method", opened.digests[0]), problems)
    look(page, address + at("item", opened, "business_record", opened.digests[0]), problems)
    look(page, address + at("compare", opened, "technical_method"), problems)
    look(page, address + at("matrix", opened) + "?phase=preliminary", problems)
    for place, actor in enumerate(opened.actors()):
        hand_in(opened, actor, points(opened, technical_method="5") if place == 0 else points(opened))
    look(page, address + at("summary", opened), problems)
    explain = {"bid_digest": opened.digests[0], "item": "technical_method", "text": "缺少基坑监测方案。"}
    explain_outlier(lot_code=opened.code, actor=opened.actors()[0], **explain)
    draft_report(lot_code=opened.code, actor=opened.actors()[0])
    look(page, address + at("summary", opened), problems)
    for actor in opened.actors():
        sign_report(lot_code=opened.code, actor=actor)
    look(page, address + at("summary", opened), problems)
    assert problems == []
    assert refused == []


@pytest.fixture
def room(page: Page, opened: Any, address: str) -> Any:
    """The detailed review, seen by the first member at its first cell."""
    from tests.opened_lot import to_detailed

    to_detailed(opened)
    sign_in(page.context, player_of(opened), address)
    page.goto(address + at("room", opened))
    return opened


def sheet_of(page: Page, address: str, opened: Any) -> Any:
    return json.loads(page.request.get(address + at("sheet", opened)).text())


def test_keys_choose_a_tier_save_it_and_lead_on(page: Page, room: Any, address: str) -> None:
    first, second, _third = room.digests
    page.keyboard.press("2")
    expect(page.locator("#value1")).to_have_value("6.9")
    page.keyboard.press("]")  # what was chosen is saved before the next bid opens
    page.wait_for_url(f"**{at('item', room, 'technical_method', second)}")
    assert sheet_of(page, address, room)["marks"][first]["technical_method"]["value"] == "6.9"
    page.keyboard.press("j")
    page.wait_for_url(f"**{at('item', room, 'technical_quality', second)}")
    page.keyboard.press("k")
    page.wait_for_url(f"**{at('item', room, 'technical_method', second)}")
    page.keyboard.press("c")
    page.wait_for_url(f"**{at('compare', room, 'technical_method')}")


def test_what_is_typed_saves_itself_and_counts(page: Page, room: Any, address: str) -> None:
    page.fill("#value1", "7.5")
    page.fill("#reason1", "计算完整 j 2")  # keys of the room are letters while one types
    expect(page.locator("#saved")).to_contain_text("已自动保存")
    expect(page.locator("#done")).to_have_text("1")
    cell = sheet_of(page, address, room)["marks"][room.digests[0]]["technical_method"]
    assert cell == {"value": "7.5", "reason": "计算完整 j 2", "suggestion": ""}


def test_a_stale_page_says_so_keeps_the_text_and_merges(page: Page, room: Any, address: str) -> None:
    from evaluation.operations.save_sheet import save_sheet

    elsewhere = {room.digests[1]: {"technical_method": {"value": "8"}}}
    save_sheet(lot_code=room.code, actor=room.actors()[0], marks=elsewhere, version=0)
    page.fill("#reason1", "我写的理由")
    expect(page.locator("#saved")).to_contain_text("另一处已保存过更新的版本")
    expect(page.locator("#reason1")).to_have_value("我写的理由")
    page.locator("#merge button").click()
    expect(page.locator("#saved")).to_contain_text("已自动保存")
    marks = sheet_of(page, address, room)["marks"]
    assert marks[room.digests[1]]["technical_method"]["value"] == "8"
    assert marks[room.digests[0]]["technical_method"]["reason"] == "我写的理由"


def test_without_the_network_nothing_typed_is_lost(page: Page, room: Any, address: str) -> None:
    between = Between(page, "**/save/")
    between.cuts()
    page.fill("#value1", "7.5")
    expect(page.locator("#saved")).to_contain_text("没有保存")
    expect(page.locator("#value1")).to_have_value("7.5")
    between.passes()
    page.fill("#value1", "7.6")
    expect(page.locator("#saved")).to_contain_text("已自动保存")
    assert sheet_of(page, address, room)["marks"][room.digests[0]]["technical_method"]["value"] == "7.6"


def test_side_by_side_every_column_saves_itself_and_none_is_lost(page: Page, room: Any, address: str) -> None:
    first, second, third = room.digests
    page.goto(address + at("compare", room, "technical_method"))
    page.fill("#value1", "7.1")
    page.fill("#reason1", "第一家")
    page.fill("#value2", "7.2")
    page.locator("#value3").locator("xpath=ancestor::fieldset[@data-bid]").locator("input[data-tier='2']").check()
    expect(page.locator("#value3")).to_have_value("6.9")
    expect(page.locator("#saved")).to_contain_text("已自动保存")
    expect(page.locator("#done")).to_have_text("3")
    page.fill("#reason2", "第二家")
    page.get_by_role("button", name="保存全部").click()
    expect(page.locator("#reason2")).to_have_value("第二家")
    expect(page.locator("#value1")).to_have_value("7.1")
    marks = sheet_of(page, address, room)["marks"]
    found = {bid: (marks[bid]["technical_method"]["value"], marks[bid]["technical_method"]["reason"]) for bid in marks}
    assert found == {first: ("7.1", "第一家"), second: ("7.2", "第二家"), third: ("6.9", "")}
