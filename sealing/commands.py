"""The commands of `python -m sealing`: each reads its files, does one thing, and answers with a JSON object.

Notes for people go to the standard error stream. No clock is read.
"""

import argparse
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TextIO

from sealing import canonical
from sealing.canonical import Json, NotCanonical
from sealing.checks import refuse
from sealing.inspect import facts, inspect_bid
from sealing.keys import PublicKeys, load_keys, make_keys, passphrase_in, write_keys, write_new_keys
from sealing.machine import check_machine
from sealing.open import open_bid
from sealing.packages import read_package
from sealing.parameters import check_parameters, read_parameters, sign_parameters
from sealing.registration import adopt_certificates, certificate_request
from sealing.release import release_share
from sealing.seal import Contents, seal_bid
from sealing.shares import dumps, read_share
from sealing.tender import Tender, check_tender, parameters_signer, read_tender
from sealing.withdrawals import withdrawal_named, withdrawal_of
from sealing.writing import OPEN, refuse_existing, write_new
from suites import Reason, Refused
from suites.certificates import BadCertificate, from_pem
from suites.revocation import BadCrl, Trust, crls_from_pem, overdue


def keygen(arguments: argparse.Namespace) -> dict[str, Json]:
    """Make NAME.key and NAME.pub."""
    out: Path = arguments.out
    if out.exists() or out.with_suffix(".pub").exists():
        raise Refused([Reason("output", f"{out.name} or its .pub exists already")])
    keys = make_keys(arguments.suite, arguments.organisation or out.stem)
    write_new_keys(keys, out, passphrase=_passphrase(arguments))
    return {"kid": keys.kid, "organisation": keys.public.organisation, "key": str(out)}


def seal(arguments: argparse.Namespace) -> dict[str, Json]:
    """Seal a file or folder for a tender."""
    refuse_existing(arguments.out)
    roots = _roots(arguments)
    keys = load_keys(arguments.sign, passphrase=_passphrase(arguments))
    tender, roots = _tender(arguments, keys.public, roots)
    refuse(check_tender(tender, keys.public, roots=roots))
    _note_lists(roots, tender.deadline)
    if roots is None:
        kids = ", ".join(kid for group in tender.groups for kid in group.recipients)
        note(f"recipients not verified: {kids}")
    else:
        note(f"tender signed by {parameters_signer(tender)}")
    fields, roles = _fields(arguments.manifest)
    sealed = seal_bid(
        tender,
        Contents(arguments.source, fields, roles, _machine(arguments.machine)),
        arguments.out,
        signer=keys,
        progress=_progress(),
        replace=False,
    )
    return {
        "bid_digest": sealed.bid_digest,
        "size": sealed.size,
        "count": sealed.header.count,
        "file": str(arguments.out),
    }


def inspect(arguments: argparse.Namespace) -> dict[str, Json]:
    """Check a sealed bid without any key."""
    roots = _roots(arguments)
    layout = inspect_bid(arguments.file, roots=roots)
    _note_signer(roots)
    _note_lists(roots, layout.header.binding.deadline)
    return facts(layout, trusted=roots is not None)


def release(arguments: argparse.Namespace) -> dict[str, Json]:
    """Take the own share out of a sealed bid."""
    refuse_existing(arguments.out)
    keys = load_keys(arguments.key, passphrase=_passphrase(arguments))
    layout = inspect_bid(arguments.file)
    share = release_share(layout.header, layout.detached.bid_digest, keys)
    write_new(arguments.out, dumps(share))
    return {"bid_digest": share.bid_digest, "group": share.group, "index": share.index, "share": str(arguments.out)}


def withdraw(arguments: argparse.Namespace) -> dict[str, Json]:
    """Sign that a bid is taken back: what the lot's withdrawal page takes before the deadline."""
    refuse_existing(arguments.out)
    if (arguments.file is None) == (arguments.lot is None or arguments.digest is None):
        raise Refused([Reason("output", "give either the sealed file, or --lot and --digest")])
    keys = load_keys(arguments.key, passphrase=_passphrase(arguments))
    if arguments.file is not None:
        statement = withdrawal_of(arguments.file, keys)
    else:
        statement = withdrawal_named(arguments.lot, arguments.digest, keys)
    write_new(arguments.out, canonical.dumps(statement))
    return {**statement["body"], "statement": str(arguments.out)}


def open_(arguments: argparse.Namespace) -> dict[str, Json]:
    """Open a sealed bid with released shares."""
    roots = _roots(arguments)
    shares = [_share(path) for path in arguments.share]
    opened = open_bid(arguments.file, shares, arguments.out, roots=roots, progress=_progress())
    for finding in opened.findings:
        note(f"{finding.check}: {finding.reason}")
    _note_signer(roots)
    return {
        "bid_digest": opened.bid_digest,
        "folder": str(opened.folder),
        "files": [file.name for file in opened.manifest.files],
        "findings": [finding._asdict() for finding in opened.findings],
    }


def note(text: str) -> None:
    """Say something to the person, on the standard error stream; that nobody listens does not stop the work."""
    try:
        sys.stderr.write(f"{text}\n")
    except OSError:
        silence(sys.stderr)


