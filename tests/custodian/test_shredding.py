"""Crypto-shredding: refused while a lot needs the key, then signed, done, told and public; what is shut stays shut."""

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.conf import settings

import ledger
from custodian import shredding
from custodian.files import NoHome
from custodian.home import KeyDestroyed, read_home
from custodian.log import LogBroken
from custodian.server import Server
from custodian.shredding import StillNeeded, destroy
from identity.models import Certificate, KeyDestruction
from identity.operations.record_destruction import record_destruction
from identity.refusals import CertificateRefused
from sealing.layout import read_layout
from sealing.open import combine_checked
from sealing.release import release_share
from sealing.releases import LedgerHead, sign_destruction
from tendering import custodian_queries, sealed_store
from tendering.models import Opening
from tendering.operations.close_lot import close_lot
from tendering.operations.end_window import end_window
from tendering.operations.open_bids import open_bids
from tendering.operations.start_opening import start_opening
from tests.custodian.conftest import through_django
from tests.sealed import own_keys

YEARS = timedelta(days=15 * 366)


@pytest.fixture
def finished(tender, hands):
    """Three bids opened by their bidders, and one that was withdrawn; returns the withdrawn one."""
    withdrawn_file, withdrawn = tender.bid(tender.cast.bidders[3])
    tender.withdraws(tender.cast.bidders[3], withdrawn.bid_digest)
    made = [tender.bid(player) for player in tender.cast.bidders[:3]]
    hands.to(tender.lot.deadline_at)
    close_lot(lot_id=tender.lot.pk)
    start_opening(lot_id=tender.lot.pk)
    for player, (file, _) in zip(tender.cast.bidders, made, strict=False):
        tender.bidder_releases(player, file)
    hands.to(Opening.objects.get().window_ends_at)
    end_window(lot_id=tender.lot.pk)
    open_bids(lot_id=tender.lot.pk)
    return withdrawn_file


def destroyed(agent, now, reason="保存期满", kid=None):
    agent.now = lambda: now
    return destroy(agent, kid=kid or agent.home.keys.kid, reason=reason)


def test_an_unopened_lot_needs_the_key_and_is_named(tender, hands, agent_of):
    tender.bid(tender.cast.bidders[0])
    agent = agent_of("centre")
    with pytest.raises(StillNeeded, match=f"{tender.lot.code} is not opened"):
        destroyed(agent, hands.at + YEARS)
    assert list(agent.home.folder.glob("*.key"))
    assert agent_of("centre").round() == 0  # nothing has happened to it


def test_an_opened_lot_needs_it_for_fifteen_years(tender, hands, agent_of, finished):
    agent = agent_of("centre")
    with pytest.raises(StillNeeded, match="is kept until 2041"):
        destroyed(agent, hands.at + timedelta(days=365))


def test_a_platform_that_hides_the_lots_end_or_says_nothing_needs_it_cannot_talk_the_agent_into_it(
    tender, hands, agent_of
):
    tender.bid(tender.cast.bidders[0])

    def lie(path, answer):
        return {"lots": []} if path.endswith("/dependents") else answer

    with pytest.raises(StillNeeded):
        destroyed(agent_of("centre", change=lie), hands.at + YEARS)

    def forget(path, answer):
        if "/ledger?after=-1" in path:
            answer["entries"] = [{**row, "body": None, "salt": None} for row in answer["entries"]]
        return lie(path, answer)

    agent_of("centre").round()
    with pytest.raises(StillNeeded):  # the agent remembers the agency's signed parameters
        destroyed(agent_of("centre", change=forget), hands.at + YEARS)

    def shorten(path, answer):
        return {"entries": []} if "/ledger?after=-1" in path else answer

    with pytest.raises(LogBroken):
        destroyed(agent_of("centre", change=shorten), hands.at + YEARS)


def test_another_kid_and_no_reason_are_refused(tender, hands, agent_of, finished):
    agent = agent_of("centre")
    with pytest.raises(NoHome, match="not"):
        destroyed(agent, hands.at + YEARS, kid="00" * 32)
    with pytest.raises(NoHome, match="reason"):
        destroyed(agent, hands.at + YEARS, reason=" ")


