"""The fixed cast of the tests: who exists, for whom, in which role. Codes carry right check characters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from stdnum.cn import uscc as gb32100

from identity.actor import Actor
from identity.models import Membership, Organisation, Person
from identity.roles import Role

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday, 09:00 in Shanghai; nobody's clock, only a date to register at
ADDRESS = "192.0.2.10"
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True)
class Player:
    """One organisation, one of its people, and the actor that this person is."""

    organisation: Organisation
    person: Person
    actor: Actor


@dataclass(frozen=True)
class Cast:
    """Everybody: five bidders, seven experts; the outsider is a bidder organisation that takes part in nothing."""

    purchaser: Player
    agency: Player
    bidders: tuple[Player, ...]
    experts: tuple[Player, ...]
    outsider: Player
    centre: Player
    regulator: Player
    operator: Player

    def everybody(self) -> tuple[Player, ...]:
        single = (self.purchaser, self.agency, self.outsider, self.centre, self.regulator, self.operator)
        return (*single, *self.bidders, *self.experts)


def make_uscc(serial: int, kind: str = "91") -> str:
    """Return a valid unified social credit code; `serial` 0 … 99,999,999 makes the organisation code."""
    body = f"{serial:08d}"
    rest = 11 - sum(_ALPHABET.index(c) * w for c, w in zip(body, _WEIGHTS, strict=True)) % 11  # GB 11714
    inner = {10: "X", 11: "0"}.get(rest, str(rest))
    front = f"{kind}442000{body}{inner}"
    return front + gb32100.calc_check_digit(front)


def make_player(serial: int, name: str, *, role: Role, login: str, organisation: Organisation | None = None) -> Player:
    """Return a stored organisation (unless given) with one person in one role."""
    if organisation is None:
        organisation = Organisation.objects.create(
            uscc=make_uscc(serial, "12" if role in (Role.CENTRE, Role.REGULATOR) else "91"),
            name=name,
            short_name=name[:8],
            operator=role is Role.ADMINISTRATOR,
            registered_at=NOW,
        )
    person = Person.objects.create_user(login, f"{name[:4]}·{login}")
    Membership.objects.create(person=person, organisation=organisation, role=role, granted_at=NOW)
    actor = Actor(
        login=login,
        name=person.name,
        role=role,
        organisation_id=organisation.pk,
        uscc=organisation.uscc,
        organisation_name=organisation.name,
        address=ADDRESS,
    )
    return Player(organisation, person, actor)


def make_cast() -> Cast:
    """Return the cast, stored."""
    pool = make_player(80, "综合评标专家库", role=Role.EXPERT, login="expert1")
    rest = [
        make_player(80, "综合评标专家库", role=Role.EXPERT, login=f"expert{n}", organisation=pool.organisation)
        for n in range(2, 8)
    ]
    return Cast(
        purchaser=make_player(1, "香山水务投资有限公司", role=Role.PURCHASER, login="purchaser"),
        agency=make_player(2, "岐江工程咨询有限公司", role=Role.AGENCY, login="agency"),
        bidders=tuple(
            make_player(10 + n, f"{word}建设集团有限公司", role=Role.BIDDER, login=f"bidder{n}")
            for n, word in enumerate("甲乙丙丁戊", start=1)
        ),
        experts=(pool, *rest),
        outsider=make_player(70, "局外建设有限公司", role=Role.BIDDER, login="outsider"),
        centre=make_player(90, "公共资源交易中心", role=Role.CENTRE, login="centre"),
        regulator=make_player(91, "住房和城乡建设局", role=Role.REGULATOR, login="regulator"),
        operator=make_player(92, "政务数据运维有限公司", role=Role.ADMINISTRATOR, login="administrator"),
    )
