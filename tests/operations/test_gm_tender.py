"""A tender under GM-1 from its notice to opened bids: SM2 keys and certificates, SM3, SM4; no INTL-1 key fits in."""

import pytest

from custodian.agent import Agent
from custodian.home import read_home
from custodian.log import Log
from custodian.server import Server
from identity.actor import SYSTEM
from identity.models import Custodian
from identity.operations import register_custodian, revoke_certificate
from identity.queries import trust_root
from sealing.keys import write_keys
from sealing.statements import sign_statement
from sealing.withdrawals import sign_withdrawal
from suites import suite_named
from tendering import queries, scheme_validator
from tendering.models import OpenedBid, Opening
from tendering.operations.announce_lot import announce_lot
from tendering.operations.close_lot import close_lot
from tendering.operations.end_window import end_window
from tendering.operations.open_bids import open_bids
from tendering.operations.start_opening import start_opening
from tendering.operations.withdraw_bid import withdraw_bid
from tendering.refusals import ActRefused
from tendering.rules.lifecycle import MoveRefused
from tests import lots
from tests.custodian.conftest import through_django
from tests.keys import certified, make_custodians
from tests.sealed import Tender, own_keys

GM = suite_named("GM-1")


@pytest.fixture(autouse=True)
def home(monkeypatch, settings, tmp_path):
    """An empty home for the CA, whose roots are made on the test's clock, and a judge who likes every scheme."""
    settings.CA_HOME = tmp_path / "ca"
    monkeypatch.setattr(scheme_validator, "_judges", [lambda scheme: []])


@pytest.fixture
def gm(cast, hands, tmp_path, settings):
    """A lot announced through the operations, its custodians and its agency with SM2 keys."""
    for name in ("SEALED_ROOT", "OPENED_ROOT", "UPLOAD_ROOT", "DOCUMENT_ROOT"):
        setattr(settings, name, tmp_path / "server" / name.lower())
    custodians = make_custodians(cast, suite=GM)
    keys = lots.Keys(own_keys(certified(cast.agency, suite=GM)), tuple(own_keys(c[1]) for c in custodians.values()))
    lot = lots.make_announced(cast, keys, suite="GM-1")
    return Tender(cast, lot, tmp_path, custodians, {"agency": keys.agency})


def agent_of(tender, hands, name):
    folder = tender.folder / "custodians" / name
    folder.mkdir(parents=True)
    write_keys(own_keys(tender.custodians[name][1]), folder / f"{name}.key")
    (folder / "token").write_text(tender.custodians[name][2])
    (folder / "root.pem").write_text(trust_root("GM-1"))
    home = read_home(folder)
    server = Server("http://testserver", home.token, transport=through_django())
    agent = Agent(home, Log(folder, pinned=home.pinned_log), server, lambda: hands.at)
    agent.greet()
    return agent


def test_bids_are_sealed_received_closed_released_and_opened(gm, hands):
    made = gm.opened_window(hands)
    assert {file.keys.suite.name for file, _ in made} == {"GM-1"}
    gm.bidder_releases(gm.cast.bidders[0], made[0][0])
    hands.to(Opening.objects.get().window_ends_at)
    end_window(lot_id=gm.lot.pk)
    agents = [agent_of(gm, hands, name) for name in ("centre", "regulator")]
    assert [agent.round() for agent in agents] == [2, 2]
    assert open_bids(lot_id=gm.lot.pk).stage == "opened"
    opened = OpenedBid.objects.order_by("bid__received_at")
    assert [str(row.price_yuan) for row in opened] == ["8900000.00"] * 3
    assert [row.opened_by for row in opened] == ["bidder", "custodians", "custodians"]


def test_a_certificate_revoked_before_submission_is_refused_and_one_revoked_later_opens(gm, hands):
    early, late, third = gm.cast.bidders[:3]
    file = gm.seal(early)
    gm.send(early, file)
    revoke_certificate(kid=file.keys.kid, reason="遗失", actor=early.actor)
    hands.move(1)
    with pytest.raises(ActRefused) as refused:
        gm.submit(early, file)
    assert refused.value.codes == {"revoked"}
    made = [gm.bid(player) for player in (late, third, gm.cast.bidders[3])]
    hands.move(1)
    revoke_certificate(kid=made[0][0].keys.kid, reason="更换", actor=late.actor)
    hands.to(gm.lot.deadline_at)
    close_lot(lot_id=gm.lot.pk)
    start_opening(lot_id=gm.lot.pk)
    hands.to(Opening.objects.get().window_ends_at)
    end_window(lot_id=gm.lot.pk)
    assert [agent_of(gm, hands, name).round() for name in ("centre", "purchaser")] == [3, 3]
    assert open_bids(lot_id=gm.lot.pk).stage == "opened"


def test_a_bid_is_withdrawn_with_a_certificate_of_the_lots_suite_only(gm):
    player = gm.cast.bidders[0]
    _, bid = gm.bid(player)
    other = own_keys(certified(player))  # the same bidder's, under INTL-1
    statement = sign_withdrawal(other, lot=gm.lot.code, bid_digest=bid.bid_digest)
    with pytest.raises(ActRefused) as refused:
        withdraw_bid(lot_code=gm.lot.code, bid_digest=bid.bid_digest, statement=statement, actor=player.actor)
    assert refused.value.codes == {"statement_suite"}
    assert gm.withdraws(player, bid.bid_digest).state == "withdrawn"


def test_a_key_of_the_other_suite_can_neither_announce_nor_hold_a_share(cast, hands):
    make_custodians(cast)
    custodians = make_custodians_of_both(cast)
    assert {pub["suite"] for pub in queries.custodian_keys(hands.at, suite="GM-1")} == {"GM-1"}
    plain = own_keys(certified(cast.agency))
    lot = lots.make_accepted(cast, suite="GM-1")
    told = lots.signed(lot, lots.Keys(plain, custodians))
    with pytest.raises(MoveRefused) as refused:
        announce_lot(lot_code=lot.code, actor=cast.agency.actor, **told)
    assert refused.value.codes == {"signer_suite"}
    sound = own_keys(certified(cast.agency, suite=GM))
    intl = tuple(own_keys_of(row) for row in Custodian.objects.filter(suite="INTL-1").order_by("name"))
    told = lots.signed(lot, lots.Keys(sound, custodians)) | {"recipients": list(intl)}
    body = told["statement"]["body"] | {"custodians": [pub["kid"] for pub in intl]}
    told["statement"] = sign_statement(sound, "tender.parameters", body)
    with pytest.raises(MoveRefused) as refused:
        announce_lot(lot_code=lot.code, actor=cast.agency.actor, **told)
    assert refused.value.codes == {"custodian_suite"}


def own_keys_of(row):
    return row.certificate.pub


def make_custodians_of_both(cast):
    """Three more agents of the same organisations, with SM2 keys."""
    found = []
    for name in ("centre", "purchaser", "regulator"):
        player = getattr(cast, name)
        held = certified(player, suite=GM)
        register_custodian(
            name=f"{name}-sm2", organisation_id=player.organisation.pk, kid=held.certificate.kid, actor=SYSTEM
        )
        found.append(own_keys(held))
    return tuple(found)
