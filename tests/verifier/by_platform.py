"""Tamperings by a platform with the log's key: the log, the closing set, the bids, the opening."""

import hashlib

from ledger.canonical import instant
from sealing.keys import make_keys
from tendering.bundle import form
from tests.verifier.forge import Forgery
from tests.verifier.rewriting import receipted_again
from tests.verifier.tampering import PLATFORM, custodians_shares, hash_statement, resigned, retrailed, tampering
from verifier.evidence import LedgerEntry


@tampering(PLATFORM, "opened_bids")
def the_price_of_the_rejected_bid_is_read_out_wrong(bundle: Forgery) -> None:
    bundle.payload("bid.opened", 2)["price_yuan"] = "30000000.00"
    bundle.rebuild_log()


@tampering(PLATFORM, "opened_bids")
def a_price_is_lowered_and_everything_computed_again(bundle: Forgery) -> None:
    bundle.payload("bid.opened", 0)["price_yuan"] = "35000000.00"
    bundle.reevaluate()
    bundle.rebuild_log()


@tampering(PLATFORM, "opened_bids")
def another_manifest_is_recorded(bundle: Forgery) -> None:
    bundle.payload("bid.opened", 1)["manifest_sha256"] = "00" * 32
    bundle.rebuild_log()


@tampering(PLATFORM, "opened_bids")
def the_bidder_is_said_to_have_opened_what_custodians_opened(bundle: Forgery) -> None:
    bundle.payload("bid.opened", 3)["opened_by"] = "bidder"
    bundle.rebuild_log()


@tampering(PLATFORM, "opened_bids", "receipts")
def the_header_mac_of_a_sealed_bid_is_altered(bundle: Forgery) -> None:
    retrailed(bundle, bundle.opened(0), header_mac=bytes(32))
    bundle.rebuild_log()


@tampering(PLATFORM, "receipts")
def a_receipt_names_another_trailer(bundle: Forgery) -> None:
    receipted_again(bundle, bundle.opened(0), trailer_sha256="00" * 32)


@tampering(PLATFORM, "unopened_bids")
def a_shut_bid_gets_another_reason(bundle: Forgery) -> None:
    bundle.payload("bid.revoked")["check"] = "threshold"
    bundle.rebuild_log()


@tampering(PLATFORM, "bid_ends")
def a_bid_is_read_out_under_a_rivals_name(bundle: Forgery) -> None:
    bundle.payload("bid.revoked")["bidder"] = bundle.payload("bid.opened")["bidder"]
    bundle.rebuild_log()


@tampering(PLATFORM, "bid_ends")
def a_bid_is_opened_twice(bundle: Forgery) -> None:
    bundle.payload("opening.finished")["opened"] = 5
    bundle.rebuild_log()


@tampering(PLATFORM, "bid_signatures", "opened_bids", "receipts")
def a_bid_is_signed_by_another_bidder(bundle: Forgery) -> None:
    resigned(bundle, bundle.opened(0), bundle.platform.bidders["bidder2"])


@tampering(PLATFORM, "bid_signatures", "opened_bids", "receipts")
def a_bid_is_signed_by_a_key_that_nobody_certified(bundle: Forgery) -> None:
    bidder = bundle.payload("bid.opened")["bidder"]
    resigned(bundle, bundle.opened(0), make_keys("INTL-1", bidder))


@tampering(PLATFORM, "releases")
def a_custodians_share_is_signed_by_the_platform(bundle: Forgery) -> None:
    name, shares = custodians_shares(bundle)
    row = shares["releases"][-1]
    row["statement"] = bundle.statement("share.released", row["statement"]["body"])
    hash_statement(bundle, row)
    bundle.store(name, shares)
    bundle.rebuild_log()


@tampering(PLATFORM, "releases")
def a_custodians_statement_is_dated_back(bundle: Forgery) -> None:
    name, shares = custodians_shares(bundle)
    row = shares["releases"][-1]
    row["statement"]["body"]["at"] = "2026-04-01T01:31:00Z"
    hash_statement(bundle, row)
    bundle.store(name, shares)
    bundle.rebuild_log()


@tampering(PLATFORM, "release_time")
def a_share_is_recorded_before_the_deadline(bundle: Forgery) -> None:
    bundle.of_kind("share.released")[-1]["at"] = "2026-03-31T00:00:00.000000Z"
    bundle.rebuild_log()


@tampering(PLATFORM, "heads_seen")
def the_log_is_rewritten_after_custodians_saw_it(bundle: Forgery) -> None:
    bundle.of_kind("opening.window_ended")[0]["body"]["payload"]["note"] = "rewritten"
    bundle.rebuild_log()


