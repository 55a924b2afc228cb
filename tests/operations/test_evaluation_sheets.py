"""Score sheets: saved by versions, judged whole, closed by submitting; the phases that follow one another."""

from decimal import Decimal

import pytest

import lawbook
import ledger
from evaluation import queries
from evaluation.models import Sheet, SheetVersion
from evaluation.operations.draft_report import draft_report
from evaluation.operations.outlying import outliers_of
from evaluation.operations.save_sheet import save_sheet
from evaluation.operations.sign_report import sign_report
from evaluation.operations.submit_sheet import submit_sheet
from evaluation.rules.scheme_checks import problems
from lawbook.reasons import Refused
from tendering import queries as tendering_queries
from tests.opened_lot import findings, hand_in, make_opened_lot, points, seat, start, to_detailed, to_summary

pytestmark = pytest.mark.django_db


def save(opened, actor, marks, version=0):
    return save_sheet(lot_code=opened.code, actor=actor, marks=marks, version=version)


def test_nothing_is_saved_before_the_evaluation_starts(opened):
    seat(opened)
    with pytest.raises(Refused) as refusal:
        save(opened, opened.actors()[0], {})
    assert refusal.value.codes == {"wrong_phase"}


def test_a_half_filled_sheet_is_kept_and_so_is_every_version(opened):
    start(opened)
    actor, digest = opened.actors()[0], opened.digests[0]
    first = {digest: {"form_letter": {"value": "pass", "reason": "", "suggestion": "accepted"}}}
    save(opened, actor, first)
    sheet = save(opened, actor, {digest: {"form_letter": {"value": "fail", "reason": "无签字"}}}, version=1)
    assert sheet.version == 2
    assert SheetVersion.objects.get(sheet=sheet, version=1).marks == first


def test_a_stale_version_is_refused_and_overwrites_nothing(opened):
    start(opened)
    actor, digest = opened.actors()[0], opened.digests[0]
    save(opened, actor, {digest: {"form_letter": {"value": "pass"}}})
    with pytest.raises(Refused) as refusal:
        save(opened, actor, {}, version=0)
    assert refusal.value.codes == {"stale_sheet"}
    assert Sheet.objects.get().marks == {digest: {"form_letter": {"value": "pass"}}}


@pytest.mark.parametrize(
    ("marks", "code"),
    [
        ([], "marks_form"),
        ({"0" * 64: {}}, "marks_bid"),
        ({"BID": {"no_such_item": {"value": "pass"}}}, "marks_item"),
        ({"BID": {"form_letter": {"value": "maybe"}}}, "marks_form"),
        ({"BID": {"form_letter": {"value": True}}}, "marks_form"),
        ({"BID": {"form_letter": "pass"}}, "marks_form"),
        ({"BID": {"form_letter": {"value": "pass", "colleague": "x"}}}, "marks_form"),
        ({"BID": {"form_letter": {"value": "fail", "reason": "长" * 2001}}}, "marks_long"),
        ({"BID": {"form_letter": {"value": "fail", "reason": "a\x00b"}}}, "marks_form"),
        ({"BID": {"form_letter": {"value": "fail", "reason": "\ud800"}}}, "marks_form"),
        ({"BID": {"form_letter": {"value": "pass", "suggestion": "perhaps"}}}, "marks_form"),
    ],
)
def test_marks_that_cannot_be_read_are_refused(opened, marks, code):
    start(opened)
    if isinstance(marks, dict) and "BID" in marks:
        marks = {opened.digests[0]: marks["BID"]}
    with pytest.raises(Refused) as refusal:
        save(opened, opened.actors()[0], marks)
    assert refusal.value.codes == {code}
    assert not Sheet.objects.exists()


@pytest.mark.parametrize("value", ["NaN", "1E5", "Infinity", "1_0", "７", " 3", "1e-999999"])
def test_only_plain_figures_are_points(opened, value):
    to_detailed(opened)
    with pytest.raises(Refused) as refusal:
        save(opened, opened.actors()[0], {opened.digests[0]: {"technical_method": {"value": value}}})
    assert refusal.value.codes == {"marks_form"}


def test_every_missing_finding_is_told_at_once(opened):
    start(opened)
    actor = opened.actors()[0]
    marks = findings(opened)
    del marks[opened.digests[0]]["form_letter"], marks[opened.digests[2]]["response_quality"]
    marks[opened.digests[1]]["form_letter"] = {"value": "fail", "reason": " "}
    save(opened, actor, marks)
    with pytest.raises(Refused) as refusal:
        submit_sheet(lot_code=opened.code, actor=actor)
    codes = [reason.code for reason in refusal.value.reasons]
    assert sorted(codes) == ["finding_missing", "finding_missing", "finding_without_reason"]
    assert Sheet.objects.get().submitted_at is None


def test_every_point_out_of_range_is_told_at_once(opened):
    to_detailed(opened)
    actor = opened.actors()[0]
    save(opened, actor, points(opened, technical_method="6.95", technical_environment="3.1", business_record="5"))
    with pytest.raises(Refused) as refusal:
        submit_sheet(lot_code=opened.code, actor=actor)
    codes = {reason.code for reason in refusal.value.reasons}
    assert codes == {"score_between_tiers", "score_out_of_range", "score_not_counted"}


