"""`manage.py ca`: show the fingerprint of the root certificate, or write it out as PEM."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from identity import demo_ca, queries


class Command(BaseCommand):
    help = "Show the root certificate's SHA-256 fingerprint; with --export FILE write it as PEM ('-': to stdout)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--export", metavar="FILE", help="write the root certificate as PEM")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            pem = queries.trust_root()
        except demo_ca.NotDemonstration as error:
            raise CommandError(str(error)) from error
        if options["export"] is None:
            self.stdout.write(queries.root_fingerprint())
        elif options["export"] == "-":
            self.stdout.write(pem, ending="")
        else:
            Path(options["export"]).write_text(pem, "ascii")
            self.stderr.write(f"{options['export']}: SHA-256 {queries.root_fingerprint()}")
