"""What a bidder does in its pages: prepares, seals, uploads, replaces, withdraws, opens, confirms."""

from decimal import Decimal
from pathlib import Path

from playwright.sync_api import expect

from rehearsal.bids import Offer, make_offer, write_bid
from rehearsal.bids.offer import Terms
from rehearsal.cast import bidder_party
from tests.journeys.people import Somebody

SEALING_MS = 60_000


def write_files(terms: Terms, number: int, folder: Path) -> Offer:
    """Write the files of bidder `number` (from 1) into the folder and return what they offer."""
    offer = make_offer(terms, bidder_party(number), seed="journey")
    write_bid(offer, folder)
    return offer


def prepare(bidder: Somebody, lot: str, offer: Offer, folder: Path) -> None:
    """Lay the files and fill in the letter; the capitals are taken over from what is computed."""
    page = bidder.go(f"/bidder/lots/{lot}/prepare/")
    expect(page.locator("#letter-fields")).to_be_enabled()
    page.set_input_files("#any", sorted(folder.iterdir()))
    expect(page.locator("#f-technical")).to_contain_text("施工组织设计.pdf")
    page.fill("#duration", str(offer.duration_days))
    page.fill("#person", offer.engineer)
    price(bidder, offer.price_yuan)
    expect(page.locator("#said")).to_be_empty()


def price(bidder: Somebody, amount: Decimal) -> None:
    """Type the price and adopt the capitals."""
    page = bidder.page
    page.fill("#amount", f"{amount:.2f}")
    page.locator("#amount").blur()
    expect(page.locator("#capitals-error")).to_be_visible()
    page.click("#adopt")


def seal(bidder: Somebody) -> str:
    """Seal what is prepared, upload it, and return the digest on the receipt."""
    page = bidder.page
    page.click("#go")
    expect(page.locator("#doing")).to_have_text("尚未封装")
    page.click("#start")
    page.wait_for_url("**/receipt/", timeout=SEALING_MS)
    expect(page.locator(".receipt")).to_contain_text("存证链第")
    return page.locator(".receipt .fingerprint").first.inner_text().strip()


def replace(bidder: Somebody, amount: Decimal) -> str:
    """Replace the bid on the receipt page by one with another price."""
    bidder.press("替换投标")
    price(bidder, amount)
    return seal(bidder)


def withdraw_and_resubmit(bidder: Somebody, lot: str) -> str:
    """Withdraw the bid on the receipt page, then seal the same draft again."""
    page = bidder.page
    bidder.press("撤回投标")
    bidder.press("签名并确认撤回")
    expect(page.locator(".messages")).to_contain_text("已撤回")
    bidder.go(f"/bidder/lots/{lot}/prepare/")
    expect(page.locator("#go")).not_to_have_class("disabled")
    return seal(bidder)


def sit_down(bidder: Somebody, lot: str) -> None:
    """Open the seat before the opening and keep it open: it comes alive by itself."""
    bidder.go(f"/hall/{lot}/seat/")
    bidder.sees("投标截止后，这里会出现签到和解密")


def sign_in_to_opening(bidder: Somebody) -> None:
    """Sign in as soon as the open seat offers it, and wait for the page that answers."""
    bidder.page.click("#sign-in")
    expect(bidder.page.locator(".messages")).to_contain_text("已签到")


def decrypt(bidder: Somebody) -> None:
    """Hand over the share from the seat, with the key on this machine."""
    bidder.page.click("#release-now")
    expect(bidder.page.locator("#panel")).to_contain_text("本单位密钥份额已交付并核对")


def confirm_price(bidder: Somebody, lot: str, amount: Decimal) -> None:
    """Confirm the price that was read out."""
    page = bidder.go(f"/hall/{lot}/seat/")
    expect(page.locator("#panel")).to_contain_text(f"¥{amount:,.2f}")
    page.click("#confirm-price")
    expect(page.locator(".messages")).to_contain_text("已确认报价")
