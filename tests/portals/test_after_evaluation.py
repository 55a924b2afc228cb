"""The purchaser's pages after the evaluation: candidates or a failed tender, the report, the award notice."""

from datetime import timedelta

import pytest
from django.urls import reverse

import ledger
from evaluation.operations.draft_report import draft_report
from evaluation.operations.sign_report import sign_report
from ledger import clock
from tendering import queries
from tendering.models import Award, Lot
from tendering.operations.issue_award import issue_award
from tendering.operations.publish_candidates import publish_candidates
from tendering.operations.publish_result import publish_result
from tests.opened_lot import make_opened_lot, seat, to_summary

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened(cast, tmp_path, settings):
    for name in ("OPENED_ROOT", "DOCUMENT_ROOT"):
        setattr(settings, name, tmp_path / "server" / name.lower())
    return make_opened_lot(cast)


@pytest.fixture
def owner(client, cast):
    client.force_login(cast.agency.person)
    return client


def evaluated(opened, *, failing=()):
    to_summary(opened, failing=tuple(failing))
    draft_report(lot_code=opened.code, actor=opened.actors()[0])
    for actor in opened.actors():
        sign_report(lot_code=opened.code, actor=actor)
    assert opened.fresh().stage == "evaluated"
    return opened


def published(opened):
    evaluated(opened)
    publish_candidates(lot_code=opened.code, actor=opened.cast.agency.actor)
    return opened


def at(name: str, opened) -> str:
    return reverse(f"purchaser:{name}", args=[opened.code])


def text_of(response, status=200) -> str:
    assert response.status_code == status, response.content.decode()[:2000]
    return response.content.decode()


def test_when_every_bid_is_rejected_the_page_leads_to_a_failed_tender_from_which_one_tenders_again(owner, opened):
    evaluated(opened, failing=opened.digests)
    page = text_of(owner.get(at("lot", opened)))
    assert at("fail", opened) in page and at("candidates", opened) not in page
    desk = text_of(owner.get(reverse("purchaser:desk")))
    assert "宣布流标" in desk and "公示中标候选人" not in desk
    assert "data-confirm" in text_of(owner.get(at("fail", opened)))
    assert owner.post(at("fail", opened), {"reason": "全部投标被否决"}).status_code == 302
    lot = opened.fresh()
    assert (lot.stage, lot.failed_reason) == ("failed", "全部投标被否决")
    assert at("retender", opened) in text_of(owner.get(at("lot", opened)))


def test_a_fallen_first_candidate_leads_to_a_failed_tender_once(owner, opened):
    published(opened)
    assert at("fail", opened) in text_of(owner.get(at("lot", opened)))
    assert owner.post(at("fail", opened), {"reason": "第一候选人被查实弄虚作假"}).status_code == 302
    assert owner.post(at("fail", opened), {"reason": "第二次"}).status_code == 403
    assert [e["body"]["kind"] for e in ledger.entries_of(opened.code)].count("lot.failed") == 1
    assert opened.fresh().failed_reason == "第一候选人被查实弄虚作假"


@pytest.mark.parametrize("typed", [{}, {"reason": "  "}])
def test_a_tender_is_not_declared_failed_without_a_reason(owner, opened, typed):
    published(opened)
    assert "is-invalid" in text_of(owner.post(at("fail", opened), typed), 422)
    assert opened.fresh().stage == "candidates_published"


def test_with_candidates_unpublished_the_tender_cannot_be_declared_failed_and_the_reason_typed_stays(owner, opened):
    evaluated(opened)
    assert at("fail", opened) not in text_of(owner.get(at("lot", opened)))
    page = text_of(owner.post(at("fail", opened), {"reason": "不想要了"}), 409)
    assert "不想要了" in page and "未能办理" in page
    assert opened.fresh().stage == "evaluated"


def test_the_report_is_linked_for_those_who_may_read_it_and_for_nobody_before(client, cast, opened):
    report = reverse("expert:report", args=[opened.code])
    places = ((cast.agency, "purchaser"), (cast.centre, "centre"), (cast.regulator, "regulator"))
    to_summary(opened)
    for player, portal in places:
        client.force_login(player.person)
        assert report not in text_of(client.get(reverse(f"{portal}:lot", args=[opened.code])))
    draft_report(lot_code=opened.code, actor=opened.actors()[0])
    for actor in opened.actors():
        sign_report(lot_code=opened.code, actor=actor)
    for player, portal in places:
        client.force_login(player.person)
        assert report in text_of(client.get(reverse(f"{portal}:lot", args=[opened.code])))
        assert client.get(report).status_code == 200


def test_the_award_notice_opens_from_the_purchasers_page(owner, opened, monkeypatch):
    published(opened)
    ends = opened.fresh().publicity_ends_at + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: ends)
    (first, *_others) = queries.candidates(opened.fresh())
    publish_result(lot_code=opened.code, actor=opened.cast.agency.actor, bid_digest=first.bid.bid_digest)
    issue_award(lot_code=opened.code, actor=opened.cast.agency.actor)
    notice = reverse("public:award_file", args=[opened.code])
    assert notice in text_of(owner.get(at("lot", opened)))
    assert Award.objects.get().notice_sha256 not in text_of(owner.get(at("lot", opened)))
    assert owner.get(notice).status_code == 200


def test_what_cannot_be_undone_asks_first(owner, cast, opened):
    evaluated(opened)
    page = text_of(owner.get(at("lot", opened)))
    assert "公示的候选人名单和排名公开且不能撤回" in page
    publish_candidates(lot_code=opened.code, actor=cast.agency.actor)
    assert "中标结果公布后公开且不能更改" in text_of(owner.get(at("result", opened)))
    Lot.objects.filter(pk=opened.lot.pk).update(stage="result_published")
    assert "中标通知书发出后不能收回" in text_of(owner.get(at("lot", opened)))


def test_the_centres_draw_and_the_start_of_the_evaluation_ask_first(client, cast, opened):
    client.force_login(cast.centre.person)
    assert 'data-confirm="抽取只有一次' in text_of(client.get(reverse("centre:draw", args=[opened.code])))
    seat(opened)
    assert 'data-confirm="开始评标后不能回到开标' in text_of(client.get(reverse("centre:lot", args=[opened.code])))


def test_the_edit_page_offers_again_what_the_draft_dropped(owner, opened):
    scheme = opened.fresh().scheme
    code = scheme["review"][0]["code"]
    Lot.objects.filter(pk=opened.lot.pk).update(stage="draft", scheme=scheme | {"review": []})
    page = text_of(owner.get(at("lot_edit", opened)))
    assert f'name="scheme-review:{code}"' in page
