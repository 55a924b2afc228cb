"""From the sheets to the signed report: outliers explained, the worked numbers, dissent, candidates, rejecting all."""

from decimal import Decimal

import pytest

import ledger
from evaluation.models import Member, Report
from evaluation.operations.draft_report import draft_report
from evaluation.operations.elect_leader import elect_leader
from evaluation.operations.explain_outlier import explain_outlier
from evaluation.operations.sign_report import sign_report
from lawbook.reasons import Refused
from tendering import documents
from tendering.models import Candidate, OpenedBid
from tests.opened_lot import hand_in, points, to_detailed, to_summary

pytestmark = pytest.mark.django_db


def draft(opened, actor=None, **how):
    return draft_report(lot_code=opened.code, actor=actor or opened.actors()[0], **how)


def test_the_report_says_the_worked_numbers(opened):
    """D = (8.9 + 9.1 + 9.4) / 3 million = 9,133,333.33; S = 60 − |p − D| / D × 100 × E, E 1 above and 0.5 below."""
    to_summary(opened)
    content = draft(opened).content
    a, b, c = opened.digests
    assert content["price"]["benchmark"] == "9133333.33"
    assert content["price"]["scores"] == {a: "58.72", b: "59.82", c: "57.08"}
    assert {bid: row["total"] for bid, row in content["totals"].items()} == {a: "98.72", b: "99.82", c: "97.08"}
    assert [(row["place"], row["bid"]) for row in content["places"]] == [(1, b), (2, a), (3, c)]
    assert content["recommended"] == [b, a, c]
    assert documents.read(Report.objects.get().sha256).startswith(b"%PDF")


def test_members_points_are_averaged_without_the_extremes(opened):
    to_detailed(opened)
    given = ["7", "7.2", "7.4", "7.6", "8"]
    for value, actor in zip(given, opened.actors(), strict=True):
        hand_in(opened, actor, points(opened, technical_method=value))
    group = draft(opened).content["totals"][opened.digests[0]]["groups"]["technical"]
    assert group["score"] == "29.40"  # 22 + (7.2 + 7.4 + 7.6) / 3
    assert group["dropped"] == ["1", "5"]


def test_only_the_leader_drafts_and_only_in_the_summary(opened):
    to_detailed(opened)
    with pytest.raises(Refused) as refusal:
        draft(opened, opened.actors()[1])
    assert refusal.value.codes == {"not_leader", "wrong_phase"}


def test_a_leader_can_still_be_found_in_the_summary(opened):
    to_summary(opened)
    Member.objects.update(leader=False)
    with pytest.raises(Refused) as refusal:
        draft(opened)
    assert refusal.value.codes == {"no_leader"}
    for actor in opened.actors()[:3]:
        elect_leader(lot_code=opened.code, actor=actor, seat=2)
    assert draft(opened, opened.actors()[1]).content["recommended"]


def far_off(opened):
    to_detailed(opened)
    for place, actor in enumerate(opened.actors()):
        hand_in(opened, actor, points(opened, technical_method="5") if place == 3 else points(opened))
    return {"lot_code": opened.code, "bid_digest": opened.digests[0], "item": "technical_method"}


def test_a_score_that_stands_out_is_explained_by_its_own_member_before_the_draft(opened):
    place = far_off(opened)
    with pytest.raises(Refused) as refusal:
        draft(opened)
    assert refusal.value.codes == {"unexplained"}
    with pytest.raises(Refused) as refusal:
        explain_outlier(**place, actor=opened.actors()[0], text="不是我的分")
    assert refusal.value.codes == {"not_an_outlier"}
    with pytest.raises(Refused) as refusal:
        explain_outlier(**place, actor=opened.actors()[3], text=" ")
    assert refusal.value.codes == {"reason_empty"}
    explain_outlier(**place, actor=opened.actors()[3], text="缺少基坑监测方案。")
    [told] = draft(opened).content["outliers"]
    assert (told["member"], told["median"], told["explanation"]) == ("4", "8", "缺少基坑监测方案。")
    with pytest.raises(Refused) as refusal:
        explain_outlier(**place, actor=opened.actors()[3], text="改一改")
    assert refusal.value.codes == {"report_exists"}


def test_a_report_is_drafted_once(opened):
    to_summary(opened)
    draft(opened)
    with pytest.raises(Refused) as refusal:
        draft(opened)
    assert refusal.value.codes == {"report_exists"}


