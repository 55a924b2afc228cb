"""A bidder's way through real pages in Chromium: key, preparation, sealing, receipt, replacement, withdrawal."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from sealing.inspect import inspect_bid
from tests.browser.between import Between
from tests.browser.live import serving, sign_in
from tests.browser.saving import saved_by
from tests.sealed import Hands

pytestmark = pytest.mark.browser
RELEASE = """async ([lot, digest, organisation]) => {
  const { releaseShare } = await import('/static/bidder_portal/sealing/release.mjs');
  const { readKey } = await import('/static/bidder_portal/sealing/store.mjs');
  return releaseShare({ lot, digest, key: await readKey(organisation) });
}"""
PASSPHRASE = "a long passphrase 口令"
FILES = {
    "投标函.pdf": 3_000,
    "授权委托书.pdf": 2_000,
    "已标价工程量清单.xlsx": 40_000,
    "营业执照.jpg": 90_000,
    "资质证书.pdf": 5_000,
    "安全生产许可证.pdf": 5_000,
    "项目经理建造师证书.pdf": 5_000,
    "施工组织设计.pdf": 4_200_000,
}


@pytest.fixture
def tender(transactional_db: None, tmp_path: Path, settings: Any) -> Iterator[Any]:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop runs in this thread; no database call is async
    from ledger import clock
    from tests.cast import make_cast
    from tests.real_database import file_database
    from tests.sealed import make_tender

    for name in ("SEALED_ROOT", "OPENED_ROOT", "UPLOAD_ROOT", "DOCUMENT_ROOT"):
        setattr(settings, name, tmp_path / "server" / name.lower())
    (tmp_path / "database").mkdir()
    with file_database(tmp_path / "database" / "db.sqlite3"):
        yield make_tender(make_cast(), tmp_path, now=clock.now(), deadline_in=7200)


@pytest.fixture
def bidder(tender: Any, page: Page) -> Iterator[tuple[Page, str]]:
    with serving() as address:
        sign_in(page.context, tender.cast.bidders[0], address)
        yield page, address


def make_key(page: Page, address: str, folder: Path) -> Path:
    """Make a key on the key page and load the saved file back."""
    page.goto(f"{address}/bidder/keys/")
    expect(page.locator("#key-state")).to_have_text("本机没有密钥")
    page.fill("#pass1", PASSPHRASE)
    page.fill("#pass2", PASSPHRASE)
    with page.expect_download() as saving:
        page.click("#make-now")
    saved = folder / saving.value.suggested_filename
    saving.value.save_as(saved)
    expect(page.locator("#key-state")).to_have_text("已生成，尚未核对密钥文件")
    page.set_input_files("#file", saved)
    page.fill("#pass3", "wrong passphrase")
    page.click("#load-now")
    expect(page.locator("#refused")).to_contain_text("口令打不开这个密钥文件")
    page.set_input_files("#file", saved)
    page.fill("#pass3", PASSPHRASE)
    page.click("#load-now")
    expect(page.locator("#key-state")).to_have_text("已核对，可用")
    return saved


def prepare(page: Page, address: str, lot: str, folder: Path, *, amount: str = "8,130,651.24") -> None:
    for name, size in FILES.items():
        (folder / name).write_bytes(os.urandom(size))
    page.goto(f"{address}/bidder/lots/{lot}/prepare/")
    expect(page.locator("#letter-fields")).to_be_enabled()
    page.set_input_files("#any", [folder / name for name in FILES])
    expect(page.locator("#f-technical")).to_contain_text("施工组织设计.pdf")
    page.fill("#amount", amount)
    page.fill("#duration", "300")
    page.fill("#person", "王工")
    page.fill("#capitals", "捌佰壹拾叁万元整")


def ready_to_seal(page: Page, address: str, lot: str, folder: Path) -> None:
    """Make a key, prepare a bid and go to the sealing page."""
    make_key(page, address, folder)
    prepare(page, address, lot, folder)
    page.click("#adopt")
    page.click("#go")
    expect(page.locator("#doing")).to_have_text("尚未封装")


def seal_and_send(page: Page) -> None:
    page.click("#go")
    expect(page.locator("#doing")).to_have_text("尚未封装")
    page.click("#start")
    page.wait_for_url("**/receipt/", timeout=60_000)
    expect(page.locator(".receipt")).to_contain_text("存证链第")


def test_a_bid_is_prepared_sealed_uploaded_replaced_and_withdrawn(bidder: Any, tender: Any, tmp_path: Path) -> None:
    from tendering.models import Bid

    page, address = bidder
    lot = tender.lot.code
    make_key(page, address, tmp_path)
    prepare(page, address, lot, tmp_path)
    said = page.locator("#said")
    expect(said).to_contain_text("还不能封装：1 项未就绪")
    expect(said).to_contain_text("应为：捌佰壹拾叁万零陆佰伍拾壹元贰角肆分")
    page.reload()
    expect(page.locator("#amount")).to_have_value("8,130,651.24")
    expect(page.locator("#person")).to_have_value("王工")
    expect(page.locator("#f-technical")).to_contain_text("施工组织设计.pdf")
    page.click("#adopt")
    expect(said).to_be_empty()
    seal_and_send(page)
    first = Bid.objects.get(state="received")
    path = tmp_path / "server" / "sealed_root" / lot / f"{first.bid_digest}.bid"
    layout = inspect_bid(path)
    assert layout.header.binding.bidder == tender.cast.bidders[0].organisation.uscc
    assert layout.header.count == first.count > 4
    page.click("text=替换投标")
    page.fill("#amount", "8000000")
    page.locator("#amount").blur()
    page.click("#adopt")
    seal_and_send(page)
    assert set(Bid.objects.values_list("sequence", "state")) == {(1, "replaced"), (2, "received")}
    page.click("text=撤回投标")
    page.click("text=签名并确认撤回")
    expect(page.locator(".messages")).to_contain_text("已撤回")
    assert not Bid.objects.filter(state="received").exists()


def another_trailer_signed(told: Any) -> None:
    from tendering import receipts

    told["statement"] = receipts.sign(told["statement"]["body"] | {"trailer_sha256": "0" * 64})


def another_trailer_logged(told: Any) -> None:
    """The signed statement is as it should be: the bidder's page alone would see nothing."""
    told["evidence"]["body"]["payload"]["trailer_sha256"] = "0" * 64


