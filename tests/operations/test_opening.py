"""The opening: window, releases, rescue, collect before publish, whose fault it is, kill -9, copies, the record."""

import sys

import pytest
from django.conf import settings

import ledger
from sealing.layout import read_layout
from sealing.open import combine_checked
from sealing.release import release_share as unwrapped
from sealing.shares import Share, wrap_context
from suites import WrongKey
from tendering import bid_queries, documents, opened_contents, sealed_store
from tendering.models import Bid, BidState, OpenedBid, Opening, Release
from tendering.operations.ask_rescue import ask_rescue
from tendering.operations.check_stored_bids import check_stored_bids
from tendering.operations.close_lot import close_lot
from tendering.operations.confirm_price import confirm_price
from tendering.operations.confirm_record import confirm_record, record_of
from tendering.operations.end_window import end_window
from tendering.operations.extend_window import extend_window
from tendering.operations.hand_in_copy import hand_in_copy
from tendering.operations.open_bids import NotCollected, open_bids
from tendering.operations.pause_window import pause_window, resume_window
from tendering.operations.release_share import release_share
from tendering.operations.say_in_hall import say_in_hall
from tendering.operations.sign_in_to_opening import sign_in_to_opening
from tendering.operations.start_copy import start_copy
from tendering.operations.start_opening import start_opening
from tendering.operations.store_chunk import store_chunk
from tendering.refusals import ActRefused, LostRace, NotFound
from tests.sealed import own_keys


@pytest.fixture
def window(tender, hands):
    """Three bids in an opening's window, none released yet."""
    return tender.opened_window(hands)


def release_all(tender, window):
    for player, (file, _) in zip(tender.cast.bidders, window, strict=False):
        tender.bidder_releases(player, file)


def ended(tender, hands):
    hands.to(Opening.objects.get().window_ends_at)
    end_window(lot_id=tender.lot.pk)


def test_all_bids_open_together_with_their_prices(tender, hands, window):
    release_all(tender, window)
    end_window(lot_id=tender.lot.pk, actor=tender.cast.centre.actor)  # all have released: the host may end early
    lot = open_bids(lot_id=tender.lot.pk)
    assert lot.stage == "opened"
    opened = list(OpenedBid.objects.order_by("bid__received_at"))
    assert [str(row.price_yuan) for row in opened] == ["8900000.00"] * 3
    assert {row.opened_by for row in opened} == {"bidder"}
    assert opened[0].lead_person == "王工"
    letter = settings.OPENED_ROOT / lot.code / window[0][0].digest / "letter.pdf"
    assert letter.read_bytes().startswith(b"%PDF-1.7 bidder1")
    assert tender.kinds()[-4:] == ["bid.opened", "bid.opened", "bid.opened", "opening.finished"]


def test_the_host_may_not_end_the_window_before_all_have_released(tender, hands, window):
    tender.bidder_releases(tender.cast.bidders[0], window[0][0])
    for actor in (None, tender.cast.centre.actor):
        with pytest.raises(ActRefused) as refused:
            end_window(lot_id=tender.lot.pk, actor=actor)
        assert refused.value.codes == {"window_open"}
    with pytest.raises(ActRefused) as refused:
        end_window(lot_id=tender.lot.pk, actor=tender.cast.bidders[0].actor)
    assert refused.value.codes == {"not_the_host"}


def test_nothing_is_decrypted_until_every_key_is_there(tender, hands, window):
    tender.bidder_releases(tender.cast.bidders[0], window[0][0])
    ended(tender, hands)
    with pytest.raises(NotCollected):
        open_bids(lot_id=tender.lot.pk)
    assert not (settings.OPENED_ROOT / tender.lot.code).exists()
    assert Opening.objects.get().collected_at is None


