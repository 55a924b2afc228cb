"""`manage.py first_account`: the account that registers all others, where there is none yet.

Outside a demonstration nobody can sign in until this has run. What is not told by options is asked for.
"""

import getpass
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from identity.actor import SYSTEM
from identity.models import Membership, Organisation, Person
from identity.operations import grant_role, register_organisation, register_person
from identity.roles import Role
from identity.uscc import normal_uscc
from lawbook.reasons import Refused

FIRST_ROLES = (Role.ADMINISTRATOR, Role.CENTRE)
_ASKED = {
    "uscc": "Unified social credit code of the organisation: ",
    "organisation": "Name of the organisation: ",
    "login": "Login: ",
    "name": "Name of the person: ",
}


class Command(BaseCommand):
    help = "Make the first account (administrator, or centre), with its organisation. Refused once there is one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--role", choices=[role.value for role in FIRST_ROLES], default=Role.ADMINISTRATOR.value)
        for name, question in _ASKED.items():
            parser.add_argument(f"--{name}", help=question.removesuffix(": "))
        parser.add_argument("--password-file", metavar="FILE", help="first line is the password ('-': standard input)")

    def handle(self, *args: Any, **options: Any) -> None:
        if Membership.objects.filter(role__in=[role.value for role in FIRST_ROLES], ended_at=None).exists():
            raise CommandError("there is an administrator or a centre already: accounts are registered by them")
        told = {name: options[name] or _answer(question) for name, question in _ASKED.items()}
        password = _password(options["password_file"])
        try:
            person = _made(told, password, Role(options["role"]))
        except Refused as refused:
            raise CommandError("\n".join(map(str, refused.reasons))) from refused
        self.stdout.write(f"{person.login}: {options['role']} of {told['organisation']}")


def _made(told: dict[str, str], password: str, role: Role) -> Person:
    """Register what is not there yet, so that a run cut short can be taken up again."""
    home = _organisation(told)
    person = Person.objects.filter(login=told["login"]).first()
    if person is None:
        person = register_person(login=told["login"], name=told["name"], password=password, actor=SYSTEM)
    grant_role(person_id=person.pk, organisation_id=home.pk, role=role, actor=SYSTEM)
    return person


def _organisation(told: dict[str, str]) -> Organisation:
    try:
        found = Organisation.objects.filter(uscc=normal_uscc(told["uscc"])).first()
    except ValueError:
        found = None  # the operation says what is wrong with it
    return found or register_organisation(uscc=told["uscc"], name=told["organisation"], actor=SYSTEM)


def _answer(question: str) -> str:
    if not sys.stdin.isatty():
        raise CommandError(f"not told: {question.removesuffix(': ')}")
    return input(question).strip()


def _password(source: str | None) -> str:
    if source == "-":
        return sys.stdin.readline().rstrip("\r\n")
    if source is not None:
        return (Path(source).read_text("utf-8").splitlines() or [""])[0]
    if not sys.stdin.isatty():
        raise CommandError("not told: a password (--password-file FILE, or - for standard input)")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise CommandError("the two passwords differ")
    return password
