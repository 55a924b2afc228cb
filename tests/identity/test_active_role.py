"""The active role of a request: one membership in the session, validated; the address from whom we trust."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.test import RequestFactory

from identity.actor import SYSTEM
from identity.middleware import ActiveRole, NotYourMembership, address_of, switch_membership
from identity.operations import end_role, grant_role
from identity.roles import Role


def _request(user, address="192.0.2.7"):
    request = RequestFactory().get("/", REMOTE_ADDR=address)
    request.user, request.session = user, SessionStore()
    return request


def _actor(request):
    ActiveRole(lambda seen: seen)(request)
    return request.actor


def test_who_has_not_signed_in_is_the_public_with_an_address():
    actor = _actor(_request(AnonymousUser()))
    assert (actor.role, actor.address, actor.signed_in) == (Role.PUBLIC, "192.0.2.7", False)


def test_a_person_acts_in_the_first_membership(cast):
    actor = _actor(_request(cast.agency.person))
    assert (actor.role, actor.uscc) == (Role.AGENCY, cast.agency.organisation.uscc)


def test_a_switch_to_an_own_membership_holds(cast):
    second = grant_role(
        person_id=cast.agency.person.pk,
        organisation_id=cast.outsider.organisation.pk,
        role=Role.BIDDER,
        actor=SYSTEM,
    )
    request = _request(cast.agency.person)
    switch_membership(request, second.pk)
    assert _actor(request).role is Role.BIDDER
    end_role(membership_id=second.pk, actor=SYSTEM)
    assert _actor(request).role is Role.AGENCY


def test_a_switch_to_anothers_membership_is_refused_and_a_forged_session_ignored(cast):
    request = _request(cast.agency.person)
    others = cast.centre.person.memberships.get().pk
    with pytest.raises(NotYourMembership):
        switch_membership(request, others)
    request.session["membership"] = others
    assert _actor(request).role is Role.AGENCY


def test_who_lost_every_role_or_is_inactive_is_the_public(cast):
    end_role(membership_id=cast.agency.person.memberships.get().pk, actor=SYSTEM)
    assert _actor(_request(cast.agency.person)).role is Role.PUBLIC
    cast.centre.person.is_active = False
    assert _actor(_request(cast.centre.person)).role is Role.PUBLIC


@pytest.mark.parametrize(
    ("trusted", "forwarded", "seen"),
    [
        ((), "198.51.100.9", "10.0.0.1"),  # nobody is believed unless named
        (("10.0.0.1",), "198.51.100.9", "198.51.100.9"),
        (("10.0.0.0/8",), "203.0.113.5, 198.51.100.9, 10.0.0.2", "198.51.100.9"),  # what the client wrote is ignored
        (("10.0.0.1",), "rubbish", "10.0.0.1"),
        (("10.0.0.1",), "", "10.0.0.1"),
        (("172.16.0.0/12",), "198.51.100.9", "10.0.0.1"),
    ],
)
def test_a_forwarded_address_is_believed_from_trusted_proxies_only(settings, trusted, forwarded, seen):
    settings.TRUSTED_PROXIES = trusted
    assert address_of({"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": forwarded}) == seen
