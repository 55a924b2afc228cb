"""Generated bids: real files that the reading pipeline reads, codes that check, prices that add up."""

from datetime import date
from decimal import Decimal

import pytest
from stdnum.cn import uscc

from lawbook.procedures import procedure
from ocr import read_document
from ocr.fields import fields_of
from ocr.price_tables import price_table
from rehearsal.bids import make_offer, write_bid, write_tender_document
from rehearsal.bids.offer import Terms
from rehearsal.cast import PARTIES, bidder_party

TERMS = Terms(
    "示例市东环路改造工程",
    "一标段",
    "RA4420000001000001001001",
    "示例城投",
    Decimal("12000000"),
    180,
    date(2026, 7, 25),
)


@pytest.fixture(scope="module")
def bid(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bid")
    offer = make_offer(TERMS, bidder_party(2), seed="x")
    return offer, folder, {role: folder / name for name, role in write_bid(offer, folder).items()}


def test_every_required_document_of_the_checklist_is_there(bid):
    _, folder, files = bid
    required = {document.kind for document in procedure("R-construction").documents if document.required}
    assert required <= set(files)
    assert all(path.exists() for path in files.values())
    assert sum(path.stat().st_size for path in folder.iterdir()) < 2_000_000


def test_codes_of_the_cast_and_beyond_have_right_check_characters():
    parties = [*PARTIES, *(bidder_party(number) for number in range(1, 51))]
    assert all(uscc.is_valid(party.uscc) for party in parties)
    assert len({bidder_party(number).uscc for number in range(1, 51)}) == 50


@pytest.mark.parametrize("number", range(1, 8))
def test_rows_sum_to_the_price_under_the_ceiling(number):
    offer = make_offer(TERMS, bidder_party(number), seed="x")
    assert sum(row.amount for row in offer.rows) == offer.price_yuan < TERMS.ceiling_yuan
    assert all(row.quantity * row.unit_price == row.amount for row in offer.rows)
    assert 0 < offer.duration_days <= TERMS.duration_days


def test_the_same_seed_gives_the_same_offer_and_another_bidder_another_price():
    first, again = (make_offer(TERMS, bidder_party(1), seed="x") for _ in range(2))
    assert first == again
    assert first.price_yuan != make_offer(TERMS, bidder_party(2), seed="x").price_yuan


def test_the_letter_says_in_its_text_what_the_manifest_says(bid):
    offer, _, files = bid
    fields = fields_of(read_document(files["bid_letter"]), "bid_letter")
    assert Decimal(fields["price_figures"].value.lstrip("¥")) == offer.price_yuan
    assert all(check.passed for check in fields["price_figures"].checks)
    assert fields["bidder"].value == offer.bidder.name
    assert fields["project_manager"].value == offer.engineer


def test_the_licence_is_a_picture_whose_code_can_be_read(bid):
    offer, _, files = bid
    document = read_document(files["business_licence"], size="small")
    assert document.pages[0].source == "ocr"
    assert fields_of(document, "business_licence")["uscc"].value == offer.bidder.uscc


def test_the_authorisation_is_a_scan_without_a_text_layer(bid):
    offer, _, files = bid
    page = read_document(files["authorisation"]).pages[0]
    assert page.source == "ocr"
    assert offer.bidder.name in page.text.replace(" ", "")


def test_the_price_table_can_be_read_and_holds(bid):
    offer, _, files = bid
    table = price_table(files["price_schedule"])
    assert table.amount == offer.price_yuan
    assert not table.problems


def test_every_page_of_the_tender_document_has_text(tmp_path):
    path = tmp_path / "tender.pdf"
    path.write_bytes(write_tender_document(TERMS))
    pages = read_document(path).pages
    assert pages and all(page.source == "text" and page.text for page in pages)
