"""The machine reads opened bids: hostile files fail alone, dead workers cost time only, nothing is read twice."""

from datetime import timedelta
from pathlib import Path

import pytest

from evaluation import queries, read_file, waiting
from evaluation.models import Page, Reading, ReadingState, Suggestion
from evaluation.operations.prepare_readings import prepare_readings
from evaluation.operations.record_reading import record_reading, take_up
from evaluation.tasks import read_bid
from ledger import clock
from ocr import Document, Line
from ocr.pages import Page as ReadPage
from sealing.names import check_name
from tendering.models import Bid, BidState, Lot
from tendering.refusals import LostRace
from tests.opened_lot import read_all

pytestmark = pytest.mark.django_db


def listed(opened) -> Reading:
    prepare_readings(lot_id=opened.lot.pk)
    return Reading.objects.order_by("pk").first()


def one_page(**how) -> Document:
    return Document(
        (ReadPage(**({"number": 1, "source": "text", "quality": 1.0, "width": 595.0, "height": 842.0} | how)),)
    )


def test_every_file_of_every_opened_bid_is_listed_once(opened):
    assert prepare_readings(lot_id=opened.lot.pk) == 9
    assert prepare_readings(lot_id=opened.lot.pk) == 0
    assert queries.reading_progress(opened.lot) == {"files": 9, "done": 0, "failed": 0}


def test_what_is_read_gives_leads_with_quotation_and_place(opened):
    read_all(opened)
    assert queries.reading_progress(opened.lot)["done"] == 9
    lead = Suggestion.objects.filter(item="qualification_licence", bid__bid_digest=opened.digests[0]).first()
    assert lead.verdict == "pass" and lead.quote and len(lead.box) == 4 and lead.page == 1
    assert Suggestion.objects.filter(quote="").count() == 0
    assert Suggestion.objects.filter(item="technical_method", quote__contains="施工方案").exists()


def test_a_file_is_read_in_a_process_of_its_own(opened):
    reading = listed(opened)
    read_bid(reading.pk)
    reading.refresh_from_db()
    assert reading.state == ReadingState.DONE and reading.page_count == 1 and reading.seconds is not None


