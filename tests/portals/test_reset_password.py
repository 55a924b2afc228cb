"""The centre sets a new initial password for who has forgotten theirs: recorded, and not for those who supervise it."""

from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

import ledger
from identity.operations import reset_password
from identity.refusals import PasswordRefused
from identity.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def centre(client, cast):
    client.force_login(cast.centre.person)
    return client


def text_of(response, status=200) -> str:
    assert response.status_code == status, response.content.decode()[:2000]
    return response.content.decode()


def test_a_new_initial_password_is_set_recorded_and_ends_the_pause_and_the_sessions(centre, cast, settings):
    settings.AXES_ENABLED = True
    bidder, new = cast.bidders[0].person, "a-new-initial-one"
    there, page = Client(), reverse("centre:reset_password", args=[bidder.public_id])
    there.force_login(bidder, backend="django.contrib.auth.backends.ModelBackend")
    assert there.get("/bidder/").status_code == 200
    guesses = [Client().post("/sign-in/", {"username": bidder.login, "password": "guessed"}) for _ in range(9)]
    assert guesses[-1].status_code == 429
    assert "核实" in text_of(centre.get(page))
    assert centre.post(page, {"password": new}).status_code == 302
    assert there.get("/bidder/").headers["Location"].startswith("/sign-in/")
    back = Client().post("/sign-in/", {"username": bidder.login, "password": new})
    assert back.headers["Location"].startswith("/password/?next=")
    (row,) = [row for row in ledger.feed(viewer=ledger.HOUSE) if row["body"]["kind"] == "person.password_reset"]
    assert row["body"]["payload"] == {"person": str(bidder.public_id)}
    assert row["revealed"]["actor"]["value"] == cast.centre.actor.login
    assert new not in str(ledger.feed(viewer=ledger.HOUSE))


@pytest.mark.parametrize(
    ("whose", "typed", "status", "words"),
    [
        ("regulator", "a-new-initial-one", 409, ["只能由系统管理员重设"]),
        ("regulator", "short", 409, ["只能由系统管理员重设", "密码太短，至少要 10 个字符"]),
        ("centre", "a-new-initial-one", 409, ["要先输入原密码"]),
        ("agency", "", 422, ["初始密码"]),
    ],
)
def test_no_password_is_reset_of_oneself_or_of_who_supervises(centre, cast, whose, typed, status, words):
    person = getattr(cast, whose).person
    kept = person.password
    answer = centre.post(reverse("centre:reset_password", args=[person.public_id]), {"password": typed})
    assert all(word in text_of(answer, status) for word in words)
    person.refresh_from_db()
    assert person.password == kept and not person.password_is_initial


def test_an_administrator_resets_a_supervisors_password(cast):
    administrator = replace(cast.centre.actor, role=Role.ADMINISTRATOR, login="root")
    person = reset_password(person_id=cast.regulator.person.pk, password="a-new-initial-one", actor=administrator)
    assert person.password_is_initial and person.check_password("a-new-initial-one")
    with pytest.raises(PasswordRefused) as refused:
        reset_password(person_id=0, password="a-new-initial-one", actor=cast.bidders[0].actor)
    assert [reason.code for reason in refused.value.reasons] == ["wrong_role", "unknown_person"]
