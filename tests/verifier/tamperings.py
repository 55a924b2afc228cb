"""What can be done to a bundle, and the check that must name it: name → (function, who has which keys, failing checks).

Without keys the tamperer makes the list of hashes anew, and nothing more. With the log's key the platform itself
tampers: it rebuilds the log, signs heads and receipts again and lists everything anew; the keys of bidders, agency and
custodians it does not have. What fails must be exactly what is named here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from ledger.canonical import instant
from sealing import canonical
from sealing.canonical import to_base64
from sealing.header import Header
from sealing.keys import make_keys
from sealing.layout import read_layout
from sealing.trailer import parse_trailer, signed_message, write_trailer
from suites.certificates import make_authority
from tendering.bundle import form
from tests.verifier.forge import Forgery
from verifier.evidence import LedgerEntry

NOBODY, PLATFORM = "no keys", "the log's key"
Tamper = Callable[[Forgery], None]


@dataclass(frozen=True)
class Tampering:
    """One tampering: with the log's key everything is signed again, without it `bundle_signature` fails as well."""

    tamper: Tamper
    keys: str
    failing: frozenset[str]

    @property
    def expected(self) -> frozenset[str]:
        return self.failing | ({"bundle_signature"} if self.keys == NOBODY else frozenset())


TABLE: dict[str, Tampering] = {}


def tampering(keys: str, *failing: str) -> Callable[[Tamper], Tamper]:
    def listed(tamper: Tamper) -> Tamper:
        TABLE[tamper.__name__] = Tampering(tamper, keys, frozenset(failing))
        return tamper

    return listed


# --- the bundle altered by somebody without keys -----------------------------------------------------------------


