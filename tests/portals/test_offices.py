"""Pages of the centre and of the regulator: they open, list, act, and say every reason."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from evaluation.models import Expert
from evaluation.operations.draw_committee import draw_committee
from evaluation.operations.recuse import recuse
from identity.models import Membership, Organisation, Person
from identity.roles import Role
from ledger import clock
from tendering.models import Award, Lot
from tests.cast import make_player, make_uscc
from tests.opened_lot import make_opened_lot
from tests.portals.lots import make_bid, make_lot, make_opened, with_draws

pytestmark = pytest.mark.django_db(transaction=False)

CENTRE_PAGES = ("desk", "lots", "experts", "expert_new", "people", "person_new", "organisations", "organisation_new")
REGULATOR_PAGES = ("desk", "lots", "evidence", "dashboard")


@pytest.fixture
def centre(client, cast):
    client.force_login(cast.centre.person)
    return client


@pytest.fixture
def regulator(client, cast):
    client.force_login(cast.regulator.person)
    return client


@pytest.fixture
def pool(cast):
    for number, player in enumerate(cast.experts):
        specialty = ("construction_technology", "construction_cost")[number % 2]
        Expert.objects.create(person=player.person, specialty=specialty, region="东区")
    return cast.experts


def text_of(response, status=200) -> str:
    assert response.status_code == status, response.content.decode()[:2000]
    return response.content.decode()


@pytest.mark.parametrize("name", [*CENTRE_PAGES, "custodians", "statistics"])
def test_every_page_of_the_centre_opens_on_an_empty_platform(centre, name):
    assert "<h1>" in text_of(centre.get(reverse(f"centre:{name}")))


@pytest.mark.parametrize("name", REGULATOR_PAGES)
def test_every_page_of_the_regulator_opens_on_an_empty_platform(regulator, name):
    assert "<h1>" in text_of(regulator.get(reverse(f"regulator:{name}")))


def test_a_lot_that_lacks_something_cannot_be_accepted_and_the_page_says_what(centre, cast):
    lot = make_lot(cast, "submitted", deadline_at=None)
    page = text_of(centre.get(reverse("centre:lot", args=[lot.code])))
    assert "还缺" in page and "disabled" in page
    refused = text_of(centre.post(reverse("centre:accept", args=[lot.code])), 409)
    assert "未能办理" in refused
    assert Lot.objects.get(pk=lot.pk).stage == "submitted"


def test_returning_without_a_reason_is_refused_and_with_one_it_is_a_draft_again(centre, cast):
    lot = make_lot(cast, "submitted", deadline_at=None)
    address = reverse("centre:return", args=[lot.code])
    assert "确认退回" in text_of(centre.get(address))
    assert "未能办理" in text_of(centre.post(address, {"reason": "  "}), 409)
    assert centre.post(address, {"reason": "缺工程量清单"}).status_code == 302
    lot.refresh_from_db()
    assert (lot.stage, lot.returned_reason) == ("draft", "缺工程量清单")


def test_the_committee_is_drawn_and_its_record_recomputes(centre, cast, pool):
    lot = with_draws(make_opened(cast), cast)
    assert "可抽取" in text_of(centre.get(reverse("centre:draw", args=[lot.code])))
    done = centre.post(reverse("centre:draw", args=[lot.code]), {"size": "5", "representative": "purchaser"})
    assert done.status_code == 302
    record = text_of(centre.get(reverse("centre:committee", args=[lot.code])))
    assert "复算一致" in record and "招标人代表" in record and "候补" in record
    again = text_of(centre.post(reverse("centre:draw", args=[lot.code]), {"size": "5", "representative": ""}), 409)
    assert "不能重抽" in again


def test_a_draw_from_too_small_a_pool_names_every_specialty_and_keeps_the_choice(centre, cast):
    lot = with_draws(make_opened(cast), cast)
    refused = text_of(centre.post(reverse("centre:draw", args=[lot.code]), {"size": "7", "representative": ""}), 409)
    assert refused.count("可抽取的专家只有") == 2
    assert '<option value="7" selected>' in refused


def test_before_the_names_are_published_the_draw_tells_nothing_of_who_bid(centre, cast, pool):
    lot = with_draws(make_lot(cast, "closed", deadline_at=clock.now() - timedelta(minutes=1)), cast)
    bidder = cast.bidders[0]
    Expert.objects.filter(person=pool[0].person).update(employer=bidder.organisation)
    address = reverse("centre:draw", args=[lot.code])
    before = text_of(centre.get(address))
    make_bid(lot, bidder, 1, state="opened")
    assert _without_token(text_of(centre.get(address))) == _without_token(before)
    assert centre.post(address, {"size": "5", "representative": ""}).status_code == 302
    record = text_of(centre.get(reverse("centre:committee", args=[lot.code])))
    assert "候补" not in record and "投标人名单公布后显示" in record


def _without_token(text: str) -> str:
    import re

    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)
    return re.sub(r"\d\d:\d\d:\d\d", "", text)


def test_people_are_registered_given_a_role_and_lose_it(centre, cast):
    typed = {"login": "newcomer", "name": "新人", "password": "a-long-password-9"}
    assert centre.post(reverse("centre:person_new"), typed).status_code == 302
    person = Person.objects.get(login="newcomer")
    grant = {"organisation": cast.agency.organisation.uscc, "role": "agency"}
    assert centre.post(reverse("centre:grant", args=[person.public_id]), grant).status_code == 302
    held = Membership.objects.get(person=person)
    end = reverse("centre:end_role", args=[person.public_id, held.pk])
    assert "确认终止" in text_of(centre.get(end))
    assert centre.post(end).status_code == 302
    held.refresh_from_db()
    assert held.ended_at is not None


def test_a_taken_login_is_refused_and_nothing_typed_is_lost(centre, cast):
    typed = {"login": "bidder1", "name": "某人", "password": "a-long-password-9"}
    refused = text_of(centre.post(reverse("centre:person_new"), typed), 409)
    assert "该用户名已被使用" in refused and 'value="某人"' in refused


def test_an_organisation_with_a_wrong_code_is_refused(centre, cast):
    typed = {"uscc": "91442000123456789A", "name": "某公司"}
    assert 'value="某公司"' in text_of(centre.post(reverse("centre:organisation_new"), typed), 409)
    typed["uscc"] = make_uscc(4321)
    assert centre.post(reverse("centre:organisation_new"), typed).status_code == 302
    assert Organisation.objects.filter(uscc=typed["uscc"]).exists()


def test_an_expert_is_enrolled_changed_and_taken_out_of_the_pool(centre, cast):
    typed = {"login": "expert1", "specialty": "construction_cost", "region": "东区", "employer_uscc": ""}
    assert centre.post(reverse("centre:expert_new"), typed).status_code == 302
    assert "已在专家库中" in text_of(centre.post(reverse("centre:expert_new"), typed), 409)
    changed = typed | {"employer_uscc": cast.bidders[0].organisation.uscc}
    assert centre.post(reverse("centre:expert", args=["expert1"]), changed).status_code == 302
    address = reverse("centre:expert_active", args=["expert1"])
    assert 'name="active" value="no"' in text_of(centre.get(address))
    assert "请写明理由" in text_of(centre.post(address, {"reason": "", "active": "no"}), 409)
    assert centre.post(address, {"reason": "本人申请", "active": "no"}).status_code == 302
    expert = Expert.objects.get(person__login="expert1")
    assert not expert.active and expert.employer == cast.bidders[0].organisation


def test_taking_an_expert_out_of_the_pool_twice_does_not_bring_the_expert_back(centre, pool):
    address, typed = reverse("centre:expert_active", args=["expert1"]), {"reason": "本人申请", "active": "no"}
    assert centre.post(address, typed).status_code == 302
    page = text_of(centre.post(address, typed), 409)
    assert "该专家已经停用，没有再次办理" in page and "确认停用" in page and "本人申请" in page
    assert not Expert.objects.get(person__login="expert1").active
    assert centre.post(address, {"reason": "回来", "active": "yes"}).status_code == 302
    assert Expert.objects.get(person__login="expert1").active


def test_a_state_that_cannot_be_read_changes_nothing(centre, pool):
    assert centre.post(reverse("centre:expert_active", args=["expert1"]), {"reason": "误操作"}).status_code == 422
    assert Expert.objects.get(person__login="expert1").active


def test_a_person_without_the_role_cannot_enter_the_pool(centre, cast):
    typed = {"login": "bidder1", "specialty": "construction_cost", "region": "东区", "employer_uscc": ""}
    assert "没有评标专家身份" in text_of(centre.post(reverse("centre:expert_new"), typed), 409)


def test_suspending_needs_a_reason_and_resuming_ends_it(regulator, cast):
    lot = make_lot(cast)
    address = reverse("regulator:suspend", args=[lot.code])
    assert "确认责令暂停" in text_of(regulator.get(address))
    assert "未能办理" in text_of(regulator.post(address, {"reason": ""}), 409)
    assert regulator.post(address, {"reason": "调查"}).status_code == 302
    assert "已责令暂停" in text_of(regulator.get(reverse("regulator:lot", args=[lot.code])))
    assert regulator.post(reverse("regulator:resume", args=[lot.code]), {"reason": "查清"}).status_code == 302
    assert Lot.objects.get(pk=lot.pk).suspended_at is None


def test_reading_a_lots_record_is_recorded_and_shown(regulator, cast):
    lot = make_lot(cast)
    address = reverse("regulator:lot", args=[lot.code])
    assert "查看受保护内容" not in text_of(regulator.get(address))
    assert "查看受保护内容" in text_of(regulator.get(address))


def test_the_evidence_check_recomputes_the_ledger(regulator, cast):
    lot = make_lot(cast)
    regulator.get(reverse("regulator:lot", args=[lot.code]))
    assert "全部相符" in text_of(regulator.post(reverse("regulator:evidence")))


@pytest.mark.parametrize(("login", "name"), [("centre", "centre:statistics"), ("regulator", "regulator:dashboard")])
def test_the_overview_counts_real_awards_and_no_rehearsal(client, cast, login, name):
    client.force_login(getattr(cast, login).person)
    now = clock.now()
    for rehearsal in (False, True):
        lot = make_opened(cast, "awarded")
        bid = lot.bids.order_by("pk").first()
        Lot.objects.filter(pk=lot.pk).update(awarded_at=now)
        lot.project.rehearsal = rehearsal
        lot.project.save()
        winner = cast.bidders[0].organisation
        Award.objects.create(lot=lot, bid=bid, winner=winner, price_yuan=80_000_001, determined_at=now, issued_at=now)
    page = text_of(client.get(reverse(name)))
    assert "8,000.00" in page and "成交 1 个" in page and "<svg" in page
    book = load_workbook(BytesIO(client.get(reverse(name), {"format": "xlsx"}).content))
    assert book.worksheets[0]["C2"].value == 1
    assert float(book.worksheets[0]["F2"].value) == 80_000_001
    assert book.worksheets[-1].max_row == 2


@pytest.mark.parametrize("name", ["lots", "experts", "people", "organisations", "custodians"])
def test_every_list_of_the_centre_exports_a_workbook(centre, cast, pool, name):
    make_lot(cast)
    response = centre.get(reverse(f"centre:{name}"), {"format": "xlsx"})
    assert load_workbook(BytesIO(response.content)).active.max_row >= 1


def test_an_unknown_document_is_not_found(regulator, cast):
    lot = make_lot(cast)
    assert regulator.get(reverse("public:document", args=[lot.code, "00" * 32])).status_code == 404


def seated(cast, tmp_path, settings):
    for name in ("OPENED_ROOT", "DOCUMENT_ROOT"):
        setattr(settings, name, tmp_path / name.lower())
    opened = make_opened_lot(cast)
    draw_committee(lot_code=opened.code, actor=cast.centre.actor, representative="purchaser")
    return opened


def test_the_centre_replaces_a_member_who_never_appears(centre, cast, tmp_path, settings):
    opened = seated(cast, tmp_path, settings)
    first, record = opened.members()[0], reverse("centre:committee", args=[opened.code])
    address = reverse("centre:replace_member", args=[opened.code, 1])
    assert address in text_of(centre.get(record))
    assert f'name="seen" value="{first.person.login}"' in text_of(centre.get(address))
    typed = {"seen": first.person.login, "reason": ""}
    assert "请写明理由" in text_of(centre.post(address, typed), 409)
    typed["reason"] = "多次联系不上"
    assert centre.post(address, typed).status_code == 302
    page = text_of(centre.post(address, typed), 409)  # the second click
    assert "没有再次办理" in page and "多次联系不上" in page
    page = text_of(centre.get(record))
    assert "已更换" in page and "复算一致" in page and "多次联系不上" in page
    assert opened.members()[0].person != first.person


def test_the_purchasers_seat_asks_who_is_sent_instead(centre, cast, tmp_path, settings):
    opened = seated(cast, tmp_path, settings)
    make_player(0, "", role=Role.PURCHASER, login="delegate2", organisation=cast.purchaser.organisation)
    address = reverse("centre:replace_member", args=[opened.code, 5])
    assert "delegate2" in text_of(centre.get(address))
    typed = {"seen": "purchaser", "reason": "须回避", "representative": "delegate2"}
    assert centre.post(address, typed).status_code == 302
    assert opened.members()[4].person.login == "delegate2"
    assert centre.get(reverse("centre:replace_member", args=[opened.code, 9])).status_code == 404


def test_a_vacant_seat_is_shown_and_leads_to_the_supplementary_draw(centre, cast, tmp_path, settings):
    opened = seated(cast, tmp_path, settings)
    for _ in range(3):
        members = [m for m in opened.members() if m.seat <= 2]
        recuse(lot_code=opened.code, actor=opened.actor(members[0]), reason="回避")
    vacant = next(seat for seat in (1, 2) if seat not in {m.seat for m in opened.members()})
    page = text_of(centre.get(reverse("centre:committee", args=[opened.code])))
    address = reverse("centre:replace_member", args=[opened.code, vacant])
    assert f"第 {vacant} 席空缺" in page and address in page and "复算一致" in page
    assert "专家库中也没有该专业可以补抽的专家" in text_of(centre.post(address, {"seen": "", "reason": "补抽"}), 409)
