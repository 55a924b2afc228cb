"""A platform that steers a draw, ranks what nobody scored, awards twice or shows half a lot is found.

It has the log's key and signs everything anew; what it claims is at odds with itself, or with what must be shown.
"""

import copy
from types import SimpleNamespace

import pytest

from suites.certificates import to_pem
from tendering.bundle import form
from tendering.bundle.export import export_bundle
from tendering.rules import draws
from tests.verifier import rewriting
from tests.verifier.awarded import ACTS, drive
from tests.verifier.by_platform_later import recomputed, supplemented
from tests.verifier.forge import Forgery
from tests.verifier.test_tamperings import failing
from verifier.__main__ import main
from verifier.checks.evaluation import tie_order

RESULT = ("result.published", "award.issued")
UNTIL_RESULT = ("committee.", "member.", "leader.", *RESULT)  # what is not public before the result, and itself


@pytest.fixture(params=["full", "public"])
def variant(request):
    return request.param


@pytest.fixture
def bundle(exported):
    return Forgery.of(exported.full, exported.platform)


@pytest.fixture
def either(exported, variant):
    """The bundle in both variants: most readers have the public one."""
    return Forgery.of(getattr(exported, variant), exported.platform)


@pytest.fixture
def judged(exported, tmp_path, capsys):
    """What the verifier says of a bundle that the platform signed again, log key and root pinned: check → reasons."""
    (tmp_path / "root.pem").write_bytes(to_pem(exported.root))
    pins = ("--log-key", exported.log_key, "--trust", str(tmp_path / "root.pem"))

    def judge(bundle, *options):
        bundle.rebuild_log()
        _found, told = failing(capsys, bundle.write(tmp_path / "forged.zip", signed=True), *pins, *options)
        return {row["name"]: row["reasons"] for row in told["checks"] if row["outcome"] == "failed"}

    return judge


def without(bundle, *kinds):
    bundle.entries[:] = [row for row in bundle.entries if not row["body"]["kind"].startswith(kinds)]


def steered(record):
    """Somebody who was not drawn is seated."""
    name, drawn = next(iter(record["result"].items()))
    pool = next(row["candidates"] for row in record["matters"] if row["name"] == name)
    record["result"][name] = [next(one for one in pool if one not in drawn), *drawn[1:]]


# Draws that do not look like one


def test_a_steered_committee_whose_record_says_no_format_is_still_a_draw(bundle, judged):
    record = bundle.payload("committee.drawn")
    del record["format"]
    steered(record)
    (reason,) = judged(bundle)["draws"]
    assert "draw of experts" in reason and "draw_malformed: detail format is missing" in reason


def test_drawn_coefficients_without_a_record_are_none(exported, judged):
    """In the public variant no custodian's statement tells of the log after the draw."""
    bundle = Forgery.of(exported.public, exported.platform)
    payload = bundle.payload("draw.revealed")
    payload["records"] = [payload.pop("record")]
    (reason,) = judged(bundle)["draws"]
    assert "draw of coefficients" in reason and "draw_malformed: detail not an object" in reason


def test_a_steered_supplementary_draw_without_a_format_is_still_a_draw(bundle, judged):
    further = supplemented(bundle, "further1", "further2")
    steered(further)
    del further["format"]
    assert "draw_malformed" in judged(bundle)["draws"][0]


@pytest.mark.parametrize("odd", [{}, [], "", {"result": {"tie 1": []}}])
def test_a_report_holds_a_sound_draw_or_none(bundle, judged, odd):
    bundle.payload("report.drafted")["content"]["draw"] = odd
    assert judged(bundle).keys() == {"draws"}


def test_a_draw_among_equals_that_was_committed_to_is_sound(bundle, judged):
    """The proof that the tests beside it fail for what is wrong in them."""
    seed, record = bytes(32), bundle.payload("committee.drawn")
    committed = next(row for row in bundle.payload("draw.committed")["draws"] if row["matter"] == "ties")
    committed["commitment"] = draws.commitment(seed)
    bundle.payload("report.drafted")["content"]["draw"] = draws.make_record(
        [draws.Matter("tie 1", (bundle.opened(0), bundle.opened(1)), 2)],
        purpose=committed["purpose"],
        seed=seed,
        committed=committed["commitment"],
        contributions=record["contributions"],
        checkpoint=record["checkpoint"],
    )
    for row in bundle.checkpoints:  # outsiders attested the commitment as it was
        row["cosignatures"] = row["timestamps"] = []
    rewriting.live(bundle)
    bundle.reevaluate()  # other coefficients may have been drawn
    assert judged(bundle) == {}