def test_the_window_ends_by_the_clock_and_custodians_open_the_bid_of_one_who_never_came(tender, hands, window):
    for player, (file, _) in list(zip(tender.cast.bidders, window, strict=False))[:2]:
        tender.bidder_releases(player, file)
    ended(tender, hands)
    absent = window[2][1]
    for name in ("centre", "regulator"):
        tender.custodian_releases(name, absent, at=hands.at)
    assert open_bids(lot_id=tender.lot.pk).stage == "opened"
    assert OpenedBid.objects.get(bid=absent).opened_by == "custodians"


def test_custodians_shares_are_not_taken_before_the_window_ends_unless_the_bidder_asks(tender, hands, window):
    bid = window[0][1]
    with pytest.raises(ActRefused) as refused:
        tender.custodian_releases("centre", bid, at=hands.at)
    assert refused.value.codes == {"not_due"}
    bidder = tender.cast.bidders[0]
    for _ in range(2):
        ask_rescue(lot_code=tender.lot.code, bid_digest=bid.bid_digest, reason="手机丢失", actor=bidder.actor)
    assert tender.kinds().count("opening.rescue_asked") == 1
    first = tender.custodian_releases("centre", bid, at=hands.at)
    again = tender.custodian_releases("centre", bid, at=hands.at)
    assert (first.pk, first.matches) == (again.pk, True)
    tender.custodian_releases("regulator", bid, at=hands.at)
    assert bid_queries.shares_of(bid).openable


def test_no_share_is_taken_before_the_lot_closes(tender, hands):
    file, bid = tender.bid(tender.cast.bidders[0])
    with pytest.raises(ActRefused):
        tender.bidder_releases(tender.cast.bidders[0], file)
    with pytest.raises(ActRefused):
        tender.custodian_releases("centre", bid, at=hands.at)
    assert not Release.objects.exists()


def test_a_wrong_share_is_refused_and_another_bidders_bid_does_not_exist(tender, hands, window):
    file, bid = window[0]
    index, share = file.share()
    wrong = bytes([share[0] ^ 1]) + share[1:]
    arguments = {"lot_code": tender.lot.code, "bid_digest": bid.bid_digest}
    with pytest.raises(ActRefused) as refused:
        release_share(**arguments, index=index, share=wrong, actor=tender.cast.bidders[0].actor)
    assert refused.value.codes == {"share_commitment"}
    with pytest.raises(ActRefused) as refused:
        release_share(**arguments, index=2, share=share, actor=tender.cast.bidders[0].actor)
    assert refused.value.codes == {"share_binding"}
    with pytest.raises(NotFound):
        release_share(**arguments, index=index, share=share, actor=tender.cast.bidders[1].actor)


def test_the_same_share_twice_is_stored_once_and_never_in_the_ledger(tender, hands, window):
    file, _ = window[0]
    first = tender.bidder_releases(tender.cast.bidders[0], file)
    assert tender.bidder_releases(tender.cast.bidders[0], file).pk == first.pk
    (entry,) = ledger.entries_of(tender.lot.code, kinds=["share.released"])
    assert first.share not in str(entry)


def test_a_bidder_cannot_release_after_the_window(tender, hands, window):
    ended(tender, hands)
    with pytest.raises(ActRefused) as refused:
        tender.bidder_releases(tender.cast.bidders[0], window[0][0])
    assert refused.value.codes == {"window_closed"}


def test_pausing_gives_the_time_back_and_extending_adds_some(tender, hands, window):
    host, code = tender.cast.centre.actor, tender.lot.code
    before = Opening.objects.get().window_ends_at
    hands.move(5)
    pause_window(lot_code=code, reason="网络故障", actor=host)
    hands.to(before)
    hands.move(60)
    assert tender.fresh().next_due_at is None
    with pytest.raises(ActRefused) as refused:
        end_window(lot_id=tender.lot.pk)
    assert "paused" in refused.value.codes
    tender.bidder_releases(tender.cast.bidders[0], window[0][0])  # a paused window is not a closed one
    opening = resume_window(lot_code=code, reason="已恢复", actor=host)
    assert (opening.window_ends_at - before).total_seconds() == hands.at.timestamp() - before.timestamp() + 15
    shown = opening.window_ends_at
    opening = extend_window(lot_code=code, minutes=10, reason="投标人较多", shown_end=shown, actor=host)
    assert tender.fresh().next_due_at == opening.window_ends_at
    with pytest.raises(ActRefused) as refused:
        extend_window(lot_code=code, minutes=0, reason=" ", shown_end=opening.window_ends_at, actor=host)
    assert refused.value.codes == {"minutes", "reason_empty"}


