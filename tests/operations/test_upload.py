"""Taking bids in: chunks at their places, the final submission, receipts, replacement, withdrawal, refusals."""

import hashlib
import uuid
from datetime import timedelta

import pytest

import ledger
from identity.models import Certificate
from sealing.canonical import dumps, loads
from sealing.withdrawals import name_of, sign_withdrawal, verify_withdrawal
from suites import Refused as SealRefused
from suites.certificates import load
from tendering import bid_queries, queries, receipts, sealed_store
from tendering.models import Bid, BidState, Upload, UploadState
from tendering.operations.complete_bid import complete_bid
from tendering.operations.start_upload import start_upload
from tendering.operations.store_chunk import store_chunk
from tendering.operations.withdraw_bid import withdraw_bid
from tendering.refusals import ActRefused, NotFound


def test_a_bid_is_taken_in_whole_and_lies_in_the_store_byte_for_byte(tender):
    bidder = tender.cast.bidders[0]
    file, bid = tender.bid(bidder, size=2_500_000)
    assert bid.count == 3
    assert bid.bid_digest == file.digest
    assert sealed_store.sealed_path(tender.lot.code, bid.bid_digest).read_bytes() == file.path.read_bytes()
    assert bid.size == file.path.stat().st_size
    assert tender.kinds()[-2:] == ["upload.started", "bid.received"]


def test_the_receipt_is_signed_by_the_platform_and_names_the_ledger_entry(tender):
    _, bid = tender.bid(tender.cast.bidders[0])
    body = receipts.verify(bid.receipt["statement"], public=receipts.public_key())
    assert (body["bid_digest"], body["lot"], body["sequence"]) == (bid.bid_digest, tender.lot.code, 1)
    assert bid.receipt["evidence"]["body"]["payload"]["bid_digest"] == bid.bid_digest


def test_receipt_and_ledger_name_the_trailer_that_came(tender):
    file, bid = tender.bid(tender.cast.bidders[0])
    said = hashlib.sha256(file.parts()[2]).hexdigest()
    assert bid.receipt["statement"]["body"]["trailer_sha256"] == said
    assert bid.receipt["evidence"]["body"]["payload"]["trailer_sha256"] == said


def test_an_altered_receipt_does_not_verify(tender):
    _, bid = tender.bid(tender.cast.bidders[0])
    altered = loads(dumps(bid.receipt["statement"]))
    altered["body"]["received_at"] = "2026-03-01T00:00:00Z"
    with pytest.raises(SealRefused):
        receipts.verify(altered, public=receipts.public_key())


def test_the_same_submission_twice_gives_the_same_bid_and_receipt(tender):
    bidder = tender.cast.bidders[0]
    file = tender.seal(bidder)
    upload = tender.send(bidder, file)
    trailer = file.parts()[2]
    first = complete_bid(upload_id=upload.public_id, trailer=trailer, actor=bidder.actor)
    second = complete_bid(upload_id=upload.public_id, trailer=trailer, actor=bidder.actor)
    assert (second.pk, second.receipt) == (first.pk, first.receipt)
    assert tender.kinds().count("bid.received") == 1


def test_the_same_file_through_another_upload_gives_the_same_bid(tender):
    bidder = tender.cast.bidders[0]
    file, bid = tender.bid(bidder)
    with pytest.raises(ActRefused) as refused:
        tender.send(bidder, file)  # its sequence is used up
    assert refused.value.codes == {"sequence"}
    assert Bid.objects.get().pk == bid.pk


def test_the_same_header_resumes_the_unfinished_upload(tender):
    bidder = tender.cast.bidders[0]
    file = tender.seal(bidder, size=2_500_000)
    header, chunks, trailer = file.parts()
    first = start_upload(lot_code=tender.lot.code, header=header, actor=bidder.actor)
    for number in (2, 0):
        arguments = {"number": number, "chunk": chunks[number], "leaf": file.leaf(chunks[number])}
        store_chunk(upload_id=first.public_id, actor=bidder.actor, **arguments)
        store_chunk(upload_id=first.public_id, actor=bidder.actor, **arguments)
    again = start_upload(lot_code=tender.lot.code, header=header, actor=bidder.actor)
    assert again.public_id == first.public_id
    assert bid_queries.received_chunks(again) == [0, 2]
    with pytest.raises(ActRefused, match="还有 1 个分块"):
        complete_bid(upload_id=first.public_id, trailer=trailer, actor=bidder.actor)