TIED = (("b1", "b2"), ("b3", "b4"))


@pytest.mark.parametrize(
    ("names", "sets", "holds"),
    [
        (("tie 1", "tie 2"), TIED, True),
        (("tie 1", "tie 2 again"), TIED, False),
        (("tie 1", "tie 2"), (("b1", "b2"), ("b3", "b4", "b5")), False),
        (("tie 1",), (("b1", "b2", "b3", "b4"),), False),
    ],
)
def test_equal_bids_are_drawn_under_set_names_and_nothing_beside_them(names, sets, holds):
    """Names and candidates enter the key: by trying others, whoever draws could choose the order."""
    matters = [draws.Matter(name, bids, len(bids)) for name, bids in zip(names, sets, strict=True)]
    told = {"purpose": "L/ties", "seed": bytes(32), "committed": draws.commitment(bytes(32)), "contributions": []}
    record = draws.make_record(matters, checkpoint={"size": 1, "root": "00" * 32}, **told)
    order = tie_order(SimpleNamespace(drawn=lambda kind: [record] if kind == "report.drafted" else []), TIED)
    assert set(order) == ({"b1", "b2", "b3", "b4"} if holds else set())


def test_a_draw_for_one_thing_does_not_stand_for_another(bundle, judged):
    """A result that was drawn for the experts is no result for ties, though it was committed to."""
    record = copy.deepcopy(bundle.payload("committee.drawn"))
    record |= {"matters": [{"name": "tie 1", "candidates": ["a", "b"], "count": 2}], "exclusive": False}
    recomputed(record)
    bundle.payload("report.drafted")["content"]["draw"] = record
    reasons = judged(bundle)["draws"]
    assert any("not for the ties of this lot" in reason for reason in reasons)


def test_whom_a_draw_calls_cannot_be_passed_over_beforehand(bundle, judged):
    """`unavailable` is a free choice of who draws: with it anybody could be seated by a record that recomputes."""
    record = bundle.payload("committee.drawn")
    record["unavailable"] = [next(iter(record["result"].values()))[0]]
    recomputed(record)
    (reason,) = judged(bundle)["draws"]
    assert "it passes over people who were not called yet" in reason


def test_whether_drawing_once_excludes_from_drawing_again_is_no_choice(bundle, judged):
    record = bundle.payload("committee.drawn")
    record["exclusive"] = False
    recomputed(record)
    assert "exclusive is False" in judged(bundle)["draws"][0]


def test_a_full_bundle_with_a_result_shows_the_draw_of_the_committee(bundle, judged):
    without(bundle, "committee.")
    assert judged(bundle) == {"draws": ["the result is published, and no draw of the committee is shown"]}


def test_before_the_result_nobody_may_see_the_committee_and_none_is_missed(bundle, judged):
    without(bundle, *UNTIL_RESULT)
    assert judged(bundle) == {}


def test_a_committee_is_drawn_once_and_before_it_judges(bundle, judged):
    drawn, leader = bundle.of_kind("committee.drawn")[0], bundle.of_kind("leader.elected")[0]
    leader["body"] = {**drawn["body"], "payload": copy.deepcopy(drawn["body"]["payload"])}
    assert judged(bundle)["draws"] == ["experts were drawn more than once"]
    sheet = bundle.of_kind("sheet.submitted")[0]
    leader["body"], drawn["body"], sheet["body"] = drawn["body"], sheet["body"], leader["body"]
    assert any("after its work had begun" in reason for reason in judged(bundle)["draws"])


@pytest.mark.parametrize(("size", "failing_check"), [(None, "form"), (4, "draws")])
def test_a_committee_has_as_many_seats_as_were_drawn(bundle, judged, size, failing_check):
    """Else the fifth member's sheet could be left out, and four would be all."""
    bundle.payload("committee.drawn")["size"] = size
    for kind in ("sheet.submitted", "report.signed"):
        gone = [row for row in bundle.of_kind(kind) if row["body"]["payload"]["seat"] == 5]
        bundle.entries[:] = [row for row in bundle.entries if row not in gone]
    assert failing_check in judged(bundle)


# A report in which nobody is scored, and somebody wins


def exchanged(bundle):
    """The last of the ranking becomes the first, everywhere, with a total of its own."""
    content, rows = bundle.payload("report.drafted")["content"], bundle.payload("candidates.published")["candidates"]
    order = content["recommended"][::-1]
    places, published = (
        {row[name]: row for row in found} for name, found in (("bid", content["places"]), ("bid_digest", rows))
    )
    for number, digest in enumerate(order, 1):
        places[digest]["place"] = published[digest]["rank"] = number
    places[order[0]]["total"] = published[order[0]]["total"] = "99.99"
    content["recommended"], rows[:] = order, [published[digest] for digest in order]
    winner = rows[0]
    bundle.payload("result.published")["winner"] = winner
    bundle.payload("award.issued").update({name: winner[name] for name in ("bid_digest", "uscc", "price_yuan")})
    return content