def test_a_bid_without_enough_shares_after_the_grace_is_nobodys_fault(tender, hands, window):
    release_all(tender, window[:2])
    ended(tender, hands)
    tender.custodian_releases("centre", window[2][1], at=hands.at)  # one of two is not enough
    hands.move(20)
    assert open_bids(lot_id=tender.lot.pk).stage == "opened"
    shut = Bid.objects.get(pk=window[2][1].pk)
    assert (shut.state, shut.end_reason) == (BidState.WITHDRAWN_NO_BLAME, "threshold")
    record = record_of(tender.fresh(), tender.fresh().opening, actor=tender.cast.centre.actor, now=hands.at)
    (told,) = record["not_opened"]
    assert (told["state"], told["reason"]) == ("视为撤回", "没有收到足够的密钥份额（threshold）")
    assert not (settings.OPENED_ROOT / tender.lot.code / shut.bid_digest).exists()


def test_a_letter_without_a_price_is_the_bidders_fault(tender, hands):
    made = [tender.bid(player) for player in tender.cast.bidders[:2]]
    made.append(tender.bid(tender.cast.bidders[2], price=None))
    hands.to(tender.lot.deadline_at)
    close_lot(lot_id=tender.lot.pk)
    start_opening(lot_id=tender.lot.pk)
    release_all(tender, made)
    end_window(lot_id=tender.lot.pk, actor=tender.cast.centre.actor)
    open_bids(lot_id=tender.lot.pk)
    shut = Bid.objects.get(pk=made[2][1].pk)
    assert (shut.state, shut.end_reason) == (BidState.REVOKED, "price")


def test_a_price_above_the_ceiling_is_only_marked(tender, hands):
    window = tender.opened_window(hands, price="9000000.01")
    release_all(tender, window)
    end_window(lot_id=tender.lot.pk, actor=tender.cast.centre.actor)
    open_bids(lot_id=tender.lot.pk)
    assert OpenedBid.objects.filter(over_ceiling=True).count() == 3


@pytest.mark.parametrize("harm", ["lost", "altered", "truncated"])
def test_a_damaged_file_can_be_replaced_by_the_bidders_saved_copy(tender, hands, window, harm):
    file, bid = window[0]
    path = sealed_store.sealed_path(tender.lot.code, bid.bid_digest)
    data = path.read_bytes()
    path.unlink()
    if harm != "lost":
        path.write_bytes(data[:-1] if harm == "truncated" else data[:3000] + bytes([data[3000] ^ 1]) + data[3001:])
    bidder, (header, chunks, trailer) = tender.cast.bidders[0], file.parts()
    assert [found.pk for found in check_stored_bids(lot_id=tender.lot.pk)] == [bid.pk]
    assert check_stored_bids(lot_id=tender.lot.pk) == []
    upload = start_copy(lot_code=tender.lot.code, bid_digest=bid.bid_digest, header=header, actor=bidder.actor)
    store_chunk(upload_id=upload.public_id, number=0, chunk=chunks[0], leaf=file.leaf(chunks[0]), actor=bidder.actor)
    for _ in range(2):
        assert hand_in_copy(upload_id=upload.public_id, trailer=trailer, actor=bidder.actor).damaged_at is None
    assert path.read_bytes() == data
    release_all(tender, window)
    end_window(lot_id=tender.lot.pk, actor=tender.cast.centre.actor)
    open_bids(lot_id=tender.lot.pk)
    assert OpenedBid.objects.count() == 3


