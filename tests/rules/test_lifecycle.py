"""The table of moves: everything outside it is refused, everything inside obeys its guards."""

from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest

from identity.roles import Role
from tendering.rules import guards
from tendering.rules.diagram import page
from tendering.rules.facts import Facts
from tendering.rules.lifecycle import (
    EVENT_NAMES,
    FINAL,
    MOVES,
    STAGE_NAMES,
    Event,
    Move,
    MoveRefused,
    Stage,
    moves_from,
    next_move,
)
from tests.rules.facts import AHEAD, NOW, PAST, facts

ROOT = Path(__file__).resolve().parents[2]
PUBLICITY = Stage.CANDIDATES_PUBLISHED
NEEDS = {  # what a move needs beside the facts under which most guards hold
    Event.CLOSE: {"deadline_at": NOW},
    Event.START_OPENING: {"deadline_at": NOW},
    Event.RESUME: {"suspended": True},
}


def lawful(move: Move) -> Facts:
    if move.event is Event.FAIL:
        return facts(deadline_at=NOW, sealed_bid_count=2, opened_bid_count=0)
    return facts(**NEEDS.get(move.event, {}))


def refusal(stage: Stage, event: Event, role: Role, given: Facts) -> MoveRefused:
    with pytest.raises(MoveRefused) as caught:
        next_move(stage, event, role=role, facts=given)
    return caught.value


def test_every_cell_outside_the_table_is_refused_and_every_cell_inside_can_be_passed():
    table = {(move.source, move.event, role): move for move in MOVES for role in move.roles}
    passed = 0
    for stage, event, role in product(Stage, Event, Role):
        move = table.get((stage, event, role))
        if move is not None:
            assert next_move(stage, event, role=role, facts=lawful(move)) is move
            passed += 1
            continue
        for given in (facts(), facts(suspended=True), facts(deadline_at=NOW), facts(sealed_bid_count=0)):
            assert refusal(stage, event, role, given).codes <= {"no_such_move", "wrong_role"}
    assert passed == len(table)


def test_a_stage_and_event_name_one_row_only():
    cells = [(move.source, move.event) for move in MOVES]
    assert len(cells) == len(set(cells))


def test_every_stage_but_the_reserved_one_is_reached_and_final_stages_are_not_left():
    reached = {Stage.DRAFT} | {move.target for move in MOVES}
    assert set(Stage) - reached == {Stage.AWARDING}
    assert all(not moves_from(stage) for stage in FINAL)


@pytest.mark.parametrize("move", MOVES, ids=lambda move: f"{move.source}-{move.event}")
def test_facts_that_nobody_gathered_stop_every_guarded_move(move: Move):
    empty = Facts(now=NOW, suspended=True)
    if move.guards and move.event not in (Event.RESUME,):
        assert refusal(move.source, move.event, move.roles[0], empty).reasons


@pytest.mark.parametrize("move", MOVES, ids=lambda move: f"{move.source}-{move.event}")
def test_suspension_freezes_everything_but_resume_and_terminate(move: Move):
    members = {name: getattr(lawful(move), name) for name in Facts.__dataclass_fields__}
    suspended = Facts(**{**members, "suspended": True})
    if move.event in (Event.RESUME, Event.TERMINATE):
        assert next_move(move.source, move.event, role=move.roles[0], facts=suspended) is move
    else:
        codes = refusal(move.source, move.event, move.roles[0], suspended).codes
        assert codes & {"suspended", "already_suspended"}


