"""What `manage.py ca` does, verb by verb: each takes the command's options and returns the lines it says."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509

from identity import ca_files, crl, demo_ca, queries
from identity.actor import SYSTEM
from identity.models import Certificate, Organisation
from identity.operations import admit_key, revoke_certificate
from ledger import clock
from suites import BadKey
from suites.certificates import BadCertificate, facts_of, from_pem, load, to_pem
from suites.paths import check_structure
from suites.registry import suite_named
from suites.requests import BadRequest, Request, read_request
from suites.revocation import BadCrl, crl_to_pem, crls_from_pem, issued_by, overdue, read_crl

Options = Mapping[str, Any]
REASON_CODES = {flag.name: flag for flag in x509.ReasonFlags if flag is not x509.ReasonFlags.remove_from_crl}


class CannotDo(Exception):
    """What was asked for is not possible; the text says why."""


def init(options: Options) -> list[str]:
    """Make a root."""
    suite = options["suite"]
    made = demo_ca.make_root(suite, common_name=options["name"])
    if not made:
        raise CannotDo(f"there is a root of suite {suite} already; it is never replaced")
    return show(options)


def show(options: Options) -> list[str]:
    """Say a root's fingerprint, or write it out."""
    suite, target = options["suite"], options.get("export")
    pem, fingerprint = queries.trust_root(suite), queries.root_fingerprint(suite)
    if target == "-":
        return [pem]
    if target:
        with ca_files.new_file(Path(target)) as write:
            write(pem)
    if options.get("verb") is None and not target:
        return [fingerprint]
    root = from_pem(pem.encode("ascii"))[0]
    subject, facts = load(root).subject.rfc4514_string(), facts_of(root)
    return [fingerprint, f"{suite}  {subject}  {facts.not_before:%Y-%m-%d} – {facts.not_after:%Y-%m-%d}"]


def issue(options: Options) -> list[str]:
    """Certify a `.pub`, which is then registered, or a request, which is kept under CA_HOME/issued."""
    if options["pub"] is not None:
        return _certify_pub(options["pub"], options["out"])
    try:
        request = read_request(options["csr"].read_bytes())
    except BadRequest as error:
        raise CannotDo(str(error)) from error
    organisation = _organisation(request, options["organisation"])
    with _told(options["out"]) as tell:
        try:
            der, _start, _end = demo_ca.issue(request.public, organisation, now=clock.now(), suite=request.suite)
        except BadKey as error:
            raise CannotDo(str(error)) from error
        serial = ca_files.keep_issued(der)
        return [*tell(to_pem(der).decode("ascii")), f"serial {serial}  {request.suite}  {organisation.uscc}"]


def revoke(options: Options) -> list[str]:
    """Revoke a registered key by its kid, or a certificate issued to a request by its serial number."""
    name, now = options["name"].lower(), clock.now()
    if ca_files.revoke_issued(name, reason=REASON_CODES[options["code"]], at=now.replace(microsecond=0)):
        return [f"serial {name} is revoked"]
    certificate = revoke_certificate(kid=name, reason=options["reason"], actor=SYSTEM)
    return [f"{certificate.kid} is revoked: {certificate.organisation}"]


def write_crl(options: Options) -> list[str]:
    """Write the revocation list of a root as of now."""
    demo_ca.authority(options["suite"])
    der = crl.current(options["suite"], now=clock.now())
    if der is None:
        raise CannotDo(f"there is no root of suite {options['suite']}")
    told = read_crl(der)
    until = f"{told.next_update:%Y-%m-%dT%H:%M:%SZ}"
    last = f"{len(told.revoked)} revoked, next list by {until}"
    if options["out"] is None:
        return [crl_to_pem(der).decode("ascii"), last]
    try:
        ca_files.publish_crl(options["out"], crl_to_pem(der))
    except BadCrl as error:
        raise CannotDo(f"{options['out']} is not written over: {error}") from error
    return [last]


