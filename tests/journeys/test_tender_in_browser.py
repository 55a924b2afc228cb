"""One tender from registration to award, by people at browsers, on a running installation."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from ledger import clock
from rehearsal.bids import Offer, write_tender_document
from rehearsal.bids.offer import Terms
from rehearsal.cast import bidder_party, party
from tendering.rules.calendars import legal_day
from tests.journeys import bidders, buyer, experts, host
from tests.journeys.album import Album
from tests.journeys.looks import faults
from tests.journeys.people import Somebody, leave, somebody
from tests.stack.installation import Installation

pytestmark = [pytest.mark.stack, pytest.mark.browser]
LEAD = timedelta(seconds=60)
NAMES = [bidder_party(number).name for number in (1, 2, 3)]


def terms_of(lot: str) -> Terms:
    """Return what the tender asks for."""
    return Terms(
        project_name=buyer.PROJECT,
        lot_name=buyer.LOT,
        lot_code=lot,
        purchaser=party("城建投").name,
        ceiling_yuan=Decimal(buyer.CEILING),
        duration_days=buyer.DURATION,
        day=legal_day(clock.now()),
    )


def nobody_is_named(public: Somebody, lot: str) -> None:
    """Before the opening, no public page tells who bids, nor how many."""
    for path in (f"/lots/{lot}/", f"/hall/{lot}/", f"/evidence/?lot={lot}"):
        text = public.go(path).content()
        assert not [name for name in NAMES if name in text], path
    assert public.page.request.get(f"{public.stack.address}/hall/{lot}/state.json").json()["bidders"] == []


def test_a_tender_goes_from_registration_to_award(
    installation: Installation, chromium: Browser, album: Album, tmp_path: Path
) -> None:
    agency, centre, public = (somebody(chromium, installation, login) for login in ("agency", "centre", ""))
    firms = [somebody(chromium, installation, f"bidder{number}") for number in (1, 2, 3)]
    lot = registered(agency, centre, album, tmp_path)
    offers = []
    for number, firm in enumerate(firms, start=1):
        firm.make_keys(tmp_path)
        offers.append(bidders.write_files(terms_of(lot), number, tmp_path / f"bid{number}"))
    album.take(firms[0].page, "bidder-keys")
    deadline = buyer.announce(agency, lot, lead=LEAD)
    prices = handed_in(firms, lot, offers, tmp_path, album)
    album.take(agency.go(f"/purchaser/lots/{lot}/"), "purchaser-lot")
    nobody_is_named(public, lot)
    assert buyer.now_of(public) < deadline, "the machine was too slow for the deadline of this journey"
    album.take(public.go(f"/lots/{lot}/"), "public-lot-announced")
    opened(public, centre, firms, lot, prices=prices, album=album)
    members = evaluated(chromium, installation, centre, lot, album)
    awarded(agency, public, lot, prices=prices, album=album)
    people = [agency, centre, public, *firms, *members]
    assert [person.complaints for person in people] == [[]] * len(people)
    leave(*people)


def registered(agency: Somebody, centre: Somebody, album: Album, folder: Path) -> str:
    """From the agency's key to acceptance; returns the lot's code."""
    agency.make_keys(folder)
    lot = buyer.register(agency)
    document = folder / "招标文件.pdf"
    document.write_bytes(write_tender_document(terms_of(lot)))
    buyer.attach_and_submit(agency, document)
    album.take(centre.go("/centre/"), "centre-desk")
    host.accept(centre, lot)
    return lot


def handed_in(firms: list[Somebody], lot: str, offers: list[Offer], folder: Path, album: Album) -> list[Decimal]:
    """Three bids; the second is replaced, the third withdrawn and handed in again. Returns the prices that count."""
    prices = [offer.price_yuan for offer in offers]
    for number, (firm, offer) in enumerate(zip(firms, offers, strict=True), start=1):
        bidders.prepare(firm, lot, offer, folder / f"bid{number}")
        if number == 1:
            album.take(firm.page, "bidder-prepare")
        bidders.seal(firm)
    prices[1] -= 100_000
    replaced = bidders.replace(firms[1], prices[1])
    resubmitted = bidders.withdraw_and_resubmit(firms[2], lot)
    assert replaced != resubmitted
    expect(firms[1].page.locator("main")).to_contain_text("已被替换")
    expect(firms[2].page.locator("main")).to_contain_text("已撤回")
    album.take(firms[1].page, "bidder-receipt")
    return prices


def opened(
    public: Somebody, centre: Somebody, firms: list[Somebody], lot: str, *, prices: list[Decimal], album: Album
) -> None:
    """The live opening: two bidders decrypt, custodians open the third's bid, all prices appear together."""
    album.take(public.go("/"), "public-home")
    public.go(f"/hall/{lot}/")
    for firm in firms[:2]:
        bidders.sit_down(firm, lot)
    host.wait_for_stage(public, "opening", seconds=int(LEAD.total_seconds()) + 30)
    for firm in firms[:2]:
        bidders.sign_in_to_opening(firm)
        bidders.decrypt(firm)
    expect(public.page.locator("[data-slot=locks]")).to_contain_text(NAMES[2])
    assert "¥" not in public.page.locator("[data-slot=prices]").inner_text()
    album.take(public.page, "hall-live")
    album.take(firms[1].page, "hall-seat")
    album.take(centre.go(f"/hall/{lot}/console/"), "hall-console")
    host.wait_for_stage(public, "opened", seconds=90)
    table = public.page.locator("[data-slot=prices-table]")
    for name, price in zip(NAMES, prices, strict=True):
        expect(table.locator("tr", has_text=name)).to_contain_text(f"¥{price:,.2f}")
    expect(table.locator("tr", has_text=NAMES[2])).to_contain_text("托管方")
    for firm, price in zip(firms[:2], prices, strict=False):
        bidders.confirm_price(firm, lot, price)
    assert faults(centre.page, "console of the opened hall") == []
    host.confirm_record(centre, lot)
    expect(public.page.get_by_role("link", name="开标记录 PDF")).to_be_visible()
    album.take(public.page, "hall-opened")


