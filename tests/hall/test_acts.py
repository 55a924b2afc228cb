"""Every act of the hall answers on the page of whoever may do it."""

from identity.acts import Relation
from identity.policy import RULES
from identity.roles import Role
from opening_hall.views.acts import ACTS


def test_acts_that_answer_on_the_hosts_console_are_for_hosts_only():
    for act in ACTS:
        roles = {role for grant in RULES[act.act].grants for role in grant.roles}
        if act.page_name == "hall:console":
            assert Role.BIDDER not in roles, act.name


def test_acts_that_answer_at_the_seat_are_for_bidders_with_a_bid():
    for act in ACTS:
        if act.page_name == "hall:seat":
            grants = [grant for grant in RULES[act.act].grants if Role.BIDDER in grant.roles]
            assert grants and all(grant.relation is Relation.HAS_BID for grant in grants), act.name
