"""`manage.py ca`: the installation's CA of both suites, and outside roots. Without a verb: the root's fingerprint."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from identity import ca_work, demo_ca
from lawbook.reasons import Refused
from suites import NAMES


class Command(BaseCommand):
    help = (
        "init: make a root; show: its fingerprint; issue: certify a .pub or a request; revoke; crl: the revocation "
        "list; list: everything issued; trust: accept certificates of an outside root. Keys: under CA_HOME (0600)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--export", metavar="FILE", help="write the root certificate as PEM ('-': to stdout)")
        verbs = parser.add_subparsers(dest="verb", metavar="VERB")
        for name, (words, add) in _VERBS.items():
            verb = verbs.add_parser(name, help=words)
            add(verb)

    def handle(self, *args: Any, **options: Any) -> None:
        verb = options.get("verb") or "show"
        options.setdefault("suite", demo_ca.DEFAULT_SUITE)
        try:
            lines = ca_work.VERBS[verb](options)
        except demo_ca.NotDemonstration as error:
            raise CommandError(f"{error}; `ca init` makes one, `ca trust` accepts an outside one") from error
        except Refused as refused:
            raise CommandError("\n".join(map(str, refused.reasons))) from refused
        except (ca_work.CannotDo, OSError) as error:
            raise CommandError(str(error)) from error
        for line in lines:
            self.stdout.write(line, ending="" if line.endswith("\n") else "\n")


def _suite(parser: ArgumentParser) -> None:
    parser.add_argument("--suite", choices=NAMES, default=demo_ca.DEFAULT_SUITE)


def _init(parser: ArgumentParser) -> None:
    _suite(parser)
    parser.add_argument("--name", default="", help="common name of the root")


def _show(parser: ArgumentParser) -> None:
    _suite(parser)
    parser.add_argument("--export", metavar="FILE", help="write the root certificate as PEM ('-': to stdout)")


def _issue(parser: ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--pub", type=Path, metavar="FILE", help="a .pub of `python -m sealing keygen`: certify, register"
    )
    what.add_argument("--csr", type=Path, metavar="FILE", help="a PKCS#10 request (PEM or DER), P-256 or SM2")
    parser.add_argument("--organisation", metavar="USCC", help="of a request that has no serialNumber itself")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the result here (default: standard output)")


def _revoke(parser: ArgumentParser) -> None:
    parser.add_argument(
        "name", metavar="KID|SERIAL", help="of a registered key, or of a certificate issued to a request"
    )
    parser.add_argument("--reason", required=True)
    parser.add_argument("--code", choices=sorted(ca_work.REASON_CODES), default="unspecified", help="for a SERIAL")


def _crl(parser: ArgumentParser) -> None:
    _suite(parser)
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the list as PEM (default: standard output)")


def _trust(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE.pem", help="the outside root")
    parser.add_argument("--crl", type=Path, required=True, metavar="FILE", help="its revocation list, PEM or DER")


_VERBS = {
    "init": ("make the root of a suite", _init),
    "show": ("fingerprint, subject and validity of a root", _show),
    "issue": ("certify a key", _issue),
    "revoke": ("revoke a certificate from now on", _revoke),
    "crl": ("write the revocation list as of now", _crl),
    "list": ("everything issued, with its state", lambda parser: None),
    "trust": ("accept certificates of an outside root; again: with a newer revocation list", _trust),
}
