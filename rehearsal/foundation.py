"""What a demonstration stands on: organisations, people, roles, the expert pool, the custodians with their keys.

Laid in the process that starts the installation, before anything listens; laying it again changes nothing. What belongs
to others lies where others would keep it: a custodian's key under `custodians/<name>/`, never under `server/`.
"""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from django.db import transaction

from config import places
from evaluation.models import Expert
from identity.actor import SYSTEM, Actor
from identity.models import Custodian, Membership, Organisation, Person
from identity.operations.grant_role import grant_role
from identity.operations.register_custodian import register_custodian
from identity.operations.register_organisation import register_organisation
from identity.operations.register_person import register_person
from identity.queries import trust_root
from identity.roles import Role
from ledger import clock
from rehearsal.cast import PARTIES, PLAYERS, Party, Player
from rehearsal.keys import certified_keys
from sealing.keys import OwnKeys, write_keys

ACCOUNTS = "demonstration.json"
REGION = "示例市"


class Output(Protocol):
    """Something to print on."""

    def write(self, text: str) -> object: ...


@dataclass(frozen=True)
class Account:
    """A demonstration account as the sign-in page shows it."""

    login: str
    password: str
    role: str
    name: str
    organisation: str


def lay() -> list[Account]:
    """Lay whatever is not there yet and return the accounts. Idempotent; a run cut short is taken up again."""
    organisations = {party.short_name: organisation(party) for party in PARTIES}
    accounts = {account.login: account for account in read_accounts()}
    for player in PLAYERS:
        accounts[player.login] = person(player, organisations[player.party], accounts.get(player.login))
    write_accounts(list(accounts.values()))
    for party in PARTIES:
        if party.custodian:
            _custodian(party, organisations[party.short_name])
    return list(accounts.values())


def organisation(party: Party) -> Organisation:
    """Return the party's organisation, registered at first."""
    found = Organisation.objects.filter(uscc=party.uscc).first()
    return found or register_organisation(
        uscc=party.uscc, name=party.name, short_name=party.short_name, operator=party.operator, actor=SYSTEM
    )


def person(player: Player, home: Organisation, known: Account | None) -> Account:
    """Return the player's account: person, role and, for an expert, the pool entry; the password is made once."""
    found = Person.objects.filter(login=player.login).first()
    password = known.password if known else f"{secrets.token_hex(2)}-{secrets.token_hex(2)}-{secrets.token_hex(2)}"
    if found is None:
        found = register_person(login=player.login, name=player.name, password=password, actor=SYSTEM, published=True)
    elif known is None:  # the accounts file was lost: a new password, since the old one is nowhere
        found.set_password(password)
        found.save(update_fields=["password"])
    if not Membership.objects.filter(person=found, organisation=home, role=player.role, ended_at=None).exists():
        grant_role(person_id=found.pk, organisation_id=home.pk, role=player.role, actor=SYSTEM)
    if player.role is Role.EXPERT:
        _pool_entry(found, home, player)
    return Account(player.login, password, player.role.value, player.name, home.name)


def _pool_entry(found: Person, home: Organisation, player: Player) -> None:
    with transaction.atomic():
        Expert.objects.get_or_create(
            person=found, defaults={"specialty": player.specialty, "region": REGION, "employer": home}
        )


def actor_for(player: Player) -> Actor:
    """Return the player as an actor, for what is laid in its name."""
    membership = Membership.objects.select_related("organisation").get(
        person__login=player.login, role=player.role, ended_at=None
    )
    home = membership.organisation
    return Actor(
        login=player.login,
        name=player.name,
        role=player.role,
        organisation_id=home.pk,
        uscc=home.uscc,
        organisation_name=home.name,
    )


def _custodian(party: Party, home: Organisation) -> None:
    """Make the custodian's key in its own folder, certify it, register it, and leave its token there."""
    if Custodian.objects.filter(organisation=home).exists():
        return
    folder = custodian_home(party.custodian)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    player = next(p for p in PLAYERS if p.party == party.short_name)
    keys: OwnKeys = certified_keys(actor_for(player))
    for leftover in folder.glob(f"{party.custodian}.*"):
        leftover.unlink()  # of a run that was cut short: its key was never registered
    write_keys(keys, folder / f"{party.custodian}.key")
    registered = register_custodian(name=party.custodian, organisation_id=home.pk, kid=keys.kid, actor=SYSTEM)
    write_private(folder / "token", registered.token)
    write_private(folder / "root.pem", trust_root())


def custodian_home(name: str) -> Path:
    """Return the folder that stands for a custodian's own machine."""
    return places.HOME / "custodians" / name


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, replacing the old one at once."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)


def read_accounts() -> list[Account]:
    """Return the accounts written so far."""
    path = places.HOME / ACCOUNTS
    rows: list[dict[str, Any]] = json.loads(path.read_text("utf-8")) if path.exists() else []
    return [Account(**row) for row in rows]


def write_accounts(accounts: list[Account]) -> None:
    """Write the accounts file, mode 0600: the sign-in page of a demonstration shows it."""
    rows = [asdict(account) for account in accounts]
    write_private(places.HOME / ACCOUNTS, json.dumps(rows, ensure_ascii=False, indent=1))


def print_accounts(out: Output) -> None:
    """Print the accounts the first time; later, only where they are."""
    told = places.HOME / ".accounts-told"
    if told.exists():
        out.write(f"Demonstration accounts: on the sign-in page, and in {places.HOME / ACCOUNTS}\n")
        return
    out.write("Demonstration accounts (also on the sign-in page):\n")
    for account in read_accounts():
        out.write(f"  {account.role:<14}{account.login:<12}{account.password}  {account.organisation}\n")
    told.write_text(clock.now().isoformat(), "utf-8")
