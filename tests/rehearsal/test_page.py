"""The centre's page of rehearsals: for centre staff only, one at a time, progress as it goes."""

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from rehearsal import tracking
from rehearsal.models import Rehearsal, RehearsalState
from rehearsal.operations.ask_for_rehearsal import RehearsalRefused, ask_for_rehearsal

PAGE = "/centre/rehearsals/"


@pytest.fixture
def started(monkeypatch):
    """What would have been asked of a worker."""
    asked = []
    send = "rehearsal.operations.ask_for_rehearsal.current_app.send_task"
    monkeypatch.setattr(send, lambda name, **options: asked.append((name, options["kwargs"])))
    return asked


def test_centre_staff_start_one_and_see_how_far_it_is(cast, client, started, django_capture_on_commit_callbacks):
    client.force_login(cast.centre.person)
    assert reverse("rehearsals") == PAGE
    assert "还没有演练过" in client.get(PAGE).text
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(PAGE, {"bidders": "4"}).status_code == 302
    row = Rehearsal.objects.get()
    assert started == [("rehearsal.tasks.start_rehearsal", {"rehearsal_id": row.pk})]
    tracking.begin(row)
    tracking.step(row, "公告已发布")
    assert client.get(f"{PAGE}progress.json").json()["step"] == "公告已发布"
    assert "公告已发布" in client.get(PAGE).text
    tracking.end(row)
    assert client.get(f"{PAGE}progress.json").json()["state"] == "done"


def test_a_second_one_waits_until_the_first_is_over(cast, client, started):
    client.force_login(cast.centre.person)
    ask_for_rehearsal(actor=cast.centre.actor, bidders=5)
    answer = client.post(PAGE, {"bidders": "5"})
    assert answer.status_code == 409
    assert "已有一场演练在进行" in answer.text
    assert Rehearsal.objects.count() == 1


def test_one_that_was_cut_short_blocks_nothing(cast, started, monkeypatch):
    from datetime import timedelta

    first = ask_for_rehearsal(actor=cast.centre.actor, bidders=5)
    Rehearsal.objects.filter(pk=first.pk).update(started_at=first.started_at - timedelta(hours=1))
    ask_for_rehearsal(actor=cast.centre.actor, bidders=5)
    first.refresh_from_db()
    assert first.state == RehearsalState.FAILED
    assert first.finished_at is not None


@pytest.mark.parametrize(("bidders", "status"), [("2", 422), ("11", 422), ("", 422)])
def test_too_few_and_too_many_bidders_are_told(cast, client, started, bidders, status):
    client.force_login(cast.centre.person)
    assert client.post(PAGE, {"bidders": bidders}).status_code == status
    assert not Rehearsal.objects.exists()


def test_a_real_procedure_cannot_be_rehearsed(cast, started):
    with pytest.raises(RehearsalRefused) as refused:
        ask_for_rehearsal(actor=cast.centre.actor, bidders=2, code="construction")
    assert {reason.code for reason in refused.value.reasons} == {"not_a_rehearsal", "bidders"}


def test_nobody_else_may_rehearse(cast, client, started):
    for player in (cast.agency, cast.regulator, cast.bidders[0]):
        client.force_login(player.person)
        assert client.get(PAGE).status_code == 403
        assert client.post(PAGE, {"bidders": "5"}).status_code == 403
    with pytest.raises(RehearsalRefused):
        ask_for_rehearsal(actor=cast.agency.actor, bidders=5)


@pytest.mark.django_db
def test_a_failed_rehearsal_says_why_and_is_not_left_running(cast, started):
    row = ask_for_rehearsal(actor=cast.centre.actor, bidders=5)
    with pytest.raises(CommandError, match="real procedure"):
        call_command("rehearse", "--procedure", "construction", "--track", str(row.pk))
    row.refresh_from_db()
    assert row.state == RehearsalState.FAILED
    assert "real procedure" in row.step
