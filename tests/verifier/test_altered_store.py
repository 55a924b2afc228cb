"""A platform that alters a stored bid's header MAC and blames its bidder for that is found, and the bid named."""

from ledger import heads
from tendering import opened_contents, receipts, sealed_store
from tendering.bundle.export import export_bundle
from tendering.models import Bid
from tendering.operations import open_bids
from tests.mac import flip_header_mac
from tests.verifier.awarded import drive
from tests.verifier.test_tamperings import failing


def test_a_bid_that_the_platform_altered_and_calls_revoked_is_named(cast, house, tmp_path, monkeypatch, capsys):
    folder, hands = house
    real, victims = opened_contents.outcomes_of, []

    def altering(lot, collection):
        bid = collection.rows[0].bid
        flip_header_mac(sealed_store.sealed_path(lot.code, bid.bid_digest))
        victims.append(bid.pk)
        return real(lot, collection)

    monkeypatch.setattr(open_bids, "outcomes_of", altering)
    monkeypatch.setattr(receipts, "names_trailer", lambda receipt, raw: True)  # this platform does not look
    play = drive(cast, hands, folder, until="opened")
    (victim,) = Bid.objects.filter(pk__in=victims)
    assert (victim.state, victim.end_reason) == ("revoked", "header_mac")
    with (tmp_path / "altered.zip").open("w+b") as out:
        export_bundle(play.fresh(), out, variant="full")
    found, told = failing(capsys, tmp_path / "altered.zip", "--log-key", heads.verifier_key())
    rows = {row["name"]: row for row in told["checks"]}
    name = victim.bid_digest[:16]
    assert found == {"receipts", "unopened_bids"}
    assert rows["unopened_bids"]["reasons"] == [f"{name}: it fails digest, recorded was header_mac"]
    assert rows["receipts"]["reasons"] == [f"the receipt of {name}: it names another trailer than the bundle's"]
