"""The platform itself fails at one bid: the others are opened, the lot waits, nobody is blamed, it is tried again."""

import pytest
from django.conf import settings
from django.db import OperationalError

from tendering import agenda, faults, opened_contents, sealed_store
from tendering.faults import faults_of
from tendering.models import Bid, BidState, EnvelopeOpening, OpenedBid, Opening
from tendering.operations import check_stored_bids as checking
from tendering.operations.end_envelope import end_envelope
from tendering.operations.end_window import end_window
from tendering.operations.open_bids import BidsFailed, NotCollected, open_bids
from tendering.operations.open_envelope import open_envelope
from tests.two_envelopes import ENVELOPES, price_window

GRACE = 20  # seconds, of the rehearsal's procedure
SECRET = "8900000.00"
UNFORESEEN = [
    ("read_layout", RuntimeError),
    ("read_layout", OSError),
    ("open_bid", MemoryError),
    ("open_bid", RecursionError),
    ("read_letter", ValueError),
]


@pytest.fixture
def window(tender, hands):
    """Three bids whose keys were all handed over, the window ended."""
    return tender.collected(hands)


@pytest.fixture
def failing(monkeypatch):
    """Let a step of the opening fail at one bid, and return how to mend it."""

    def break_at(bid, *, step, error):
        real = getattr(opened_contents, step)

        def broken(path, *rest, **how):
            if bid.bid_digest in str(path):
                raise error
            return real(path, *rest, **how)

        monkeypatch.setattr(opened_contents, step, broken)
        return lambda: monkeypatch.setattr(opened_contents, step, real)

    return break_at


def folders(tender):
    root = settings.OPENED_ROOT / tender.lot.code
    return {path.name for path in root.iterdir() if path.is_dir()} if root.exists() else set()


@pytest.mark.parametrize(("step", "error"), UNFORESEEN)
def test_the_others_are_opened_the_lot_waits_and_nobody_is_blamed(tender, hands, window, failing, step, error):
    victim = window[1][1]
    mend = failing(victim, step=step, error=error(SECRET))
    hands.move(GRACE)  # even when nothing is waited for any more
    for _ in range(2):
        assert agenda.carry_out(tender.lot.pk) == 0
    others = {bid.bid_digest for _, bid in window} - {victim.bid_digest}
    assert folders(tender) - {victim.bid_digest} == others
    assert set(Bid.objects.values_list("state", flat=True)) == {BidState.RECEIVED}
    assert not OpenedBid.objects.exists()
    assert [no for no, _ in faults_of(tender.fresh())] == [2]
    assert agenda.due_lot_ids(hands.at) == [tender.lot.pk]
    mend()
    assert agenda.carry_out(tender.lot.pk) == 1
    assert set(Bid.objects.values_list("state", flat=True)) == {BidState.OPENED}
    assert faults_of(tender.fresh()) == []
    assert {"bid.revoked", "bid.withdrawn_no_blame"}.isdisjoint(tender.kinds())


def test_the_log_has_the_traceback_and_not_what_the_bid_says(tender, window, failing, caplog):
    victim = window[0][1]
    failing(victim, step="read_letter", error=ValueError(f"cannot read {SECRET}"))
    with pytest.raises(BidsFailed) as refused:
        open_bids(lot_id=tender.lot.pk)
    assert refused.value.codes == {"platform_fault"}
    (record,) = [record for record in caplog.records if record.name == "tendering.faults"]
    assert victim.bid_digest in record.getMessage() and tender.lot.code in record.getMessage()
    assert "in broken" in caplog.text and "ValueError" in caplog.text
    assert SECRET not in caplog.text


def test_a_cause_is_told_with_its_traceback_too(tender, window, monkeypatch, caplog):
    def at_fault(path, **how):
        try:
            raise OSError(5, SECRET)
        except OSError as error:
            raise RuntimeError(SECRET) from error

    monkeypatch.setattr(opened_contents, "read_letter", at_fault)
    with pytest.raises(BidsFailed):
        open_bids(lot_id=tender.lot.pk)
    assert "OSError (errno 5)" in caplog.text and "RuntimeError" in caplog.text
    assert SECRET not in caplog.text


def test_an_error_of_the_database_is_no_fault_of_a_bid(tender, window, failing):
    failing(window[1][1], step="read_layout", error=OperationalError("the connection was lost"))
    with pytest.raises(OperationalError):
        open_bids(lot_id=tender.lot.pk)
    assert faults_of(tender.fresh()) == []


def test_a_bid_that_works_again_is_not_told_while_another_still_fails(tender, window, failing):
    mend = failing(window[0][1], step="read_layout", error=RuntimeError())
    failing(window[2][1], step="open_bid", error=RuntimeError())
    for expected in ([1, 3], [3]):
        with pytest.raises(BidsFailed):
            open_bids(lot_id=tender.lot.pk)
        assert [no for no, _ in faults_of(tender.fresh())] == expected
        mend()


def test_a_fault_that_is_over_is_not_told_on_while_a_copy_of_another_bid_is_waited_for(tender, window, failing):
    mend = failing(window[0][1], step="read_layout", error=RuntimeError())
    sealed_store.sealed_path(tender.lot.code, window[1][1].bid_digest).unlink()
    with pytest.raises(BidsFailed):
        open_bids(lot_id=tender.lot.pk)
    for expected in ([1], []):
        with pytest.raises(NotCollected):
            open_bids(lot_id=tender.lot.pk)
        assert [no for no, _ in faults_of(tender.fresh())] == expected
        mend()
    assert folders(tender) >= {window[0][1].bid_digest}


