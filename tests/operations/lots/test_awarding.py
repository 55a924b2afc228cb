"""Candidates, objections to them, the result, the award notice; failing and tendering again."""

import pypdfium2
import pytest

import ledger
from tendering import documents, queries
from tendering.models import Award, Candidate, Lot
from tendering.operations.answer_objection import answer_objection
from tendering.operations.fail_lot import fail_lot
from tendering.operations.file_objection import file_objection
from tendering.operations.issue_award import issue_award
from tendering.operations.publish_candidates import publish_candidates
from tendering.operations.publish_result import publish_result
from tendering.operations.retender_lot import retender_lot
from tendering.refusals import ActRefused
from tendering.rules.lifecycle import MoveRefused
from tests import lots


@pytest.fixture
def lot(cast, clock, keys):
    return lots.make_evaluated(cast, keys, now=clock.now)


@pytest.fixture
def published(cast, clock, lot):
    return publish_candidates(lot_code=lot.code, actor=cast.agency.actor)


def digest_of(lot, rank):
    return Candidate.objects.get(lot=lot, rank=rank).bid.bid_digest


def test_candidates_are_public_for_three_days_and_rest_days_move_the_end(cast, clock, published):
    # Monday 2 March and three days: over at 24:00 of Thursday 5 March in Shanghai
    assert published.publicity_ends_at.isoformat() == "2026-03-05T16:00:00+00:00"
    assert [row["rank"] for row in queries.notices(published)[0].data["candidates"]] == [1, 2, 3]
    assert published.next_due_at is None, "the result is the purchaser's, not the clock's"


def test_candidates_cannot_be_published_twice_or_without_any(cast, clock, lot):
    publish_candidates(lot_code=lot.code, actor=cast.agency.actor)
    with pytest.raises(MoveRefused) as refused:
        publish_candidates(lot_code=lot.code, actor=cast.agency.actor)
    assert refused.value.codes == {"no_such_move"}
    Lot.objects.filter(pk=lot.pk).update(stage="evaluated")
    Candidate.objects.all().delete()
    with pytest.raises(MoveRefused) as refused:
        publish_candidates(lot_code=lot.code, actor=cast.agency.actor)
    assert refused.value.codes == {"no_candidates"}


def test_a_result_during_publicity_with_an_open_objection_names_both_reasons(cast, clock, published):
    file_objection(lot_code=published.code, actor=cast.bidders[3].actor, matter="candidates", text="业绩存疑")
    with pytest.raises(MoveRefused) as refused:
        publish_result(lot_code=published.code, actor=cast.agency.actor, bid_digest="0" * 64)
    assert refused.value.codes == {"publicity_running", "objections_open", "not_a_candidate"}
    assert not Award.objects.exists()


def test_the_first_candidate_wins_after_publicity(cast, clock, published):
    objection = file_objection(
        lot_code=published.code, actor=cast.bidders[3].actor, matter="candidates", text="业绩存疑"
    )
    answer_objection(objection_id=objection.public_id, actor=cast.agency.actor, answer="已核实。")
    clock.now = published.publicity_ends_at
    award = publish_result(lot_code=published.code, actor=cast.agency.actor, bid_digest=digest_of(published, 1))
    assert (award.winner, award.reason) == (cast.bidders[0].organisation, "")
    with pytest.raises(MoveRefused):
        publish_result(lot_code=published.code, actor=cast.agency.actor, bid_digest=digest_of(published, 1))
    (entry,) = ledger.entries_of(published.code, kinds=["result.published"])
    assert entry["body"]["payload"]["winner"]["uscc"] == cast.bidders[0].actor.uscc


def test_stepping_down_needs_a_recorded_reason(cast, clock, published):
    clock.now = published.publicity_ends_at
    second = digest_of(published, 2)
    with pytest.raises(MoveRefused) as refused:
        publish_result(lot_code=published.code, actor=cast.agency.actor, bid_digest=second, reason=" ")
    assert refused.value.codes == {"step_down_reason"}
    award = publish_result(lot_code=published.code, actor=cast.agency.actor, bid_digest=second, reason="第一名书面放弃")
    assert award.reason == "第一名书面放弃"


