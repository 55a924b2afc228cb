"""The pages beside the offline client, under GM-1: a key certified, the package downloaded, a sealed file handed in."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from sealing.__main__ import main
from tests.browser.between import Between
from tests.browser.live import serving, sign_in
from tests.browser.saving import saved_by
from tests.browser.test_bidder_pages import OTHER, another_trailer_logged

pytestmark = pytest.mark.browser
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop runs in this thread; no database call is async


@pytest.fixture
def tender(transactional_db: None, tmp_path: Path, settings: Any) -> Iterator[Any]:
    from ledger import clock
    from tests.cast import make_cast
    from tests.real_database import file_database
    from tests.sealed import make_tender

    for name in ("SEALED_ROOT", "OPENED_ROOT", "UPLOAD_ROOT", "DOCUMENT_ROOT"):
        setattr(settings, name, tmp_path / "server" / name.lower())
    settings.CA_HOME = tmp_path / "ca"
    (tmp_path / "database").mkdir()
    with file_database(tmp_path / "database" / "db.sqlite3"):
        yield make_tender(make_cast(), tmp_path, now=clock.now(), deadline_in=7200, suite="GM-1")


def certified_key(page: Page, address: str, folder: Path, uscc: str) -> Path:
    """A key made offline, certified through the key page, its certificate taken in."""
    key = folder / "own.key"
    assert main(["keygen", "--out", str(key), "--organisation", uscc, "--suite", "GM-1"]) == 0
    page.goto(f"{address}/bidder/keys/")
    page.click("#challenge-now")
    expect(page.locator("#challenge")).not_to_have_value("")
    challenge, request = page.input_value("#challenge"), folder / "a.request.json"
    assert main(["prove", "--key", str(key), "--challenge", challenge, "--out", str(request)]) == 0
    page.set_input_files("#request", request)
    with page.expect_download() as saving:
        page.click("#certify-now")
    saving.value.save_as(folder / "certified.pub")
    assert main(["adopt", "--key", str(key), "--pub", str(folder / "certified.pub")]) == 0
    page.set_input_files("#request", key)
    page.click("#certify-now")
    expect(page.locator("#offline-said")).to_contain_text("这不是离线客户端写出的申请文件")
    return key


def sealed_offline(page: Page, key: Path, folder: Path, lot: str) -> Path:
    """The bid sealed for the lot as the package tells it now."""
    with page.expect_download() as saving:
        page.click(f'a[href="/api/v1/lots/{lot}/package"]')
    assert saving.value.suggested_filename == f"{lot}.package.json"
    saving.value.save_as(folder / "package.json")
    (folder / "CA.pem").write_text(json.loads((folder / "package.json").read_text())["root"])
    told = ["--package", str(folder / "package.json"), "--sign", str(key), "--trust", str(folder / "CA.pem")]
    out = folder / "a.bid"
    out.unlink(missing_ok=True)
    assert main(["seal", *told, "--manifest", str(folder / "letter.json"), str(folder / "in"), str(out)]) == 0
    return out


def test_from_the_package_to_the_receipt_without_sealing_in_the_browser(
    page: Page, tender: Any, tmp_path: Path
) -> None:
    from tendering.models import Bid

    bidder, lot = tender.cast.bidders[0], tender.lot.code
    with serving() as address:
        sign_in(page.context, bidder, address)
        key = certified_key(page, address, tmp_path, bidder.organisation.uscc)
        page.goto(f"{address}/bidder/lots/{lot}/seal/")
        expect(page.locator("body")).to_contain_text("请用离线客户端封装")
        expect(page.locator("#start")).not_to_be_visible()
        (tmp_path / "in").mkdir()
        (tmp_path / "in" / "letter.pdf").write_bytes(b"%PDF-1.7 " + os.urandom(1_500_000))
        (tmp_path / "letter.json").write_text('{"price": "8900000.00", "price_kind": "total"}')
        out = sealed_offline(page, key, tmp_path, lot)
        (tmp_path / "cut.bid").write_bytes(out.read_bytes()[:-100])
        page.set_input_files("#offline-file", tmp_path / "cut.bid")
        page.click("#offline-send")
        expect(page.locator("#offline-said")).to_contain_text("文件不完整")
        page.set_input_files("#offline-file", out)
        chunks = Between(page, "**/chunks/*")
        chunks.refuses(507, "storage_full")
        page.click("#offline-send")
        expect(page.locator("#offline-said")).to_contain_text("服务器暂时不能接收")
        chunks.cuts()
        expect(page.locator("#offline-said")).to_contain_text("网络不通", timeout=30_000)
        between = Between(page, "**/complete")
        told = between.lies(another_trailer_logged)
        chunks.passes()
        expect(page.locator("#offline-said")).to_contain_text(OTHER, timeout=60_000)
        kept = saved_by(page, page.locator("#offline-said >> text=保存回执"))
        assert json.loads(kept) == told[-1]
        between.passes()
        page.goto(f"{address}/bidder/lots/{lot}/seal/")  # the platform has that bid, whatever it told of it
        out = sealed_offline(page, key, tmp_path, lot)
        page.set_input_files("#offline-file", out)
        page.click("#offline-send")
        page.wait_for_url("**/receipt/", timeout=60_000)
        expect(page.locator(".receipt")).to_contain_text("存证链第")
    assert Bid.objects.get(state="received").size == out.stat().st_size
