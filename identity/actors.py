"""Making the actor of a membership: what the session, the agents' door and the operations hand on."""

from identity.actor import Actor
from identity.models import Custodian, Membership
from identity.operator import runs_servers
from identity.roles import Role
from ledger.models import Witness


def actor_for(membership: Membership, address: str = "") -> Actor:
    """Return the actor of a person acting in one membership."""
    person, organisation = membership.person, membership.organisation
    others = Membership.objects.filter(person=person, ended_at=None).exclude(organisation=organisation)
    return Actor(
        login=person.login,
        name=person.name,
        role=Role(membership.role),
        organisation_id=organisation.pk,
        uscc=organisation.uscc,
        organisation_name=organisation.name,
        address=address,
        operator=runs_servers(organisation),
        also=frozenset(others.values_list("organisation_id", flat=True)),
    )


def custodian_actor(custodian: Custodian, address: str = "") -> Actor:
    """Return the actor of a custodian's agent."""
    return Actor(
        login=f"custodian:{custodian.name}",
        name=custodian.name,
        role=Role.CUSTODIAN,
        organisation_id=custodian.organisation_id,
        uscc=custodian.organisation.uscc,
        organisation_name=custodian.organisation.name,
        address=address,
    )


def witness_actor(witness: Witness, address: str = "") -> Actor:
    """Return the actor of a witness's program."""
    return Actor(
        login=f"witness:{witness.name}",
        name=witness.name,
        role=Role.WITNESS,
        organisation_name=witness.organisation,
        address=address,
    )