def test_after_publicity_nobody_objects_to_the_candidates(cast, clock, published):
    clock.now = published.publicity_ends_at
    with pytest.raises(ActRefused) as refused:
        file_objection(lot_code=published.code, actor=cast.bidders[3].actor, matter="candidates", text="迟了")
    assert refused.value.codes == {"publicity_over"}


def test_the_award_notice_prints_what_people_typed_as_text(cast, clock, published):
    Lot.objects.filter(pk=published.pk).update(name="#panic() *闸* $x$ 标段")
    clock.now = published.publicity_ends_at
    publish_result(lot_code=published.code, actor=cast.agency.actor, bid_digest=digest_of(published, 1))
    award = issue_award(lot_code=published.code, actor=cast.agency.actor)
    pdf = documents.read(award.notice_sha256)
    text = pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range()
    assert "#panic() *闸* $x$ 标段" in text.replace("\r\n", "")
    assert "36,100,000.00" in text
    assert "叁仟陆佰壹拾万元整" in text
    lot = queries.lot_by_code(published.code)
    assert (lot.stage, lot.awarded_at) == ("awarded", clock.now)
    with pytest.raises(MoveRefused) as refused:
        issue_award(lot_code=published.code, actor=cast.agency.actor)
    assert refused.value.codes == {"no_such_move"}
    assert [row["body"]["kind"] for row in ledger.entries_of(lot.code)].count("award.issued") == 1


def test_a_stranger_gets_no_word_about_the_lot(cast, clock, published):
    other = lots.replace(cast.agency.actor, organisation_id=cast.outsider.organisation.pk)
    with pytest.raises(ActRefused) as refused:
        publish_result(lot_code=published.code, actor=other, bid_digest=digest_of(published, 1))
    assert refused.value.codes == {"not_yours"}


def test_a_fallen_first_candidate_may_lead_to_a_new_tender(cast, clock, published):
    with pytest.raises(MoveRefused) as refused:
        fail_lot(lot_code=published.code, actor=cast.agency.actor, reason="")
    assert refused.value.codes == {"first_candidate_stands", "reason_missing"}
    with pytest.raises(ActRefused) as unfailed:
        retender_lot(lot_code=published.code, actor=cast.agency.actor)
    assert unfailed.value.codes == {"not_failed"}
    fail_lot(lot_code=published.code, actor=cast.agency.actor, reason="候选人均被查实弄虚作假")
    again = retender_lot(lot_code=published.code, actor=cast.agency.actor)
    assert (again.stage, again.retender_of, again.scheme) == ("draft", published, lots.SCHEME)
    assert again.planned_deadline_at is None
    assert [d.kind for d in queries.documents_in_force(again, pending=True)] == ["tender_document"]
    with pytest.raises(ActRefused) as refused_again:
        retender_lot(lot_code=published.code, actor=cast.agency.actor)
    assert refused_again.value.codes == {"already_retendered"}


def test_a_late_publication_shows_as_overdue_on_the_desk_and_is_still_possible(cast, clock, lot):
    clock.move(days=10)
    (row,) = queries.desk(cast.agency.actor, clock.now)
    assert (row.yours, row.overdue, row.next_action) == (True, True, "公示中标候选人")
    assert publish_candidates(lot_code=lot.code, actor=cast.agency.actor).stage == "candidates_published"
    (row,) = queries.desk(cast.agency.actor, clock.now)
    # Thursday 12 March and three days is a Sunday: over at 24:00 of Monday
    assert row.next_at.isoformat() == "2026-03-16T16:00:00+00:00"
    assert (row.yours, row.overdue) == (False, False), "nothing to do until publicity is over"
    (row,) = queries.desk(cast.agency.actor, row.next_at)
    assert (row.yours, row.overdue) == (True, False)
