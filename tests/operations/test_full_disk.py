"""The platform's disk fills up while a bid arrives: what was not stored whole is not received, and nothing is lost."""

import pytest

from sealing.padding import CHUNK
from tendering import bid_queries, documents, sealed_store
from tendering.models import Upload, UploadState
from tendering.operations.attach_document import attach_document
from tendering.operations.complete_bid import complete_bid
from tendering.operations.start_upload import start_upload
from tendering.operations.store_chunk import store_chunk
from tendering.refusals import PlatformFull
from tests.full_disk import full_beyond


@pytest.fixture
def sent(tender):
    """A bid of three chunks whose upload has begun."""
    bidder = tender.cast.bidders[0]
    file = tender.seal(bidder, size=2_500_000)
    upload = start_upload(lot_code=tender.lot.code, header=file.parts()[0], actor=bidder.actor)

    def put(number):
        chunk = file.parts()[1][number]
        store_chunk(upload_id=upload.public_id, number=number, chunk=chunk, leaf=file.leaf(chunk), actor=bidder.actor)

    return file, upload, put


def test_a_chunk_of_which_the_disk_took_a_part_is_missing_and_can_be_sent_again(tender, sent):
    file, upload, put = sent
    put(0)
    with full_beyond(CHUNK + CHUNK // 2), pytest.raises(PlatformFull, match="存储空间不足"):
        put(1)
    assert bid_queries.received_chunks(upload) == [0]
    assert sealed_store.part_path(upload.public_id).stat().st_size == CHUNK + CHUNK // 2  # the part was taken
    put(2)
    put(1)
    bid = complete_bid(upload_id=upload.public_id, trailer=file.parts()[2], actor=tender.cast.bidders[0].actor)
    assert sealed_store.sealed_path(tender.lot.code, bid.bid_digest).read_bytes() == file.path.read_bytes()


def test_a_trailer_that_does_not_fit_gives_no_receipt_and_is_taken_later(tender, sent):
    file, upload, put = sent
    for number in range(3):
        put(number)
    submission = {"upload_id": upload.public_id, "trailer": file.parts()[2], "actor": tender.cast.bidders[0].actor}
    with full_beyond(file.path.stat().st_size - 1), pytest.raises(PlatformFull):
        complete_bid(**submission)
    assert Upload.objects.get(pk=upload.pk).state == UploadState.RECEIVING
    assert "bid.received" not in tender.kinds()
    bid = complete_bid(**submission)
    assert sealed_store.sealed_path(tender.lot.code, bid.bid_digest).read_bytes() == file.path.read_bytes()


def test_an_upload_for_which_there_is_no_room_leaves_no_file(tender, settings, monkeypatch, tmp_path):
    settings.UPLOAD_ROOT = tmp_path / "uploads"
    bidder = tender.cast.bidders[0]
    header = tender.seal(bidder).parts()[0]
    kept = sealed_store.begin

    def begin(*arguments):
        with full_beyond(100):
            kept(*arguments)

    monkeypatch.setattr(sealed_store, "begin", begin)
    before = tender.kinds()
    with pytest.raises(PlatformFull):
        start_upload(lot_code=tender.lot.code, header=header, actor=bidder.actor)
    assert not list((tmp_path / "uploads").iterdir())
    assert not Upload.objects.exists()
    assert tender.kinds() == before


def test_a_document_that_does_not_fit_is_not_attached_and_nothing_of_it_is_left(
    tender, settings, monkeypatch, tmp_path
):
    settings.DOCUMENT_ROOT = tmp_path / "documents"
    kept = documents.keep

    def keep(content):
        with full_beyond(len(content) - 1):
            return kept(content)

    monkeypatch.setattr(documents, "keep", keep)
    before = tender.kinds()
    with pytest.raises(PlatformFull):
        attach_document(
            lot_code=tender.lot.code,
            actor=tender.cast.agency.actor,
            kind="attachment",
            name="图纸.pdf",
            content=b"%PDF-1.7 " + bytes(20_000),
        )
    assert not list((tmp_path / "documents").iterdir())
    assert tender.kinds() == before