@tampering(PLATFORM, "heads_seen")
def a_bid_is_dropped_from_the_whole_history(bundle: Forgery) -> None:
    digest = bundle.payload("bid.revoked")["bid_digest"]
    bundle.payload("lot.closed")["bids"] = [
        row for row in bundle.payload("lot.closed")["bids"] if row["bid_digest"] != digest
    ]
    bundle.payload("opening.finished")["not_opened"] = 0
    gone = ("bid.received", "share.released", "bid.revoked")
    for row in [row for kind in gone for row in bundle.of_kind(kind)]:
        if row["body"]["payload"]["bid_digest"] == digest:
            bundle.entries.remove(row)
    for kind in (form.SEALED, form.RECEIPT, form.SHARES):
        del bundle.members[bundle.bid(digest, kind)]
    bundle.rebuild_log()


@tampering(PLATFORM, "closing_set", "heads_seen")
def a_withdrawn_bid_is_said_to_be_replaced(bundle: Forgery) -> None:
    row = next(row for row in bundle.payload("lot.closed")["bids"] if row["state"] == "withdrawn")
    row["state"] = "replaced"
    bundle.rebuild_log()


@tampering(PLATFORM, "closing_set", "heads_seen")
def a_withdrawn_bid_is_said_to_be_incomplete(bundle: Forgery) -> None:
    digest = bundle.payload("bid.withdrawn")["bid_digest"]
    bundle.entries.remove(bundle.of_kind("bid.withdrawn")[0])
    bundle.payload("bids.incomplete")["bids"] = [digest]
    bundle.rebuild_log()


@tampering(PLATFORM, "closing_set")
def the_closing_does_not_say_which_bids_were_incomplete(bundle: Forgery) -> None:
    bundle.entries.remove(bundle.of_kind("bids.incomplete")[0])
    bundle.rebuild_log()


@tampering(PLATFORM, "closing_set", "heads_seen")
def a_list_of_superseded_bids_belongs_to_no_amendment(bundle: Forgery) -> None:
    body = bundle.of_kind("bid.withdrawn")[0]["body"]
    digest = body["payload"]["bid_digest"]
    body |= {"kind": "bids.superseded", "payload": {"bids": [digest], "amendment": 1}}
    rows = bundle.payload("lot.closed")["bids"]
    next(row for row in rows if row["bid_digest"] == digest)["state"] = "superseded_by_amendment"
    bundle.rebuild_log()


@tampering(PLATFORM, "closing_set", "heads_seen")
def the_lot_is_closed_before_its_deadline(bundle: Forgery) -> None:
    bundle.of_kind("lot.closed")[0]["at"] = "2026-03-31T00:00:00.000000Z"
    bundle.rebuild_log()


@tampering(PLATFORM, "bid_binding", "heads_seen")
def a_bid_gets_another_sequence_than_it_was_sealed_under(bundle: Forgery) -> None:
    entry = bundle.of_kind("bid.received")[-1]
    digest = entry["body"]["payload"]["bid_digest"]
    row = next(row for row in bundle.payload("lot.closed")["bids"] if row["bid_digest"] == digest)
    entry["body"]["payload"]["sequence"] = row["sequence"] = 7
    name = bundle.bid(digest, form.RECEIPT)
    receipt = bundle.load(name)
    receipt["statement"] = bundle.statement("bid.receipt", receipt["statement"]["body"] | {"sequence": 7})
    bundle.store(name, receipt)
    bundle.rebuild_log()


@tampering(PLATFORM, "closing_set", "heads_seen")
def a_late_bid_is_let_in(bundle: Forgery) -> None:
    entry = bundle.of_kind("bid.received")[-1]
    entry["at"] = "2026-04-01T01:30:00.000000Z"
    name = bundle.bid(entry["body"]["payload"]["bid_digest"], form.RECEIPT)
    receipt = bundle.load(name)
    body = receipt["statement"]["body"] | {"received_at": instant(LedgerEntry(0, entry["at"], "", {}).at)}
    receipt["statement"] = bundle.statement("bid.receipt", body)
    bundle.store(name, receipt)
    bundle.rebuild_log()


@tampering(PLATFORM, "parameters", "heads_seen", "witnesses", "timestamps")
def the_scheme_is_altered_and_announced_anew(bundle: Forgery) -> None:
    document = bundle.load(form.DOCUMENT)
    document["scheme"]["price"]["e_above"] = "9"
    bundle.store(form.DOCUMENT, document)
    digest = hashlib.sha256(bundle.members[form.DOCUMENT]).hexdigest()
    rows, payload = bundle.load(form.PARAMETERS), bundle.payload("lot.announced")
    body = rows[0]["statement"]["body"] | {"document_hash": digest}
    rows[0]["statement"] = bundle.statement("tender.parameters", body)
    payload |= {"document_hash": digest, "parameters": rows[0]["statement"]}
    bundle.store(form.PARAMETERS, rows)
    bundle.rebuild_log()
