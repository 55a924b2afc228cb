"""A platform that makes a rival's receipted bid vanish, or rewrites what outsiders did not attest, is found.

It has the log's key and the receipts' key and lets everything later happen honestly on the history that it made.
"""

import json

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from ledger import cosignatures
from sealing.withdrawals import name_of, sign_withdrawal
from suites.base64_text import from_base64
from suites.certificates import to_pem
from tendering.bundle import form
from tests.lots import DEADLINE
from tests.verifier import rewriting
from tests.verifier.awarded import WITNESS
from tests.verifier.forge import Forgery
from tests.verifier.test_tamperings import failing

FREE = 21  # an index before the closing that another lot's entry has


@pytest.fixture
def bundle(exported):
    return Forgery.of(exported.full, exported.platform)


@pytest.fixture
def judged(exported, tmp_path, capsys):
    """The verifier's answer to a bundle that the platform signed again, log key and root pinned."""
    (tmp_path / "root.pem").write_bytes(to_pem(exported.root))
    pins = ("--log-key", exported.log_key, "--trust", str(tmp_path / "root.pem"))

    def judge(bundle, *options):
        found, told = failing(capsys, bundle.write(tmp_path / "forged.zip", signed=True), *pins, *options)
        return found, {row["name"]: row for row in told["checks"]}

    return judge


def rival(bundle):
    """The second bid read out: valid, a candidate, received before the fourth."""
    return bundle.opened(1)


def replaced(bundle):
    """An accomplice's bid, the fourth read out, says that it replaces the rival's."""
    digest, other = rival(bundle), bundle.opened(3)
    rewriting.received(bundle, other)["body"]["payload"]["replaces"] = [digest]
    rewriting.unopened(bundle, digest, state="replaced")
    rewriting.unevaluated(bundle, digest)
    return digest, other


def accomplice(bundle):
    """The keys of the bidder whose bid is the fourth read out."""
    return own_keys(bundle, bundle.opened(3))


def bidder_of(bundle, digest):
    return bundle.load(bundle.bid(digest, form.RECEIPT))["statement"]["body"]["bidder"]


def withdrawal(bundle, digest, signer=None):
    """The payload of a withdrawal; its statement lies in the bundle where somebody signed one."""
    if signer is None:
        return {"bid_digest": digest, "statement_sha256": "00" * 32}
    statement = sign_withdrawal(signer, lot=bundle.index["body"]["lot"], bid_digest=digest)
    bundle.store(bundle.bid(digest, form.WITHDRAWAL), statement)
    return {"bid_digest": digest, "statement_sha256": name_of(statement)}


def own_keys(bundle, digest):
    name = bidder_of(bundle, digest)
    return next(keys for keys in bundle.platform.bidders.values() if keys.public.organisation == name)


def withdrawn(bundle, signer=None):
    """The log has a withdrawal of the rival's bid, that its bidder never asked for."""
    digest = rival(bundle)
    body = {**bundle.of_kind("bid.withdrawn")[0]["body"], "payload": withdrawal(bundle, digest, signer)}
    rewriting.slip_in(bundle, body, FREE, rewriting.received(bundle, digest)["at"])
    rewriting.unopened(bundle, digest, state="withdrawn")
    rewriting.unevaluated(bundle, digest)
    return digest


def test_a_bid_replaced_by_a_rivals_is_named(bundle, judged):
    digest, _other = replaced(bundle)
    found, rows = judged(bundle)
    assert found == {"receipts"}
    assert digest[:16] in rows["receipts"]["reasons"][0] and "replaced by a bid of" in rows["receipts"]["reasons"][0]


def test_who_signs_the_victims_receipt_anew_is_found_by_the_victims_own(bundle, judged, tmp_path):
    """The bundle then says that both bids are the accomplice's; the victim holds no receipt of the other."""
    digest, other = replaced(bundle)
    bidder = bundle.load(bundle.bid(other, form.RECEIPT))["statement"]["body"]["bidder"]
    rewriting.receipted_again(bundle, digest, bidder=bidder)
    assert judged(bundle)[0] == set()
    found, rows = judged(bundle, *rewriting.held(bundle, tmp_path, digest))
    assert found == {"own_receipts"}
    assert f"your bid {other[:16]} replaced it" in rows["own_receipts"]["reasons"][0]


