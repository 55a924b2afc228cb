"""`manage.py register_witness KEY --organisation NAME`: let a witness hand in cosignatures; its token is told once."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ledger import clock
from ledger.witnessing import WitnessRefused, register_witness


class Command(BaseCommand):
    help = "Register a witness by its verifier key (witness.pub in its home) and print its token, once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("key", help="the contents of witness.pub")
        parser.add_argument("--organisation", required=True, help="who runs it, as people should read it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = register_witness(organisation=options["organisation"], key=options["key"].strip(), now=clock.now())
        except WitnessRefused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(made.token)
