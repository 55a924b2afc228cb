"""Two envelopes: prices of the admitted only, no share of a bid in a bundle before its own envelope is opened.

The lot comes from rows whose document hash is invented, which the verifier says: everything else must hold.
"""

import json

import pytest

from tendering.bundle import form
from tendering.bundle.export import export_bundle
from tendering.models import EnvelopeOpening, Opening
from tendering.operations.close_lot import close_lot
from tendering.operations.end_envelope import end_envelope
from tendering.operations.end_window import end_window
from tendering.operations.open_bids import open_bids
from tendering.operations.open_envelope import open_envelope
from tendering.operations.start_envelope import start_envelope
from tendering.operations.start_opening import start_opening
from tests.sealed import Hands, make_tender
from tests.verifier import rewriting
from tests.verifier.forge import Forgery, Platform
from tests.verifier.test_tamperings import failing

pytestmark = pytest.mark.django_db
TECHNICAL, PRICE = "technical", "price"
INVENTED = {"document"}
REASON = "技术标未达到 60 分。"


@pytest.fixture
def tender(house, cast, monkeypatch, tmp_path):
    hands = Hands(monkeypatch)
    made = make_tender(cast, tmp_path, now=hands.at, envelopes=(TECHNICAL, PRICE))
    made.hands = hands
    return made


@pytest.fixture
def technical(tender):
    """The technical envelopes of three bidders are opened; a fourth handed in only one envelope."""
    made = []
    for number, player in enumerate(tender.cast.bidders[:3]):
        files = {TECHNICAL: tender.bid(player, envelope=TECHNICAL, price=None)}
        made.append(files | {PRICE: tender.bid(player, envelope=PRICE, price=f"{8_000_000 + number}.00")})
    tender.bid(tender.cast.bidders[3], envelope=TECHNICAL, price=None)
    tender.hands.to(tender.lot.deadline_at)
    close_lot(lot_id=tender.lot.pk)
    start_opening(lot_id=tender.lot.pk)
    for player, files in zip(tender.cast.bidders, made, strict=False):
        tender.bidder_releases(player, files[TECHNICAL][0])
    tender.hands.to(Opening.objects.get().window_ends_at)
    end_window(lot_id=tender.lot.pk)
    open_bids(lot_id=tender.lot.pk)
    return made


def start(tender, made):
    """Admit the first two to the price envelope; the first hands over its share at once."""
    *admitted, out = (files[PRICE][1].bid_digest for files in made)
    host = tender.cast.centre.actor
    start_envelope(lot_code=tender.lot.code, envelope=PRICE, admitted=admitted, left_out={out: REASON}, actor=host)
    tender.bidder_releases(tender.cast.bidders[0], made[0][PRICE][0])


def finish(tender, made):
    """The second hands over its share too, and the prices are opened."""
    tender.bidder_releases(tender.cast.bidders[1], made[1][PRICE][0])
    tender.hands.to(EnvelopeOpening.objects.get().window_ends_at)
    end_envelope(lot_id=tender.lot.pk)
    open_envelope(lot_id=tender.lot.pk)


def exported(tender, path, variant="full"):
    with path.open("w+b") as out:
        export_bundle(tender.fresh(), out, variant=variant, office=True)  # who supervises has it early
    return path


def test_between_the_envelopes_no_share_of_a_price_is_in_a_bundle(tender, technical, tmp_path, capsys):
    path = exported(tender, tmp_path / "between.zip")
    assert failing(capsys, path)[0] == INVENTED
    start(tender, technical)
    path = exported(tender, tmp_path / "running.zip")
    found, told = failing(capsys, path)
    assert found == INVENTED
    shares = [name for name in Forgery.of(path, None).members if name.endswith("shares.json")]
    assert len(shares) == 3
    assert not [name for name in shares if technical[0][PRICE][1].bid_digest in name]
    details = {row["name"]: row["detail"] for row in told["checks"]}
    assert details["closing_set"] == "7 bids, 6 in force at the deadline"
    assert details["bid_ends"] == "3 opened, 0 not"


def test_both_envelopes_opened_the_admitted_prices_only(tender, technical, tmp_path, capsys):
    from ledger import heads
    from tendering import receipts

    start(tender, technical)
    finish(tender, technical)
    path = exported(tender, tmp_path / "both.zip")
    found, told = failing(capsys, path)
    assert found == INVENTED, json.dumps([row for row in told["checks"] if row["reasons"]], ensure_ascii=False)
    details = {row["name"]: row["detail"] for row in told["checks"]}
    assert details["opened_bids"] == "5 bids opened again, prices as read out"

    bundle = Forgery.of(path, Platform(heads.log_key(), receipts._signer(), {}, None, None))
    payload = bundle.payload("envelope.started")
    payload["left_out"].append({"bid_digest": payload["admitted"].pop(), "reason": REASON})
    bundle.rebuild_log()
    found, _told = failing(capsys, bundle.write(tmp_path / "forged.zip", signed=True))
    assert found == INVENTED | {"bid_ends", "release_time"}