def test_a_sound_file_cannot_be_replaced(tender, hands, window):
    file, bid = window[0]
    with pytest.raises(ActRefused) as refused:
        start_copy(
            lot_code=tender.lot.code,
            bid_digest=bid.bid_digest,
            header=file.parts()[0],
            actor=tender.cast.bidders[0].actor,
        )
    assert refused.value.codes == {"not_damaged"}


def test_damage_found_at_the_last_moment_waits_for_a_copy_and_then_blames_nobody(tender, hands, window):
    release_all(tender, window)
    ended(tender, hands)
    bid = window[0][1]
    path = sealed_store.sealed_path(tender.lot.code, bid.bid_digest)
    data = bytearray(path.read_bytes())
    data[3000] ^= 1
    path.unlink()
    path.write_bytes(data)
    with pytest.raises(NotCollected):
        open_bids(lot_id=tender.lot.pk)
    assert not OpenedBid.objects.exists()
    assert "bid.damaged" in tender.kinds()
    hands.move(20)
    open_bids(lot_id=tender.lot.pk)
    assert Bid.objects.get(pk=bid.pk).state == BidState.WITHDRAWN_NO_BLAME
    assert OpenedBid.objects.count() == 2


def test_killed_between_two_bids_the_opening_is_carried_on_and_published_once(tender, hands, window, monkeypatch):
    release_all(tender, window)
    ended(tender, hands)
    real, seen = opened_contents.open_bid, []

    def killed(path, shares, out, **how):
        if len(seen) == 1:
            half = out.with_name(f".{out.name}.half")
            half.mkdir()
            raise KeyboardInterrupt
        seen.append(out)
        return real(path, shares, out, **how)

    monkeypatch.setattr(opened_contents, "open_bid", killed)
    with pytest.raises(KeyboardInterrupt):
        open_bids(lot_id=tender.lot.pk)
    monkeypatch.setattr(opened_contents, "open_bid", real)
    assert not OpenedBid.objects.exists()
    assert open_bids(lot_id=tender.lot.pk).stage == "opened"
    assert OpenedBid.objects.count() == 3
    left = [path.name for path in (settings.OPENED_ROOT / tender.lot.code).iterdir() if path.is_dir()]
    assert sorted(left) == sorted(bid.bid_digest for _, bid in window)
    with pytest.raises(LostRace):
        open_bids(lot_id=tender.lot.pk)
    assert tender.kinds().count("opening.finished") == 1


def test_when_no_bid_opens_the_tender_fails(tender, hands, window):
    ended(tender, hands)
    hands.move(20)
    assert open_bids(lot_id=tender.lot.pk).stage == "failed"
    assert tender.kinds()[-1] == "lot.failed"


def test_withdrawn_and_replaced_bids_are_never_opened(tender, hands):
    old_file, old = tender.bid(tender.cast.bidders[0])
    made = [tender.bid(tender.cast.bidders[0], sequence=2)]
    made += [tender.bid(player) for player in tender.cast.bidders[1:3]]
    hands.to(tender.lot.deadline_at)
    close_lot(lot_id=tender.lot.pk)
    start_opening(lot_id=tender.lot.pk)
    with pytest.raises(ActRefused) as refused:
        tender.bidder_releases(tender.cast.bidders[0], old_file)
    assert refused.value.codes == {"not_to_open"}
    release_all(tender, made)
    end_window(lot_id=tender.lot.pk, actor=tender.cast.centre.actor)
    open_bids(lot_id=tender.lot.pk)
    assert not (settings.OPENED_ROOT / tender.lot.code / old.bid_digest).exists()


