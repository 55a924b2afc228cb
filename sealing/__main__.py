"""`python -m sealing keygen | adopt | prove | sign | seal | inspect | release | withdraw | open | machine | ui`.

Exit status 0, 1 where it was refused, 2 for a wrong command line, 130 where the person stopped it, 143 on SIGTERM.
"""

import argparse
import io
import json
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from sealing import commands
from sealing.client import fingerprint
from suites import NAMES, Reason, Refused, self_test

MOST_PORT = 65535
STOPPED = 130  # as a shell tells of Ctrl-C


def _parser(program: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=program, description="Seal, inspect, release and open bids.")
    every = argparse.ArgumentParser(add_help=False)
    every.add_argument("--json", action="store_true", help="answer with one JSON object on standard output")
    every.set_defaults(trust=None, crl=None, passphrase_file=None)
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_keygen(subparsers.add_parser("keygen", parents=[every], help="make NAME.key and NAME.pub"))
    _add_adopt(subparsers.add_parser("adopt", parents=[every], help="put an issued certificate into the key file"))
    _add_prove(subparsers.add_parser("prove", parents=[every], help="answer a challenge, to ask for a certificate"))
    _add_sign(
        subparsers.add_parser("sign", parents=[every], help="sign tender parameters, for the purchaser or agency")
    )
    _add_seal(subparsers.add_parser("seal", parents=[every], help="seal a file or folder"))
    inspect = subparsers.add_parser("inspect", parents=[every], help="check a sealed bid without keys")
    inspect.add_argument("file", type=_file)
    _add_trust(inspect)
    inspect.set_defaults(run=commands.inspect)
    _add_release(subparsers.add_parser("release", parents=[every], help="take the own share out of a bid"))
    _add_withdraw(subparsers.add_parser("withdraw", parents=[every], help="sign that a bid is taken back"))
    _add_open(subparsers.add_parser("open", parents=[every], help="open a bid with released shares"))
    machine = subparsers.add_parser("machine", parents=[every], help="show the marks of this machine")
    machine.set_defaults(run=lambda arguments: fingerprint.collect())
    _add_ui(subparsers.add_parser("ui", parents=[every], help="open the page of the client, on this machine only"))
    return parser


def _add_keygen(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=_key_name, required=True, metavar="NAME.key")
    parser.add_argument("--organisation", metavar="ID", help="organisation code; default: the stem of NAME")
    parser.add_argument("--suite", choices=NAMES, default="INTL-1")
    parser.add_argument("--passphrase-file", type=_file, metavar="F")
    parser.set_defaults(run=commands.keygen)


