"""The policy, exhaustively: act × role × stage × standing, and what no table may ever say."""

import tomllib
from itertools import product
from pathlib import Path

import pytest

from identity.actor import Actor
from identity.policy import EVERY_STAGE, EXITS, PATH, RULES, Act, Relation, Subject, decide
from identity.roles import Role

PURCHASER, AGENCY, BIDDER, STRANGER, POOL = 1, 2, 3, 4, 5
SEAT = "seated"

# standing → (organisation, login, other organisations of the person, who runs the servers, relations that hold)
STANDINGS = {
    "stranger": (STRANGER, "x", (), False, {Relation.ELIGIBLE}),
    "operator": (STRANGER, "x", (), True, set()),
    "purchaser": (PURCHASER, "x", (), False, {Relation.OWNER}),
    "agency": (AGENCY, "x", (), False, {Relation.OWNER}),
    "bidder": (BIDDER, "x", (), False, {Relation.ELIGIBLE, Relation.HAS_BID}),
    "bidder that runs the servers": (BIDDER, "x", (), True, set()),
    "bidder also at the purchaser": (BIDDER, "x", (PURCHASER,), False, set()),
    "bidder also in the committee": (BIDDER, SEAT, (), False, set()),
    "purchaser also at a bidder": (PURCHASER, "x", (BIDDER,), False, set()),
    "member": (POOL, SEAT, (), False, {Relation.MEMBER}),
    "member also at a bidder": (POOL, SEAT, (BIDDER,), False, set()),
    "member also at the agency": (POOL, SEAT, (AGENCY,), False, set()),
    "purchaser's representative": (PURCHASER, SEAT, (), False, {Relation.MEMBER, Relation.OWNER}),
    "nobody": (None, "", (), False, set()),
}
# a relation holds for a standing only in a role that goes with it
OWNERS = {PURCHASER: Role.PURCHASER, AGENCY: Role.AGENCY}


def _holds(relation: Relation, role: Role, standing: str, *, published: bool) -> bool:
    organisation, _login, _also, _operator, holding = STANDINGS[standing]
    if relation is Relation.ANY:
        return True
    if relation is Relation.PUBLISHED:
        return published
    if relation is Relation.OWNER and OWNERS.get(organisation) is not role:
        return False
    if relation is Relation.MEMBER and organisation == PURCHASER and role is not Role.PURCHASER:
        return False
    if relation is Relation.MEMBER and organisation == POOL and role is Role.PURCHASER:
        return False
    return relation in holding


def _actor(role: Role, standing: str) -> Actor:
    organisation, login, also, operator, _ = STANDINGS[standing]
    return Actor(
        login=login, name="某", role=role, organisation_id=organisation, operator=operator, also=frozenset(also)
    )


def _lot(stage: str, *, published: bool = True) -> Subject:
    return Subject(
        kind="lot",
        stage=stage,
        purchaser_id=PURCHASER,
        agency_id=AGENCY,
        bidder_ids=frozenset({BIDDER}),
        member_logins=frozenset({SEAT}),
        published=published,
    )


CELLS = {
    (act, role, stage, relation)
    for act, rule in RULES.items()
    for grant in rule.grants
    if grant.stages is not None
    for role, stage, relation in product(grant.roles, grant.stages, [grant.relation])
}
ON_A_LOT = [act for act in Act if RULES[act].needs_subject]
ALONE = [act for act in Act if not RULES[act].needs_subject]


def test_every_act_has_a_rule():
    assert set(RULES) == set(Act)


def test_the_words_of_the_stages_are_the_lifecycles():
    from tendering.rules.lifecycle import Stage

    assert set(EVERY_STAGE) == {stage.value for stage in Stage}
    assert [*PATH, *EXITS] == [stage.value for stage in Stage]


def test_every_law_key_is_in_the_lawbook():
    text = (Path(__file__).parents[2] / "lawbook" / "articles.toml").read_text("utf-8")
    known = tomllib.loads(text)["articles"]
    assert {rule.law for rule in RULES.values() if rule.law} <= set(known)


@pytest.mark.parametrize("act", ON_A_LOT)
def test_outside_the_table_everything_is_refused_and_inside_it_nothing(act):
    allowed = refused = 0
    for role, stage, standing, published in product(Role, sorted(EVERY_STAGE), STANDINGS, (True, False)):
        expected = any(
            (act, role, stage, relation) in CELLS and _holds(relation, role, standing, published=published)
            for relation in Relation
        )
        decision = decide(_actor(role, standing), act, _lot(stage, published=published))
        assert decision.allowed is expected, (role, stage, standing, published)
        assert bool(decision.reasons) is not expected
        allowed, refused = allowed + expected, refused + (not expected)
    assert allowed and refused


