"""A lot under GM-1: SM2 certificates, SM3 and SM4 are verified by the same checks.

The lot comes from rows whose document hash is invented, which the verifier says: everything else must hold.
"""

import pytest

from tendering.bundle.export import export_bundle
from tendering.operations.end_window import end_window
from tendering.operations.open_bids import open_bids
from tests.sealed import Hands, make_tender
from tests.verifier.forge import Forgery
from tests.verifier.test_tamperings import failing

pytestmark = pytest.mark.django_db
INVENTED = {"document"}


def test_a_lot_under_the_national_suite_passes_and_an_altered_chunk_is_named(
    house, cast, monkeypatch, tmp_path, capsys
):
    hands = Hands(monkeypatch)
    tender = make_tender(cast, tmp_path, now=hands.at, suite="GM-1")
    window = tender.opened_window(hands)
    for player, (file, _) in zip(cast.bidders, window, strict=False):
        tender.bidder_releases(player, file)
    end_window(lot_id=tender.lot.pk, actor=cast.centre.actor)
    open_bids(lot_id=tender.lot.pk)
    path = tmp_path / "gm.zip"
    with path.open("w+b") as out:
        export_bundle(tender.fresh(), out)
    found, told = failing(capsys, path)
    assert found == INVENTED
    details = {row["name"]: row["detail"] for row in told["checks"]}
    assert details["opened_bids"] == "3 bids opened again, prices as read out"
    assert details["bid_signatures"].startswith("3 bids are signed by the bidders they name; revocation lists as of ")
    bundle = Forgery.of(path, None)
    name = bundle.bid(bundle.opened(0), "sealed.bid")
    bundle.flip(name, len(bundle.members[name]) // 2)
    assert failing(capsys, bundle.write(tmp_path / "bad.zip", signed=False))[0] == {
        "bid_files",
        "bundle_signature",
        *INVENTED,
    }