def test_a_withdrawal_that_nobody_asked_for_is_named(bundle, judged, tmp_path):
    digest = withdrawn(bundle)
    found, rows = judged(bundle)
    assert found == {"withdrawals"}
    assert rows["withdrawals"]["reasons"] == [f"the withdrawal of {digest[:16]}: no statement of its bidder"]
    found, rows = judged(bundle, *rewriting.held(bundle, tmp_path, digest))
    assert found == {"withdrawals", "own_receipts"}
    assert "by a statement that this bundle does not show" in rows["own_receipts"]["reasons"][0]


def test_a_withdrawal_that_a_rival_signed_is_named(bundle, judged):
    digest = withdrawn(bundle, accomplice(bundle))
    found, rows = judged(bundle)
    assert found == {"withdrawals"}
    named = bidder_of(bundle, digest)
    assert rows["withdrawals"]["reasons"][0].endswith(f", not {named}")


def test_who_signs_the_victims_receipt_anew_for_a_false_withdrawal_is_found_by_the_victims_own(
    bundle, judged, tmp_path
):
    """The bundle says then that the bid was the accomplice's, who took it back; the victim reads another's name."""
    other = bidder_of(bundle, bundle.opened(3))
    digest = withdrawn(bundle, accomplice(bundle))
    rewriting.receipted_again(bundle, digest, bidder=other)
    assert judged(bundle)[0] == set()
    found, rows = judged(bundle, *rewriting.held(bundle, tmp_path, digest))
    assert found == {"own_receipts"}
    (reason,) = rows["own_receipts"]["reasons"]
    assert f"(entry {FREE}), by a statement under a certificate that names {other}: if you did" in reason
    assert "if you did not, object with this receipt" in reason


@pytest.mark.parametrize("alter", ["another bid", "another lot", "another signature", "one more", "another hash"])
def test_every_part_of_a_withdrawal_is_held_against_the_log(bundle, judged, alter):
    payload = bundle.payload("bid.withdrawn")
    digest = payload["bid_digest"]
    name, keys = bundle.bid(digest, form.WITHDRAWAL), own_keys(bundle, digest)
    lot, statement = bundle.index["body"]["lot"], bundle.load(bundle.bid(digest, form.WITHDRAWAL))
    if alter == "one more":
        bundle.store(bundle.bid(rival(bundle), form.WITHDRAWAL), statement)
    elif alter == "another hash":
        payload["statement_sha256"] = "00" * 32
    else:
        named = {"lot": "E9" if alter == "another lot" else lot}
        named |= {"bid_digest": rival(bundle) if alter == "another bid" else digest}
        statement = sign_withdrawal(keys, **named)
        if alter == "another signature":
            statement["body"]["lot"] = "E9"
        payload["statement_sha256"] = name_of(statement)
        bundle.store(name, statement)
    rewriting.live(bundle)
    bundle.reevaluate()  # other coefficients may have been drawn
    bundle.rebuild_log()
    assert judged(bundle)[0] == {"withdrawals"}


def test_a_withdrawal_signed_before_its_certificate_is_valid_is_named(bundle, judged):
    row = bundle.of_kind("bid.withdrawn")[0]
    row["at"] = "2016-03-30T01:00:00.000000Z"
    rewriting.live(bundle)
    found, rows = judged(bundle)
    assert "withdrawals" in found and "validity" in rows["withdrawals"]["reasons"][0]


def test_a_bid_received_in_time_and_logged_behind_the_closing_is_named(bundle, judged):
    digest = rival(bundle)
    victim, closing = rewriting.received(bundle, digest), bundle.of_kind("lot.closed")[0]
    moved = [row for row in bundle.entries if victim["index"] < row["index"] <= closing["index"]]
    places = sorted(row["index"] for row in [victim, *moved])
    for row, place in zip([*moved, victim], places, strict=True):
        row["index"] = place
    bundle.entries.sort(key=lambda row: row["index"])
    for row in bundle.of_kind("bid.received"):
        rewriting.moved_receipt(bundle, row["body"]["payload"]["bid_digest"])
    rewriting.unopened(bundle, digest, state="gone")
    rows = bundle.payload("lot.closed")["bids"]
    rows[:] = [row for row in rows if row["state"] != "gone"]
    rewriting.unevaluated(bundle, digest)
    found, checks = judged(bundle)
    assert found == {"closing_set"}
    assert checks["closing_set"]["reasons"] == [f"entry {victim['index']}: bid.received stands behind the closing"]


