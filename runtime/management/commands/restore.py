"""`manage.py restore DIR`: bring a backup back into an empty installation and prove that nothing changed."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from runtime.backup import BackupRefused, check, restore
from runtime.database_copies import OtherVersion


class Command(BaseCommand):
    help = "Restore a backup into an empty installation; every changed byte is named and nothing is overwritten."
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="the backup")
        parser.add_argument("--secrets", type=Path, help="the saved folder server/secrets")
        parser.add_argument("--check", action="store_true", help="only compare the backup with its manifest")
        parser.add_argument("--log-key", default="", help="with --check: the key that must have signed the manifest")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["check"]:
                saved = check(options["folder"], log_key=options["log_key"])
            else:
                saved = restore(options["folder"], secrets=options["secrets"])
        except BackupRefused as refused:
            for reason in refused.reasons:
                self.stderr.write(reason)
            raise SystemExit(1) from refused
        except (OSError, OtherVersion) as error:
            raise CommandError(str(error)) from error
        done = "unchanged" if options["check"] else "restored and proven"
        self.stdout.write(f"{done}: {len(saved.files)} files; the log stands at:\n{saved.head}")
