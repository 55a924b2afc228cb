"""The command line of the agent: `run` (also without its name), `init`, `accept`, `check`, `shred`."""

import argparse
import math
from pathlib import Path

MOST_SECONDS = 86_400.0  # clocks further apart than a day are broken, not skewed


def read_arguments(words: list[str]) -> argparse.Namespace:
    """Return the parsed command line; `command` says which. Without a command's name it is `run`."""
    parser = argparse.ArgumentParser(prog="custodian", description="Agent of a key custodian")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="follow the platform and release what is due, until SIGTERM")
    _home(run, server=True)
    run.add_argument("--skew", type=seconds, default=0.0, help="seconds the own clock may be ahead")
    run.add_argument(
        "--skew-limit", type=seconds, default=60.0, help="seconds apart from the platform's clock, at most"
    )
    run.add_argument("--log-file", type=Path, help="write the log here as well; rotated at 10 MiB, five are kept")
    run.add_argument("--check", action="store_true", help="answer the questions of check about the home first")
    run.add_argument("--once", action="store_true", help="one round, then exit")
    run.add_argument("--exit-with", type=int, default=0, metavar="PID", help="end when this parent process ends")
    _check(commands.add_parser("check", help="look at key, clock, log and connection; exit 1 when something is wrong"))
    _init(commands.add_parser("init", help="make the keys, in a file or in a token, and a request to certify them"))
    accept = commands.add_parser("accept", help="take in what the platform gave: certificate, token, root, log key")
    _home(accept, server=False)
    accept.add_argument("--pub", type=Path, required=True, help="the .pub with the certificate that was issued")
    accept.add_argument("--root", type=Path, required=True, help="the installation's root, PEM, compared by a person")
    accept.add_argument("--token-file", type=Path, help="the bearer token that was shown at the registration")
    accept.add_argument("--log-key", help="the log's verifier key, as published elsewhere, or a file that holds it")
    shred = commands.add_parser("shred", help="destroy the key after retention, and say so, signed")
    _home(shred, server=True)
    shred.add_argument("--kid", required=True, help="the key's name, as a person reads it off: it must be the one here")
    shred.add_argument("--reason", required=True, help="why, for the public record")
    shred.add_argument(
        "--dry-run", action="store_true", help="only say what would be destroyed and what holds it back; exit 1 if held"
    )
    return parser.parse_args(words if words and not words[0].startswith("--") else _default(words))


def seconds(text: str) -> float:
    """Return a length of time. :raises argparse.ArgumentTypeError: it is none that can be meant"""
    try:
        length = float(text)
    except ValueError:
        length = math.nan
    if not 0 <= length <= MOST_SECONDS:  # not a number is in no range either
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds from 0 to {MOST_SECONDS:.0f}")
    return length


def address(text: str) -> tuple[str, int]:
    """Return host and port of `HOST:PORT`; without a host only this machine can reach it.

    :raises argparse.ArgumentTypeError: no port from 0 to 65535, or a host that cannot be a name
    """
    host, _, port = text.rpartition(":")
    if not (":" in text and port.isascii() and port.isdigit() and len(port) <= 5 and int(port) < 1 << 16):
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT with a port from 0 to 65535")
    try:
        host.encode("idna")
    except UnicodeError as error:
        raise argparse.ArgumentTypeError(f"{host!r} is no name of a host") from error
    return host or "127.0.0.1", int(port)


def _default(words: list[str]) -> list[str]:
    return words if words[:1] == ["--help"] else ["run", *words]


def _home(parser: argparse.ArgumentParser, *, server: bool) -> None:
    parser.add_argument("--home", type=Path, required=True, help="folder with the key, token, root.pem")
    parser.add_argument("--passphrase-file", type=Path, help="passphrase of the key file")
    if server:
        parser.add_argument("--server", required=True, help="address of the platform, e.g. https://trade.example")


def _check(parser: argparse.ArgumentParser) -> None:
    _home(parser, server=False)
    parser.add_argument("--server", default="", help="address of the platform; without it nothing is asked of it")
    parser.add_argument(
        "--skew-limit", type=seconds, default=60.0, help="seconds apart from the platform's clock, at most"
    )


def _init(parser: argparse.ArgumentParser) -> None:
    _home(parser, server=False)
    parser.add_argument("--name", required=True, help="short name of this custodian, e.g. notary")
    parser.add_argument("--organisation", required=True, help="its code (USCC)")
    parser.add_argument("--challenge", default="", help="base64, from the platform's page for certificates")
    parser.add_argument("--pkcs11", metavar="LIBRARY", help="make the keys in a token, by this PKCS#11 library")
    parser.add_argument("--pkcs11-token", metavar="LABEL", default="gongheng", help="label of the token")
