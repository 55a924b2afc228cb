"""Organisations, people and roles: registered with checks, recorded, refused with every reason."""

import pytest
from django.core.exceptions import ValidationError

import ledger
from identity.actor import SYSTEM
from identity.actors import actor_for
from identity.models import Membership, Organisation, Person
from identity.operations import end_role, grant_role, register_organisation, register_person
from identity.refusals import RegistrationRefused
from identity.roles import Role
from identity.uscc import normal_uscc
from tests.cast import NOW, make_uscc

GOOD = "正确而且足够长的口令"


def _bodies(kind):
    return [row for row in ledger.feed(viewer=ledger.HOUSE) if row["body"]["kind"] == kind]


def test_a_code_is_stored_in_capitals_without_blanks(db):
    code = make_uscc(4321)
    organisation = register_organisation(uscc=f" {code[:8].lower()} {code[8:].lower()} ", name="某某公司", actor=SYSTEM)
    assert organisation.uscc == code
    assert _bodies("organisation.registered")[0]["body"]["payload"]["uscc"] == code


@pytest.mark.parametrize("place", range(18))
def test_a_code_with_any_character_changed_is_refused(place):
    code = make_uscc(4321)
    other = "2" if code[place] != "2" else "3"
    with pytest.raises(ValueError, match="统一社会信用代码"):
        normal_uscc(code[:place] + other + code[place + 1 :])


def test_a_wrong_code_is_refused_by_operation_and_model(db):
    with pytest.raises(RegistrationRefused) as refused:
        register_organisation(uscc="91442000MA4ABCDE00", name=" ", actor=SYSTEM)
    assert refused.value.codes == {"uscc", "name_empty"}
    with pytest.raises(ValidationError):
        Organisation(uscc="91442000MA4ABCDE00", name="x", registered_at=NOW).full_clean()


def test_a_code_is_registered_once(cast):
    with pytest.raises(RegistrationRefused) as refused:
        register_organisation(uscc=cast.agency.organisation.uscc, name="另一家", actor=SYSTEM)
    assert refused.value.codes == {"uscc_taken"}


def test_bidders_register_nobody(cast):
    with pytest.raises(RegistrationRefused) as refused:
        register_person(login="new", name="某", password=GOOD, actor=cast.bidders[0].actor)
    assert refused.value.codes == {"wrong_role"}


def test_every_fault_of_a_person_is_told_and_nothing_stored(db):
    with pytest.raises(RegistrationRefused) as refused:
        register_person(login="大写 A", name="", password="123", actor=SYSTEM)
    assert refused.value.codes == {"login", "name_empty", "password"}
    assert not Person.objects.exists() and ledger.head()["size"] == 0


def test_a_persons_login_is_not_in_the_payload_and_can_be_erased(db):
    register_person(login="zhang.san", name="张三", password=GOOD, actor=SYSTEM)
    (row,) = _bodies("person.registered")
    assert "zhang.san" not in str(row["body"]) and row["revealed"]["login"]["value"] == "zhang.san"
    assert ledger.erase_personal("login", "zhang.san") == 1
    (row,) = _bodies("person.registered")
    assert "login" in row["body"]["personal"] and "login" not in row["revealed"]


def test_a_login_is_taken_once(cast):
    with pytest.raises(RegistrationRefused) as refused:
        register_person(login=cast.agency.actor.login, name="某", password=GOOD, actor=SYSTEM)
    assert refused.value.codes == {"login_taken"}


@pytest.mark.parametrize("role", [Role.BIDDER, Role.AGENCY])
def test_the_operators_people_never_bid_nor_act_as_agency(cast, role):
    with pytest.raises(RegistrationRefused) as refused:
        grant_role(
            person_id=cast.outsider.person.pk, organisation_id=cast.operator.organisation.pk, role=role, actor=SYSTEM
        )
    assert refused.value.codes == {"operator"}


def test_the_operator_named_in_the_settings_is_kept_out_as_well(cast, settings):
    settings.OPERATOR = cast.outsider.organisation.uscc
    assert actor_for(cast.outsider.person.memberships.get()).operator
    with pytest.raises(RegistrationRefused):
        grant_role(
            person_id=cast.agency.person.pk,
            organisation_id=cast.outsider.organisation.pk,
            role=Role.BIDDER,
            actor=SYSTEM,
        )


@pytest.mark.parametrize("role", [Role.PUBLIC, Role.CUSTODIAN, Role.CLOCK])
def test_roles_of_programs_are_not_granted_to_people(cast, role):
    with pytest.raises(RegistrationRefused) as refused:
        grant_role(
            person_id=cast.agency.person.pk, organisation_id=cast.agency.organisation.pk, role=role, actor=SYSTEM
        )
    assert refused.value.codes == {"role"}


def test_granting_twice_changes_nothing_twice(cast):
    given = {
        "person_id": cast.agency.person.pk,
        "organisation_id": cast.outsider.organisation.pk,
        "role": Role.BIDDER,
        "actor": SYSTEM,
    }
    assert grant_role(**given) == grant_role(**given)
    assert len(_bodies("role.granted")) == 1


def test_an_ended_role_can_be_granted_again(cast):
    membership = cast.agency.person.memberships.get()
    end_role(membership_id=membership.pk, actor=SYSTEM)
    with pytest.raises(RegistrationRefused):
        end_role(membership_id=membership.pk, actor=SYSTEM)
    again = grant_role(
        person_id=cast.agency.person.pk,
        organisation_id=cast.agency.organisation.pk,
        role=Role.AGENCY,
        actor=SYSTEM,
    )
    assert again.pk == membership.pk and Membership.objects.get(pk=membership.pk).ended_at is None


def test_an_actor_knows_every_organisation_of_the_person(cast):
    grant_role(
        person_id=cast.agency.person.pk,
        organisation_id=cast.outsider.organisation.pk,
        role=Role.BIDDER,
        actor=SYSTEM,
    )
    actor = actor_for(cast.agency.person.memberships.order_by("pk")[0])
    assert actor.organisations == {cast.agency.organisation.pk, cast.outsider.organisation.pk}