def between(tender, path, variant="full"):
    from ledger import heads
    from tendering import receipts

    return Forgery.of(exported(tender, path, variant), Platform(heads.log_key(), receipts._signer(), {}, None, []))


def test_the_public_variant_holds_between_the_envelopes_and_after(tender, technical, tmp_path, capsys):
    """It shows no header of a bid that was not admitted or still waits: that would name its bidder."""
    counted = []
    for name, step in (("between", None), ("running", start), ("both", finish)):
        if step is not None:
            step(tender, technical)
        found, told = failing(capsys, exported(tender, tmp_path / f"{name}.zip", "public"))
        assert found == INVENTED, name
        rows = {row["name"]: row for row in told["checks"]}
        assert rows["bid_ends"]["outcome"] == "ok"
        counted.append(rows["bid_files"]["detail"])
    assert counted == [f"{count} bids recomputed from header and trailer" for count in (3, 3, 5)]
    out = technical[2][PRICE][1].bid_digest
    assert rows["admitted"]["detail"] == f"price: 2 of 3 admitted; left out by the host: {out[:16]}: “{REASON}”"


@pytest.mark.parametrize("envelope", [TECHNICAL, PRICE])
def test_a_bid_that_ought_to_have_ended_is_missed_in_the_public_variant_too(
    tender,
    technical,
    tmp_path,
    capsys,
    envelope,
):
    start(tender, technical)
    finish(tender, technical)
    bundle = between(tender, tmp_path / "both.zip", "public")
    victim = technical[1][envelope][1].bid_digest
    (end,) = (row for row in bundle.of_kind("bid.opened") if row["body"]["payload"]["bid_digest"] == victim)
    bundle.entries.remove(end)
    bundle.payload("opening.finished" if envelope == TECHNICAL else "envelope.finished")["opened"] -= 1
    for kind in (form.HEADER, form.TRAILER, form.RECEIPT):
        del bundle.members[bundle.bid(victim, kind)]
    bundle.rebuild_log()
    found, told = failing(capsys, bundle.write(tmp_path / "forged.zip", signed=True))
    rows = {row["name"]: row for row in told["checks"]}
    assert found == INVENTED | {"bid_ends"} | ({"admitted"} if envelope == TECHNICAL else set())
    assert rows["bid_ends"]["reasons"] == [f"{victim[:16]} was due and has no end"]


def test_a_bidder_who_handed_in_every_envelope_is_not_incomplete(tender, technical, tmp_path, capsys):
    bundle = between(tender, tmp_path / "between.zip")
    victim = [technical[0][envelope][1].bid_digest for envelope in (TECHNICAL, PRICE)]
    listed = bundle.payload("bids.incomplete")["bids"]
    listed[:] = sorted([*listed, *victim])
    rewriting.unopened(bundle, victim[0], state="withdrawn")
    next(row for row in bundle.payload("lot.closed")["bids"] if row["bid_digest"] == victim[1])["state"] = "withdrawn"
    del bundle.members[bundle.bid(victim[1], "sealed.bid")]
    rewriting.live(bundle)
    path = bundle.write(tmp_path / "forged.zip", signed=True)
    assert failing(capsys, path)[0] == INVENTED | {"receipts"}
    found, told = failing(capsys, path, *rewriting.held(bundle, tmp_path, *victim))
    assert found == INVENTED | {"receipts", "own_receipts"}
    reasons = next(row["reasons"] for row in told["checks"] if row["name"] == "own_receipts")
    assert len(reasons) == 2 and all("you handed in every envelope" in reason for reason in reasons)


def test_a_bidder_who_left_out_an_envelope_does_not_stand(tender, technical, tmp_path, capsys):
    """Who handed in the technical envelope only is listed as incomplete, and hears so with its receipt."""
    bundle = between(tender, tmp_path / "between.zip")
    (short,) = bundle.payload("bids.incomplete")["bids"]
    held = rewriting.held(bundle, tmp_path, short)
    found, told = failing(capsys, tmp_path / "between.zip", *held)
    detail = next(row["detail"] for row in told["checks"] if row["name"] == "own_receipts")
    assert found == INVENTED and "as not every envelope was handed in" in detail
    bundle.payload("bids.incomplete")["bids"] = []
    next(row for row in bundle.payload("lot.closed")["bids"] if row["bid_digest"] == short)["state"] = "received"
    rewriting.live(bundle)
    found, told = failing(capsys, bundle.write(tmp_path / "forged.zip", signed=True))
    reasons = next(row["reasons"] for row in told["checks"] if row["name"] == "receipts")
    assert "receipts" in found and any("did not hand in price" in reason for reason in reasons)
