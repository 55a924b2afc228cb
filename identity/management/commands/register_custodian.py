"""`manage.py register_custodian`: an organisation keeps a share of every bid's key; its agent's token is told once."""

from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from identity import ca_files, ca_work
from identity.actor import SYSTEM
from identity.models import Certificate
from identity.operations import RegisteredCustodian, register_custodian
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
            "--token-file", type=Path, metavar="FILE", help="write the token to this new file (0600), not to stdout"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["token_file"]
        try:
            # made first: registered twice is refused, so a token without a place to go to would be lost for ever
            with ca_files.new_file(path, mode=0o600) if path else nullcontext(self._say) as tell:
                made, kid = _registered(options)
                self._tell(made.token, tell)
        except Refused as refused:
            raise CommandError("\n".join(map(str, refused.reasons))) from refused
        except (ca_work.CannotDo, OSError) as error:
            raise CommandError(str(error)) from error
        custodian = made.custodian
        self.stderr.write(f"{custodian.name}: {custodian.organisation.name}, suite {custodian.suite}, key {kid}")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    def _tell(self, token: str, tell: Callable[[str], object]) -> None:
        try:
            tell(f"{token}\n")
        except OSError:
            self.stderr.write(f"The token cannot be written, so it is said here, and never again:\n{token}")
            raise


def _registered(options: dict[str, Any]) -> tuple[RegisteredCustodian, str]:
    kid = options["kid"] or ca_work.certify(options["pub"]).kid
    certificate = Certificate.objects.filter(kid=kid).first()
    home = certificate.organisation_id if certificate is not None else 0
    return register_custodian(name=options["name"], organisation_id=home, kid=kid, actor=SYSTEM), kid