def _add_seal(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--tender", type=_file, metavar="TENDER.json")
    what.add_argument("--package", type=_file, metavar="FILE", help="the tender package downloaded from the platform")
    parser.add_argument("--sign", type=_file, required=True, metavar="NAME.key")
    parser.add_argument("--manifest", type=_file, metavar="FIELDS.json")
    parser.add_argument("--machine", type=_file, metavar="MACHINE.json", help="marks of this machine to seal with it")
    _add_trust(parser)
    parser.add_argument("--passphrase-file", type=_file, metavar="F")
    parser.add_argument("source", type=_there, metavar="IN")
    parser.add_argument("out", type=Path, metavar="OUT.bid")
    parser.set_defaults(run=commands.seal)


def _add_release(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--key", type=_file, required=True, metavar="NAME.key")
    parser.add_argument("file", type=_file, metavar="OUT.bid")
    parser.add_argument("--out", type=Path, required=True, metavar="SHARE.json")
    parser.add_argument("--passphrase-file", type=_file, metavar="F")
    parser.set_defaults(run=commands.release)


def _add_withdraw(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--key", type=_file, required=True, metavar="NAME.key")
    parser.add_argument("file", type=_file, nargs="?", metavar="OUT.bid")
    parser.add_argument("--lot", metavar="CODE", help="with --digest, where the sealed file was not kept")
    parser.add_argument("--digest", metavar="HEX", help="as the receipt names the bid")
    parser.add_argument("--out", type=Path, required=True, metavar="OUT.withdrawal.json")
    parser.add_argument("--passphrase-file", type=_file, metavar="F")
    parser.set_defaults(run=commands.withdraw)


def _add_open(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=_file, metavar="OUT.bid")
    parser.add_argument("--share", type=_file, required=True, action="append", metavar="SHARE.json")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    _add_trust(parser)
    parser.set_defaults(run=commands.open_)


def _add_adopt(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--key", type=_key_file, required=True, metavar="NAME.key")
    parser.add_argument("--pub", type=_file, required=True, metavar="CERTIFIED.pub")
    parser.add_argument("--passphrase-file", type=_file, metavar="F")
    parser.set_defaults(run=commands.adopt)


def _add_prove(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--key", type=_file, required=True, metavar="NAME.key")
    parser.add_argument("--challenge", required=True, metavar="BASE64", help="as the platform's key page shows it")
    parser.add_argument("--out", type=Path, required=True, metavar="REQUEST.json")
    parser.add_argument("--passphrase-file", type=_file, metavar="F")
    parser.set_defaults(run=commands.prove)


def _add_sign(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--key", type=_file, required=True, metavar="NAME.key")
    parser.add_argument("file", type=_file, metavar="PARAMETERS.json", help="as the announcement page hands it out")
    parser.add_argument("--out", type=Path, required=True, metavar="SIGNED.json")
    parser.add_argument("--passphrase-file", type=_file, metavar="F")
    parser.set_defaults(run=commands.sign)


def _add_trust(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--trust", type=_file, metavar="CA.pem", help="the pinned roots")
    parser.add_argument("--crl", type=_file, action="append", metavar="FILE", help="a revocation list; with --trust")


def _there(text: str) -> Path:
    path = Path(text)
    if not path.exists():
        raise argparse.ArgumentTypeError(f"{text} does not exist")
    return path


def _file(text: str) -> Path:
    path = _there(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"{text} is not a file")
    return path


def _key_name(text: str) -> Path:
    path = Path(text)
    if path.suffix != ".key":
        raise argparse.ArgumentTypeError("a key file is called NAME.key")
    return path


def _key_file(text: str) -> Path:
    return _key_name(str(_file(text)))


def _port(text: str) -> int:
    port = int(text) if text.isdecimal() else -1
    if not 0 <= port <= MOST_PORT:
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to {MOST_PORT}")
    return port


def _add_ui(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=_port, default=0, help="default: any that is free")
    parser.add_argument("--no-browser", action="store_true", help="only say the address")
    parser.set_defaults(run=_ui)


def _ui(arguments: argparse.Namespace) -> dict[str, str]:
    from sealing.client.serve import serve  # the other commands need no server

    serve(port=arguments.port, browser=not arguments.no_browser, tell=_tell)
    return {}


def _tell(address: str) -> None:
    """Print the page's address; without it nobody would find the page."""
    if not _said(address):
        raise SystemExit(1)


def main(argv: list[str] | None = None, *, program: str = "python -m sealing") -> int:
    """Run one command; returns the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a name that the terminal cannot show is no reason to fail
            stream.reconfigure(errors="backslashreplace")
    try:
        with _terminated():
            return _run(_parser(program).parse_args(argv))
    except KeyboardInterrupt:
        commands.note("stopped")
        return STOPPED


@contextmanager
def _terminated() -> Iterator[None]:
    """Let SIGTERM and a closed terminal end the work as an exit does: what was opened so far is removed."""

    def end(number: int, frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_IGN)  # a second one must not cut the removing short
        raise SystemExit(128 + number)

    here = threading.current_thread() is threading.main_thread()
    named = [getattr(signal, name, None) for name in ("SIGTERM", "SIGHUP")] if here else []
    held = [number for number in named if number is not None and signal.getsignal(number) is signal.SIG_DFL]
    for number in held:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in held:
            signal.signal(number, signal.SIG_DFL)


def _run(arguments: argparse.Namespace) -> int:
    self_test()
    try:
        answer = arguments.run(arguments)
    except Refused as refused:
        return _refused(refused.reasons, as_json=arguments.json)
    except OSError as error:  # a full disk, a file that may not be read, a stick that was pulled out
        where = f"{error.filename}: " if error.filename else ""
        return _refused([Reason("file", f"{where}{error.strerror or error}")], as_json=arguments.json)
    lines = (f"{name}: {value}" for name, value in answer.items())
    text = json.dumps(answer, ensure_ascii=False) if arguments.json else "\n".join(lines)
    return 0 if _said(text, before="it is done, but ") else 1


def _said(text: str, *, before: str = "") -> bool:
    """Print the answer; if nobody takes it, say so where notes go. Returns whether it was taken."""
    try:
        print(text, flush=True)
    except OSError as error:
        commands.note(f"file: {before}the answer could not be written: {error.strerror or error}")
        commands.silence(sys.stdout)
        return False
    return True


def _refused(reasons: Iterable[Reason], *, as_json: bool) -> int:
    told = [reason._asdict() for reason in reasons]
    for reason in told:
        commands.note("{check}: {reason}".format_map(reason))
    if as_json:
        _said(json.dumps({"refused": told}, ensure_ascii=False))
    return 1


if __name__ == "__main__":
    sys.exit(main())