def test_a_second_receipt_of_a_withdrawn_bid_does_not_bring_it_back(bundle, judged):
    withdrawal = bundle.of_kind("bid.withdrawn")[0]
    digest = withdrawal["body"]["payload"]["bid_digest"]
    rewriting.slip_in(bundle, rewriting.received(bundle, digest)["body"], FREE, withdrawal["at"])
    rows = bundle.payload("lot.closed")["bids"]
    next(row for row in rows if row["bid_digest"] == digest)["state"] = "received"
    rewriting.live(bundle)
    found, checks = judged(bundle)
    assert found == {"closing_set"}
    assert f"entry {FREE}: {digest[:16]} is received a second time" in checks["closing_set"]["reasons"]


def test_a_bid_is_not_received_twice_nor_ended_twice(bundle, judged):
    """Replaced already, it is withdrawn too: its state is the same in the closing set, the history is none."""
    digest = next(row["bid_digest"] for row in bundle.payload("lot.closed")["bids"] if row["state"] == "replaced")
    body = {**bundle.of_kind("bid.withdrawn")[0]["body"]}
    body["payload"] = withdrawal(bundle, digest, own_keys(bundle, digest))
    rewriting.slip_in(bundle, body, FREE, bundle.of_kind("bid.withdrawn")[0]["at"])
    rows = bundle.payload("lot.closed")["bids"]
    next(row for row in rows if row["bid_digest"] == digest)["state"] = "withdrawn"
    rewriting.live(bundle)
    found, checks = judged(bundle)
    assert found == {"closing_set"}
    assert any("which did not stand then" in reason for reason in checks["closing_set"]["reasons"])


def test_a_bid_of_an_envelope_that_the_tender_does_not_have_is_named(bundle, judged):
    """Under such a name it is never due, so never opened; log and receipt agree with each other."""
    digest = rival(bundle)
    rewriting.received(bundle, digest)["body"]["payload"]["envelope"] = "whole1"
    rewriting.receipted_again(bundle, digest, envelope="whole1")
    rewriting.unopened(bundle, digest)
    rewriting.unevaluated(bundle, digest)
    assert judged(bundle)[0] == {"bid_binding", "bid_ends", "receipts"}


def test_a_receipt_for_another_envelope_than_the_logs_is_named(bundle, judged):
    rewriting.receipted_again(bundle, rival(bundle), envelope="technical")
    found, rows = judged(bundle)
    assert found == {"receipts"} and "envelope is technical, not whole" in rows["receipts"]["reasons"][0]


def brought(exported, folder, *digests):
    files = [folder / f"{digest}.json" for digest in digests]
    for file, digest in zip(files, digests, strict=True):
        file.write_text(json.dumps(exported.kept[digest]))
    return [option for file in files for option in ("--receipt", str(file))]


def test_what_became_of_ones_own_bid_is_told_in_plain_words(exported, bundle, judged, tmp_path):
    revoked = bundle.payload("bid.revoked")["bid_digest"]
    found, rows = judged(bundle, *brought(exported, tmp_path, rival(bundle)))
    assert found == set() and "opened at 2026-04-01T02:00:00.000000Z (entry 39)" in rows["own_receipts"]["detail"]
    found, rows = judged(bundle, *brought(exported, tmp_path, revoked))
    assert found == set() and "not opened, counted as revoked by its bidder, at" in rows["own_receipts"]["detail"]


def test_who_replaced_its_bid_shows_it_by_the_other_receipt(exported, bundle, judged, tmp_path):
    newer = next(row["body"]["payload"] for row in bundle.of_kind("bid.received") if row["body"]["payload"]["replaces"])
    (older,) = newer["replaces"]
    found, rows = judged(bundle, *brought(exported, tmp_path, older, newer["bid_digest"]))
    assert found == set() and "replaced at" in rows["own_receipts"]["detail"]
    found, rows = judged(bundle, *brought(exported, tmp_path, older))
    assert (
        found == {"own_receipts"}
        and "if that bid is yours, bring its receipt too" in rows["own_receipts"]["reasons"][0]
    )


