"""Amendments, postponements, questions and document objections of an announced lot."""

from datetime import timedelta

import pytest

import ledger
from tendering import agenda, queries
from tendering.models import Bid, Download, Objection, Question
from tendering.operations.amend_lot import amend_lot
from tendering.operations.answer_objection import answer_objection
from tendering.operations.answer_question import answer_question
from tendering.operations.ask_question import ask_question
from tendering.operations.attach_document import attach_document
from tendering.operations.fetch_document import fetch_document
from tendering.operations.file_objection import file_objection
from tendering.refusals import ActRefused, NotFound
from tendering.rules.lifecycle import MoveRefused
from tests import lots

LATER = lots.DEADLINE + timedelta(days=5)


@pytest.fixture
def lot(cast, clock, keys):
    return lots.make_announced(cast, keys)


def amend(lot, cast, keys, deadline_at=lots.DEADLINE, **changes):
    arguments = {"explanation": "补充图纸"} | lots.signed(lot, keys, deadline_at) | changes
    return amend_lot(lot_code=lot.code, actor=cast.agency.actor, **arguments)


def attach_more(lot, cast):
    content = lots.PDF + b"more"
    return attach_document(
        lot_code=lot.code, actor=cast.agency.actor, kind="tender_document", name="招标文件.pdf", content=content
    )


def test_an_amended_document_supersedes_every_bid_and_tells_everybody(cast, clock, keys, lot):
    bid = lots.put_bid(lot, cast.bidders[0], 1)
    withdrawn = lots.put_bid(lot, cast.bidders[1], 2, state="withdrawn")
    before = lot.document_hash
    newer = attach_more(lot, cast)
    assert newer.version == 1
    assert [d.version for d in queries.documents_in_force(lot)] == [0], "unpublished until amended"
    clock.move(days=2)
    amended = amend(lot, cast, keys)
    assert (amended.amendment, amended.deadline_at) == (1, lots.DEADLINE)
    assert amended.document_hash != before
    assert [d.sha256 for d in queries.documents_in_force(amended)] == [newer.sha256]
    assert Bid.objects.get(pk=bid.pk).state == "superseded_by_amendment"
    assert Bid.objects.get(pk=withdrawn.pk).state == "withdrawn"
    assert queries.notices(amended)[0].data["seal_again"] is True
    assert queries.parameters_in_force(amended).sequence == 1
    assert [row["body"]["kind"] for row in ledger.entries_of(lot.code)][-2:] == ["bids.superseded", "lot.amended"]
    (ended,) = ledger.entries_of(lot.code, kinds=["bids.superseded"])
    assert ended["body"]["payload"] == {"bids": [bid.bid_digest], "amendment": 1}


@pytest.mark.parametrize("count", [0, 1, 3])
def test_the_public_feed_shows_the_same_rows_however_many_bids_an_amendment_supersedes(cast, clock, keys, lot, count):
    for number in range(count):
        lots.put_bid(lot, cast.bidders[number], number + 1)
    size = ledger.head()["size"]
    amend(lot, cast, keys, LATER)
    rows = ledger.feed(size - 1)
    assert [row["body"] and row["body"]["kind"] for row in rows] == [None, "lot.postponed"]
    assert len({row["at"] for row in rows}) == 1


def test_a_later_deadline_alone_is_a_postponement(cast, clock, keys, lot):
    postponed = amend(lot, cast, keys, LATER)
    assert postponed.deadline_at == postponed.next_due_at == LATER
    (entry,) = ledger.entries_of(lot.code, kinds=["lot.postponed"])
    assert entry["body"]["payload"]["amendment"] == 1


def test_an_amendment_with_less_than_15_days_left_must_move_the_deadline(cast, clock, keys, lot):
    attach_more(lot, cast)
    clock.move(days=20)
    with pytest.raises(MoveRefused) as refused:
        amend(lot, cast, keys)
    assert refused.value.codes == {"amendment_too_late"}
    assert amend(lot, cast, keys, affects_preparation=False).amendment == 1


def test_an_earlier_deadline_is_refused(cast, clock, keys, lot):
    with pytest.raises(MoveRefused) as refused:
        amend(lot, cast, keys, lots.DEADLINE - timedelta(days=1))
    assert refused.value.codes == {"deadline_moved_back"}


def test_at_the_deadline_nothing_is_amended_any_more(cast, clock, keys, lot):
    arguments = lots.signed(lot, keys, LATER)
    clock.now = lots.DEADLINE
    with pytest.raises(MoveRefused) as refused:
        amend_lot(lot_code=lot.code, actor=cast.agency.actor, explanation=" ", **arguments)
    assert refused.value.codes == {"reason_empty", "deadline_over"}


def test_the_old_signature_does_not_serve_twice(cast, clock, keys, lot):
    attach_more(lot, cast)
    arguments = lots.signed(lot, keys)
    amend_lot(lot_code=lot.code, actor=cast.agency.actor, explanation="补充图纸", **arguments)
    with pytest.raises(MoveRefused) as refused:
        amend_lot(lot_code=lot.code, actor=cast.agency.actor, explanation="补充图纸", **arguments)
    assert refused.value.codes == {"parameters_differ"}
    assert lot.parameters.count() == 2


