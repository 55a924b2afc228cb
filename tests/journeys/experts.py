"""What the committee's members do in their room: pledge, vote, review, score, explain, draft, sign."""

from typing import Any

from playwright.sync_api import expect

from rehearsal.play.marks import Marks, marks_for
from tests.journeys.people import Somebody

REASON = "对照评分标准独立判断，坚持本人意见（演练）。"
SAVE = """async ([address, body]) => {
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(body) });
  return { status: answer.status, told: await answer.json() };
}"""


def agree_to_questions(member: Somebody) -> None:
    """Answer every question of the page with yes, as who means it does."""
    member.page.on("dialog", lambda dialog: dialog.accept())


def pledge(member: Somebody, lot: str) -> None:
    """Find the task on the desk, read the grounds of recusal, and pledge."""
    page = member.go("/expert/")
    page.locator(f"a[href*='{lot}']").first.click()
    page.check("#id_no_conflict")
    page.check("#id_confidential")
    member.press("没有回避情形，作出承诺")
    expect(page.locator(".messages")).to_contain_text("承诺已记录")


def vote(member: Somebody, lot: str) -> bool:
    """Vote for the first seat; return whether that made a leader."""
    page = member.go(f"/expert/{lot}/")
    if page.locator("input[name=seat]").count():
        page.locator("input[name=seat]").first.check()
        member.press("投票")
        expect(page.locator(".messages")).to_contain_text("投票已记录")
    return page.get_by_text("负责人：第").count() == 1


def sheet_of(member: Somebody, lot: str) -> dict[str, Any]:
    """Return the member's own sheet."""
    found: dict[str, Any] = member.page.request.get(f"{member.stack.address}/expert/{lot}/sheet/").json()
    return found


def review_by_hand(member: Somebody, lot: str) -> int:
    """Fill in the whole sheet of the phase, cell by cell, in the room; return how many cells."""
    sheet = sheet_of(member, lot)
    marks = marks_for(sheet, lot=lot, member=member.login)
    page = member.go(f"/expert/{lot}/")
    cells = 0
    while "/items/" in page.url:
        parts = page.url.rstrip("/").split("/")
        before = page.url
        _mark(member, marks, item=parts[-2], bid=parts[-1])
        page.wait_for_url(lambda url, before=before: url != before, wait_until="domcontentloaded")  # type: ignore[misc]
        cells += 1
    assert cells == len(sheet["items"]) * len(sheet["bids"])
    member.sees("全部评完")
    return cells


def _mark(member: Somebody, marks: Marks, *, item: str, bid: str) -> None:
    page, value = member.page, marks[bid][item]["value"]
    radio = page.locator(f"#mark1 input[type=radio][name=value][value='{value}']")
    if radio.count():
        radio.check()
    else:
        page.fill("#value1", value)
    member.press("保存并看下一家")


def review_by_script(member: Somebody, lot: str) -> None:
    """Fill in the sheet of the phase through the room's own save address, from within the page."""
    sheet = sheet_of(member, lot)
    body = {"version": sheet["version"], "marks": marks_for(sheet, lot=lot, member=member.login)}
    page = member.go(f"/expert/{lot}/")
    saved = page.evaluate(SAVE, [f"/expert/{lot}/save/", body])
    assert saved["status"] == 200, saved


def submit(member: Somebody, lot: str) -> None:
    """Hand the sheet in."""
    member.go(f"/expert/{lot}/matrix/")
    member.press("确认提交评审表")
    expect(member.page.locator(".messages")).to_be_visible()


def explain(member: Somebody, lot: str) -> int:
    """Explain every score of one's own that stands out; return how many."""
    page = member.go(f"/expert/{lot}/summary/")
    forms = page.locator("form[action$='/explain/']")
    count = forms.count()
    for place in range(count):
        forms.nth(place).locator("textarea").fill(REASON)
        forms.nth(place).get_by_role("button").click()
        expect(page.locator(".messages")).to_be_visible()
        page.goto(page.url)
    return count


def draft(leader: Somebody, lot: str) -> None:
    """Draft the report."""
    leader.go(f"/expert/{lot}/summary/")
    leader.press("形成评标报告")
    expect(leader.page.get_by_role("link", name="评标报告 PDF")).to_be_visible()


def sign(member: Somebody, lot: str) -> None:
    """Sign the report."""
    member.go(f"/expert/{lot}/summary/")
    member.press("确认签署")
    expect(member.page.locator("main")).to_contain_text("已")
    expect(member.page.get_by_role("button", name="确认签署")).to_have_count(0)