def test_before_everything_is_collected_nothing_is_tried(tender, hands, monkeypatch):
    made = tender.opened_window(hands)
    for player, (file, _) in list(zip(tender.cast.bidders, made, strict=False))[1:]:
        tender.bidder_releases(player, file)
    hands.to(Opening.objects.get().window_ends_at)
    end_window(lot_id=tender.lot.pk)
    monkeypatch.setattr(opened_contents, "read_layout", lambda path: pytest.fail("read before its time"))
    with pytest.raises(NotCollected):
        open_bids(lot_id=tender.lot.pk)
    assert folders(tender) == set()


def test_a_failure_is_logged_in_full_at_first_and_when_it_changes_else_a_line_a_minute(
    tender, window, failing, caplog, monkeypatch
):
    at = [1000.0]
    monkeypatch.setattr(faults, "monotonic", lambda: at[0])

    def lines(seconds):
        caplog.clear()
        for _ in range(seconds):
            at[0] += 1
            with pytest.raises(BidsFailed):
                open_bids(lot_id=tender.lot.pk)
        return [record.exc_info is not None for record in caplog.records if record.name == "tendering.faults"]

    mend = failing(window[0][1], step="read_layout", error=RuntimeError(SECRET))
    assert lines(5) == [True]
    assert lines(57) == [False]
    assert "still fails" in caplog.text and "RuntimeError" in caplog.text and SECRET not in caplog.text
    mend()
    failing(window[0][1], step="read_layout", error=OSError(28, SECRET))
    assert lines(2) == [True]
    at[0] += faults.QUIET_SECONDS  # it was quiet: the next one is new
    assert lines(2) == [True]


def test_a_damaged_file_beside_a_failing_bid_is_still_asked_for(tender, window, failing):
    failing(window[0][1], step="read_layout", error=RuntimeError())
    sealed_store.sealed_path(tender.lot.code, window[1][1].bid_digest).unlink()
    with pytest.raises(BidsFailed):
        open_bids(lot_id=tender.lot.pk)
    assert Bid.objects.get(pk=window[1][1].pk).damaged_at is not None


def test_contents_that_the_platform_lost_or_altered_are_held_against_nobody(tender, hands, window, failing):
    mend = failing(window[2][1], step="read_layout", error=RuntimeError())
    with pytest.raises(BidsFailed):
        open_bids(lot_id=tender.lot.pk)
    mend()
    hands.move(GRACE)
    lost, altered = (settings.OPENED_ROOT / tender.lot.code / bid.bid_digest for _, bid in window[:2])
    (lost / "manifest.json").unlink()
    (altered / "manifest.json").write_bytes(b"{}")
    assert open_bids(lot_id=tender.lot.pk).stage == "opened"  # decrypted again
    assert OpenedBid.objects.count() == 3


def test_a_file_that_is_lost_between_look_and_opening_is_damaged_as_before(tender, window, monkeypatch):
    path = sealed_store.sealed_path(tender.lot.code, window[0][1].bid_digest)
    real = opened_contents.open_bid

    def losing(found, *rest, **how):
        path.unlink(missing_ok=True)
        return real(found, *rest, **how)

    monkeypatch.setattr(opened_contents, "open_bid", losing)
    with pytest.raises(NotCollected):
        open_bids(lot_id=tender.lot.pk)
    assert Bid.objects.get(pk=window[0][1].pk).damaged_at is not None


def test_looking_through_the_stored_files_one_failure_leaves_no_other_unseen(tender, hands, monkeypatch):
    window = tender.opened_window(hands)
    real, (broken, lost) = checking.inspect_bid, (window[0][1], window[1][1])
    sealed_store.sealed_path(tender.lot.code, lost.bid_digest).unlink()

    def inspect(path):
        if broken.bid_digest in str(path):
            raise RuntimeError
        return real(path)

    monkeypatch.setattr(checking, "inspect_bid", inspect)
    assert [bid.pk for bid in checking.check_stored_bids(lot_id=tender.lot.pk)] == [lost.pk]
    assert Bid.objects.get(pk=broken.pk).damaged_at is None


def test_a_later_envelope_waits_for_its_failing_bid_too(cast, hands, tmp_path, settings, failing):
    from tests.sealed import make_tender

    for name in ("SEALED_ROOT", "OPENED_ROOT", "UPLOAD_ROOT"):
        setattr(settings, name, tmp_path / "server" / name.lower())
    tender = make_tender(cast, tmp_path, now=hands.at, envelopes=ENVELOPES)
    prices = price_window(tender, hands)
    for player, (file, _) in zip(cast.bidders, prices, strict=False):
        tender.bidder_releases(player, file)
    hands.to(EnvelopeOpening.objects.get().window_ends_at)
    end_envelope(lot_id=tender.lot.pk)
    victim = prices[0][1]
    mend = failing(victim, step="open_bid", error=RuntimeError())
    with pytest.raises(BidsFailed):
        open_envelope(lot_id=tender.lot.pk)
    assert [bid.pk for _, bid in faults_of(tender.fresh())] == [victim.pk]
    assert folders(tender) >= {bid.bid_digest for _, bid in prices} - {victim.bid_digest}
    mend()
    open_envelope(lot_id=tender.lot.pk)
    assert OpenedBid.objects.count() == 3
    assert faults_of(tender.fresh()) == []
    assert Opening.objects.count() == 1