@pytest.mark.parametrize(
    ("number", "cut", "leaf", "check"),
    [
        (5, 0, None, "chunk_number"),
        (0, 1, None, "chunk_length"),
        (0, 0, "00" * 32, "leaf"),
        (0, 0, "not hex", "leaf"),
    ],
)
def test_a_wrong_chunk_is_refused(tender, number, cut, leaf, check):
    bidder = tender.cast.bidders[0]
    file = tender.seal(bidder)
    header, (chunk,), _ = file.parts()
    upload = start_upload(lot_code=tender.lot.code, header=header, actor=bidder.actor)
    wrong = chunk[: len(chunk) - cut]
    with pytest.raises(ActRefused) as refused:
        store_chunk(
            upload_id=upload.public_id,
            number=number,
            chunk=wrong,
            leaf=leaf or file.leaf(wrong),
            actor=bidder.actor,
        )
    assert refused.value.codes == {check}
    assert bid_queries.received_chunks(upload) == []


def test_a_stored_chunk_is_never_overwritten(tender):
    bidder = tender.cast.bidders[0]
    file = tender.seal(bidder)
    upload = tender.send(bidder, file)
    other = bytes(len(file.parts()[1][0]))
    with pytest.raises(ActRefused) as refused:
        store_chunk(upload_id=upload.public_id, number=0, chunk=other, leaf=file.leaf(other), actor=bidder.actor)
    assert refused.value.codes == {"chunk_differs"}
    bid = complete_bid(upload_id=upload.public_id, trailer=file.parts()[2], actor=bidder.actor)
    assert bid.bid_digest == file.digest


def test_at_the_deadline_second_a_bid_is_late_and_the_refusal_is_recorded(tender, hands):
    bidder = tender.cast.bidders[0]
    file = tender.seal(bidder)
    upload = tender.send(bidder, file)
    hands.to(tender.lot.deadline_at)
    with pytest.raises(ActRefused) as refused:
        complete_bid(upload_id=upload.public_id, trailer=file.parts()[2], actor=bidder.actor)
    assert refused.value.codes == {"late"}
    assert tender.kinds()[-1] == "bid.refused"
    assert not Bid.objects.exists()
    assert not sealed_store.sealed_path(tender.lot.code, file.digest).exists()


def test_one_microsecond_before_the_deadline_a_bid_is_taken(tender, hands):
    bidder = tender.cast.bidders[0]
    file = tender.seal(bidder)
    upload = tender.send(bidder, file)
    hands.to(tender.lot.deadline_at)
    hands.move(-0.000001)
    assert complete_bid(upload_id=upload.public_id, trailer=file.parts()[2], actor=bidder.actor).state == "received"


def test_a_header_is_refused_with_every_reason(tender, hands):
    file = tender.seal(tender.cast.bidders[0])
    tender.lot.document_hash, tender.lot.policy = "e1" * 32, "custodians"
    tender.lot.save()
    stranger = tender.cast.bidders[1]
    with pytest.raises(ActRefused) as refused:
        start_upload(lot_code=tender.lot.code, header=file.parts()[0], actor=stranger.actor)
    assert refused.value.codes == {"bidder", "document_hash", "policy"}
    hands.to(tender.lot.deadline_at)
    with pytest.raises(ActRefused) as refused:
        start_upload(lot_code=tender.lot.code, header=file.parts()[0], actor=tender.cast.purchaser.actor)
    assert refused.value.codes >= {"late", "not_a_bidder", "own_tender", "custodian", "bidder"}