def test_a_report_that_rejects_all_ranks_nobody_and_nobody_is_awarded(either, judged):
    content = exchanged(either)
    content |= {"reject_all": True, "reject_all_reason": "明显缺乏竞争"}
    (reason,) = judged(either)["price_scores"]
    assert "no bid is said to be scored, and the report tells price, totals, places, recommended" in reason
    for kind in ("candidates.published", *RESULT):
        assert f"no bid is said to be scored, and {kind} follows" in reason


def unscored(bundle):
    """The report rejects all, as an honest one would look, and nothing follows."""
    content = bundle.payload("report.drafted")["content"]
    for name in ("price", "totals", "outliers"):
        content.pop(name)
    content |= {"places": [], "recommended": [], "reject_all": True, "reject_all_reason": "明显缺乏竞争"}
    without(bundle, "candidates.", *RESULT)
    return content


def test_with_three_valid_bids_not_all_may_be_rejected(either, judged):
    unscored(either)
    assert judged(either)["price_scores"] == ["all bids are rejected though 3 are valid"]


def with_two_valid(bundle, content):
    """The members reject the second bid for what they reject the third."""
    digest, example = bundle.opened(1), bundle.opened(2)
    for row in bundle.of_kind("sheet.submitted"):
        marks = row["body"]["payload"]["marks"]
        if row["body"]["payload"]["phase"] == "preliminary":
            marks[digest] = copy.deepcopy(marks[example])
        else:
            marks.pop(digest)
        bundle.settle_marks(row)
    content["valid"].remove(digest)
    rejected = copy.deepcopy(content["rejections"][0])
    content["rejections"].insert(0, rejected | {"bid": digest})


def test_with_two_valid_bids_all_may_be_rejected_with_a_reason(either, judged):
    content = unscored(either)
    with_two_valid(either, content)
    assert judged(either) == {}
    content["reject_all_reason"] = " "
    assert judged(either) == {"price_scores": ["all bids are rejected without a reason"]}


# Twice, in another order, behind the end

TWICE = ("report.drafted", "evaluation.finished", "candidates.published", *RESULT)


@pytest.mark.parametrize("kind", TWICE)
def test_no_stage_is_reached_twice(bundle, judged, kind):
    """All others judge the last one only: the one before, to another bid, would be told by nobody."""
    again = copy.deepcopy(bundle.of_kind(kind)[0]["body"])
    if kind == "award.issued":
        again["payload"] |= {"bid_digest": bundle.opened(0), "price_yuan": "1.00"}
    bundle.of_kind("opening.recorded")[0]["body"] = again
    assert any(f"{kind} stands 2 times" in reason for reason in judged(bundle)["stages"])


@pytest.mark.parametrize(("early", "late"), [("candidates.published", "evaluation.finished"), RESULT[::-1]])
def test_no_stage_is_reached_before_the_one_it_follows(bundle, judged, early, late):
    one, two = bundle.of_kind(early)[0], bundle.of_kind(late)[0]
    one["body"], two["body"] = two["body"], one["body"]
    (reason,) = judged(bundle)["stages"]
    assert reason.startswith(f"{early} (entry") and f"came before {late}" in reason


@pytest.mark.parametrize("end", ["lot.failed", "lot.terminated"])
def test_a_lot_that_ended_is_not_awarded(either, judged, end):
    either.of_kind("opening.recorded")[0]["body"] |= {"kind": end, "payload": {"reason": "x"}}
    reasons = judged(either)["stages"]
    assert any("award.issued" in reason and f"and {end}" in reason for reason in reasons)


PUBLISHED, RESULT_OUT, AWARDED = "candidates.published", *RESULT


