"""Changing one's own password, by choice or because somebody else has set it and knows it (EB-40)."""

import pytest
from django.test import Client

import ledger
from identity.actor import SYSTEM
from identity.models import Membership
from identity.operations import change_password, register_person
from identity.operations.change_password import OLD_WRONG, SAME
from identity.refusals import PasswordRefused
from tests.cast import NOW

pytestmark = pytest.mark.django_db
FIRST, OWN = "told-by-the-centre", "known-to-me-alone"


@pytest.fixture
def expert(cast):
    """An expert whom the centre's staff has registered with a password of its choice."""
    person = register_person(login="wang", name="王评委", password=FIRST, actor=cast.centre.actor)
    home = cast.experts[0].organisation
    Membership.objects.create(person=person, organisation=home, role="expert", granted_at=NOW)
    return person


def sign_in(client, password, to=""):
    return client.post("/sign-in/", {"username": "wang", "password": password, "next": to})


def typed(**changes):
    return {"old": FIRST, "new": OWN, "again": OWN, "next": ""} | changes


def changes_recorded():
    rows = ledger.feed(viewer=ledger.HOUSE)
    return [row for row in rows if row["body"]["kind"] == "person.password_changed"]


def test_who_signs_in_with_a_password_that_somebody_else_has_set_changes_it_first_and_then_goes_on(client, expert):
    sent = sign_in(client, FIRST, "/expert/")
    assert sent.headers["Location"] == "/password/?next=%2Fexpert%2F"
    assert "别人替您设的" in client.get(sent.headers["Location"]).content.decode()
    gone_on = client.post("/password/", typed(next="/expert/"))
    assert gone_on.headers["Location"] == "/expert/"
    assert client.get("/expert/").status_code == 200
    (row,) = changes_recorded()
    assert row["body"]["payload"] == {"person": str(expert.public_id)}
    assert row["revealed"]["login"]["value"] == "wang"
    assert OWN not in str(ledger.feed(viewer=ledger.HOUSE))


def test_until_it_is_changed_no_page_but_the_public_ones_opens(client, expert):
    sign_in(client, FIRST)
    assert client.get("/lots/").status_code == 200
    for address in ("/home/", "/expert/", "/role/"):
        assert client.get(address).headers["Location"].startswith("/password/?next=")
    assert client.get("/sign-in/").headers["Location"].startswith("/password/?next=")
    assert client.get("/api/v1/certificates/challenge").status_code == 403
    assert "退出" in client.get("/password/").content.decode()
    client.post("/sign-out/")
    assert client.get("/home/").headers["Location"].startswith("/sign-in/")


def test_once_it_is_changed_the_one_who_set_it_is_out_and_stays_out(client, expert):
    staff = Client()
    sign_in(staff, FIRST)
    sign_in(client, FIRST)
    client.post("/password/", typed())
    assert staff.get("/home/").headers["Location"].startswith("/sign-in/")
    assert sign_in(Client(), FIRST).status_code == 200
    assert sign_in(Client(), OWN).headers["Location"] == "/home/"
    assert client.get("/role/").status_code == 200


def test_a_password_that_is_published_to_everybody_need_not_be_changed(client, cast):
    person = register_person(login="wang", name="演示", password=FIRST, actor=SYSTEM, published=True)
    home = cast.experts[0].organisation
    Membership.objects.create(person=person, organisation=home, role="expert", granted_at=NOW)
    assert sign_in(client, FIRST).headers["Location"] == "/home/"


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"old": "guessed-by-another"}, 409, ["原密码不对"]),
        (
            {"old": "guessed-by-another", "new": "short", "again": "short"},
            409,
            ["原密码不对", "密码太短"],
        ),
        ({"new": FIRST, "again": FIRST}, 409, ["新密码与原密码相同"]),
        ({"again": "typed-otherwise"}, 422, ["两次输入的新密码不一样"]),
        ({"new": "", "again": ""}, 422, ["新密码"]),
    ],
)
def test_every_reason_is_told_and_the_password_stays(client, expert, changes, status, words):
    sign_in(client, FIRST)
    answer = client.post("/password/", typed(**changes))
    text = answer.content.decode()
    assert answer.status_code == status
    assert all(word in text for word in words)
    expert.refresh_from_db()
    assert expert.check_password(FIRST) and expert.password_is_initial
    assert not changes_recorded()


def test_the_second_of_two_changes_with_the_same_old_password_changes_nothing(expert, cast):
    change_password(person_id=expert.pk, old=FIRST, new=OWN, actor=cast.experts[0].actor)
    with pytest.raises(PasswordRefused) as refused:
        change_password(person_id=expert.pk, old=FIRST, new="another-long-one", actor=cast.experts[0].actor)
    assert refused.value.reasons == [OLD_WRONG]
    with pytest.raises(PasswordRefused) as refused:
        change_password(person_id=expert.pk, old=OWN, new=OWN, actor=cast.experts[0].actor)
    assert refused.value.reasons == [SAME]
    assert len(changes_recorded()) == 1


def test_everybody_signed_in_finds_the_page_in_the_masthead_and_a_stranger_is_told_to_sign_in(client, cast):
    assert "请先登录" in client.get("/password/").content.decode()
    client.force_login(cast.bidders[0].person)
    assert 'href="/password/"' in client.get("/lots/").content.decode()


def test_nobody_is_sent_to_another_site_afterwards(client, expert):
    sign_in(client, FIRST)
    assert client.post("/password/", typed(next="https://evil.example/")).headers["Location"] == "/home/"