@pytest.mark.parametrize("header", [b"", b"%PDF-1.7", b"{}", b"[" * 40000])
def test_what_is_no_header_is_refused(tender, header):
    with pytest.raises(ActRefused):
        start_upload(lot_code=tender.lot.code, header=header, actor=tender.cast.bidders[0].actor)


def test_an_altered_or_foreign_trailer_is_refused(tender):
    bidder, rival = tender.cast.bidders[:2]
    file, other = tender.seal(bidder), tender.seal(rival)
    upload = tender.send(bidder, file)
    for trailer, code in ((other.parts()[2], "root"), (b"{}", "trailer_fields"), (b"", "trailer_size")):
        with pytest.raises(ActRefused) as refused:
            complete_bid(upload_id=upload.public_id, trailer=trailer, actor=bidder.actor)
        assert code in refused.value.codes
    done = complete_bid(upload_id=upload.public_id, trailer=file.parts()[2], actor=bidder.actor)
    assert done.bid_digest == file.digest


def test_a_revoked_certificate_cannot_submit(tender, hands):
    from identity.models import Certificate

    bidder = tender.cast.bidders[0]
    file = tender.seal(bidder)
    upload = tender.send(bidder, file)
    Certificate.objects.filter(organisation=bidder.organisation).update(revoked_at=hands.at)
    with pytest.raises(ActRefused) as refused:
        complete_bid(upload_id=upload.public_id, trailer=file.parts()[2], actor=bidder.actor)
    assert refused.value.codes == {"revoked"}


def test_a_replacement_takes_the_place_of_the_earlier_bid(tender):
    bidder = tender.cast.bidders[0]
    _, first = tender.bid(bidder)
    _, second = tender.bid(bidder, sequence=2, price="8800000.00")
    first.refresh_from_db()
    assert (first.state, second.state) == (BidState.REPLACED, BidState.RECEIVED)


def test_an_unfinished_replacement_leaves_the_earlier_bid_in_force(tender):
    bidder = tender.cast.bidders[0]
    _, first = tender.bid(bidder)
    tender.send(bidder, tender.seal(bidder, sequence=2))
    first.refresh_from_db()
    assert first.state == BidState.RECEIVED


def test_a_withdrawn_bid_can_be_followed_by_a_greater_sequence_only(tender):
    bidder = tender.cast.bidders[0]
    file, bid = tender.bid(bidder)
    for _ in range(2):
        assert tender.withdraws(bidder, bid.bid_digest).state == "withdrawn"
    assert tender.kinds().count("bid.withdrawn") == 1
    with pytest.raises(ActRefused):
        tender.submit(bidder, file)
    _, again = tender.bid(bidder, sequence=2)
    assert again.state == BidState.RECEIVED


def test_nobody_withdraws_anothers_bid_nor_after_the_deadline(tender, hands):
    bidder, rival = tender.cast.bidders[:2]
    _, bid = tender.bid(bidder)
    with pytest.raises(NotFound):
        tender.withdraws(rival, bid.bid_digest)
    hands.to(tender.lot.deadline_at)
    with pytest.raises(ActRefused) as refused:
        tender.withdraws(bidder, bid.bid_digest)
    assert refused.value.codes == {"late"}


def test_the_log_names_the_bidders_signed_statement(tender):
    bidder = tender.cast.bidders[0]
    _, bid = tender.bid(bidder)
    gone = tender.withdraws(bidder, bid.bid_digest)
    (entry,) = ledger.entries_of(tender.lot.code, kinds=["bid.withdrawn"])
    assert entry["body"]["payload"] == {"bid_digest": bid.bid_digest, "statement_sha256": name_of(gone.withdrawal)}
    verified = verify_withdrawal(
        gone.withdrawal, lot=tender.lot.code, bid_digest=bid.bid_digest, suite="INTL-1", bidder=None
    )
    assert verified.signer.organisation == bidder.organisation.uscc


