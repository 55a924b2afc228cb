"""A certificate revoked later in the second in which it signed: lists know whole seconds, honest lots still hold."""

from datetime import timedelta

import pytest

from identity.models import Certificate
from ledger import heads
from tendering.bundle.export import export_bundle
from tests.verifier import awarded
from tests.verifier.test_tamperings import failing

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("act", ["complete_bid", "withdraw_bid"])
def test_a_bidder_cannot_make_an_honest_lot_fail_by_revoking_at_once(cast, house, tmp_path, monkeypatch, capsys, act):
    folder, hands = house
    signed = getattr(awarded, act)
    player = cast.bidders[4 if act == "withdraw_bid" else 1]

    def then_revoked(**how):
        if how["actor"].login != player.actor.login:
            return signed(**how)
        hands.now = hands.now.replace(microsecond=300_000)
        bid = signed(**how)
        later = hands.now + timedelta(milliseconds=400)
        Certificate.objects.filter(organisation=player.organisation).update(revoked_at=later)
        return bid

    monkeypatch.setattr(awarded, act, then_revoked)
    play = awarded.drive(cast, hands, folder, until="opened")
    with (tmp_path / "b.zip").open("w+b") as out:
        export_bundle(play.fresh(), out, variant="full")
    capsys.readouterr()
    found, _told = failing(capsys, tmp_path / "b.zip", "--log-key", heads.verifier_key())
    assert found == set()
