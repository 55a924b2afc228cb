"""Who acts: a frozen description that operations, rules and the ledger are given. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from identity.roles import Role


@dataclass(frozen=True)
class Actor:
    """A person in one role for one organisation, or a program. `address` is the network address.

    `uscc` and `organisation_name` are empty for the public and for programs without an organisation. `operator`: the
    organisation runs the servers. `also`: rows of the other organisations the same person belongs to.
    """

    login: str
    name: str
    role: Role
    organisation_id: int | None = None
    uscc: str = ""
    organisation_name: str = ""
    address: str = ""
    operator: bool = False
    also: frozenset[int] = frozenset()

    @property
    def organisations(self) -> frozenset[int]:
        """Every organisation the person stands for, in whatever role: what conflicts of interest are judged by."""
        return self.also if self.organisation_id is None else self.also | {self.organisation_id}

    @property
    def signed_in(self) -> bool:
        return self.role is not Role.PUBLIC


CLOCK = Actor(login="clock", name="系统时钟", role=Role.CLOCK)
SYSTEM = Actor(login="system", name="系统", role=Role.ADMINISTRATOR)


def public(address: str = "") -> Actor:
    """Return the actor of somebody who has not signed in."""
    return Actor(login="", name="", role=Role.PUBLIC, address=address)
