"""`manage.py register_custodian`: an organisation keeps a share of every bid's key; its agent's token is told once."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from identity import ca_work
from identity.actor import SYSTEM
from identity.models import Certificate
from identity.operations import register_custodian
from lawbook.reasons import Refused


class Command(BaseCommand):
    help = (
        "Register a custodian under a certified key (`ca issue --pub`), and say the agent's token: it is stored as a "
        "hash and cannot be read again. The agent's machine needs the .key, `token`, and `ca show --export root.pem`."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", required=True, help="short name of the agent: small letters, digits, hyphens")
        key = parser.add_mutually_exclusive_group(required=True)
        key.add_argument("--kid", help="of the organisation's certified key")
        key.add_argument(
            "--pub", type=Path, metavar="FILE", help="the .pub, which is certified first (`ca issue --pub`)"
        )
        parser.add_argument(
            "--token-file", type=Path, metavar="FILE", help="write the token here (0600), not to stdout"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            kid = options["kid"] or ca_work.certify(options["pub"]).kid
            certificate = Certificate.objects.filter(kid=kid).first()
            home = certificate.organisation_id if certificate is not None else 0
            made = register_custodian(name=options["name"], organisation_id=home, kid=kid, actor=SYSTEM)
        except Refused as refused:
            raise CommandError("\n".join(map(str, refused.reasons))) from refused
        except (ca_work.CannotDo, OSError) as error:
            raise CommandError(str(error)) from error
        custodian = made.custodian
        self.stderr.write(f"{custodian.name}: {custodian.organisation.name}, suite {custodian.suite}, key {kid}")
        _tell(options["token_file"], made.token, self)


def _tell(path: Path | None, token: str, command: BaseCommand) -> None:
    if path is None:
        command.stdout.write(token)
        return
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(token + "\n")
