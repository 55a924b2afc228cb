"""Tamperings by a platform with the log's key: the draws, the evaluation, the award."""

from sealing.keys import make_keys
from suites.base64_text import to_base64
from tendering.bundle import form
from tendering.rules import draws
from tests.verifier.forge import Forgery
from tests.verifier.tampering import PLATFORM, tampering


def recomputed(record: dict) -> None:
    """Make a draw's result follow from its own record again."""
    record["result"] = draws.recompute(record)


@tampering(PLATFORM, "draws")
def another_expert_is_said_to_be_drawn(bundle: Forgery) -> None:
    record = bundle.payload("committee.drawn")
    name, drawn = next(iter(record["result"].items()))
    pool = next(row["candidates"] for row in record["matters"] if row["name"] == name)
    record["result"][name] = [next(one for one in pool if one not in drawn), *drawn[1:]]
    bundle.rebuild_log()


@tampering(PLATFORM, "draws")
def a_seed_is_chosen_after_the_fact(bundle: Forgery) -> None:
    record = bundle.payload("committee.drawn")
    record["seed"] = "11" * 32
    record["commitment"] = draws.commitment(bytes.fromhex(record["seed"]))
    recomputed(record)
    bundle.rebuild_log()


@tampering(PLATFORM, "draws")
def a_line_of_those_present_is_left_out(bundle: Forgery) -> None:
    record = bundle.payload("committee.drawn")
    record["contributions"].pop()
    recomputed(record)
    bundle.rebuild_log()


def supplemented(bundle: Forgery, *candidates: str) -> dict:
    """Let the log tell of a supplementary draw in the place of the leader's election, and return its record."""
    record, row = bundle.payload("committee.drawn"), bundle.of_kind("leader.elected")[0]
    further = draws.make_record(
        [draws.Matter(f"{record['matters'][0]['name']}/1", candidates)],
        purpose=record["purpose"],
        seed=bytes.fromhex(record["seed"]),
        committed=record["commitment"],
        contributions=record["contributions"],
        checkpoint=record["checkpoint"],
    )
    row["body"] |= {"kind": "committee.supplemented", "payload": {"seat": 1, "record": further}}
    return further


@tampering(PLATFORM)
def a_supplementary_draw_from_the_committed_seed_is_none(bundle: Forgery) -> None:
    """The proof that the three below are caught for what is wrong in them."""
    supplemented(bundle, "further1", "further2")
    bundle.rebuild_log()


@tampering(PLATFORM, "draws")
def a_supplementary_draw_seats_another(bundle: Forgery) -> None:
    further = supplemented(bundle, "further1", "further2")
    (name,) = further["result"]
    further["result"][name] = [next(one for one in ("further1", "further2") if one not in further["result"][name])]
    bundle.rebuild_log()


@tampering(PLATFORM, "draws")
def a_supplementary_draw_calls_who_was_passed_over(bundle: Forgery) -> None:
    supplemented(bundle, "further1", bundle.payload("committee.drawn")["matters"][0]["candidates"][0])
    bundle.rebuild_log()


@tampering(PLATFORM, "draws")
def a_supplementary_draw_is_of_a_seed_chosen_later(bundle: Forgery) -> None:
    further = supplemented(bundle, "further1", "further2")
    further["seed"] = "11" * 32
    further["commitment"] = draws.commitment(bytes.fromhex(further["seed"]))
    recomputed(further)
    bundle.rebuild_log()


@tampering(PLATFORM, "sheets")
def a_seat_is_given_away_after_its_sheet_was_handed_in(bundle: Forgery) -> None:
    early, late = bundle.of_kind("leader.elected")[0], bundle.of_kind("sheet.submitted")[0]
    payload = {"seat": late["body"]["payload"]["seat"], "reason": "x", "vacant": False}
    removed = early["body"] | {"kind": "member.removed", "payload": payload}
    early["body"], late["body"] = late["body"], removed
    bundle.rebuild_log()


@tampering(PLATFORM, "heads_seen")
def another_head_enters_a_draw(bundle: Forgery) -> None:
    record = bundle.payload("committee.drawn")
    record["checkpoint"]["root"] = "00" * 32
    recomputed(record)
    bundle.rebuild_log()


@tampering(PLATFORM, "heads_seen")
def another_coefficient_is_said_to_be_drawn(bundle: Forgery) -> None:
    """Caught by the custodians, who saw the log after the coefficients were drawn."""
    result = bundle.payload("draw.revealed")["record"]["result"]
    result["float_ratio"] = ["0.02" if result["float_ratio"] == ["0.03"] else "0.03"]
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


@tampering(PLATFORM, "outliers")
def a_score_is_said_to_stand_out(bundle: Forgery) -> None:
    row = {"member": "1", "bid": bundle.opened(1), "item": "technical_method", "points": "7", "median": "7.4"}
    bundle.payload("report.drafted")["content"]["outliers"] = [{**row, "explanation": "偏低"}]
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
def a_head_is_signed_overanother_root(bundle: Forgery) -> None:
    row = bundle.checkpoints[0]
    row["note"] = bundle.note(row["size"] - 1)