def another_trailer_in_both(told: Any) -> None:
    another_trailer_signed(told)
    another_trailer_logged(told)


def nobodys_signature(told: Any) -> None:
    told["statement"]["signature"] = told["statement"]["signature"][:8] + "AAAA" + told["statement"]["signature"][12:]


LIES = (another_trailer_signed, another_trailer_logged, another_trailer_in_both, nobodys_signature)
OTHER = "平台回执写的不是本机密封的这份文件"


def test_a_receipt_of_another_file_is_told_and_what_was_sealed_stays_here(
    bidder: Any, tender: Any, tmp_path: Path
) -> None:
    """A platform that alters the trailer as it arrives shows it in what it signs or logs: both are looked at."""
    page, address = bidder
    ready_to_seal(page, address, tender.lot.code, tmp_path)

    between = Between(page, "**/complete")
    for lie, button in zip(LIES, ("#start", *["#send"] * 3), strict=True):
        told = between.lies(lie)
        page.click(button)
        expect(page.locator("#said")).to_contain_text(OTHER, timeout=60_000)
        assert "/receipt/" not in page.url
        expect(page.locator("#save")).to_be_visible()
        kept = saved_by(page, page.locator("#said >> text=保存回执"))
        assert json.loads(kept) == told[-1], lie.__name__
    between.passes()
    page.click("#send")
    page.wait_for_url("**/receipt/", timeout=60_000)