def evaluated(chromium: Browser, stack: Installation, centre: Somebody, lot: str, album: Album) -> list[Somebody]:
    """Five drawn experts, the first of them cell by cell in the room; returns them."""
    members = [somebody(chromium, stack, login) for login in host.draw(centre, lot)]
    assert len(members) == 5
    for member in members:
        experts.agree_to_questions(member)
        experts.pledge(member, lot)
    assert [experts.vote(member, lot) for member in members][-1]
    host.start_evaluation(centre, lot)
    leader, *others = members
    for phase in ("preliminary", "detailed"):
        assert experts.sheet_of(leader, lot)["phase"] == phase
        album.take(leader.go(f"/expert/{lot}/"), f"expert-{phase}")
        experts.review_by_hand(leader, lot)
        for member in others:
            experts.review_by_script(member, lot)
        album.take(leader.page, f"expert-matrix-{phase}")
        for member in members:
            experts.submit(member, lot)
    for member in members:
        experts.explain(member, lot)
    experts.draft(leader, lot)
    for member in members:
        experts.sign(member, lot)
    leader.go(f"/expert/{lot}/summary/")
    leader.sees("评标已完成，报告已由全体成员签署")
    album.take(leader.page, "expert-report")
    return members


def awarded(agency: Somebody, public: Somebody, lot: str, *, prices: list[Decimal], album: Album) -> None:
    """Candidates, result, award; the public page shows each."""
    page = public.go(f"/lots/{lot}/")
    assert "尚未公示" in page.locator("main").inner_text()
    buyer.publish_candidates(agency, lot)
    page = public.go(f"/lots/{lot}/")
    assert all(f"¥{price:,.2f}" in page.locator("main").inner_text() for price in prices)
    album.take(page, "public-lot-candidates")
    buyer.publish_result(agency, lot)
    buyer.issue_award(agency, lot)
    page = public.go(f"/lots/{lot}/")
    winner = next(name for name in NAMES if page.locator("#result, #award").get_by_text(name).count())
    assert winner
    album.take(page, "public-lot-awarded")
    album.take(public.go(f"/evidence/?lot={lot}"), "evidence")