def test_the_record_needs_confirmed_prices_and_answered_objections(tender, hands, window):
    sign_in_to_opening(lot_code=tender.lot.code, actor=tender.cast.bidders[0].actor)
    with pytest.raises(ActRefused):
        sign_in_to_opening(lot_code=tender.lot.code, actor=tender.cast.bidders[4].actor)
    release_all(tender, window)
    end_window(lot_id=tender.lot.pk, actor=tender.cast.centre.actor)
    open_bids(lot_id=tender.lot.pk)
    code, host = tender.lot.code, tender.cast.centre.actor
    for player, (_, bid) in list(zip(tender.cast.bidders, window, strict=False))[:2]:
        confirm_price(lot_code=code, bid_digest=bid.bid_digest, actor=player.actor)
    say_in_hall(lot_code=code, text="对报价有异议", kind="objection", actor=tender.cast.bidders[2].actor)
    with pytest.raises(ActRefused) as refused:
        confirm_record(lot_code=code, actor=host)
    assert refused.value.codes == {"unconfirmed", "objections_open"}
    objection = tender.lot.objections.get(matter="opening")
    answer = {"kind": "answer", "answers": objection.public_id, "text": "已核对无误"}
    say_in_hall(lot_code=code, actor=tender.cast.agency.actor, **answer)
    hands.move(11)
    opening = confirm_record(lot_code=code, actor=host)
    assert documents.read(opening.record_sha256).startswith(b"%PDF")
    assert [row["confirmed"] for row in opening.record["bids"]] == ["已确认", "已确认", "未答复"]
    assert confirm_record(lot_code=code, actor=host).record_sha256 == opening.record_sha256
    with pytest.raises(ActRefused):
        say_in_hall(lot_code=code, text="晚了", actor=tender.cast.bidders[2].actor)


def test_the_server_alone_opens_nothing_before_or_after_the_deadline(tender, hands):
    """With every row, every secret under SERVER_HOME and one custodian's key: no group of shares is complete."""
    window = tender.opened_window(hands)
    ended(tender, hands)
    one_key = own_keys(tender.custodians["centre"][1])
    secrets = [path.read_bytes() for path in (settings.SERVER_HOME / "secrets").iterdir()]
    assert secrets
    for _, bid in window:
        tender.custodian_releases("centre", bid, at=hands.at)
        layout = read_layout(sealed_store.sealed_path(tender.lot.code, bid.bid_digest))
        header, suite = layout.header, layout.header.suite
        for seat, wrap in header.wraps.items():
            for secret in secrets:  # no key of the server opens any wrap
                with pytest.raises((ValueError, WrongKey)):
                    suite.unwrap(secret, wrap_context(suite, header.core, seat), wrap)
        have = [unwrapped(header, bid.bid_digest, one_key)]
        material = [bytes.fromhex(row.share) for row in Release.objects.filter(bid=bid)]
        material += [secret[:32].ljust(32) for secret in secrets] + [header.core, header.commitment, bytes(32)]
        have += [
            Share(bid.bid_digest, bid.core, seat.kid, seat.group, seat.index, guess)
            for seat in header.wraps
            for guess in material
        ]
        combined, reasons = combine_checked(layout, have)
        assert combined is None
        assert "threshold" in {reason.check for reason in reasons}
    hands.move(20)
    assert open_bids(lot_id=tender.lot.pk).stage == "failed"
    assert not any(settings.OPENED_ROOT.rglob("*.pdf"))


def test_the_server_never_reads_a_custodians_home(tender, hands, monkeypatch):
    homes = settings.GONGHENG_HOME / "custodians"
    read: list[str] = []
    watching = [True]
    sys.addaudithook(lambda event, args: read.append(str(args[0])) if watching[0] and event == "open" else None)
    window = tender.opened_window(hands)
    release_all(tender, window)
    end_window(lot_id=tender.lot.pk, actor=tender.cast.centre.actor)
    open_bids(lot_id=tender.lot.pk)
    watching[0] = False
    assert any(str(settings.SEALED_ROOT) in path for path in read)
    assert not [path for path in read if path.startswith(str(homes))]
