"""Suspension freezes everything but resuming and terminating; resuming moves the frozen timers on."""

from datetime import timedelta

import pytest

import ledger
from tendering import agenda, queries
from tendering.models import Bid, Opening
from tendering.operations.amend_lot import amend_lot
from tendering.operations.ask_question import ask_question
from tendering.operations.attach_document import attach_document
from tendering.operations.publish_candidates import publish_candidates
from tendering.operations.resume_lot import resume_lot
from tendering.operations.suspend_lot import suspend_lot
from tendering.operations.terminate_lot import terminate_lot
from tendering.refusals import ActRefused
from tendering.rules.lifecycle import MoveRefused
from tests import lots


def suspend(lot, cast):
    return suspend_lot(lot_code=lot.code, actor=cast.regulator.actor, reason="受理投诉")


def resume(lot, cast):
    return resume_lot(lot_code=lot.code, actor=cast.regulator.actor, reason="投诉已处理")


def test_a_suspended_lot_has_nothing_due_and_refuses_acts(cast, clock, keys):
    lot = suspend(lots.make_announced(cast, keys), cast)
    assert lot.next_due_at is None
    assert agenda.due_lot_ids(lots.DEADLINE + timedelta(days=9)) == []
    with pytest.raises(ActRefused) as refused:
        ask_question(lot_code=lot.code, actor=cast.bidders[0].actor, text="?")
    assert refused.value.codes == {"suspended"}
    with pytest.raises(ActRefused):
        attach_document(lot_code=lot.code, actor=cast.agency.actor, kind="attachment", name="a.pdf", content=lots.PDF)
    with pytest.raises(MoveRefused) as refused:
        amend_lot(
            lot_code=lot.code,
            actor=cast.agency.actor,
            explanation="延期",
            **lots.signed(lot, keys, lots.DEADLINE + timedelta(days=1)),
        )
    assert refused.value.codes == {"suspended"}


def test_only_the_regulator_suspends_and_only_with_a_reason_and_once(cast, clock, keys):
    lot = lots.make_announced(cast, keys)
    with pytest.raises(MoveRefused) as refused:
        suspend_lot(lot_code=lot.code, actor=cast.centre.actor, reason="x")
    assert refused.value.codes == {"wrong_role"}
    suspend(lot, cast)
    with pytest.raises(MoveRefused) as refused:
        suspend_lot(lot_code=lot.code, actor=cast.regulator.actor, reason="")
    assert refused.value.codes == {"already_suspended", "reason_missing"}


def test_resuming_moves_the_deadline_which_stays_frozen_until_signed_again(cast, clock, keys):
    lot = lots.make_announced(cast, keys)
    bid = lots.put_bid(lot, cast.bidders[0], 1)
    suspend(lot, cast)
    clock.move(days=3, milliseconds=1)
    resumed = resume(lot, cast)
    moved = lots.DEADLINE + timedelta(days=3, seconds=1)
    assert resumed.deadline_at == resumed.next_due_at == moved
    assert queries.facts(resumed, clock.now).deadline_frozen
    amend_lot(
        lot_code=lot.code,
        actor=cast.agency.actor,
        explanation="恢复后重新确定截止时间",
        **lots.signed(lot, keys, moved),
    )
    signed_again = queries.lot_by_code(lot.code)
    assert not queries.facts(signed_again, clock.now).deadline_frozen
    assert Bid.objects.get(pk=bid.pk).state == "superseded_by_amendment"
    (row,) = [row for row in queries.desk(cast.bidders[0].actor, clock.now) if row.lot.pk == lot.pk]
    assert row.reseal
    (entry,) = ledger.entries_of(lot.code, kinds=["lot.resumed"])
    assert entry["body"]["payload"]["lost_seconds"] == 3 * 86400 + 1


def test_resuming_moves_publicity_and_an_open_window_but_nothing_that_was_over(cast, clock, keys):
    lot = lots.make_evaluated(cast, keys, now=clock.now)
    published = publish_candidates(lot_code=lot.code, actor=cast.agency.actor)
    ends_at = published.publicity_ends_at
    suspend(lot, cast)
    clock.move(hours=5)
    assert resume(lot, cast).publicity_ends_at == ends_at + timedelta(hours=5)
    clock.now = ends_at + timedelta(hours=6)
    suspend(lot, cast)
    clock.move(hours=5)
    assert resume(lot, cast).publicity_ends_at == ends_at + timedelta(hours=5)


def test_an_open_window_is_moved_on(cast, clock, keys):
    lot = lots.make_announced(cast, keys)
    type(lot).objects.filter(pk=lot.pk).update(stage="opening", stage_at=clock.now)
    window = Opening.objects.create(lot=lot, started_at=clock.now, window_ends_at=clock.now + timedelta(minutes=30))
    suspend(lot, cast)
    clock.move(minutes=20)
    resumed = resume(lot, cast)
    window.refresh_from_db()
    assert window.window_ends_at == resumed.next_due_at == clock.now + timedelta(minutes=30)


def test_a_tender_ends_for_good_even_while_suspended_and_bids_go_back_sealed(cast, clock, keys):
    lot = lots.make_announced(cast, keys)
    bid = lots.put_bid(lot, cast.bidders[0], 1)
    suspend(lot, cast)
    with pytest.raises(MoveRefused) as refused:
        terminate_lot(lot_code=lot.code, actor=cast.agency.actor, reason="")
    assert refused.value.codes == {"reason_missing"}
    ended = terminate_lot(lot_code=lot.code, actor=cast.agency.actor, reason="规划调整")
    assert (ended.stage, ended.next_due_at) == ("terminated", None)
    assert Bid.objects.get(pk=bid.pk).state == "returned"
    assert queries.notices(lot)[0].kind == "terminated"
    with pytest.raises(MoveRefused):
        terminate_lot(lot_code=lot.code, actor=cast.agency.actor, reason="规划调整")
    assert [row["body"]["kind"] for row in ledger.entries_of(lot.code)].count("lot.terminated") == 1
