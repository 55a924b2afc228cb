"""Signing in: throttled, no hint which logins exist, demonstration accounts only where there is a demonstration."""

import json

import pytest

import ledger
from identity.actor import SYSTEM
from identity.operations import end_role

pytestmark = pytest.mark.django_db
PASSWORD = "right-horse-42"


@pytest.fixture
def bidder(cast):
    person = cast.bidders[0].person
    person.set_password(PASSWORD)
    person.save()
    return person


def sign_in(client, login, password, **extra):
    return client.post("/sign-in/", {"username": login, "password": password, **extra})


def test_a_person_signs_in_and_goes_home(client, bidder):
    response = sign_in(client, bidder.login, PASSWORD)
    assert response.status_code == 302 and response.headers["Location"] == "/home/"
    assert client.get("/home/").status_code == 302
    assert "甲建设集团有限公司" in client.get("/lots/").content.decode()


def test_who_has_no_role_any_more_is_told_so_instead_of_being_sent_round_in_circles(client, bidder):
    for membership in bidder.memberships.all():
        end_role(membership_id=membership.pk, actor=SYSTEM)
    assert sign_in(client, bidder.login, PASSWORD).headers["Location"] == "/home/"
    answer = client.get("/home/")
    assert answer.status_code == 403 and "请联系交易中心授予" in answer.content.decode()
    assert 'href="/sign-in/"' not in answer.content.decode()
    assert client.get("/bidder/").status_code == 403
    assert client.get("/lots/").status_code == 200


def test_a_wrong_password_and_an_unknown_login_sound_alike(client, bidder):
    known = sign_in(client, bidder.login, "wrong").content.decode()
    unknown = sign_in(client, "nobody", "wrong").content.decode()
    assert "账号或密码不对" in known and "账号或密码不对" in unknown
    assert f'value="{bidder.login}"' in known  # what was typed stays, but not the password
    assert "wrong" not in known


def told(kind):
    rows = [row for row in ledger.feed(viewer=ledger.HOUSE) if row["body"]["kind"] == kind]
    return [(row["body"]["payload"], {name: value["value"] for name, value in row["revealed"].items()}) for row in rows]


def test_a_sign_in_is_recorded_with_person_and_address_for_nobody_to_read_in_public(client, bidder):
    sign_in(client, bidder.login, PASSWORD)
    ((payload, personal),) = told("person.signed_in")
    assert payload == {"person": str(bidder.public_id)}
    assert (personal["login"], personal["address"]) == (bidder.login, "127.0.0.1")
    assert [row["body"] for row in ledger.feed()] == [None]


def test_a_refused_sign_in_is_recorded_alike_whether_or_not_the_login_exists_and_without_the_password(client, bidder):
    for login in (bidder.login, "nobody"):
        sign_in(client, login, "wrong-password-typed")
    sign_in(client, bidder.login, "")  # nothing was tried
    known, unknown = told("person.sign_in_refused")
    assert known == ({}, {"login": bidder.login, "address": "127.0.0.1"})
    assert unknown == ({}, {"login": "nobody", "address": "127.0.0.1"})
    assert "wrong-password-typed" not in str(ledger.feed(viewer=ledger.HOUSE))
    assert not told("person.signed_in")


def test_too_many_failures_pause_the_login(client, bidder, settings):
    settings.AXES_ENABLED = True
    settings.AXES_FAILURE_LIMIT = 3
    answers = [sign_in(client, bidder.login, "wrong").status_code for _ in range(3)]
    assert answers == [200, 200, 429]
    blocked = sign_in(client, bidder.login, PASSWORD)
    assert blocked.status_code == 429 and "暂停登录" in blocked.content.decode()


def test_nobody_is_sent_to_another_site(client, bidder):
    assert sign_in(client, bidder.login, PASSWORD, next="https://evil.example/").headers["Location"] == "/home/"


def test_signing_out_ends_the_session(client, bidder):
    sign_in(client, bidder.login, PASSWORD)
    assert client.get("/sign-out/").status_code == 405
    client.post("/sign-out/")
    assert client.get("/home/").headers["Location"].startswith("/sign-in/")


@pytest.fixture
def home(tmp_path, settings):
    settings.GONGHENG_HOME = tmp_path
    account = {"login": "bidder1", "password": "shown-once", "role": "bidder", "name": "甲建设"}
    (tmp_path / "demonstration.json").write_text(json.dumps([account]), "utf-8")
    return tmp_path


def test_demonstration_accounts_are_printed_in_a_demonstration(client, home):
    text = client.get("/sign-in/").content.decode()
    assert "shown-once" in text and "投标人" in text


def test_demonstration_accounts_are_printed_nowhere_else(client, home, settings):
    settings.DEMONSTRATION = False
    assert "shown-once" not in client.get("/sign-in/").content.decode()


def test_a_person_with_two_roles_switches_between_them(client, cast, bidder):
    from identity.models import Membership
    from tests.cast import NOW

    Membership.objects.create(person=bidder, organisation=cast.outsider.organisation, role="bidder", granted_at=NOW)
    sign_in(client, bidder.login, PASSWORD)
    assert "局外建设有限公司" in client.get("/role/").content.decode()
    assert client.post("/role/", {"choice": "2"}).status_code == 302
    assert "局外建设有限公司 ·" in client.get("/lots/").content.decode()
    assert client.post("/role/", {"choice": "99"}).status_code == 200
