"""Statements, releases and refusals: signed by whom they say, about what they say."""

import pytest

from sealing.header import parse_header
from sealing.release import release_share
from sealing.releases import LedgerHead, sign_refusal, sign_release, verify_refusal, verify_release
from sealing.statements import sign_statement, verify_statement
from suites import Refused
from tests.vectors.make_vectors import DEADLINE, Bid, Cast

HEAD = LedgerHead(12, "cd" * 32)


def test_a_statement_of_one_kind_is_none_of_another(cast: Cast) -> None:
    statement = sign_statement(cast.agency, "bid.receipt", {"a": 1})
    assert verify_statement(statement, "bid.receipt", roots=[cast.root], at=DEADLINE).signer.organisation == "AGENCY-1"
    with pytest.raises(Refused, match="of kind"):
        verify_statement(statement, "tender.parameters")
    with pytest.raises(Refused, match="does not verify"):
        verify_statement(statement | {"kind": "tender.parameters"}, "tender.parameters")


def test_an_altered_statement_is_refused(cast: Cast) -> None:
    statement = sign_statement(cast.agency, "bid.receipt", {"a": 1})
    with pytest.raises(Refused, match="does not verify"):
        verify_statement(statement | {"body": {"a": 2}}, "bid.receipt")
    with pytest.raises(Refused, match="float has no canonical form"):
        verify_statement(statement | {"body": {"a": 2.5}}, "bid.receipt")


def test_a_release_is_bound_to_bid_holder_and_commitment(bid: Bid, cast: Cast) -> None:
    header, holder = parse_header(bid.header.raw), cast.custodians[1]
    share = release_share(header, bid.digest, holder)
    statement = sign_release(holder, share, ledger_head=HEAD, at=DEADLINE)
    told = {"header": header, "bid_digest": bid.digest, "roots": [cast.root]}
    release = verify_release(statement, holder=holder.public, **told)
    assert release.share == share
    assert release.ledger_head == HEAD
    assert release.at == DEADLINE
    with pytest.raises(Refused, match="holder"):
        verify_release(statement, holder=cast.custodians[0].public, **told)
    stolen = sign_release(cast.rival, share, ledger_head=HEAD, at=DEADLINE)
    with pytest.raises(Refused, match="holder"):
        verify_release(stolen, holder=holder.public, **told)
    with pytest.raises(Refused, match="another bid"):
        verify_release(statement, header=header, bid_digest="00" * 32, holder=holder.public)


def test_a_refusal_carries_its_reason(bid: Bid, cast: Cast) -> None:
    holder = cast.custodians[0]
    statement = sign_refusal(holder, bid.digest, holder.kid, reason="clock: too early", ledger_head=HEAD, at=DEADLINE)
    refusal = verify_refusal(statement, holder=holder.public, roots=[cast.root])
    assert (refusal.bid_digest, refusal.reason) == (bid.digest, "clock: too early")
