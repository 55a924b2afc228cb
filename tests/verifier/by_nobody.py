"""Tamperings by somebody without keys, who only makes the list of hashes anew."""

from suites.base64_text import to_base64
from tendering.bundle import form
from tests.verifier.forge import Forgery
from tests.verifier.tampering import NOBODY, PLATFORM, another_authority, custodians_shares, tampering


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
    name, shares = custodians_shares(bundle)
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
    trust["roots"], trust["crls"] = ([to_base64(der)] for der in another_authority())
    bundle.store(form.TRUST, trust)


@tampering(NOBODY, "trust_root")
def the_revocation_lists_are_left_out(bundle: Forgery) -> None:
    trust = bundle.load(form.TRUST)
    trust["crls"] = []
    bundle.store(form.TRUST, trust)


@tampering(PLATFORM, "members")
def an_unknown_member_is_added(bundle: Forgery) -> None:
    bundle.members["notes.txt"] = b"nothing to see"


@tampering(NOBODY, "witnesses")
def a_cosignature_is_altered(bundle: Forgery) -> None:
    row = next(row for row in bundle.checkpoints if row["cosignatures"])
    row["cosignatures"][0] = row["cosignatures"][0][:-6] + "AAAA=="


@tampering(NOBODY, "timestamps")
def a_timestamp_is_put_on_another_checkpoint(bundle: Forgery) -> None:
    row = next(row for row in bundle.checkpoints if row["timestamps"])
    bundle.checkpoints[-1]["timestamps"] = row["timestamps"]


@tampering(NOBODY, "trust_root")
def a_revocation_list_is_altered(bundle: Forgery) -> None:
    trust = bundle.load(form.TRUST)
    trust["crls"][0] = trust["crls"][0][:-8] + "AAAAAAA="
    bundle.store(form.TRUST, trust)
