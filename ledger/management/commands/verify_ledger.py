"""`manage.py verify_ledger`: rebuild both trees from what is stored, compare with all that was signed."""

import json
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from ledger.anchoring import anchor_faults
from ledger.verify import verify


class Command(BaseCommand):
    help = "Recompute all leaves, nodes, the head, hold all else against them; exit 1 and name every fault."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object on stdout")
        parser.add_argument("--anchors", action="store_true", help="ask the anchors too, which may need the network")
        parser.add_argument(
            "--checkpoint",
            type=Path,
            action="append",
            default=[],
            metavar="FILE",
            help="a signed checkpoint kept elsewhere: it must be this log's and of its history (may be repeated)",
        )
        parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="to share the work among")

    def handle(self, *args: Any, **options: Any) -> None:
        # within a transaction, or in memory, other processes would not see the rows
        alone = connection.in_atomic_block or connection.settings_dict["NAME"] in ("", ":memory:")
        saved = [_read(path) for path in options["checkpoint"]]
        verdict = verify(processes=1 if alone else max(1, options["processes"]), saved=saved)
        faults = [*verdict.faults, *(anchor_faults() if options["anchors"] else ())]
        for fault in faults:
            self.stderr.write(fault)
        if options["json"]:
            found = {"good": not faults, "size": verdict.size, "root": verdict.root, "faults": faults}
            self.stdout.write(json.dumps(found))
        else:
            self.stdout.write(f"{'FAULTY' if faults else 'good'}: {verdict.size} entries, root {verdict.root}")
        if faults:
            raise SystemExit(1)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, ValueError) as error:
        raise CommandError(f"{path}: {error}") from error
