"""The client's page in Chromium: every step clicked through, both languages, no error, no request to anywhere else."""

import json
import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.client.conftest import client
from tests.client.stage import make_stage

__all__ = ["client"]
pytestmark = pytest.mark.browser
PASSPHRASE = "correct horse battery"


def pick(page: Page, opener: str, folder: Path, *names: str, here: bool = False) -> None:
    """Choose something in the chooser: type the folder, then click down to it."""
    page.get_by_role("button", name=opener, exact=True).first.click()
    field = page.locator("dialog[open] input")
    field.fill(str(folder))
    field.press("Enter")
    for name in names:
        page.locator("dialog .list button", has_text=name).first.click()
    if here:
        page.wait_for_timeout(150)
        page.locator("dialog .btn.main").click()
    page.wait_for_selector("dialog[open]", state="hidden")


@pytest.mark.parametrize("suite", ["GM-1", "INTL-1"])
def test_a_bid_is_sealed_by_clicking(client, chromium: Browser, tmp_path: Path, suite: str) -> None:
    make_stage(suite).lay(tmp_path, passphrase=PASSPHRASE)
    context = chromium.new_context(locale="zh-CN", viewport={"width": 1360, "height": 900})
    page = context.new_page()
    wrong: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(client.address)
    pick(page, "选取招标文件包", tmp_path, "package.json")
    page.get_by_role("button", name="已核对，一致").click()
    page.fill("#key-path", str(tmp_path / "bidder.key"))
    page.fill("#key-pass", PASSPHRASE)
    page.get_by_role("button", name="打开", exact=True).click()
    page.wait_for_selector("#key .tag.done")
    pick(page, "选取文件夹或文件", tmp_path, "投标文件", here=True)
    page.wait_for_selector("#source table")
    for name, value in (("price", "8,900,000.00"), ("duration", "300"), ("person", "王工"), ("bidder_name", "某公司")):
        page.fill(f"#letter-{name}", value)
    assert "00-1b-44-11-3a-b7" in page.inner_text("#letter"), "the marks are shown before sealing"
    page.get_by_role("button", name="记下", exact=True).click()
    page.wait_for_selector("#letter .tag.done")
    pick(page, "封装", tmp_path, here=True)
    page.wait_for_selector("#digest", timeout=20_000)
    shown = page.inner_text("#digest").replace(" ", "")
    assert (client.session.job.told()["bid_digest"], "已用本单位密钥打开核对" in page.inner_text("#seal")) == (
        shown,
        True,
    )
    page.get_by_role("button", name="English").click()
    assert page.inner_text("h1") == "Seal a bid" and page.locator("html").get_attribute("lang") == "en"
    assert "opened with your own key" in page.inner_text("#seal")
    pick(page, "Take out the share (for the opening)", tmp_path, ".bid")
    page.wait_for_selector("#after .note")
    (share,) = tmp_path.glob("*.share.json")
    assert json.loads(share.read_text())["bid_digest"] == shown
    page.get_by_role("button", name="Quit").click()
    page.wait_for_selector("text=The program has ended")
    context.close()
    assert wrong == []
    assert {url.startswith(client.address) for url in asked} == {True}


def test_drawing_the_page_again_takes_nothing_from_who_is_typing(client, chromium: Browser, tmp_path: Path) -> None:
    """An answer may come while a passphrase is typed; the passphrase of a key that is open is gone from the page."""
    make_stage("INTL-1").lay(tmp_path, passphrase=PASSPHRASE)
    context = chromium.new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(client.address)
    page.fill("#key-path", str(tmp_path / "bidder.key"))
    page.click("#key-pass")
    page.keyboard.type(PASSPHRASE[:7])
    page.evaluate("document.querySelector('#language').dispatchEvent(new MouseEvent('click'))")
    page.wait_for_selector("text=Seal a bid")
    page.keyboard.type(PASSPHRASE[7:])
    assert page.input_value("#key-pass") == PASSPHRASE and page.input_value("#key-path")
    page.get_by_role("button", name="Open", exact=True).click()
    page.wait_for_selector("#key .facts")
    assert page.input_value("#key-pass") == ""
    context.close()


def test_refusals_speak_chinese_and_the_page_fits_a_phone(client, chromium: Browser, tmp_path: Path) -> None:
    make_stage("INTL-1").lay(tmp_path, passphrase=PASSPHRASE)
    context = chromium.new_context(locale="zh-CN", viewport={"width": 390, "height": 900})
    page = context.new_page()
    page.goto(client.address)
    pick(page, "选取招标文件包", tmp_path, "package.json")
    page.fill("#key-path", str(tmp_path / "bidder.key"))
    page.fill("#key-pass", "another one")
    page.get_by_role("button", name="打开", exact=True).click()
    page.wait_for_selector("#key .refuse")
    assert "这个口令打不开密钥文件" in page.inner_text("#key .refuse")
    assert "还没有选取投标文件" in page.inner_text(".todo") and "还没有填写并记下投标函" in page.inner_text(".todo")
    deep = tmp_path / "投标文件" / ("a/" * 16)
    deep.mkdir(parents=True)
    (deep / "x.txt").write_text("x")
    pick(page, "选取文件夹或文件", tmp_path, "投标文件", here=True)
    page.wait_for_selector("#source .refuse")
    assert f"{'a/' * 16}x.txt：文件夹套得超过 16 层" in page.inner_text("#source .refuse")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("button", name="English").click()
    assert "the passphrase does not open the key file" in page.inner_text("#key .refuse")
    context.close()


def test_a_name_that_is_not_utf8_is_shown_with_what_to_do_and_cannot_be_chosen(
    client, chromium: Browser, tmp_path: Path
) -> None:
    make_stage("INTL-1").lay(tmp_path, passphrase=PASSPHRASE)
    with open(os.fsencode(tmp_path / "投标文件") + "/投标函.txt".encode("gbk"), "wb"):  # noqa: PTH123 - no str has this name
        page = chromium.new_context(locale="zh-CN", viewport={"width": 390, "height": 900}).new_page()
    page.goto(client.address)
    page.get_by_role("button", name="选取文件夹或文件").first.click()
    field = page.locator("dialog[open] input")
    field.fill(str(tmp_path / "投标文件"))
    field.press("Enter")
    strange = page.locator("dialog .list button", has_text="请先改名")
    strange.wait_for()
    assert strange.is_disabled()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