def silence(stream: TextIO) -> None:
    """Point a stream that nobody takes at nothing, or the interpreter would try once more at its end and complain."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def adopt(arguments: argparse.Namespace) -> dict[str, Json]:
    """Put the certificate that an authority issued into the own key file."""
    passphrase = _passphrase(arguments)
    keys = load_keys(arguments.key, passphrase=passphrase)
    certified = adopt_certificates(keys, _json(arguments.pub, "key"))
    write_keys(certified, arguments.key, passphrase=passphrase)
    return {"kid": certified.kid, "organisation": certified.public.organisation, "key": str(arguments.key)}


def prove(arguments: argparse.Namespace) -> dict[str, Json]:
    """Answer a challenge of the platform: what `POST /api/v1/certificates` takes."""
    refuse_existing(arguments.out)
    keys = load_keys(arguments.key, passphrase=_passphrase(arguments))
    request = certificate_request(keys, arguments.challenge)
    write_new(arguments.out, canonical.dumps(request), mode=OPEN)
    return {"kid": keys.kid, "request": str(arguments.out)}


def sign(arguments: argparse.Namespace) -> dict[str, Json]:
    """Sign the tender parameters that the platform's announcement page hands out."""
    refuse_existing(arguments.out)
    told = _json(arguments.file, "parameters")
    body = told.get("body") if isinstance(told, dict) else None
    refuse(check_parameters(body))
    parameters = read_parameters(body)
    keys = load_keys(arguments.key, passphrase=_passphrase(arguments))
    if keys.suite.name != parameters.suite:
        text = f"the key is of suite {keys.suite.name}, the parameters are of {parameters.suite}"
        raise Refused([Reason("key", text)])
    write_new(arguments.out, canonical.dumps(sign_parameters(keys, parameters)), mode=OPEN)
    for name, value in parameters.body().items():
        note(f"{name}: {value}")
    return {"lot": parameters.lot, "signer": keys.public.organisation, "statement": str(arguments.out)}


def _note_signer(roots: list[bytes] | None) -> None:
    if roots is None:
        note("signer not verified")


def _note_lists(roots: list[bytes] | None, at: datetime) -> None:
    """Tell of revocation lists that say nothing about the instant at which certificates were judged."""
    for finding in overdue(roots.crls if isinstance(roots, Trust) else [], at):
        note(f"{finding.check}: {finding.reason}")


def _tender(
    arguments: argparse.Namespace, own: PublicKeys, roots: list[bytes] | None
) -> tuple[Tender, list[bytes] | None]:
    """The tender of either file, and the roots, with the package's revocation lists where it has any."""
    if arguments.tender is not None:
        return read_tender(_json(arguments.tender, "tender")), roots
    package = read_package(_json(arguments.package, "tender"))
    for der in package.roots if roots is None else ():
        note(f"root in the package, to compare before it is given by --trust: SHA-256 {sha256(der).hexdigest()}")
    if roots is not None and package.crls:
        roots = Trust(roots, [*(roots.crls if isinstance(roots, Trust) else []), *package.crls])
    return package.tender_for(own), roots


def _machine(path: Path | None) -> dict[str, Json] | None:
    """The marks of this machine: of a file, or none."""
    if path is None:
        return None
    body: dict[str, Json] = _json(path, "manifest")
    refuse(check_machine(body))
    return body


def _share(path: Path) -> "Json":
    """A bare share, or the share inside a custodian's signed release."""
    body = _json(path, "share_binding")
    if isinstance(body, dict) and body.get("kind") == "share.released" and isinstance(body.get("body"), dict):
        body = {name: member for name, member in body["body"].items() if name not in ("ledger_head", "at")}
    return read_share(body)


def _json(path: Path, check: str) -> Json:
    try:
        return canonical.loads(path.read_bytes())
    except NotCanonical as error:
        raise Refused([Reason(check, f"{path.name}: {error}")]) from error


def _fields(path: Path | None) -> tuple[dict[str, Json], dict[str, str]]:
    """The bid letter's fields, and the member `roles` taken out of them."""
    if path is None:
        return {}, {}
    body = _json(path, "manifest")
    if not isinstance(body, dict) or not isinstance(body.get("roles", {}), dict):
        raise Refused([Reason("manifest", f"{path.name} is not an object, or its roles are not")])
    return {name: member for name, member in body.items() if name != "roles"}, body.get("roles", {})


def _roots(arguments: argparse.Namespace) -> list[bytes] | None:
    if arguments.trust is None:
        return None
    try:
        roots = from_pem(arguments.trust.read_bytes())
    except BadCertificate as error:
        raise Refused([Reason("path", f"{arguments.trust.name}: {error}")]) from error
    return Trust(roots, _lists(arguments.crl))


def _lists(paths: list[Path] | None) -> list[bytes]:
    found: list[bytes] = []
    for path in paths or []:
        try:
            found += crls_from_pem(path.read_bytes())
        except BadCrl as error:
            raise Refused([Reason("crl", f"{path.name}: {error}")]) from error
    return found


def _passphrase(arguments: argparse.Namespace) -> str | None:
    return None if arguments.passphrase_file is None else passphrase_in(arguments.passphrase_file)


def _progress() -> Callable[[int, int], None] | None:
    """Percent on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        return None

    def show(done: int, count: int) -> None:
        end = "\n" if done == count else ""
        with suppress(OSError):
            sys.stderr.write(f"\r{100 * done // count:3d} %{end}")

    return show