@pytest.mark.parametrize(
    ("tail", "fails"),
    [
        ((PUBLISHED, "lot.failed"), False),  # BR-55: the first candidate fell, the lot is tendered again
        ((PUBLISHED, RESULT_OUT, "lot.terminated"), False),  # BR-31: until the award binds both sides
        ((PUBLISHED, RESULT_OUT, "lot.failed"), True),
        ((PUBLISHED, RESULT_OUT, AWARDED, "lot.terminated"), True),
        ((PUBLISHED, "lot.failed", "lot.terminated"), True),
    ],
)
def test_a_lot_ends_once_with_an_award_or_without(either, judged, tail, fails):
    rows = [either.of_kind(kind)[0] for kind in ("evaluation.finished", PUBLISHED, *RESULT)]
    bodies = {row["body"]["kind"]: row["body"] for row in rows}
    ends = {kind: {**rows[-1]["body"], "kind": kind, "payload": {"reason": "x"}} for kind in tail if kind[:4] == "lot."}
    for row, kind in zip(rows, tail, strict=False):
        row["body"] = (bodies | ends)[kind]
    either.entries[:] = [row for row in either.entries if row not in rows[len(tail) :]]
    assert judged(either).keys() == ({"stages"} if fails else set())


# Half a lot


def shown(capsys, path, *options):
    status = main([str(path), *options])
    return status, capsys.readouterr().out.splitlines()


def test_a_bundle_from_before_the_opening_is_none_that_was_ever_made(bundle, judged):
    """An awarded lot cut down to its intake: nothing that is left is wrong, and nothing is left to be wrong."""
    intake = ("lot.announced", "bid.received", "bid.withdrawn", "bids.incomplete", "lot.closed", "draw.committed")
    bundle.entries[:] = [row for row in bundle.entries if row["body"]["kind"] in intake]
    for name in [name for name in bundle.members if name.endswith(form.SHARES)]:
        del bundle.members[name]
    assert judged(bundle) == {"stages": ["the stage opened is not shown, which every bundle like this shows"]}


def test_a_stage_between_two_that_are_shown_is_missed(either, judged):
    without(either, "candidates.")
    assert "the stage candidates_published is not shown, which every bundle like this shows" in judged(either)["stages"]


def cut_down(bundle):
    """Everything behind the opening is left out, as in a bundle made at that time."""
    last = bundle.of_kind("opening.finished")[0]["index"]
    bundle.entries[:] = [row for row in bundle.entries if row["index"] <= last]


def test_the_verdict_says_how_far_the_bundle_goes(exported, bundle, tmp_path, capsys):
    _status, lines = shown(capsys, exported.full)
    idle = sum(line.startswith("not applicable") for line in lines)
    assert f"shown up to: awarded; {idle} checks did not apply" in lines
    cut_down(bundle)
    bundle.rebuild_log()
    status, lines = shown(capsys, bundle.write(tmp_path / "cut.zip", signed=True))
    assert status == 0 and any(line.startswith("shown up to: opened; ") for line in lines)


def test_who_knows_of_an_award_fails_a_bundle_without_it(exported, bundle, judged, capsys):
    assert shown(capsys, exported.public, "--stage", "awarded")[0] == 0
    cut_down(bundle)
    assert judged(bundle) == {}
    told = "the stage awarded is not shown (--stage), the bundle ends with: opened"
    assert judged(bundle, "--stage", "awarded") == {"stages": [told]}
    assert judged(bundle, "--stage", "opened") == {}


def test_what_is_not_pinned_is_told_of_outsiders_too(exported, tmp_path, capsys):
    """A notary or an authority that the bundle alone names may be the platform's own."""
    _status, lines = shown(capsys, exported.full)
    assert lines[-2] == f"witnesses not pinned: {exported.witness}"
    assert lines[-1].startswith("timestamp roots not pinned: ") and len(lines[-1].rpartition(" ")[2]) == 64
    _status, lines = shown(capsys, exported.full, "--witness", exported.witness)
    assert lines[-2] == "witnesses pinned"
    _found, told = failing(capsys, exported.full)
    assert told["witnesses"] == [exported.witness] and not told["witnesses_pinned"]
    assert not told["timestamp_roots_pinned"] and told["shown_up_to"] == "awarded"
    assert told["not_applicable"] == sum(row["outcome"] == "not applicable" for row in told["checks"])


def test_an_honest_lot_passes_at_every_stage(house, cast, tmp_path, capsys):
    folder, hands = house
    play, told = drive(cast, hands, folder, until="opened"), []
    for stage, act in ACTS[1:]:
        if stage != "opened":
            act(play)
        for variant in (form.FULL, form.PUBLIC):
            path = tmp_path / f"{stage}-{variant}.zip"
            with path.open("w+b") as out:
                export_bundle(play.fresh(), out, variant=variant, office=True)
            found, verdict = failing(capsys, path)
            told.append((stage, sorted(found), verdict["shown_up_to"]))
    # sheets and report are public with the candidates only, the draw of the committee with the result
    reached = {"evaluated": "opened"}
    assert told == [(stage, [], reached.get(stage, stage)) for stage, _act in ACTS[1:] for _variant in range(2)]