def test_who_withdrew_and_bid_again_shows_it_by_the_later_receipt(bundle, judged, tmp_path):
    """Whoever asked for the withdrawal: the later bid would have ended the earlier one too."""
    older, newer = bundle.of_kind("bid.received")[:2]
    digests = [row["body"]["payload"]["bid_digest"] for row in (older, newer)]
    assert newer["body"]["payload"]["replaces"] == [digests[0]]
    newer["body"]["payload"]["replaces"] = []
    body = {**bundle.of_kind("bid.withdrawn")[0]["body"]}
    body["payload"] = withdrawal(bundle, digests[0], own_keys(bundle, digests[0]))
    rewriting.slip_in(bundle, body, older["index"] + 1, older["at"])
    rows = bundle.payload("lot.closed")["bids"]
    next(row for row in rows if row["bid_digest"] == digests[0])["state"] = "withdrawn"
    rewriting.live(bundle)
    bundle.reevaluate()  # other coefficients may have been drawn
    bundle.rebuild_log()
    found, checks = judged(bundle, *rewriting.held(bundle, tmp_path, *digests))
    assert found == set() and f"{digests[0][:16]} withdrawn at" in checks["own_receipts"]["detail"]
    assert judged(bundle, *rewriting.held(bundle, tmp_path, digests[0]))[0] == {"own_receipts"}


def test_receipts_of_two_bidders_do_not_confirm_each_other(bundle, judged, tmp_path):
    digest, other = replaced(bundle)
    found, rows = judged(bundle, *rewriting.held(bundle, tmp_path, digest, other))
    assert found == {"receipts", "own_receipts"}
    assert "bring one bidder's receipts at a time" in rows["own_receipts"]["reasons"][0]


@pytest.fixture
def tsa(bundle, tmp_path):
    (root,) = bundle.load(form.TRUST)["timestamp_roots"]
    path = tmp_path / "tsa.pem"
    path.write_bytes(x509.load_der_x509_certificate(from_base64(root)).public_bytes(Encoding.PEM))
    return ("--tsa-root", str(path))


def test_pinned_outsiders_who_attested_the_closing_are_told_with_their_reach(exported, judged, tsa):
    attested = Forgery.of(exported.attested, exported.platform)
    found, rows = judged(attested, "--witness", exported.witness, *tsa)
    assert found == set()
    for name in ("witnesses", "timestamps"):
        detail = rows[name]["detail"]
        assert "attested up to entry 73 of 73, the lot's closing is entry 24, first attested at 20" in detail
        assert "not pinned" not in detail


def test_timestamps_that_are_left_out_fail_who_pinned_the_authority(exported, judged, tsa):
    bundle = Forgery.of(exported.attested, exported.platform)
    for row in bundle.checkpoints:
        row["timestamps"] = []
    assert judged(bundle)[0] == set()
    found, rows = judged(bundle, *tsa)
    assert found == {"timestamps"}
    assert rows["timestamps"]["reasons"] == [
        "the pinned timestamp authority stamped none of these checkpoints",
    ]


def test_outsiders_who_attested_nothing_behind_the_announcement_do_not_vouch_for_the_bids(
    exported, bundle, judged, tsa
):
    """What stands behind the only attested head may be another history than the one of the time."""
    found, rows = judged(bundle, "--witness", exported.witness, *tsa)
    assert found == {"witnesses", "timestamps"}
    behind = "nothing behind entry 7, and the lot's closing is entry 24"
    assert rows["witnesses"]["reasons"] == [f"the pinned witness {WITNESS} cosigned {behind}"]
    assert rows["timestamps"]["reasons"] == [f"the pinned timestamp authority stamped {behind}"]


def test_a_notary_of_the_platforms_own_is_told_as_not_pinned(bundle, judged):
    key, trust = Ed25519PrivateKey.generate(), bundle.load(form.TRUST)
    trust["witnesses"] = [cosignatures.verifier_key(WITNESS, key)]
    bundle.store(form.TRUST, trust)
    for row in bundle.checkpoints:
        text = row["note"].rpartition("\n\n")[0] + "\n"
        row["cosignatures"] = [cosignatures.cosigned(text, WITNESS, key, DEADLINE)]
    found, rows = judged(bundle)
    assert found == set()
    assert rows["witnesses"]["detail"].endswith(f"; not pinned (--witness): {WITNESS}")
    assert rows["timestamps"]["detail"].endswith(
        "not attested; not pinned (--tsa-root): the authority is the bundle's word"
    )


def test_revocation_lists_that_are_left_out_are_missed(bundle, judged):
    assert "revocation lists as of 20" in judged(bundle)[1]["bid_signatures"]["detail"]
    trust = bundle.load(form.TRUST)
    trust["crls"] = []
    bundle.store(form.TRUST, trust)
    found, rows = judged(bundle)
    assert found == {"trust_root"} and "no revocation list of the root" in rows["trust_root"]["reasons"][0]
