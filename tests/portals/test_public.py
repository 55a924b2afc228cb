"""The public pages: what everybody may read, and that nothing tells who bid before the opening."""

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.urls import reverse
from openpyxl import load_workbook

import ledger
from ledger import clock
from tendering.models import Objection
from tests.portals.lots import make_bid, make_document, make_lot, make_notice, make_opened

pytestmark = pytest.mark.django_db


def text_of(client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, response
    return response.content.decode()


def test_the_front_page_shows_what_closes_and_the_notices(client, cast):
    lot = make_lot(cast, deadline_at=clock.now() + timedelta(seconds=90))
    make_notice(lot)
    text = text_of(client, "/")
    assert lot.name in text and "施工招标公告" in text and "data-countdown" in text
    assert "服务器时间" in text


def test_an_empty_platform_has_a_front_page(client, db):
    assert "近期没有截止的标段" in text_of(client, "/")


@pytest.mark.parametrize("stage", ["announced", "closed", "opening"])
def test_before_the_opening_no_page_tells_who_or_how_many_bid(client, cast, stage):
    lot = make_lot(cast, stage)
    make_notice(lot)
    pages = [
        "/",
        "/lots/",
        f"/lots/{lot.code}/",
        "/notices/",
        f"/lots/{lot.code}/notices/1/",
        f"/evidence/?lot={lot.code}",
    ]
    ledger.checkpoint()  # the evidence page signs the head when nobody has
    without = [_stable(text_of(client, page)) for page in pages]
    bids = [make_bid(lot, player, number) for number, player in enumerate(cast.bidders)]
    for page, before in zip(pages, without, strict=True):
        after = _stable(text_of(client, page))
        assert after == before, page
        assert not any(bid.bid_digest in after or bid.bidder.name in after for bid in bids)


def _stable(text: str) -> str:
    """Drop what changes from one second to the next: times, tokens."""
    import re

    text = re.sub(r"<time[^>]*>.*?</time>", "", text, flags=re.S)
    return re.sub(r'value="[A-Za-z0-9]{64}"', "", re.sub(r"余 [^<]*", "", text))


def test_secret_entries_are_not_counted_on_a_lots_pages(client, cast):
    lot = make_lot(cast)
    ledger.append("lot.announced", lot=lot.code, at=clock.now(), payload={}, actor=cast.agency.actor)
    bidder = cast.bidders[0].actor
    ledger.append("bid.received", lot=lot.code, at=clock.now(), payload={"bid_digest": "ff" * 32}, actor=bidder)
    text = text_of(client, f"/lots/{lot.code}/")
    assert '现已公开的存证记录 <span class="num">1</span> 条' in text
    evidence = text_of(client, f"/evidence/?lot={lot.code}")
    assert "发布招标公告" in evidence and "收到密封投标" not in evidence and "内容尚未公开" not in evidence
    everything = text_of(client, "/evidence/")
    assert "内容尚未公开" in everything and "ff" * 32 not in everything


def test_answered_objections_stand_with_their_matter_and_those_to_the_document_name_nobody(client, cast):
    lot = make_opened(cast)
    for matter, player in (("document", cast.bidders[0]), ("opening", cast.bidders[1])):
        Objection.objects.create(
            public_id=uuid4(),
            lot=lot,
            matter=matter,
            organisation=player.organisation,
            text=f"关于{matter}的异议",
            filed_at=clock.now(),
            answer="依法答复。",
            answered_at=clock.now(),
        )
    text = text_of(client, f"/lots/{lot.code}/")
    parts = {name: text.split(f'id="{name}"')[1].split("</section>")[0] for name in ("questions", "opening")}
    assert "关于document的异议" in parts["questions"] and cast.bidders[0].organisation.name not in parts["questions"]
    assert f"{cast.bidders[1].organisation.name}　" in parts["opening"] and "关于opening的异议" in parts["opening"]


@pytest.mark.parametrize("stage", ["draft", "submitted", "accepted"])
def test_a_lot_before_its_announcement_is_not_found(client, cast, stage):
    lot = make_lot(cast, stage)
    text_of(client, f"/lots/{lot.code}/", 404)
    assert lot.name not in text_of(client, "/lots/")


def test_an_unknown_lot_is_not_found(client, db):
    assert "没有这一页" in text_of(client, "/lots/A0/", 404)


def test_the_owner_sees_its_draft(client, cast):
    lot = make_lot(cast, "draft")
    client.force_login(cast.agency.person, backend="django.contrib.auth.backends.ModelBackend")
    assert lot.name in text_of(client, f"/lots/{lot.code}/")


def test_the_opening_record_shows_prices_together_with_what_was_not_decrypted(client, cast):
    lot = make_opened(cast)
    text = text_of(client, f"/lots/{lot.code}/opening/")
    assert "¥80,000,001.00" in text and "未开启，视为撤销" in text and "没有收到足够的密钥份额" in text
    assert cast.bidders[3].organisation.name in text
    sheet = load_workbook(BytesIO(client.get(f"/lots/{lot.code}/opening/?format=xlsx").content)).active
    assert [row[2] for row in sheet.iter_rows(min_row=2, values_only=True)] == [
        80_000_001,
        80_000_002,
        80_000_003,
        None,
    ]


def test_before_the_opening_its_record_is_refused_with_the_law(client, cast):
    lot = make_lot(cast)
    assert "EB-32" in text_of(client, f"/lots/{lot.code}/opening/", 403)


def test_the_tender_document_asks_strangers_to_sign_in(client, cast):
    lot = make_lot(cast)
    document = make_document(lot)
    response = client.get(f"/lots/{lot.code}/documents/{document.sha256}")
    assert response.status_code == 302 and response.headers["Location"].startswith("/sign-in/?next=")


def test_lots_are_found_by_words_region_stage_and_amount(client, cast):
    near, far = make_lot(cast), make_lot(cast, "candidates_published", name="体育公园改造", ceiling_yuan=5_000_000)
    for query, shown, hidden in [
        ("text=体育公园", far, near),
        ("stage=open", near, far),
        ("amount_to=600", far, near),
        ("amount_from=600&region=东区", near, far),
    ]:
        text = text_of(client, f"/lots/?{query}")
        assert shown.name in text and hidden.name not in text, query


def test_a_filter_that_cannot_be_read_filters_nothing(client, cast):
    lot = make_lot(cast)
    assert lot.name in text_of(client, "/lots/?amount_from=abc&date_from=gestern&stage=nope&page=zz&sort=password")


def test_the_list_of_lots_is_exported(client, cast):
    lot = make_lot(cast)
    response = client.get("/lots/?format=xlsx")
    sheet = load_workbook(BytesIO(response.content)).active
    assert [row[0] for row in sheet.iter_rows(values_only=True)] == ["标段编号", lot.code]


def test_notices_are_numbered_in_their_lot_and_fed(client, cast):
    lot = make_lot(cast)
    make_notice(lot, title="第一号")
    make_notice(lot, kind="amendment", title="第二号", at=clock.now())
    assert "第一号" in text_of(client, f"/lots/{lot.code}/notices/1/")
    assert "第二号" in text_of(client, f"/lots/{lot.code}/notices/2/")
    text_of(client, f"/lots/{lot.code}/notices/3/", 404)
    assert f"/lots/{lot.code}/notices/2/" in text_of(client, "/notices.rss")
    assert "第一号" not in text_of(client, "/notices/?kind=amendment")


def test_english_is_a_switch_and_not_the_browsers_choice(client, db):
    assert "今年公告" in client.get("/", headers={"accept-language": "en"}).content.decode()
    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    text = text_of(client, "/")
    assert "Announced this year" in text and '<html lang="en"' in text


def test_every_public_page_carries_the_policy_and_the_log_head(client, cast):
    ledger.append("project.registered", at=clock.now(), payload={}, actor=cast.agency.actor)
    ledger.checkpoint()
    response = client.get("/")
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert "最近检查点" in response.content.decode()
