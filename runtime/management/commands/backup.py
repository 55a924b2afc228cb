"""`manage.py backup --out DIR`: save database, documents, sealed and opened bids with a signed manifest."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ledger import clock
from runtime.backup import BackupRefused, back_up


class Command(BaseCommand):
    help = "Save the installation into a new folder while it runs. Secrets are not in it: save server/secrets apart."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--out", type=Path, required=True, help="folder to make; it must not exist")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            saved = back_up(options["out"].absolute(), at=clock.now())
        except (BackupRefused, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{len(saved.files)} files in {options['out']}; the log stands at:\n{saved.head}")