@pytest.mark.parametrize(
    ("stage", "event", "role", "spoilt", "code"),
    [
        (Stage.DRAFT, Event.SUBMIT, Role.AGENCY, {"details_complete": False}, "details_incomplete"),
        (Stage.SUBMITTED, Event.RETURN, Role.CENTRE, {"reason_given": False}, "reason_missing"),
        (Stage.ACCEPTED, Event.ANNOUNCE, Role.AGENCY, {"scheme_valid": False}, "scheme_invalid"),
        (Stage.ACCEPTED, Event.ANNOUNCE, Role.AGENCY, {"document_published": False}, "document_missing"),
        (Stage.ACCEPTED, Event.ANNOUNCE, Role.AGENCY, {"parameters_signed": False}, "parameters_unsigned"),
        (Stage.ACCEPTED, Event.ANNOUNCE, Role.AGENCY, {"period_reasons": None}, "periods_unchecked"),
        (Stage.ACCEPTED, Event.ANNOUNCE, Role.AGENCY, {"deadline_at": None}, "deadline_missing"),
        (Stage.ACCEPTED, Event.ANNOUNCE, Role.AGENCY, {"deadline_at": NOW}, "deadline_not_ahead"),
        (Stage.ANNOUNCED, Event.AMEND, Role.AGENCY, {"deadline_at": NOW}, "deadline_over"),
        (Stage.ANNOUNCED, Event.POSTPONE, Role.AGENCY, {"deadline_at": NOW}, "deadline_over"),
        (Stage.ANNOUNCED, Event.POSTPONE, Role.AGENCY, {"new_deadline_at": AHEAD}, "new_deadline_not_later"),
        (Stage.ANNOUNCED, Event.CLOSE, Role.CLOCK, {"deadline_at": AHEAD}, "deadline_not_reached"),
        (Stage.ANNOUNCED, Event.CLOSE, Role.CLOCK, {"deadline_at": NOW, "sealed_bid_count": 2}, "too_few_bidders"),
        (Stage.ANNOUNCED, Event.CLOSE, Role.CLOCK, {"deadline_at": NOW, "deadline_frozen": True}, "deadline_frozen"),
        (Stage.ANNOUNCED, Event.CLOSE, Role.CLOCK, {"sealed_bid_count": None}, "bid_count_unknown"),
        (Stage.ANNOUNCED, Event.FAIL, Role.CLOCK, {"sealed_bid_count": None}, "bid_count_unknown"),
        (Stage.ANNOUNCED, Event.FAIL, Role.CLOCK, {"sealed_bid_count": 3}, "enough_bidders"),
        (Stage.OPENING, Event.FINISH_OPENING, Role.CENTRE, {"window_ends_at": AHEAD}, "window_open"),
        (Stage.OPENING, Event.FINISH_OPENING, Role.CLOCK, {"all_bids_resolved": False}, "bids_unresolved"),
        (Stage.OPENING, Event.FAIL, Role.CLOCK, {"opened_bid_count": 1}, "bids_were_opened"),
        (Stage.OPENED, Event.START_EVALUATION, Role.CENTRE, {"record_confirmed": False}, "record_unconfirmed"),
        (Stage.OPENED, Event.START_EVALUATION, Role.CENTRE, {"committee_complete": False}, "committee_incomplete"),
        (
            Stage.OPENED,
            Event.START_EVALUATION,
            Role.CENTRE,
            {"opening_objections_answered": False},
            "opening_objections_open",
        ),
        (Stage.EVALUATING, Event.FINISH_EVALUATION, Role.EXPERT, {"sheets_submitted": False}, "sheets_missing"),
        (Stage.EVALUATING, Event.FINISH_EVALUATION, Role.EXPERT, {"outliers_explained": False}, "outliers_unexplained"),
        (Stage.EVALUATING, Event.FINISH_EVALUATION, Role.EXPERT, {"report_signed": False}, "report_unsigned"),
        (Stage.EVALUATED, Event.PUBLISH_CANDIDATES, Role.PURCHASER, {"candidate_count": 0}, "no_candidates"),
        (PUBLICITY, Event.PUBLISH_RESULT, Role.AGENCY, {"publicity_ends_at": AHEAD}, "publicity_running"),
        (PUBLICITY, Event.PUBLISH_RESULT, Role.AGENCY, {"objections_answered": False}, "objections_open"),
        (PUBLICITY, Event.PUBLISH_RESULT, Role.AGENCY, {"winner_determined": False}, "winner_undetermined"),
        (Stage.RESULT_PUBLISHED, Event.AWARD, Role.PURCHASER, {"award_notice_signed": False}, "award_unsigned"),
    ],
)  # fmt: skip
def test_one_unmet_guard_refuses_and_says_so(stage, event, role, spoilt, code):
    assert code in refusal(stage, event, role, facts(**spoilt)).codes


def test_a_refusal_tells_every_reason_at_once():
    caught = refusal(
        Stage.ACCEPTED,
        Event.ANNOUNCE,
        Role.AGENCY,
        facts(scheme_valid=False, document_published=False, parameters_signed=False, deadline_at=PAST),
    )
    assert caught.codes == {"scheme_invalid", "document_missing", "parameters_unsigned", "deadline_not_ahead"}


def test_a_stranger_who_asks_to_close_is_not_told_how_many_have_bid():
    for count in (0, 5):
        given = facts(deadline_at=NOW, sealed_bid_count=count)
        codes = refusal(Stage.ANNOUNCED, Event.CLOSE, Role.AGENCY, given).codes
        assert codes == {"wrong_role"}


def test_one_microsecond_before_the_deadline_the_lot_does_not_close():
    given = facts(deadline_at=NOW + timedelta(microseconds=1))
    assert "deadline_not_reached" in refusal(Stage.ANNOUNCED, Event.CLOSE, Role.CLOCK, given).codes
    assert next_move(Stage.ANNOUNCED, Event.CLOSE, role=Role.CLOCK, facts=facts(deadline_at=NOW)).target is Stage.CLOSED


@pytest.mark.parametrize("count", range(7))
def test_at_the_deadline_exactly_one_of_close_and_fail_is_lawful(count: int):
    given = facts(deadline_at=NOW, sealed_bid_count=count)
    lawful_events = []
    for event in (Event.CLOSE, Event.FAIL):
        try:
            lawful_events.append(next_move(Stage.ANNOUNCED, event, role=Role.CLOCK, facts=given).event)
        except MoveRefused:
            continue
    assert lawful_events == [Event.CLOSE if count >= 3 else Event.FAIL]


def test_a_deadline_frozen_by_an_objection_may_still_be_moved_after_it_passed():
    given = facts(deadline_at=PAST, deadline_frozen=True, new_deadline_at=AHEAD)
    move = next_move(Stage.ANNOUNCED, Event.POSTPONE, role=Role.AGENCY, facts=given)
    assert move.target is Stage.ANNOUNCED


def test_every_message_says_what_to_do_in_chinese_and_every_stage_and_event_has_a_name():
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in text) for text in guards.MESSAGES.values())
    assert set(STAGE_NAMES) == set(Stage)
    assert set(EVENT_NAMES) == set(Event)


def test_the_page_about_the_lifecycle_is_up_to_date():
    assert (ROOT / "docs/lifecycle.md").read_text(encoding="utf-8") == page(), (
        "python -m tendering.rules > docs/lifecycle.md"
    )
