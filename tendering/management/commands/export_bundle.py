"""`manage.py export_bundle LOT --out FILE.zip`: everything an outsider needs to check one lot alone."""

import json
import os
from argparse import ArgumentParser
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tendering import queries
from tendering.bundle import form
from tendering.bundle.export import ExportRefused, export_bundle
from tendering.refusals import NotFound


class Command(BaseCommand):
    help = "Write the evidence bundle of one lot; check it with `python -m verifier FILE.zip` (docs/verifier.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("lot", help="the lot's code")
        parser.add_argument("--out", type=Path, required=True, help="the file to write; an existing one is replaced")
        parser.add_argument("--public", action="store_true", help="without sealed files and shares, after the result")
        parser.add_argument("--json", action="store_true", help="print one object")

    def handle(self, *args: Any, lot: str, out: Path, public: bool, **options: Any) -> None:
        variant = form.PUBLIC if public else form.FULL
        try:
            size = self._write(lot, out, variant)
        except NotFound as refusal:
            raise CommandError(f"there is no lot {lot}") from refusal
        except ExportRefused as refusal:
            reasons = "\n".join(f"{reason.code}: {reason}" for reason in refusal.reasons)
            raise CommandError(reasons) from refusal
        except OSError as error:
            raise CommandError(str(error)) from error
        told = {"lot": lot, "variant": variant, "file": str(out), "bytes": out.stat().st_size, "log_size": size}
        self.stdout.write(json.dumps(told, ensure_ascii=False) if options["json"] else self._said(told))

    def _write(self, code: str, out: Path, variant: str) -> int:
        """Write beside the target and rename: a bundle is there whole or not at all."""
        lot = queries.lot_by_code(code)
        with NamedTemporaryFile(dir=out.absolute().parent, prefix=".bundle-", delete=False) as part:
            try:
                size = export_bundle(lot, part, variant=variant)  # type: ignore[arg-type]
                part.flush()  # or the last bytes would meet a full disk under the final name
                os.fsync(part.fileno())
                Path(part.name).replace(out)
            except BaseException:
                Path(part.name).unlink(missing_ok=True)
                raise
        return size

    def _said(self, told: dict[str, Any]) -> str:
        return "{file}: {variant} bundle of {lot}, {bytes} bytes, log of {log_size} entries".format(**told)