def test_after_retention_the_key_is_destroyed_told_and_public(tender, hands, agent_of, finished):
    agent = agent_of("centre")
    kid = agent.home.keys.kid
    (key,) = agent.home.folder.glob("*.key")
    secret = key.read_bytes()
    hands.move(YEARS.total_seconds())
    statement = destroyed(agent, hands.at)
    assert not key.exists()
    assert not [path for path in agent.home.folder.rglob("*") if path.is_file() and secret in path.read_bytes()]
    assert agent.server.destroyed(statement) == {"kid": kid}
    assert agent.server.destroyed(statement) == {"kid": kid}
    (row,) = KeyDestruction.objects.all()
    assert (row.kid, row.reason, row.destroyed_at) == (kid, "保存期满", hands.at)
    (entry,) = [row for row in ledger.feed(limit=1000) if (row["body"] or {}).get("kind") == "custodian.key_destroyed"]
    assert entry["body"]["payload"]["statement"] == statement
    assert Certificate.objects.get(kid=kid).revoked_at == hands.at


def test_a_home_whose_key_was_destroyed_releases_nothing_and_tells_again(
    tender, hands, agent_of, finished, monkeypatch
):
    agent = agent_of("centre")
    hands.move(YEARS.total_seconds())
    destroyed(agent, hands.at)
    with pytest.raises(KeyDestroyed, match="was destroyed at"):
        read_home(agent.home.folder)
    made = lambda address, token: Server(address, token, transport=through_django())  # noqa: E731
    monkeypatch.setattr(shredding, "Server", made)
    told = {"home": agent.home.folder, "passphrase_file": None, "server": "http://testserver"}
    wanted = SimpleNamespace(**told, dry_run=False)
    assert shredding.shred(wanted) == 0
    assert KeyDestruction.objects.count() == 1
    (agent.home.folder / "centre.key").write_bytes(b"left by a power cut")
    assert shredding.shred(wanted) == 0
    assert not list(agent.home.folder.glob("*.key"))


def test_a_platform_that_is_away_is_told_later(tender, hands, agent_of, finished):
    agent = agent_of("centre")
    hands.move(YEARS.total_seconds())
    statement = destroyed(agent, hands.at)
    away = Server("http://127.0.0.1:9", "")
    assert shredding._tell(agent.home.folder, statement, away) == 3
    assert json.loads((agent.home.folder / "destroyed.json").read_text()) == statement


def test_what_was_withdrawn_stays_shut_once_fewer_than_the_threshold_have_a_key(tender, hands, agent_of, finished):
    """Before, two of three custodians could have opened it; with two keys destroyed the third cannot."""
    layout = read_layout(sealed_store.sealed_path(tender.lot.code, finished.digest))
    keys = {name: own_keys(held) for name, (_, held, _) in tender.custodians.items()}
    shares = {name: release_share(layout.header, finished.digest, one) for name, one in keys.items()}
    assert combine_checked(layout, [shares["centre"], shares["regulator"]])[0] is not None
    hands.move(YEARS.total_seconds())
    for name in ("centre", "purchaser"):
        destroyed(agent_of(name), hands.at)
        with pytest.raises(KeyDestroyed):
            agent_of(name)
    combined, reasons = combine_checked(layout, [shares["regulator"]])
    assert combined is None
    assert "threshold" in {reason.check for reason in reasons}
    assert not (settings.OPENED_ROOT / tender.lot.code / finished.digest).exists()


def test_a_statement_signed_by_another_or_altered_is_not_taken(tender, hands):
    centre, held, _ = tender.custodians["centre"]
    other = own_keys(tender.custodians["regulator"][1])
    own = own_keys(held)
    rest = {"organisation": own.public.organisation, "reason": "x", "ledger_head": LedgerHead(1, "00" * 32)}
    for statement in (
        sign_destruction(other, kid=own.kid, at=hands.at, **rest),
        sign_destruction(own, kid=other.kid, at=hands.at, **rest),
        sign_destruction(own, kid=own.kid, at=hands.at, **{**rest, "organisation": other.public.organisation}),
        {},
        {**sign_destruction(own, kid=own.kid, at=hands.at, **rest), "signature": "AAAA"},
    ):
        with pytest.raises(CertificateRefused):
            record_destruction(statement=statement, custodian=centre)
    assert not KeyDestruction.objects.exists()


def test_the_platform_names_the_lots_that_need_a_key(tender, hands, finished):
    centre = tender.custodians["centre"][0]
    assert "is kept until" in custodian_queries.dependents(centre, hands.at)[0]
    assert custodian_queries.dependents(centre, hands.at + YEARS) == []