def test_a_statement_for_another_bid_lot_suite_or_of_a_revoked_certificate_is_refused(tender):
    bidder, rival = tender.cast.bidders[:2]
    _, bid = tender.bid(bidder)
    keys, own = tender.keys_of(bidder), {"lot": tender.lot.code, "bid_digest": bid.bid_digest}
    good = sign_withdrawal(keys, **own)
    for wrong, codes in (
        (sign_withdrawal(keys, **own | {"bid_digest": "0" * 64}), {"statement"}),
        (sign_withdrawal(keys, **own | {"lot": "E9"}), {"statement"}),
        (good | {"signature": good["signature"][::-1]}, {"statement"}),
        (good | {"suite": "GM-1"}, {"statement_suite"}),
        (sign_withdrawal(tender.keys_of(rival), **own), {"signer"}),
        ({}, {"statement"}),
    ):
        with pytest.raises(ActRefused) as refused:
            withdraw_bid(lot_code=tender.lot.code, bid_digest=bid.bid_digest, statement=wrong, actor=bidder.actor)
        assert refused.value.codes == codes
    Certificate.objects.filter(organisation=bidder.organisation).update(revoked_at=bid.received_at)
    with pytest.raises(ActRefused) as refused:
        tender.withdraws(bidder, bid.bid_digest)
    assert "revoked" in refused.value.codes
    bid.refresh_from_db()
    assert (bid.state, bid.withdrawal) == (BidState.RECEIVED, None)


def test_a_withdrawals_statement_is_judged_before_the_lot_is_held(tender, monkeypatch):
    """Else a bidder could keep rivals from the lot in its last second with statements that take long to refuse."""
    bidder = tender.cast.bidders[0]
    _, bid = tender.bid(bidder)
    held, judged, roots = [], [], bid_queries.trust_roots

    def lock_lot(**how):
        held.append(how)
        return queries.lots.lock_lot(**how)

    monkeypatch.setattr(queries, "lock_lot", lock_lot)
    monkeypatch.setattr(bid_queries, "trust_roots", lambda: judged.append(bool(held)) or roots())
    tender.withdraws(bidder, bid.bid_digest)
    assert held and judged == [False]


def test_a_certificate_that_ends_while_the_lot_is_waited_for_withdraws_nothing(tender, hands, monkeypatch):
    bidder = tender.cast.bidders[0]
    _, bid = tender.bid(bidder)
    (leaf, *_more) = tender.keys_of(bidder).certificates
    ends = load(leaf).not_valid_after_utc

    def lock_lot(**how):
        row, _now = queries.lots.lock_lot(**how)
        row.deadline_at = ends + timedelta(days=1)
        return row, ends + timedelta(seconds=1)

    monkeypatch.setattr(queries, "lock_lot", lock_lot)
    with pytest.raises(ActRefused) as refused:
        tender.withdraws(bidder, bid.bid_digest)
    assert refused.value.codes == {"validity"}


def test_anothers_upload_does_not_exist(tender):
    bidder, rival = tender.cast.bidders[:2]
    file = tender.seal(bidder)
    upload = tender.send(bidder, file)
    for upload_id in (upload.public_id, uuid.uuid4()):
        with pytest.raises(NotFound):
            complete_bid(upload_id=upload_id, trailer=file.parts()[2], actor=rival.actor)


def test_the_oldest_unfinished_upload_gives_way(tender, django_capture_on_commit_callbacks):
    bidder = tender.cast.bidders[0]
    with django_capture_on_commit_callbacks(execute=True):
        uploads = [tender.send(bidder, tender.seal(bidder, sequence=number)) for number in range(1, 5)]
    first = Upload.objects.get(pk=uploads[0].pk)
    assert first.state == UploadState.REFUSED
    assert not sealed_store.part_path(first.public_id).exists()
    assert Upload.objects.filter(state=UploadState.RECEIVING).count() == 3


def refused_codes(tender):
    """What the last entry of the log says of a refusal."""
    row = ledger.entries_of(tender.lot.code, kinds=["bid.refused"])[-1]
    return row["body"]["payload"]["reasons"]


