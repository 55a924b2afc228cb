"""Who plays a rehearsal: accounts of the cast, and bidders beyond it, registered as they are needed."""

import json
from dataclasses import asdict, dataclass

from config import places
from identity.roles import Role
from rehearsal import foundation
from rehearsal.cast import PLAYERS, Party, Player, bidder_party
from rehearsal.foundation import Account
from rehearsal.play.keys import FOLDER

MORE_ACCOUNTS = "accounts.json"  # not on the sign-in page: nobody but a rehearsal plays them


class NobodyThere(Exception):
    """The demonstration's accounts have not been laid."""


@dataclass(frozen=True)
class Seat:
    """A player's account and party."""

    account: Account
    party: Party


def account(login: str) -> Account:
    """Return a demonstration account. :raises NobodyThere: there is none"""
    found = {a.login: a for a in foundation.read_accounts()}
    if login not in found:
        raise NobodyThere(f"no account {login} in {places.HOME / foundation.ACCOUNTS}: start the installation first")
    return found[login]


def experts() -> list[Account]:
    """Return the accounts of the pool."""
    return [account(player.login) for player in PLAYERS if player.role is Role.EXPERT]


def bidders(count: int) -> list[Seat]:
    """Return `count` bidders: of the cast, then further ones, registered in this process if they are new."""
    cast = {player.login for player in PLAYERS}
    return [
        Seat(account(f"bidder{number}") if f"bidder{number}" in cast else _further(number), bidder_party(number))
        for number in range(1, count + 1)
    ]


def _further(number: int) -> Account:
    party, login = bidder_party(number), f"bidder{number}"
    known = {a.login: a for a in _more()}
    if login not in known:
        home = foundation.organisation(party)
        player = Player(login, f"演练{number}", party.short_name, Role.BIDDER)
        known[login] = foundation.person(player, home, None)
        rows = [asdict(each) for each in known.values()]
        foundation.write_private(FOLDER / MORE_ACCOUNTS, json.dumps(rows, ensure_ascii=False, indent=1))
    return known[login]


def _more() -> list[Account]:
    FOLDER.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = FOLDER / MORE_ACCOUNTS
    return [Account(**row) for row in json.loads(path.read_text("utf-8"))] if path.exists() else []
