"""What the trading centre does in its pages: accepts, hosts, draws, hands over."""

from playwright.sync_api import expect

from tests.journeys.people import Somebody

TRIES = 60


def accept(centre: Somebody, lot: str) -> None:
    """Accept the lot from the intake queue."""
    page = centre.go("/centre/")
    page.locator(f"#intake a[href='/centre/lots/{lot}/']").click()
    centre.press("受理")
    expect(page.locator(".messages")).to_contain_text("已受理")


def wait_for_stage(public: Somebody, stage: str, *, seconds: int) -> None:
    """Wait until the open hall page itself has been told of the stage."""
    words = {"opening": "正在解密", "opened": "已开标"}
    expect(public.page.locator("[data-slot=stage]")).to_have_text(words[stage], timeout=seconds * 1000)


def confirm_record(centre: Somebody, lot: str) -> None:
    """Sign the opening record; refused until the bidders have confirmed or had time to."""
    page = centre.go(f"/hall/{lot}/console/")
    for _attempt in range(TRIES):
        centre.press("签署开标记录")
        if page.get_by_text("开标记录已签署", exact=True).count():
            break
        expect(page.locator("#panel .refuse")).to_be_visible()
        page.wait_for_timeout(500)
    expect(page.locator("#panel")).to_contain_text("开标记录 PDF")


def draw(centre: Somebody, lot: str) -> list[str]:
    """Draw five experts and return the logins by seat, as the record of the draw names them."""
    page = centre.go(f"/centre/lots/{lot}/")
    centre.press("抽取评标专家")
    page.select_option("#id_size", "5")
    centre.press_and_confirm("抽取，不可重抽")
    centre.sees("复算一致")
    return [login.strip() for login in page.locator("table").first.locator("th small").all_inner_texts()]


def start_evaluation(centre: Somebody, lot: str) -> None:
    """Hand over to the committee."""
    page = centre.go(f"/centre/lots/{lot}/")
    centre.press_and_confirm("移交评标委员会，开始评标")
    expect(page.locator(".messages")).to_contain_text("评标已开始")
