"""`manage.py verify_ledger`: rebuild every leaf and the root from what is stored, and compare."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from ledger.verify import verify


class Command(BaseCommand):
    help = "Recompute all leaves, the head and the checkpoints; exit 1 and name every fault."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = verify()
        for fault in verdict.faults:
            self.stderr.write(fault)
        if options["json"]:
            found = {"good": verdict.good, "size": verdict.size, "root": verdict.root, "faults": list(verdict.faults)}
            self.stdout.write(json.dumps(found))
        else:
            self.stdout.write(f"{'good' if verdict.good else 'FAULTY'}: {verdict.size} entries, root {verdict.root}")
        if not verdict.good:
            raise SystemExit(1)