@pytest.mark.parametrize(
    "content",
    [b"%PDF-1.7\n" + b"\xff" * 4000, b"", b"MZ not a pdf", b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 1 0 R>>endobj"],
)
def test_a_hostile_file_fails_alone_and_the_bid_stays(opened, settings, content):
    reading = listed(opened)
    (Path(settings.OPENED_ROOT) / opened.code / reading.bid.bid_digest / reading.name).write_bytes(content)
    read_bid(reading.pk)
    reading.refresh_from_db()
    assert reading.state == ReadingState.FAILED and reading.failure
    assert Bid.objects.filter(state=BidState.OPENED).count() == 3
    assert queries.opened_digests(opened.lot) == opened.digests


def test_a_missing_file_is_a_failure_of_that_file(opened, settings):
    reading = listed(opened)
    (Path(settings.OPENED_ROOT) / opened.code / reading.bid.bid_digest / reading.name).unlink()
    read_bid(reading.pk)
    reading.refresh_from_db()
    assert reading.state == ReadingState.FAILED


def test_a_file_that_is_no_document_is_left_to_the_experts(opened):
    reading = listed(opened)
    Reading.objects.filter(pk=reading.pk).update(name="schedule.xlsx")
    read_bid(reading.pk)
    reading.refresh_from_db()
    assert reading.state == ReadingState.FAILED and "open the file itself" in reading.failure


@pytest.mark.parametrize(
    "document",
    [
        one_page(width=float("nan"), lines=(Line("x", (float("nan"),) * 4),)),
        one_page(quality=float("inf"), lines=(Line("x", (float("inf"),) * 4),)),
        one_page(unit="furlongs"),
    ],
)
def test_what_no_database_holds_is_a_recorded_failure_or_stored_whole(opened, monkeypatch, document):
    reading = listed(opened)
    monkeypatch.setattr(read_file, "read_in_subprocess", lambda *args, **kwargs: document)
    read_bid(reading.pk)
    reading.refresh_from_db()
    assert reading.state in (ReadingState.FAILED, ReadingState.DONE)
    assert (reading.state == ReadingState.DONE) == Page.objects.filter(reading=reading).exists()


def test_text_with_nul_and_half_characters_is_kept_without_them(opened):
    reading = listed(opened)
    take_up(reading_id=reading.pk)
    document = one_page(text="a\x00b\ud800c", lines=(Line("a\x00b", (1.0, 1.0, 2.0, 2.0)),))
    record_reading(reading_id=reading.pk, document=document, fields={}, leads=[])
    page = Page.objects.get()
    assert page.text == "a\ufffdb\ufffdc" and page.lines[0]["text"] == "a\ufffdb"


def test_a_page_that_cannot_be_read_says_why_and_the_others_stand(opened):
    reading = listed(opened)
    take_up(reading_id=reading.pk)
    good = one_page(text="投标函").pages[0]
    bad = one_page(number=2, source="none", quality=0.0, reason="the page crashed the reader").pages[0]
    record_reading(reading_id=reading.pk, document=Document((good, bad)), fields={}, leads=[])
    reading.refresh_from_db()
    assert reading.state == ReadingState.DONE
    assert list(Page.objects.values_list("source", "reason")) == [("text", ""), ("none", "the page crashed the reader")]


def test_two_workers_do_not_read_the_same_file(opened):
    reading = listed(opened)
    take_up(reading_id=reading.pk)
    with pytest.raises(LostRace):
        take_up(reading_id=reading.pk)
    read_bid(reading.pk)  # the second message of a queue that delivers twice
    reading.refresh_from_db()
    assert reading.state == ReadingState.READING


def test_a_reading_whose_worker_died_is_taken_up_again(opened, monkeypatch):
    reading = listed(opened)
    Reading.objects.exclude(pk=reading.pk).update(state=ReadingState.DONE)
    take_up(reading_id=reading.pk)
    asked = []
    monkeypatch.setattr("evaluation.tasks.read_bid.apply_async", lambda args, retry: asked.extend(args))
    waiting._asked.clear()
    now = clock.now()
    assert waiting.take_up_waiting_readings(now) == 0
    assert waiting.take_up_waiting_readings(now + waiting.STALE + timedelta(minutes=1)) == 1
    assert asked == [reading.pk]
    reading.refresh_from_db()
    assert reading.state == ReadingState.WAITING


def test_a_waiting_reading_is_asked_for_again_only_after_a_minute(opened, monkeypatch):
    asked = []
    monkeypatch.setattr("evaluation.tasks.read_bid.apply_async", lambda args, retry: asked.extend(args))
    waiting._asked.clear()
    now = clock.now()
    assert waiting.take_up_waiting_readings(now) == 9
    assert waiting.take_up_waiting_readings(now + timedelta(seconds=30)) == 0
    assert waiting.take_up_waiting_readings(now + timedelta(seconds=61)) == 9
    assert len(asked) == 18


def test_without_a_broker_nothing_is_lost(opened, monkeypatch):
    def no_broker(args, retry):
        raise OSError("connection refused")

    monkeypatch.setattr("evaluation.tasks.read_bid.apply_async", no_broker)
    waiting._asked.clear()
    assert waiting.take_up_waiting_readings(clock.now()) == 0
    assert Reading.objects.filter(state=ReadingState.WAITING).count() == 9


def test_files_of_a_lot_that_is_not_opened_are_not_listed(opened):
    Lot.objects.update(stage="opening")
    assert waiting.take_up_waiting_readings(clock.now()) == 0
    assert not Reading.objects.exists()


def test_a_file_name_as_long_as_a_sealed_bid_may_carry_is_listed(opened):
    name = "/".join(["a" * 204] * 5)
    row = opened.lot.bids.filter(state=BidState.OPENED).first().opened
    row.manifest["files"][0]["name"] = name
    row.save(update_fields=["manifest"])
    assert len(name.encode()) == 1024 and not check_name(name)
    assert prepare_readings(lot_id=opened.lot.pk) == 9
    Reading.objects.get(name=name).full_clean()


def test_a_lot_whose_files_cannot_be_listed_does_not_hold_up_the_others(opened, monkeypatch):
    asked = []
    monkeypatch.setattr(waiting, "_unlisted", lambda: [0, opened.lot.pk])  # there is no lot 0
    monkeypatch.setattr("evaluation.tasks.read_bid.apply_async", lambda args, retry: asked.extend(args))
    waiting._asked.clear()
    assert waiting.take_up_waiting_readings(clock.now()) == 9
    assert len(asked) == 9
