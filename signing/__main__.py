"""`python -m signing verify FILE.pdf --trust ROOT.pem`: what the signatures of a PDF are worth.

Exit 0 everything holds, 1 something does not, 2 wrong usage (a root that is no certificate, too). `--trust` may be
given several times: the root of the signer's certificate and the root of the timestamp authority. `--timestamp F.tsr`
judges a timestamp that was kept beside a document signed without one. `--json` prints one JSON object.
"""

import argparse
import hashlib
import json
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

import timestamps
from lawbook.reasons import Reason, Refused
from signing import Finding, Report, verify_pdf


def main(arguments: list[str] | None = None) -> int:
    """Judge one file, print the verdict, return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m signing", description="Verify the signatures of a PDF.")
    verify = parser.add_subparsers(dest="command", required=True).add_parser("verify")
    verify.add_argument("file", type=Path)
    verify.add_argument("--trust", type=Path, action="append", required=True, metavar="ROOT.pem")
    verify.add_argument("--timestamp", type=Path, metavar="FILE.tsr")
    verify.add_argument("--json", action="store_true")
    wanted = parser.parse_args(arguments)
    try:
        pdf, roots = wanted.file.read_bytes(), [_root(path) for path in wanted.trust]
        token = wanted.timestamp.read_bytes() if wanted.timestamp else None
    except (OSError, NoRoot) as error:
        print(error, file=sys.stderr)
        return 2
    beside, wrong = _beside(token, pdf, roots)
    report = verify_pdf(pdf, roots=roots, at=beside)
    holds = report.holds and not wrong
    if wanted.json:
        print(json.dumps(_plain(pdf, report, beside, wrong), ensure_ascii=False, indent=2))
    else:
        print("\n".join(_lines(pdf, report, beside, wrong)))
    return 0 if holds else 1


class NoRoot(Exception):
    """What was given as a trusted root is no certificate; the text names the file."""


def _root(path: Path) -> bytes:
    """Return a root as it stands in its file, PEM or DER. :raises NoRoot: or the document would be blamed for it"""
    raw = path.read_bytes()
    try:
        if b"-----BEGIN" in raw:
            x509.load_pem_x509_certificates(raw)
        else:
            x509.load_der_x509_certificate(raw)
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion) as error:
        raise NoRoot(f"{path} is no certificate, PEM or DER") from error
    return raw


def _beside(token: bytes | None, pdf: bytes, roots: list[bytes]) -> tuple[datetime | None, list[Reason]]:
    if token is None:
        return None, []
    try:
        return timestamps.verify(token, pdf, roots=roots), []
    except Refused as refusal:
        return None, refusal.reasons


def _plain(pdf: bytes, report: Report, beside: datetime | None, wrong: list[Reason]) -> dict[str, Any]:
    def told(reasons: Any) -> list[dict[str, str]]:
        return [{"code": reason.code, "reason": reason.message} for reason in reasons]

    signatures = [
        {**asdict(found), "problems": told(found.problems), "holds": found.holds} for found in report.signatures
    ]
    for row in signatures:
        row |= {name: value.isoformat() for name, value in row.items() if isinstance(value, datetime)}
    return {
        "sha256": hashlib.sha256(pdf).hexdigest(),
        "holds": report.holds and not wrong,
        "problems": told([*report.problems, *wrong]),
        "timestamp_beside": beside.isoformat() if beside else None,
        "signatures": signatures,
    }


def _lines(pdf: bytes, report: Report, beside: datetime | None, wrong: list[Reason]) -> list[str]:
    lines = [f"SHA-256    {hashlib.sha256(pdf).hexdigest()}"]
    for found in report.signatures:
        lines += _signature_lines(found)
    if beside:
        lines.append(f"timestamp beside the file  {beside.isoformat()}")
    lines += [f"refused    {reason}" for reason in (*report.problems, *wrong)]
    return [*lines, "VALID" if report.holds and not wrong else "NOT VALID"]


def _signature_lines(found: Finding) -> list[str]:
    stamped = f"{found.timestamp.isoformat()} ({found.timestamp_by})" if found.timestamp else "none"
    rows = {
        "signature": found.field,
        "signer": f"{found.signer} {found.organisation}",
        "reason": f"{found.reason} · {found.location}",
        "claimed": found.claimed.isoformat() if found.claimed else "—",
        "timestamp": stamped,
        "integrity": f"{'intact' if found.intact else 'BROKEN'}, {'trusted' if found.trusted else 'not trusted'}",
        "coverage": "whole file" if found.whole_file else "part of the file",
        "after": "changed after signing" if found.changes_after else "unchanged after signing",
    }
    return [f"{name:<10} {value}" for name, value in rows.items()] + [f"refused    {why}" for why in found.problems]


if __name__ == "__main__":
    sys.exit(main())
