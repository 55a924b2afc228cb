"""Signing in: throttled, no hint which logins exist, demonstration accounts only where there is a demonstration."""

import json

import pytest

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


def test_a_wrong_password_and_an_unknown_login_sound_alike(client, bidder):
    known = sign_in(client, bidder.login, "wrong").content.decode()
    unknown = sign_in(client, "nobody", "wrong").content.decode()
    assert "账号或密码不对" in known and "账号或密码不对" in unknown
    assert f'value="{bidder.login}"' in known  # what was typed stays, but not the password
    assert "wrong" not in known


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