def test_an_empty_sheet_is_not_submitted(opened):
    start(opened)
    with pytest.raises(Refused) as refusal:
        submit_sheet(lot_code=opened.code, actor=opened.actors()[0])
    assert refusal.value.codes == {"nothing_saved"}


def test_a_submitted_sheet_is_closed_and_a_double_click_submits_once(opened):
    start(opened)
    actor = opened.actors()[0]
    hand_in(opened, actor, findings(opened))
    with pytest.raises(Refused) as refusal:
        submit_sheet(lot_code=opened.code, actor=actor)
    assert refusal.value.codes == {"sheet_submitted"}
    with pytest.raises(Refused) as refusal:
        save(opened, actor, findings(opened), version=1)
    assert refusal.value.codes == {"sheet_submitted"}
    submitted = [row for row in ledger.entries_of(opened.code) if row["body"]["kind"] == "sheet.submitted"]
    assert len(submitted) == 1


def test_the_second_click_of_the_last_member_does_not_reach_the_next_phase(opened):
    start(opened)
    for actor in opened.actors():
        hand_in(opened, actor, findings(opened))
    last = opened.actors()[-1]
    save(opened, last, points(opened))
    with pytest.raises(Refused) as refusal:
        submit_sheet(lot_code=opened.code, actor=last, phase="preliminary", version=1)
    assert refusal.value.codes == {"wrong_phase"}
    assert Sheet.objects.get(phase="detailed").submitted_at is None


def test_an_old_page_does_not_submit_a_newer_sheet(opened):
    start(opened)
    actor = opened.actors()[0]
    save(opened, actor, findings(opened))
    save(opened, actor, findings(opened, failing=(opened.digests[0],)), version=1)
    with pytest.raises(Refused) as refusal:
        submit_sheet(lot_code=opened.code, actor=actor, phase="preliminary", version=1)
    assert refusal.value.codes == {"stale_sheet"}


def test_progress_counts_marks_and_shows_none(opened):
    start(opened)
    first = opened.actors()[0]
    save(opened, first, findings(opened))
    rows = queries.progress(opened.committee)
    assert [row["marks"] for row in rows] == [36, 0, 0, 0, 0]
    assert all(set(row) == {"member", "submitted_at", "marks"} for row in rows)


def test_the_detailed_review_opens_when_all_have_submitted_and_rejects_by_majority(opened):
    start(opened)
    bad, disputed = opened.digests[0], opened.digests[1]
    for place, actor in enumerate(opened.actors()):
        assert opened.committee.phase == "preliminary"
        failing = ((bad,) if place < 3 else ()) + ((disputed,) if place < 2 else ())
        hand_in(opened, actor, findings(opened, failing=failing))
    assert opened.committee.phase == "detailed"
    assert queries.valid_digests(opened.lot, opened.committee) == opened.digests[1:]
    with pytest.raises(Refused) as refusal:
        save(opened, opened.actors()[0], {bad: {"technical_method": {"value": "7"}}})
    assert refusal.value.codes == {"marks_bid"}


def test_without_a_valid_bid_there_is_nothing_to_score(opened):
    to_detailed(opened, failing=tuple(opened.digests))
    assert opened.committee.phase == "summary"


def test_a_score_far_from_the_others_stands_out(opened):
    to_detailed(opened)
    for place, actor in enumerate(opened.actors()):
        hand_in(opened, actor, points(opened, technical_method="5") if place == 3 else points(opened))
    found = outliers_of(opened.lot, opened.committee)
    assert [(o.member, o.item, o.points, o.median) for o in found] == [
        ("4", "technical_method", Decimal("5"), Decimal("8"))
    ]


def test_nothing_stands_out_when_all_agree(opened):
    to_summary(opened)
    assert outliers_of(opened.lot, opened.committee) == ()


def price_only_scheme():
    scheme = lawbook.scheme("construction")
    kept = [(group, [item for item in group["items"] if item["kind"] == "price"]) for group in scheme["groups"]]
    scheme["groups"] = [{**group, "items": items, "points": items[0]["points"]} for group, items in kept if items]
    scheme["total_points"] = scheme["groups"][0]["points"]
    scheme["tie_break"] = ["price"]
    return scheme


def test_where_the_price_alone_is_scored_the_summary_follows_the_preliminary_review(cast, tmp_path, settings):
    for name in ("OPENED_ROOT", "DOCUMENT_ROOT"):
        setattr(settings, name, tmp_path / "server" / name.lower())
    scheme = price_only_scheme()
    assert problems(scheme) == []
    opened = make_opened_lot(cast, scheme=scheme)
    to_detailed(opened)
    assert opened.committee.phase == "summary"
    draft_report(lot_code=opened.code, actor=opened.actors()[0])
    for actor in opened.actors():
        sign_report(lot_code=opened.code, actor=actor)
    assert opened.fresh().stage == "evaluated"
    assert [row.rank for row in tendering_queries.candidates(opened.fresh())] == [1, 2, 3]