def list_(options: Options) -> list[str]:
    """Say everything issued, registered and trusted, with its state."""
    now = clock.now()
    rows = [
        f"{row.kid}  {row.pub['suite']:<6}  {_state(row.not_before, row.not_after, row.revoked_at, now):<8}  "
        f"{row.not_after:%Y-%m-%d}  {row.organisation.uscc}  {row.organisation}"
        for row in Certificate.objects.select_related("organisation")
    ]
    for serial, der, revocation in ca_files.issued():
        facts = facts_of(der)
        state = _state(facts.not_before, facts.not_after, revocation.at if revocation else None, now)
        rows.append(f"serial {serial}  {facts.suite:<6}  {state:<8}  {facts.not_after:%Y-%m-%d}  {facts.organisation}")
    for root in ca_files.outside_roots():
        late = [reason.reason for reason in overdue(root.crls, now)]
        rows.append(f"trusted {root.fingerprint}  {facts_of(root.certificate).common_name}  {'; '.join(late)}".rstrip())
    return rows or ["nothing was issued yet"]


def trust(options: Options) -> list[str]:
    """Accept an outside root, with its revocation list."""
    try:
        (root,) = from_pem(options["file"].read_bytes())
        lists = crls_from_pem(options["crl"].read_bytes())
        facts = facts_of(root)
    except (BadCertificate, BadCrl) as error:
        raise CannotDo(str(error)) from error
    except ValueError as error:
        raise CannotDo("the file must hold exactly one certificate") from error
    if check_structure([root, root], suite_named(facts.suite)) or not _is_authority(root):
        raise CannotDo("this is not the self-signed certificate of a certification authority")
    if not all(issued_by(read_crl(der), root) for der in lists):
        raise CannotDo("the revocation list is not signed by this root")
    kept = ca_files.trust(root, "".join(crl_to_pem(der).decode("ascii") for der in lists).encode("ascii"))
    late = [reason.reason for reason in overdue(kept.crls, clock.now())]
    return [f"trusted {kept.fingerprint}  {facts.suite}  {facts.common_name}", *late]


def certify(path: Path) -> Certificate:
    """Certify and register the `.pub` in a file.

    :raises CannotDo: not JSON
    :raises CertificateRefused: with every reason
    """
    try:
        body = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise CannotDo(f"{path.name} is not a .pub") from error
    return admit_key(pub=body, actor=SYSTEM)


def _certify_pub(path: Path, out: Path | None) -> list[str]:
    with _told(out) as tell:
        certificate = certify(path)
        text = json.dumps(certificate.pub, ensure_ascii=False, indent=1) + "\n"
        return [*tell(text), f"{certificate.kid}  {certificate.pub['suite']}  {certificate.organisation.uscc}"]


def _organisation(request: Request, told: str | None) -> Organisation:
    if told and request.organisation and told != request.organisation:
        raise CannotDo(f"the request names {request.organisation}, not {told}")
    uscc = request.organisation or told or ""
    found = Organisation.objects.filter(uscc=uscc).first()
    if found is None:
        raise CannotDo(f"organisation {uscc or '(none named)'} is not registered")
    return found


@contextmanager
def _told(path: Path | None) -> Iterator[Callable[[str], list[str]]]:
    """Hold what gives the text back to be said, or writes it to a file, which is made before anything is issued."""
    if path is None:
        yield lambda text: [text]
        return
    with ca_files.new_file(path) as write:

        def written(text: str) -> list[str]:
            try:
                write(text)
            except OSError as error:  # what is issued is issued, and a second time it is refused
                raise CannotDo(f"{path}: {error}; what was issued is said here:\n{text}") from error
            return []

        yield written


def _is_authority(der: bytes) -> bool:
    try:
        return load(der).extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _state(start: datetime, end: datetime, revoked: datetime | None, now: datetime) -> str:
    if revoked is not None:
        return "revoked"
    return "valid" if start <= now <= end else "expired"


VERBS: dict[str, Callable[[Options], list[str]]] = {
    "init": init,
    "show": show,
    "issue": issue,
    "revoke": revoke,
    "crl": write_crl,
    "list": list_,
    "trust": trust,
}