def test_a_question_is_answered_to_all_and_the_asker_stays_unknown(cast, clock, lot):
    question = ask_question(lot_code=lot.code, actor=cast.bidders[0].actor, text="工期是否含汛期?")
    again = ask_question(lot_code=lot.code, actor=cast.bidders[0].actor, text="工期是否含汛期?")
    assert again.pk == question.pk
    assert queries.questions(lot, cast.bidders[1].actor) == []
    (own,) = queries.questions(lot, cast.bidders[0].actor)
    (owners,) = queries.questions(lot, cast.agency.actor)
    assert (own.mine, owners.mine) == (True, False)
    answer_question(question_id=question.public_id, actor=cast.agency.actor, answer="含。")
    (seen,) = queries.questions(lot, cast.bidders[1].actor)
    assert (seen.answer, seen.mine) == ("含。", False)
    entries = ledger.entries_of(lot.code, kinds=["question.asked", "question.answered"], viewer=ledger.Viewer())
    assert cast.bidders[0].actor.uscc not in str(entries)
    with pytest.raises(ActRefused) as refused:
        answer_question(question_id=question.public_id, actor=cast.agency.actor, answer="不含。")
    assert refused.value.codes == {"already_answered"}


def test_a_late_question_is_refused_and_blocks_nothing(cast, clock, lot):
    clock.now = lots.DEADLINE
    with pytest.raises(ActRefused) as refused:
        ask_question(lot_code=lot.code, actor=cast.bidders[0].actor, text=" ")
    assert refused.value.codes == {"deadline_passed", "text_empty"}
    with pytest.raises(ActRefused) as refused:
        ask_question(lot_code=lot.code, actor=cast.agency.actor, text="?")
    assert "not_a_bidder" in refused.value.codes
    assert Question.objects.count() == 0


def test_a_download_is_recorded_for_bidders_only_and_secret(cast, clock, lot):
    (document,) = queries.documents_published(lot)
    fetch_document(lot_code=lot.code, actor=cast.bidders[0].actor, sha256=document.sha256)
    fetch_document(lot_code=lot.code, actor=cast.agency.actor, sha256=document.sha256)
    fetch_document(lot_code=lot.code, actor=None, sha256=document.sha256)
    assert Download.objects.get().organisation == cast.bidders[0].organisation
    assert not any(row["body"] and row["body"]["kind"] == "document.fetched" for row in ledger.feed())


def test_an_unpublished_document_does_not_exist_for_others(cast, clock, lot):
    pending = attach_more(lot, cast)
    for actor in (None, cast.bidders[0].actor, cast.purchaser.actor):
        if actor is cast.purchaser.actor:
            fetch_document(lot_code=lot.code, actor=actor, sha256=pending.sha256)
        else:
            with pytest.raises(NotFound):
                fetch_document(lot_code=lot.code, actor=actor, sha256=pending.sha256)


def test_a_timely_objection_to_the_document_freezes_the_deadline_until_answered(cast, clock, keys, lot):
    objection = file_objection(lot_code=lot.code, actor=cast.bidders[0].actor, matter="document", text="资质过高")
    again = file_objection(lot_code=lot.code, actor=cast.bidders[0].actor, matter="document", text="资质过高")
    assert again.pk == objection.pk
    assert queries.facts(lot, clock.now).deadline_frozen
    answer_objection(objection_id=objection.public_id, actor=cast.agency.actor, answer="依法设置。")
    assert not queries.facts(lot, clock.now).deadline_frozen
    with pytest.raises(ActRefused) as refused:
        answer_objection(objection_id=objection.public_id, actor=cast.agency.actor, answer="再答。")
    assert refused.value.codes == {"already_answered"}


def test_a_frozen_lot_is_amended_even_after_its_deadline(cast, clock, keys, lot):
    objection = file_objection(lot_code=lot.code, actor=cast.bidders[0].actor, matter="document", text="资质过高")
    clock.now = lots.DEADLINE + timedelta(seconds=1)
    amend(lot, cast, keys, LATER)
    answer_objection(objection_id=objection.public_id, actor=cast.agency.actor, answer="依法设置。")
    assert not queries.facts(queries.lot_by_code(lot.code), clock.now).deadline_frozen


def test_an_objection_nine_days_before_the_deadline_is_too_late(cast, clock, lot):
    clock.now = lots.DEADLINE - timedelta(days=9)
    with pytest.raises(ActRefused) as refused:
        file_objection(lot_code=lot.code, actor=cast.bidders[0].actor, matter="document", text="")
    assert refused.value.codes == {"objection_too_late", "text_empty"}
    with pytest.raises(ActRefused) as refused:
        file_objection(lot_code=lot.code, actor=cast.bidders[0].actor, matter="weather", text="雨")
    assert refused.value.codes == {"matter"}
    assert Objection.objects.count() == 0


def test_who_objects_before_the_opening_is_not_named_even_to_the_agency(cast, clock, lot):
    file_objection(lot_code=lot.code, actor=cast.bidders[0].actor, matter="document", text="资质过高")
    (seen,) = queries.objections(lot, cast.agency.actor)
    assert seen.organisation_name == ""


def test_the_agenda_holds_the_close_from_the_deadline_on(cast, clock, lot):
    before, at = lots.DEADLINE - timedelta(seconds=1), lots.DEADLINE
    assert agenda.due_lot_ids(before) == []
    assert agenda.due_lot_ids(at) == [lot.pk]
    assert agenda.due_moves(lot, before) == []
    (move,) = agenda.due_moves(lot, at)
    assert (move.func.__name__, move.keywords) == ("close_lot", {"lot_id": lot.pk})