@tampering(NOBODY, "bid_files")
def a_bit_of_a_sealed_bid_is_flipped(bundle: Forgery) -> None:
    name = bundle.bid(bundle.opened(0), form.SEALED)
    bundle.flip(name, len(bundle.members[name]) // 2)


@tampering(NOBODY, "bid_files")
def a_sealed_bid_is_cut_off(bundle: Forgery) -> None:
    name = bundle.bid(bundle.opened(0), form.SEALED)
    bundle.members[name] = bundle.members[name][:-1]


@tampering(NOBODY, "bid_files")
def a_sealed_bid_is_removed(bundle: Forgery) -> None:
    del bundle.members[bundle.bid(bundle.opened(1), form.SEALED)]


@tampering(NOBODY, "bid_files")
def two_sealed_bids_are_exchanged(bundle: Forgery) -> None:
    one, two = (bundle.bid(bundle.opened(place), form.SEALED) for place in (0, 1))
    bundle.members[one], bundle.members[two] = bundle.members[two], bundle.members[one]


@tampering(NOBODY, "shares")
def a_bidders_share_is_altered(bundle: Forgery) -> None:
    name = bundle.bid(bundle.opened(0), form.SHARES)
    shares = bundle.load(name)
    shares["releases"][0]["share"] = to_base64(bytes(32))
    bundle.store(name, shares)


@tampering(NOBODY, "releases")
def a_share_is_removed(bundle: Forgery) -> None:
    name = bundle.bid(bundle.opened(0), form.SHARES)
    bundle.store(name, {"releases": [], "refusals": []})


@tampering(NOBODY, "releases")
def a_custodians_signature_is_altered(bundle: Forgery) -> None:
    name, shares = _custodians(bundle)
    statement = shares["releases"][-1]["statement"]
    statement["signature"] = to_base64(bytes(64))
    bundle.store(name, shares)


@tampering(NOBODY, "entries")
def a_dissent_is_removed_from_its_entry(bundle: Forgery) -> None:
    bundle.payload("report.signed")["dissent"] = "没有异议"


@tampering(NOBODY, "report_signatures")
def a_members_signature_is_left_out(bundle: Forgery) -> None:
    bundle.entries.remove(bundle.of_kind("report.signed")[3])


@tampering(NOBODY, "sheets")
def a_members_sheet_is_left_out(bundle: Forgery) -> None:
    bundle.entries.remove(bundle.of_kind("sheet.submitted")[-1])


@tampering(NOBODY, "entries")
def entries_are_put_in_another_order(bundle: Forgery) -> None:
    rows = bundle.entries
    rows[3], rows[4] = rows[4], rows[3]


@tampering(NOBODY, "entries")
def an_entry_of_another_lot_is_slipped_in(bundle: Forgery) -> None:
    bundle.entries[-1]["body"]["lot"] = "A0000000000000000000001"


@tampering(NOBODY, "checkpoints")
def a_leaf_is_altered(bundle: Forgery) -> None:
    bundle.flip(form.LEAVES["sha256"], 0)


@tampering(NOBODY, "checkpoints")
def a_leaf_of_the_second_tree_is_altered(bundle: Forgery) -> None:
    bundle.flip(form.LEAVES["sm3"], 0)


@tampering(NOBODY, "checkpoints")
def the_last_leaf_is_cut_off(bundle: Forgery) -> None:
    name = form.LEAVES["sha256"]
    bundle.members[name] = bundle.members[name][: -form.LEAF]


@tampering(NOBODY, "checkpoints")
def a_checkpoint_is_signed_by_nobody(bundle: Forgery) -> None:
    row = bundle.checkpoints[0]
    row["note"] = row["note"][:-9] + "AAAAAAA=\n"


@tampering(NOBODY, "checkpoints")
def the_last_checkpoint_is_left_out(bundle: Forgery) -> None:
    bundle.checkpoints.pop()


@tampering(NOBODY, "receipts")
def a_receipt_is_removed(bundle: Forgery) -> None:
    del bundle.members[bundle.bid(bundle.opened(2), form.RECEIPT)]


@tampering(NOBODY, "receipts")
def a_receipts_instant_is_altered(bundle: Forgery) -> None:
    name = bundle.bid(bundle.opened(2), form.RECEIPT)
    receipt = bundle.load(name)
    receipt["statement"]["body"]["received_at"] = "2026-03-01T00:00:00.000000Z"
    bundle.store(name, receipt)


@tampering(NOBODY, "receipts")
def a_receipts_path_is_altered(bundle: Forgery) -> None:
    name = bundle.bid(bundle.opened(2), form.RECEIPT)
    receipt = bundle.load(name)
    receipt["evidence"]["path"][0] = "00" * 32
    bundle.store(name, receipt)


@tampering(NOBODY, "document")
def the_ceiling_is_altered(bundle: Forgery) -> None:
    document = bundle.load(form.DOCUMENT)
    document["ceiling_yuan"] = "99999999.00"
    bundle.store(form.DOCUMENT, document)


@tampering(NOBODY, "document")
def a_documents_hash_is_altered(bundle: Forgery) -> None:
    document = bundle.load(form.DOCUMENT)
    document["documents"][0]["sha256"] = "00" * 32
    bundle.store(form.DOCUMENT, document)


@tampering(NOBODY, "document")
def the_price_formula_is_altered(bundle: Forgery) -> None:
    document = bundle.load(form.DOCUMENT)
    document["scheme"]["price"]["e_above"] = "9"
    bundle.store(form.DOCUMENT, document)


@tampering(NOBODY, "parameters")
def the_signed_deadline_is_altered(bundle: Forgery) -> None:
    rows = bundle.load(form.PARAMETERS)
    rows[0]["statement"]["body"]["deadline"] = "2026-04-02T01:30:00Z"
    bundle.store(form.PARAMETERS, rows)


@tampering(NOBODY, "custodian_keys")
def a_custodians_key_is_exchanged(bundle: Forgery) -> None:
    rows = bundle.load(form.PARAMETERS)
    rows[0]["recipients"][0] = next(iter(bundle.platform.bidders.values())).public.body()
    bundle.store(form.PARAMETERS, rows)


@tampering(NOBODY, "parameters")
def the_root_is_exchanged(bundle: Forgery) -> None:
    trust = bundle.load(form.TRUST)
    trust["roots"], trust["crls"] = [to_base64(_another_root())], []
    bundle.store(form.TRUST, trust)


@tampering(PLATFORM, "members")
def an_unknown_member_is_added(bundle: Forgery) -> None:
    bundle.members["notes.txt"] = b"nothing to see"


# --- the platform itself, with the log's key -----------------------------------------------------------------------


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


@tampering(PLATFORM, "opened_bids")
def the_header_mac_of_a_sealed_bid_is_altered(bundle: Forgery) -> None:
    _retrailed(bundle, bundle.opened(0), header_mac=bytes(32))
    bundle.rebuild_log()


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


@tampering(PLATFORM, "bid_signatures")
def a_bid_is_signed_by_another_bidder(bundle: Forgery) -> None:
    _resigned(bundle, bundle.opened(0), bundle.platform.bidders["bidder2"])


@tampering(PLATFORM, "bid_signatures")
def a_bid_is_signed_by_a_key_that_nobody_certified(bundle: Forgery) -> None:
    bidder = bundle.payload("bid.opened")["bidder"]
    _resigned(bundle, bundle.opened(0), make_keys("INTL-1", bidder))


@tampering(PLATFORM, "releases")
def a_custodians_share_is_signed_by_the_platform(bundle: Forgery) -> None:
    name, shares = _custodians(bundle)
    row = shares["releases"][-1]
    row["statement"] = bundle.statement("share.released", row["statement"]["body"])
    _hash_statement(bundle, row)
    bundle.store(name, shares)
    bundle.rebuild_log()


@tampering(PLATFORM, "releases")
def a_custodians_statement_is_dated_back(bundle: Forgery) -> None:
    name, shares = _custodians(bundle)
    row = shares["releases"][-1]
    row["statement"]["body"]["at"] = "2026-04-01T01:31:00Z"
    _hash_statement(bundle, row)
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
def the_lot_is_closed_before_its_deadline(bundle: Forgery) -> None:
    bundle.of_kind("lot.closed")[0]["at"] = "2026-03-31T00:00:00.000000Z"
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


@tampering(PLATFORM, "parameters", "heads_seen")
def the_scheme_is_altered_and_announced_anew(bundle: Forgery) -> None:
    import hashlib

    the_price_formula_is_altered(bundle)
    digest = hashlib.sha256(bundle.members[form.DOCUMENT]).hexdigest()
    rows, payload = bundle.load(form.PARAMETERS), bundle.payload("lot.announced")
    body = rows[0]["statement"]["body"] | {"document_hash": digest}
    rows[0]["statement"] = bundle.statement("tender.parameters", body)
    payload |= {"document_hash": digest, "parameters": rows[0]["statement"]}
    bundle.store(form.PARAMETERS, rows)
    bundle.rebuild_log()


@tampering(PLATFORM, "totals")
def a_members_mark_is_raised(bundle: Forgery) -> None:
    sheet = bundle.of_kind("sheet.submitted")[5]
    marks = sheet["body"]["payload"]["marks"]
    marks[bundle.opened(1)]["technical_method"]["value"] = "6"
    bundle.settle_marks(sheet)
    bundle.rebuild_log()


@tampering(PLATFORM, "sheets")
def a_mark_beyond_its_maximum_is_recorded(bundle: Forgery) -> None:
    sheet = bundle.of_kind("sheet.submitted")[5]
    sheet["body"]["payload"]["marks"][bundle.opened(1)]["technical_method"]["value"] = "9"
    bundle.settle_marks(sheet)
    bundle.rebuild_log()


@tampering(PLATFORM, "sheets")
def a_sheets_marks_are_not_those_hashed(bundle: Forgery) -> None:
    sheet = bundle.of_kind("sheet.submitted")[5]
    sheet["body"]["payload"]["marks"][bundle.opened(1)]["technical_method"]["suggestion"] = "changed"
    bundle.rebuild_log()


@tampering(PLATFORM, "preliminary_review")
def a_vote_against_a_bid_is_turned(bundle: Forgery) -> None:
    sheet = bundle.of_kind("sheet.submitted")[0]
    marks = sheet["body"]["payload"]["marks"][bundle.opened(2)]
    next(mark for mark in marks.values() if mark["value"] == "fail")["value"] = "pass"
    bundle.settle_marks(sheet)
    bundle.rebuild_log()


@tampering(PLATFORM, "preliminary_review")
def a_rejected_bid_is_reported_valid(bundle: Forgery) -> None:
    content = bundle.payload("report.drafted")["content"]
    content["valid"] = content["bids"]
    bundle.rebuild_log()


@tampering(PLATFORM, "price_scores")
def the_benchmark_is_edited(bundle: Forgery) -> None:
    bundle.payload("report.drafted")["content"]["price"]["benchmark"] = "36000000.01"
    bundle.rebuild_log()


@tampering(PLATFORM, "totals")
def a_total_is_edited(bundle: Forgery) -> None:
    content = bundle.payload("report.drafted")["content"]
    content["totals"][bundle.opened(1)]["groups"]["technical"]["score"] = "99.00"
    bundle.rebuild_log()


@tampering(PLATFORM, "ranking")
def the_first_two_change_places_everywhere(bundle: Forgery) -> None:
    content = bundle.payload("report.drafted")["content"]
    rows = bundle.payload("candidates.published")["candidates"]
    places = {row["bid"]: row for row in content["places"]}
    one, two = content["recommended"][:2]
    places[one]["place"], places[two]["place"] = 2, 1
    rows[0]["rank"], rows[1]["rank"] = 2, 1
    bundle.payload("result.published")["winner"] = rows[1]
    bundle.payload("award.issued").update({name: rows[1][name] for name in ("bid_digest", "uscc", "price_yuan")})
    bundle.rebuild_log()


@tampering(PLATFORM, "report_signatures")
def a_member_signed_another_report(bundle: Forgery) -> None:
    bundle.payload("report.signed", 2)["sha256"] = "00" * 32
    bundle.rebuild_log()


@tampering(PLATFORM, "report_signatures")
def the_report_that_was_signed_is_exchanged(bundle: Forgery) -> None:
    bundle.payload("report.drafted")["sha256"] = "00" * 32
    bundle.rebuild_log()


@tampering(PLATFORM, "candidates")
def a_candidates_price_is_published_wrong(bundle: Forgery) -> None:
    bundle.payload("candidates.published")["candidates"][2]["price_yuan"] = "1.00"
    bundle.rebuild_log()


@tampering(PLATFORM, "candidates")
def a_candidate_is_left_out(bundle: Forgery) -> None:
    bundle.payload("candidates.published")["candidates"].pop()
    bundle.rebuild_log()


@tampering(PLATFORM, "result")
def the_second_wins_without_a_reason(bundle: Forgery) -> None:
    second = bundle.payload("candidates.published")["candidates"][1]
    bundle.payload("result.published")["winner"] = second
    bundle.payload("award.issued").update({name: second[name] for name in ("bid_digest", "uscc", "price_yuan")})
    bundle.rebuild_log()


@tampering(PLATFORM, "result")
def the_winners_price_is_raised_in_the_result(bundle: Forgery) -> None:
    winner = bundle.payload("result.published")["winner"]
    winner["price_yuan"] = bundle.payload("award.issued")["price_yuan"] = "38000000.00"
    bundle.rebuild_log()


@tampering(PLATFORM, "award")
def the_notice_goes_to_somebody_else(bundle: Forgery) -> None:
    second = bundle.payload("candidates.published")["candidates"][1]
    bundle.payload("award.issued").update({name: second[name] for name in ("bid_digest", "uscc")})
    bundle.rebuild_log()


@tampering(PLATFORM, "receipts")
def a_receipt_is_signed_by_another_key(bundle: Forgery) -> None:
    trust = bundle.load(form.TRUST)
    trust["receipt_key"] = to_base64(make_keys("INTL-1", "X").public.sign_public)
    bundle.store(form.TRUST, trust)


@tampering(PLATFORM, "checkpoints")
def a_head_is_signed_over_another_root(bundle: Forgery) -> None:
    row = bundle.checkpoints[0]
    row["note"] = bundle.note(row["size"] - 1)


def _custodians(bundle: Forgery) -> tuple[str, dict]:
    name = bundle.bid(bundle.opened(3), form.SHARES)
    return name, bundle.load(name)


def _hash_statement(bundle: Forgery, row: dict) -> None:
    import hashlib

    digest = hashlib.sha256(canonical.dumps(row["statement"])).hexdigest()
    bundle.payload("share.released", -1)["statement_sha256"] = digest


def _another_root() -> bytes:
    from datetime import UTC, datetime

    keys = make_keys("INTL-1", "ANOTHER")
    start = datetime(2020, 1, 1, tzinfo=UTC)
    return make_authority(
        keys.sign_private, common_name="another", not_before=start, not_after=start + timedelta(days=9999)
    )


def _resigned(bundle: Forgery, digest: str, keys: object) -> None:
    """Sign a sealed bid anew: digest and header stay, the signature is no part of them."""
    _retrailed(bundle, digest, signer=keys)


def _retrailed(bundle: Forgery, digest: str, *, signer: object = None, header_mac: bytes | None = None) -> None:
    name = bundle.bid(digest, form.SEALED)
    data = bundle.members[name]
    header, raw = _parts(data)
    old = parse_trailer(raw)
    certificates, signature = old.certificates, old.signature
    if signer is not None:
        certificates = signer.certificates
        signature = signer.sign(signed_message(header.suite, bytes.fromhex(digest), certificates))
    trailer = write_trailer(
        count=old.count,
        header_mac=old.header_mac if header_mac is None else header_mac,
        root=old.root,
        signature=signature,
        certificates=certificates,
    )
    bundle.members[name] = data[: -len(raw) - 4] + trailer + len(trailer).to_bytes(4, "big")


def _parts(data: bytes) -> tuple[Header, bytes]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "one.bid"
        path.write_bytes(data)
        layout = read_layout(path)
        return layout.header, layout.trailer.raw
