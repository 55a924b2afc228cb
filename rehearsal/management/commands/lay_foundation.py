"""`manage.py lay_foundation`: organisations, people, roles, custodians of the demonstration."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from rehearsal import foundation


class Command(BaseCommand):
    help = "Lay what a demonstration stands on; again, it changes nothing. --tell prints the accounts the first time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tell", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        foundation.lay()
        if options["tell"]:
            foundation.print_accounts(self.stdout)
