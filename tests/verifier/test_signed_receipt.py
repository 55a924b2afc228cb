"""A platform that signed one thing to a bidder and logged another is shown by the receipt in the bidder's hands."""

import json
from pathlib import Path

import pytest

from sealing.statements import sign_statement
from tendering.bundle import form
from tests.verifier import rewriting
from tests.verifier.test_cheating_intake import accomplice, bidder_of, bundle, judged, rival, withdrawn  # noqa: F401

OTHERWISE = {
    "trailer_sha256": "00" * 32,
    "bid_digest": "00" * 32,
    "size": 1,
    "sequence": 7,
    "envelope": "technical",
    "received_at": "2026-03-01T00:00:00.000000Z",
}


def stated(bundle, digest):  # noqa: F811
    return bundle.load(bundle.bid(digest, form.RECEIPT))["statement"]


def held(bundle, folder, digest, statement):  # noqa: F811
    """The option with which the bidder brings its signed receipt: what the platform answered when the bid came."""
    _option, path = rewriting.held(bundle, folder, digest)
    file = folder / f"{digest}.signed.json"
    file.write_text(json.dumps({"statement": statement, "evidence": json.loads(Path(path).read_text())}))
    return ("--receipt", str(file))


@pytest.mark.parametrize("name", OTHERWISE)
def test_what_was_signed_to_the_bidder_and_logged_otherwise_is_told_with_the_entry(bundle, judged, tmp_path, name):  # noqa: F811
    digest = rival(bundle)
    honest = stated(bundle, digest)
    assert judged(bundle, *held(bundle, tmp_path, digest, honest))[0] == set()
    entry, said = rewriting.received(bundle, digest), OTHERWISE[name]
    lied = bundle.statement("bid.receipt", honest["body"] | {name: said})
    found, rows = judged(bundle, *held(bundle, tmp_path, digest, lied))
    assert found == {"own_receipts"}
    (reason,) = rows["own_receipts"]["reasons"]
    assert f"the platform signed to you that {name} is {said}, and logged {honest['body'][name]}" in reason
    assert f"(entry {entry['index']}): object with this receipt" in reason


def test_a_receipt_that_another_key_or_nobody_signed_is_told(bundle, judged, tmp_path):  # noqa: F811
    digest = rival(bundle)
    honest = stated(bundle, digest)
    strange = sign_statement(accomplice(bundle), "bid.receipt", honest["body"])
    found, rows = judged(bundle, *held(bundle, tmp_path, digest, strange))
    assert found == {"own_receipts"}
    assert "signed by another key than the platform's" in rows["own_receipts"]["reasons"][0]
    altered = honest | {"body": honest["body"] | {"count": 99}}
    found, rows = judged(bundle, *held(bundle, tmp_path, digest, altered))
    assert found == {"own_receipts"}
    assert "its statement does not hold: statement: " in rows["own_receipts"]["reasons"][0]


def test_a_withdrawal_under_anothers_certificate_is_told_as_that(bundle, judged, tmp_path):  # noqa: F811
    """The bundle makes the bid out to the accomplice; the victim's own receipt says to whom it was made out."""
    mine, other = bidder_of(bundle, rival(bundle)), bidder_of(bundle, bundle.opened(3))
    honest = stated(bundle, rival(bundle))
    digest = withdrawn(bundle, accomplice(bundle))
    rewriting.receipted_again(bundle, digest, bidder=other)
    found, rows = judged(bundle, *held(bundle, tmp_path, digest, honest))
    assert found == {"own_receipts"}
    made_out, signed = rows["own_receipts"]["reasons"]
    assert f"the platform made it out to {mine}, and the receipt in the bundle to {other}" in made_out
    assert f"by a statement under a certificate that names {other}: that is another organisation than {mine}" in signed