def test_the_receipt_page_holds_the_receipt_against_the_file_sealed_here(
    bidder: Any, tender: Any, tmp_path: Path
) -> None:
    page, address = bidder
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if "Content Security" in said.text else None)
    make_key(page, address, tmp_path)
    prepare(page, address, tender.lot.code, tmp_path)
    page.click("#adopt")
    seal_and_send(page)
    same, other = page.locator("#held [data-agrees]"), page.locator("#held [data-differs]")
    expect(same).to_be_visible()
    expect(same).to_have_text("与本机密封文件一致")
    expect(other).to_be_hidden()
    page.set_viewport_size({"width": 390, "height": 900})
    between = Between(page, "**/receipt.json")
    for lie in LIES:
        between.lies(lie)
        page.reload()
        expect(other).to_be_visible()
        expect(other).to_contain_text(OTHER)
        expect(same).to_be_hidden()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    between.cuts()
    page.reload()
    page.wait_for_load_state("networkidle")
    expect(same).to_be_hidden()
    expect(other).to_be_hidden()
    assert refused == []


def test_the_receipt_page_says_nothing_of_a_bid_that_was_not_sealed_here(bidder: Any, tender: Any) -> None:
    page, address = bidder
    tender.bid(tender.cast.bidders[0])
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}/bidder/lots/{tender.lot.code}/receipt/")
    page.wait_for_load_state("networkidle")
    expect(page.locator("#held")).to_be_attached()
    expect(page.locator("#held [data-agrees]")).to_be_hidden()
    expect(page.locator("#held [data-differs]")).to_be_hidden()
    assert any("bidder_portal/receipt.mjs" in url for url in asked)
    assert not any(url.endswith("receipt.json") for url in asked)


def test_without_the_key_nothing_is_withdrawn_and_the_page_says_where_to_get_it(
    bidder: Any, tender: Any, tmp_path: Path
) -> None:
    from sealing.withdrawals import sign_withdrawal
    from tendering.models import Bid

    page, address = bidder
    player = tender.cast.bidders[0]
    file, bid = tender.bid(player)
    page.goto(f"{address}/bidder/lots/{tender.lot.code}/withdraw/{bid.bid_digest}/")
    page.click("text=签名并确认撤回")
    expect(page.locator("#said")).to_contain_text("这台机器上没有贵单位已确认的密钥")
    expect(page.locator("#said")).to_contain_text("投标没有变化，仍然有效")
    expect(page.locator("#said a")).to_have_attribute("href", "/bidder/keys/")
    assert Bid.objects.get().state == "received"
    statement = sign_withdrawal(file.keys, lot=tender.lot.code, bid_digest=bid.bid_digest)
    (tmp_path / "1.withdrawal.json").write_text(json.dumps(statement))
    page.set_input_files("#statement-file", tmp_path / "1.withdrawal.json")
    page.click("text=递交并撤回")
    expect(page.locator(".messages")).to_contain_text("已撤回")
    assert Bid.objects.get().state == "withdrawn"


def test_an_upload_cut_off_goes_on_after_a_reload(bidder: Any, tender: Any, tmp_path: Path) -> None:
    from tendering.models import Bid, Upload

    page, address = bidder
    ready_to_seal(page, address, tender.lot.code, tmp_path)
    between = Between(page, "**/chunks/3")
    between.cuts()
    page.click("#start")
    expect(page.locator("#doing")).to_have_text("网络不通，稍后自动重试", timeout=60_000)
    sent: list[str] = []
    page.reload()
    expect(page.locator("#doing")).to_have_text("已暂停")
    between.passes()  # only now: the page before the reload would have tried again by itself
    page.on("request", lambda request: sent.append(request.url) if "/chunks/" in request.url else None)
    page.click("#send")
    page.wait_for_url("**/receipt/", timeout=60_000)
    assert Upload.objects.count() == 1
    assert Bid.objects.get().count > len(sent) >= 1


