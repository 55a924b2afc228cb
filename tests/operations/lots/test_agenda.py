"""The agenda carries due moves out once, and one lot's trouble does not hold up another."""

from datetime import timedelta

import ledger
from tendering import agenda, queries
from tendering.models import Lot
from tendering.operations import close_lot as closing
from tendering.operations.file_objection import file_objection
from tests import lots


def tick(clock):
    return sum(agenda.carry_out(lot_id) for lot_id in agenda.due_lot_ids(clock.now))


def test_a_lot_without_bids_fails_at_its_deadline_by_itself_and_once(cast, clock, keys):
    lot = lots.make_announced(cast, keys)
    clock.now = lots.DEADLINE - timedelta(microseconds=1)
    assert tick(clock) == 0
    clock.now = lots.DEADLINE
    assert [tick(clock), tick(clock)] == [1, 0]
    failed = queries.lot_by_code(lot.code)
    assert (failed.stage, failed.next_due_at) == ("failed", None)
    assert [row["body"]["kind"] for row in ledger.entries_of(lot.code)].count("lot.failed") == 1


def test_after_an_outage_what_was_due_is_still_carried_out(cast, clock, keys):
    lot = lots.make_announced(cast, keys)
    clock.now = lots.DEADLINE + timedelta(days=2)
    assert tick(clock) == 1
    assert queries.lot_by_code(lot.code).stage == "failed"


def test_a_frozen_lot_stays_due_and_is_looked_at_again(cast, clock, keys):
    lot = lots.make_announced(cast, keys)
    file_objection(lot_code=lot.code, actor=cast.bidders[0].actor, matter="document", text="资质过高")
    clock.now = lots.DEADLINE
    assert tick(clock) == 0
    assert agenda.due_lot_ids(clock.now) == [lot.pk]
    assert queries.lot_by_code(lot.code).stage == "announced"


def test_one_broken_lot_does_not_hold_up_the_others(cast, clock, keys, monkeypatch, caplog):
    broken, whole = (lots.make_announced(cast, keys) for _ in range(2))
    clock.now = lots.DEADLINE
    real = closing.close_lot

    def close_lot(*, lot_id: int) -> Lot:
        if lot_id == broken.pk:
            raise RuntimeError("the disk is on fire")
        return real(lot_id=lot_id)

    monkeypatch.setattr(closing, "close_lot", close_lot)
    assert tick(clock) == 1
    assert queries.lot_by_code(whole.code).stage == "failed"
    assert agenda.due_lot_ids(clock.now) == [broken.pk]
    assert broken.code in caplog.text
