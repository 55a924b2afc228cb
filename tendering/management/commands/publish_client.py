"""`manage.py publish_client FILE`: a build of the offline client (`make client`) for download, its hash on record."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from identity.actor import SYSTEM
from lawbook.reasons import Refused
from tendering.operations.publish_client import publish_client


class Command(BaseCommand):
    help = "Publish a build of the offline client: people download it from /client/ and compare its SHA-256."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            published = publish_client(content=options["file"].read_bytes(), actor=SYSTEM)
        except Refused as refused:
            raise CommandError("\n".join(map(str, refused.reasons))) from refused
        except OSError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{published.sha256}  {published.name}  {published.size}")