def test_a_late_submission_with_a_foreign_trailer_is_told_everything_and_recorded(tender, hands):
    bidder, rival = tender.cast.bidders[:2]
    other, upload = tender.seal(rival), tender.send(bidder, tender.seal(bidder))
    hands.to(tender.lot.deadline_at)
    with pytest.raises(ActRefused) as refused:
        complete_bid(upload_id=upload.public_id, trailer=other.parts()[2], actor=bidder.actor)
    assert refused.value.codes >= {"late", "root", "signature"}
    assert refused_codes(tender) == [reason.code for reason in refused.value.reasons]
    assert not Bid.objects.exists()


@pytest.mark.parametrize(("trailer", "code"), [(b"", "trailer_size"), (b"{}", "trailer_fields")])
def test_a_late_submission_whose_trailer_is_none_is_told_that_it_is_late(tender, hands, trailer, code):
    bidder = tender.cast.bidders[0]
    upload = tender.send(bidder, tender.seal(bidder))
    hands.to(tender.lot.deadline_at)
    with pytest.raises(ActRefused) as refused:
        complete_bid(upload_id=upload.public_id, trailer=trailer, actor=bidder.actor)
    assert {"late", code} <= refused.value.codes
    assert refused_codes(tender)[0] == "late"


def test_late_and_incomplete_is_not_told_to_go_on_uploading(tender, hands):
    bidder = tender.cast.bidders[0]
    file = tender.seal(bidder, size=2_500_000)
    header, _, trailer = file.parts()
    upload = start_upload(lot_code=tender.lot.code, header=header, actor=bidder.actor)
    with pytest.raises(ActRefused, match="还有 3 个分块没有收到，请继续上传") as refused:
        complete_bid(upload_id=upload.public_id, trailer=trailer, actor=bidder.actor)
    assert refused.value.codes == {"incomplete"}
    hands.to(tender.lot.deadline_at)
    with pytest.raises(ActRefused, match="还有 3 个分块没有收到，视为撤回") as refused:
        complete_bid(upload_id=upload.public_id, trailer=trailer, actor=bidder.actor)
    assert refused.value.codes == {"late", "incomplete"}
    assert "请继续上传" not in str(refused.value)
    assert refused_codes(tender) == ["late", "incomplete"]


def test_a_plain_file_at_the_deadline_is_told_that_it_is_late_and_recorded(tender, hands):
    bidder = tender.cast.bidders[0]
    hands.to(tender.lot.deadline_at)
    with pytest.raises(ActRefused) as refused:
        start_upload(lot_code=tender.lot.code, header=b"%PDF-1.7", actor=bidder.actor)
    assert "late" in refused.value.codes and len(refused.value.codes) > 1
    assert refused_codes(tender) == [reason.code for reason in refused.value.reasons]


def test_an_incomplete_submission_that_is_refused_can_still_be_completed_in_time(tender):
    bidder = tender.cast.bidders[0]
    file = tender.seal(bidder)
    header, (chunk,), trailer = file.parts()
    upload = start_upload(lot_code=tender.lot.code, header=header, actor=bidder.actor)
    with pytest.raises(ActRefused):
        complete_bid(upload_id=upload.public_id, trailer=trailer, actor=bidder.actor)
    store_chunk(upload_id=upload.public_id, number=0, chunk=chunk, leaf=file.leaf(chunk), actor=bidder.actor)
    assert complete_bid(upload_id=upload.public_id, trailer=trailer, actor=bidder.actor).state == "received"


@pytest.mark.parametrize("sha256", ["é", "0" * 63, "0" * 65, "Ｆ" * 64])
def test_what_is_no_sha256_is_refused_in_words_and_stores_nothing(tender, sha256):
    bidder = tender.cast.bidders[0]
    header, chunks, _ = tender.seal(bidder).parts()
    upload = start_upload(lot_code=tender.lot.code, header=header, actor=bidder.actor)
    with pytest.raises(ActRefused, match="不是 64 位十六进制的 SHA-256 值") as refused:
        store_chunk(upload_id=upload.public_id, number=0, chunk=chunks[0], leaf="", actor=bidder.actor, sha256=sha256)
    assert refused.value.codes == {"chunk_sha256"}
    assert bid_queries.received_chunks(upload) == []