def test_a_rejected_bid_is_told_with_ground_votes_and_reasons_and_scores_nothing(opened):
    bad = opened.digests[2]
    to_summary(opened, failing=(bad,))
    content = draft(opened).content
    [rejected] = content["rejections"]
    assert rejected["bid"] == bad
    assert rejected["items"][0]["law"] == "BR-51" and rejected["items"][0]["failed_by"] == ["1", "2", "3", "4", "5"]
    assert rejected["items"][0]["reasons"] == ["未盖单位公章"] * 5
    assert bad not in content["totals"] and len(content["places"]) == 2


def test_with_three_valid_bids_nobody_may_reject_all(opened):
    to_summary(opened)
    with pytest.raises(Refused) as refusal:
        draft(opened, reject_all=True, reason="缺乏竞争")
    assert refusal.value.codes == {"competition_stands"}


def test_with_two_valid_bids_the_committee_may_reject_all_without_scoring(opened):
    to_detailed(opened, failing=(opened.digests[2],))
    with pytest.raises(Refused) as refusal:
        draft(opened, reject_all=True, reason=" ")
    assert refusal.value.codes == {"reject_reason"}
    content = draft(opened, reject_all=True, reason="有效投标两个，报价明显趋同。").content
    assert content["recommended"] == [] and content["valid"] == opened.digests[:2]
    assert opened.committee.phase == "summary"
    for actor in opened.actors():
        sign_report(lot_code=opened.code, actor=actor)
    assert opened.fresh().stage == "evaluated" and not Candidate.objects.exists()


def test_with_two_valid_bids_the_committee_may_also_go_on(opened):
    to_summary(opened, failing=(opened.digests[2],))
    assert draft(opened).content["recommended"] == opened.digests[:2]  # 59.44 and 58.89 for the price


def test_when_every_bid_is_rejected_the_report_recommends_nobody(opened):
    to_summary(opened, failing=tuple(opened.digests))
    content = draft(opened).content
    assert content["recommended"] == [] and len(content["rejections"]) == 3
    for actor in opened.actors():
        sign_report(lot_code=opened.code, actor=actor)
    assert opened.fresh().stage == "evaluated" and not Candidate.objects.exists()


def test_bids_equal_in_everything_are_ordered_by_a_draw_that_can_be_recomputed(opened):
    from tendering.rules import draws

    OpenedBid.objects.update(price_yuan=Decimal("9000000.00"))
    to_summary(opened)
    content = draft(opened).content
    record = content["draw"]
    assert draws.problems(record) == []
    assert [row["bid"] for row in content["places"]] == record["result"]["tie 1"]


def test_nobody_signs_what_is_not_drafted_and_nobody_signs_twice(opened):
    to_summary(opened)
    actor = opened.actors()[0]
    with pytest.raises(Refused) as refusal:
        sign_report(lot_code=opened.code, actor=actor)
    assert refusal.value.codes == {"no_report"}
    draft(opened)
    sign_report(lot_code=opened.code, actor=actor)
    with pytest.raises(Refused) as refusal:
        sign_report(lot_code=opened.code, actor=actor)
    assert refusal.value.codes == {"signed"}


def test_the_last_signature_names_the_candidates_and_finishes_the_evaluation(opened):
    to_summary(opened, representative="purchaser")
    report = draft(opened)
    for place, actor in enumerate(opened.actors()):
        assert opened.fresh().stage == "evaluating" and not Candidate.objects.exists()
        sign_report(lot_code=opened.code, actor=actor, dissent="不同意第二名。" if place == 1 else "")
    lot = opened.fresh()
    assert lot.stage == "evaluated" and lot.evaluated_at is not None and opened.committee.phase == "signed"
    rows = list(Candidate.objects.order_by("rank").values_list("rank", "bid__bid_digest", "price_yuan", "total"))
    a, b, c = opened.digests
    assert rows == [
        (1, b, Decimal("9100000.00"), Decimal("99.82")),
        (2, a, Decimal("8900000.00"), Decimal("98.72")),
        (3, c, Decimal("9400000.00"), Decimal("97.08")),
    ]
    assert report.signatures.filter(dissent="不同意第二名。").count() == 1
    kinds = [row["body"]["kind"] for row in ledger.entries_of(opened.code)]
    assert kinds.count("report.signed") == 5 and kinds[-1] == "evaluation.finished"
