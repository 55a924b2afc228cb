"""A suspension takes no time from anybody at an opening: window, grace, lines and confirmation run on afterwards."""

from datetime import timedelta

import pytest

import ledger
from ledger.canonical import instant
from tendering import agenda, bid_queries
from tendering.models import Bid, EnvelopeOpening, OpenedBid, Opening
from tendering.operations.confirm_record import confirm_record
from tendering.operations.end_envelope import end_envelope
from tendering.operations.end_window import end_window
from tendering.operations.open_bids import NotCollected, open_bids
from tendering.operations.open_envelope import open_envelope
from tendering.operations.resume_lot import resume_lot
from tendering.operations.suspend_lot import suspend_lot
from tendering.refusals import ActRefused
from tests.two_envelopes import ENVELOPES, price_window

HOUR = timedelta(hours=1)
GRACE, CONFIRMATION = 20, 10  # seconds, of the rehearsal's procedure


@pytest.fixture
def settings_of(tmp_path, settings):
    for name in ("SEALED_ROOT", "OPENED_ROOT", "UPLOAD_ROOT"):
        setattr(settings, name, tmp_path / "server" / name.lower())


def make(cast, hands, tmp_path, **how):
    from tests.sealed import make_tender

    return make_tender(cast, tmp_path, now=hands.at, **how)


def stand_still(tender, hands, for_=HOUR):
    """Suspend the lot, let time pass, resume it; returns what the log says of the resumption."""
    actor, code = tender.cast.regulator.actor, tender.lot.code
    suspend_lot(lot_code=code, actor=actor, reason="受理投诉")
    hands.move(for_.total_seconds())
    resume_lot(lot_code=code, actor=actor, reason="投诉已处理")
    return ledger.entries_of(code, kinds=["lot.resumed"])[-1]["body"]["payload"]


def test_the_custodians_have_their_whole_grace_after_a_suspension(cast, hands, tmp_path, settings_of):
    tender = make(cast, hands, tmp_path, policy="custodians")
    made = tender.opened_window(hands)
    assert agenda.carry_out(tender.lot.pk) == 1  # nothing for bidders to hand over: the window ends as it begins
    hands.move(1)
    told = stand_still(tender, hands)
    assert agenda.carry_out(tender.lot.pk) == 0
    assert tender.fresh().stage == "opening"
    grace_ends_at = bid_queries.grace_ends_at(tender.lot, Opening.objects.get(), hands.at)
    assert grace_ends_at == hands.at + timedelta(seconds=GRACE - 1)
    assert told["grace_ends_at"] == instant(grace_ends_at)
    for _, bid in made:
        for name in ("centre", "regulator"):
            tender.custodian_releases(name, bid, at=hands.at)
    assert open_bids(lot_id=tender.lot.pk).stage == "opened"
    assert OpenedBid.objects.count() == 3


def test_two_suspensions_of_one_grace_add_up_and_one_after_it_adds_nothing(cast, hands, tmp_path, settings_of):
    tender = make(cast, hands, tmp_path, policy="custodians")
    tender.opened_window(hands)
    end_window(lot_id=tender.lot.pk)
    for _ in range(2):
        hands.move(5)
        stand_still(tender, hands)
    with pytest.raises(NotCollected):
        open_bids(lot_id=tender.lot.pk)
    hands.move(GRACE - 10)
    told = stand_still(tender, hands)
    assert "grace_ends_at" not in told
    assert Opening.objects.get().grace_moved_by == 2 * HOUR
    assert open_bids(lot_id=tender.lot.pk).stage == "failed"


def test_bidders_keep_their_whole_time_to_confirm_prices(cast, hands, tmp_path, settings_of):
    tender = make(cast, hands, tmp_path)
    made = tender.opened_window(hands)
    for player, (file, _) in zip(cast.bidders, made, strict=False):
        tender.bidder_releases(player, file)
    end_window(lot_id=tender.lot.pk, actor=cast.centre.actor)
    open_bids(lot_id=tender.lot.pk)
    hands.move(1)
    told = stand_still(tender, hands)
    assert told["confirmation_ends_at"] == instant(hands.at + timedelta(seconds=CONFIRMATION - 1))
    hands.move(CONFIRMATION - 2)
    with pytest.raises(ActRefused) as refused:
        confirm_record(lot_code=tender.lot.code, actor=cast.centre.actor)
    assert refused.value.codes == {"unconfirmed"}
    hands.move(1)
    assert confirm_record(lot_code=tender.lot.code, actor=cast.centre.actor).record_confirmed_at == hands.at


@pytest.fixture
def later(cast, hands, tmp_path, settings_of):
    """The window of the price envelopes is open; returns the tender and those bids."""
    tender = make(cast, hands, tmp_path, envelopes=ENVELOPES)
    return tender, [bid for _, bid in price_window(tender, hands)]


def test_the_window_of_a_later_envelope_moves_on(hands, later):
    tender, _ = later
    ends_at = EnvelopeOpening.objects.get().window_ends_at
    hands.move(1)
    told = stand_still(tender, hands)
    assert EnvelopeOpening.objects.get().window_ends_at == tender.fresh().next_due_at == ends_at + HOUR
    assert told["window_ends_at"] == instant(ends_at + HOUR)
    with pytest.raises(ActRefused) as refused:
        end_envelope(lot_id=tender.lot.pk)
    assert refused.value.codes == {"window_open"}


def test_the_grace_of_a_later_envelope_moves_on(hands, later):
    tender, bids = later
    hands.to(EnvelopeOpening.objects.get().window_ends_at)
    end_envelope(lot_id=tender.lot.pk)
    hands.move(1)
    stand_still(tender, hands)
    with pytest.raises(NotCollected):
        open_envelope(lot_id=tender.lot.pk)
    for bid in bids:
        for name in ("centre", "regulator"):
            tender.custodian_releases(name, bid, at=hands.at)
    open_envelope(lot_id=tender.lot.pk)
    assert set(Bid.objects.values_list("state", flat=True)) == {"opened"}