def test_an_earlier_key_on_this_machine_still_releases_the_share_of_its_bid(
    bidder: Any, tender: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sealing.keys import key_body
    from tendering.models import Release

    page, address = bidder
    player = tender.cast.bidders[0]
    saved = tmp_path / "earlier.key"
    saved.write_text(json.dumps(key_body(tender.keys_of(player), passphrase=PASSPHRASE)))
    page.goto(f"{address}/bidder/keys/")
    page.set_input_files("#file", saved)
    page.fill("#pass3", PASSPHRASE)
    page.click("#load-now")
    expect(page.locator("#key-state")).to_have_text("已核对，可用")
    make_key_in_its_place(page, tmp_path)
    (file, _bid), *_ = tender.opened_window(Hands(monkeypatch))
    answer = page.evaluate(RELEASE, [tender.lot.code, file.digest, player.organisation.uscc])
    assert answer == {"bid_digest": file.digest, "group": "bidder", "index": 1}
    assert Release.objects.get().matches


def make_key_in_its_place(page: Page, folder: Path) -> None:
    """Make another key and put it in use, after an earlier one."""
    earlier = page.locator("#key-kid").text_content()
    page.fill("#pass1", PASSPHRASE)
    page.fill("#pass2", PASSPHRASE)
    with page.expect_download() as saving:
        page.click("#make-now")
    saving.value.save_as(folder / "later.key")
    page.set_input_files("#file", folder / "later.key")
    page.fill("#pass3", PASSPHRASE)
    page.click("#load-now")
    expect(page.locator("#key-kid")).not_to_have_text(str(earlier))


def test_sealing_without_a_key_is_refused_with_the_reason(bidder: Any, tender: Any, tmp_path: Path) -> None:
    page, address = bidder
    prepare(page, address, tender.lot.code, tmp_path)
    page.click("#adopt")
    page.click("#go")
    expect(page.locator("#doing")).to_have_text("尚未封装")
    page.click("#start")
    expect(page.locator("#said")).to_contain_text("这台机器上没有贵单位已确认的密钥")


def test_a_package_with_another_custodian_is_refused_before_sealing(bidder: Any, tender: Any, tmp_path: Path) -> None:
    from tendering.models import TenderParameters

    page, address = bidder
    make_key(page, address, tmp_path)
    prepare(page, address, tender.lot.code, tmp_path)
    page.click("#adopt")
    row = TenderParameters.objects.get()
    other = tender.keys_of(tender.cast.bidders[3]).public.body()
    TenderParameters.objects.update(
        recipients=[row.recipients[0] | {"seal_public": other["seal_public"]}, *row.recipients[1:]]
    )
    page.click("#go")
    expect(page.locator("#doing")).to_have_text("尚未封装")
    page.click("#start")
    expect(page.locator("#said")).to_contain_text("密钥托管方的公钥不可信")
    expect(page.locator("#save")).to_be_hidden()


def test_after_a_pause_and_a_discard_sealing_again_is_not_shown_as_paused(
    bidder: Any, tender: Any, tmp_path: Path
) -> None:
    page, address = bidder
    make_key(page, address, tmp_path)
    prepare(page, address, tender.lot.code, tmp_path)
    page.on("dialog", lambda dialog: dialog.accept())
    page.click("#adopt")
    page.click("#go")
    expect(page.locator("#doing")).to_have_text("尚未封装")
    page.evaluate("""() => {
      const post = Worker.prototype.postMessage;  // the worker is told to pause before anything else
      Worker.prototype.postMessage = function (message, ...rest) {
        if (message.act === "seal" && !window.stopped) {
          window.stopped = true;
          post.call(this, { act: "pause" });
          post.call(this, message, ...rest);
          document.getElementById("pause").click();
        } else post.call(this, message, ...rest);
      };
    }""")
    page.click("#start")
    expect(page.locator("#pause")).to_have_text("继续")
    page.click("#discard")
    expect(page.locator("#start")).to_be_visible()
    texts = page.evaluate("""() => new Promise((resolve) => {
      const pause = document.getElementById("pause");
      new MutationObserver(() => {
        if (!pause.hidden && document.querySelector("[data-stage=encrypt].now")) resolve(pause.textContent);
      }).observe(document.body, { subtree: true, childList: true, attributes: true });
      document.getElementById("start").click();
    })""")
    assert texts == "暂停"
    page.wait_for_url("**/receipt/", timeout=60_000)