@pytest.mark.parametrize("act", ALONE)
def test_an_act_that_stands_alone_depends_on_the_role_only(act):
    for role, standing in product(Role, STANDINGS):
        assert decide(_actor(role, standing), act).allowed is (role in RULES[act].roles)


@pytest.mark.parametrize("act", ON_A_LOT)
def test_without_a_lot_an_act_on_a_lot_is_refused(act):
    for role in Role:
        decision = decide(_actor(role, "stranger"), act)
        assert not decision.allowed and decision.reasons


@pytest.mark.parametrize("act", [act for act in Act if RULES[act].secret])
def test_a_secret_act_is_hidden_from_whoever_stands_outside(act):
    for role, stage in product(Role, sorted(EVERY_STAGE)):
        decision = decide(_actor(role, "nobody"), act, _lot(stage, published=False))
        assert decision.allowed or decision.secret or role in (Role.CENTRE, Role.REGULATOR)


def test_an_owner_at_the_wrong_stage_is_told_so_and_a_stranger_is_not():
    owner = decide(_actor(Role.PURCHASER, "purchaser"), Act.ANNOUNCE_LOT, _lot("draft", published=False))
    assert (owner.secret, [reason.code for reason in owner.reasons]) == (False, ["wrong_stage"])
    stranger = decide(_actor(Role.PURCHASER, "stranger"), Act.ANNOUNCE_LOT, _lot("accepted", published=False))
    assert stranger.secret


# invariants that no edit of the table may break


def _roles_at(act, stage, standing, published=True):
    return {role for role in Role if decide(_actor(role, standing), act, _lot(stage, published=published)).allowed}


@pytest.mark.parametrize("stage", ["draft", "submitted", "accepted", "announced", "closed", "opening"])
def test_nobody_reads_a_bid_before_it_is_opened(stage):
    for standing in STANDINGS:
        assert not _roles_at(Act.READ_BIDS, stage, standing)


def test_during_the_evaluation_only_committee_and_regulator_read_bids():
    for standing in STANDINGS:
        seat = {Role.PURCHASER, Role.EXPERT} if "member" in standing or "representative" in standing else set()
        assert _roles_at(Act.READ_BIDS, "evaluating", standing) <= seat | {Role.REGULATOR}


@pytest.mark.parametrize("stage", [*PATH[: PATH.index("result_published")], "failed", "terminated"])
def test_the_committees_names_are_secret_until_the_result(stage):
    for standing in ("stranger", "bidder", "purchaser", "agency", "nobody"):
        assert _roles_at(Act.SEE_COMMITTEE, stage, standing) <= {Role.CENTRE, Role.REGULATOR}


@pytest.mark.parametrize("act", [Act.PREPARE_BID, Act.UPLOAD_BID, Act.ASK_QUESTION, Act.RELEASE_SHARE])
@pytest.mark.parametrize("standing", [name for name in STANDINGS if name not in ("stranger", "bidder")])
def test_owner_operator_and_committee_never_bid(act, standing):
    assert not any(_roles_at(act, stage, standing) for stage in EVERY_STAGE)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.CLOCK])
def test_the_administrator_sees_of_a_lot_what_the_public_sees(role):
    for act, stage, standing in product(ON_A_LOT, sorted(EVERY_STAGE), STANDINGS):
        if role in _roles_at(act, stage, standing):
            assert Role.PUBLIC in _roles_at(act, stage, standing)


def test_the_regulator_changes_a_lot_only_by_its_own_orders():
    changes = {
        *(Act.EDIT_DRAFT, Act.ANNOUNCE_LOT, Act.AMEND_LOT, Act.HOST_OPENING, Act.FILL_SHEET, Act.SIGN_REPORT),
        *(Act.PUBLISH_CANDIDATES, Act.PUBLISH_RESULT, Act.ISSUE_AWARD, Act.TERMINATE_LOT, Act.DRAW_COMMITTEE),
    }
    assert not any(Role.REGULATOR in RULES[act].roles for act in changes)


def test_the_centre_neither_scores_nor_decides():
    decided = {Act.FILL_SHEET, Act.SIGN_REPORT, Act.PUBLISH_CANDIDATES, Act.PUBLISH_RESULT, Act.ISSUE_AWARD}
    assert not any(Role.CENTRE in RULES[act].roles for act in decided)
