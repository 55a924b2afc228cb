"""The bidder's desk: what was chosen so far, judged at every step. One person, one bid at a time; no HTTP, no clock.

Nothing is sealed before the root was confirmed, the agency's statement and every custodian lead to it, and the key is
the bidder's. All answers are JSON; refusals are `suites.Refused` with every reason.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import chain, count
from pathlib import Path
from typing import TypeVar

from sealing import canonical
from sealing.canonical import Json, NotCanonical
from sealing.checks import refuse
from sealing.client import places
from sealing.fields import format_time
from sealing.keys import OwnKeys, check_public_path, load_keys, make_keys, write_keys, write_new_keys
from sealing.manifest import check_letter
from sealing.packages import Package, read_package
from sealing.policy import BIDDER, SHAPES
from sealing.registration import adopt_certificates, certificate_request
from sealing.tender import check_tender
from sealing.writing import OPEN, write_new
from suites import Reason, Refused
from suites.certificates import BadCertificate, facts_of, from_pem
from suites.revocation import Trust, overdue

LEAST_PASSPHRASE = 10
_T = TypeVar("_T")


@dataclass
class Desk:
    """What the person has chosen; `confirmed` are fingerprints of roots that were compared."""

    machine: dict[str, Json] = field(default_factory=dict)
    package: Package | None = None
    package_file: Path | None = None
    keys: OwnKeys | None = None
    key_file: Path | None = None
    source: Path | None = None
    roles: dict[str, str] = field(default_factory=dict)
    letter: dict[str, Json] = field(default_factory=dict)
    with_machine: bool = True
    confirmed: set[str] = field(default_factory=set)

    # ── steps ──

    def take_package(self, path: Path) -> None:
        """Choose the tender package. :raises Refused: it is none, or not sound"""
        self.package, self.package_file = read_package(read_json(path, "tender")), path

    def confirm_root(self, fingerprint: str) -> None:
        """The person compared a root's fingerprint with the one published elsewhere.

        :raises Refused: `path`: the package has no such root
        """
        if fingerprint not in map(_fingerprint, self._package().roots):
            raise Refused([Reason("path", "the package has no root of this fingerprint")])
        self.confirmed.add(fingerprint)

    def take_root(self, path: Path) -> None:
        """Trust the roots in a file that came by another way. :raises Refused: `path`"""
        try:
            self.confirmed |= {_fingerprint(der) for der in from_pem(_bytes(path, "path"))}
        except BadCertificate as error:
            raise Refused([Reason("path", f"{path.name}: {error}")]) from error

    def make_key(self, folder: Path, *, name: str, organisation: str, suite: str, passphrase: str) -> None:
        """Make a key file with a passphrase, and use it. :raises Refused: `key`, `output`"""
        found = []
        if len(passphrase) < LEAST_PASSPHRASE:
            found.append(Reason("key", f"the passphrase has fewer than {LEAST_PASSPHRASE} characters"))
        path = folder / f"{name}.key"
        if not folder.is_dir() or Path(name).name != name or not name:
            found.append(Reason("output", "there is no such folder, or this is no file name"))
        elif path.exists() or path.with_suffix(".pub").exists():
            found.append(Reason("output", f"{path.name} or its .pub exists already"))
        refuse(found)
        keys = make_keys(suite, organisation)
        write_new_keys(keys, path, passphrase=passphrase)
        self.keys, self.key_file = keys, path

    def open_key(self, path: Path, *, passphrase: str) -> None:
        """Use a key file. :raises Refused: `key`"""
        _bytes(path, "key")
        self.keys, self.key_file = load_keys(path, passphrase=passphrase or None), path

    def ask_certificate(self, challenge: str, folder: Path) -> dict[str, Json]:
        """Write the request that answers the platform's challenge. :raises Refused: `key`, `output`"""
        keys = self._keys()
        request = canonical.dumps(certificate_request(keys, challenge))
        path = _free(folder, keys.kid[:8], ".request.json")  # a challenge that lapsed is no reason to be stuck
        _tried(lambda: write_new(path, request, mode=OPEN), path, "output")
        return {"file": str(path)}

    def adopt(self, path: Path, *, passphrase: str) -> None:
        """Take the certificate that was issued into the key file. :raises Refused: `key`"""
        keys = adopt_certificates(self._keys(), read_json(path, "key"))
        assert self.key_file is not None
        if "protected" in read_json(self.key_file, "key"):
            load_keys(self.key_file, passphrase=passphrase or None)  # never written back under another passphrase
        write_keys(keys, self.key_file, passphrase=passphrase or None)
        self.keys = keys

    def take_source(self, path: Path) -> None:
        """Choose what is sealed. :raises Refused: `archive`"""
        self.roles = {row["name"]: row["role"] for row in places.contents(path)}
        self.source = path

    def write_letter(self, fields: dict[str, Json], roles: Mapping[str, str], *, with_machine: bool) -> None:
        """Note the bid letter's fields, the files' roles, and whether the marks of this machine go with the bid.

        :raises Refused: `manifest`
        """
        found = check_letter(fields)
        if unknown := [name for name in roles if name not in self.roles]:
            found += [Reason("manifest", f"a role is given to {name}, which is not there") for name in unknown]
        refuse(found)
        self.letter, self.with_machine = fields, with_machine
        self.roles |= dict(roles)

    # ── judgement ──

    def trust(self) -> Trust:
        """Return the confirmed roots of the package, with its revocation lists."""
        package = self._package()
        return Trust([der for der in package.roots if _fingerprint(der) in self.confirmed], package.crls)

    def problems(self) -> list[Reason]:
        """Return why nothing may be sealed yet."""
        missing = (
            (self.package is None, "tender", "no tender package was chosen"),
            (self.keys is None, "key", "no key file was opened"),
            (self.source is None, "archive", "nothing to seal was chosen"),
        )
        found = [Reason(check, text) for lacks, check, text in missing if lacks]
        if self.package is None or self.keys is None:
            return found
        if not self.trust():
            return [*found, Reason("path", "the root's fingerprint was not confirmed")]
        return found + check_tender(self.package.tender_for(self.keys.public), self.keys.public, roots=self.trust())

    @property
    def opens_itself(self) -> bool:
        """Whether the own key alone opens the bid, so that it can be tried at once."""
        shape = SHAPES[self._package().parameters.policy]
        return shape.join == "any" and BIDDER in shape.groups

    # ── what the page shows ──

    def told(self) -> dict[str, Json]:
        """Return everything chosen, and every problem, for the page."""
        return {
            "package": None if self.package is None else self._package_told(self.package),
            "key": None if self.keys is None else self._key_told(self.keys),
            "source": None if self.source is None else self._source_told(self.source),
            "letter": self.letter,
            "machine": self.machine,
            "with_machine": self.with_machine,
            "problems": [reason._asdict() for reason in self.problems()],
        }

    def _package_told(self, package: Package) -> dict[str, Json]:
        parameters, trust = package.parameters, self.trust()
        return {
            "file": str(self.package_file),
            "tender": parameters.tender,
            "lot": parameters.lot,
            "envelope": package.envelope,
            "suite": parameters.suite,
            "deadline": format_time(parameters.deadline),
            "document_hash": parameters.document_hash,
            "amendment": parameters.amendment,
            "sequence": package.sequence,
            "bidder": package.bidder,
            "policy": parameters.policy,
            "threshold": parameters.threshold,
            "agency": {"organisation": package.signer.organisation, "name": package.signer.common_name},
            "custodians": [
                {
                    "organisation": keys.organisation,
                    "name": facts_of(keys.certificates[0]).common_name,
                    "kid": keys.kid,
                    "reasons": [r._asdict() for r in check_public_path(keys, trust, parameters.deadline)],
                }
                for keys in package.custodians
            ],
            "roots": [
                {
                    "fingerprint": _fingerprint(der),
                    "name": facts_of(der).common_name,
                    "confirmed": _fingerprint(der) in self.confirmed,
                }
                for der in package.roots
            ],
            "overdue": [reason._asdict() for reason in overdue(package.crls, parameters.deadline)],
        }

    def _key_told(self, keys: OwnKeys) -> dict[str, Json]:
        leaf = facts_of(keys.certificates[0])
        reasons: list[Reason] = []
        if self.package is not None:
            reasons = check_public_path(keys.public, self.trust(), self.package.parameters.deadline)
        return {
            "file": str(self.key_file),
            "kid": keys.kid,
            "organisation": keys.public.organisation,
            "name": leaf.common_name,
            "suite": keys.suite.name,
            "certified": not reasons and self.package is not None,
            "until": format_time(leaf.not_after),
        }

    def _source_told(self, source: Path) -> dict[str, Json]:
        rows = [row | {"role": self.roles.get(row["name"], row["role"])} for row in places.contents(source)]
        return {"path": str(source), "files": rows, "total": sum(row["size"] for row in rows)}

    def _package(self) -> Package:
        if self.package is None:
            raise Refused([Reason("tender", "no tender package was chosen")])
        return self.package

    def _keys(self) -> OwnKeys:
        if self.keys is None:
            raise Refused([Reason("key", "no key file was opened")])
        return self.keys


def read_json(path: Path, check: str) -> Json:
    """Return the JSON in a file. :raises Refused: `check`: it cannot be read"""
    try:
        return canonical.loads(_bytes(path, check))
    except NotCanonical as error:
        raise Refused([Reason(check, f"{path.name}: {error}")]) from error


def _free(folder: Path, stem: str, ending: str) -> Path:
    """Return a name in the folder that is not taken: the stem, or numbered."""
    stems = chain([stem], (f"{stem}-{number}" for number in count(2)))
    return next(path for each in stems if not os.path.lexists(path := folder / f"{each}{ending}"))


def _fingerprint(der: bytes) -> str:
    return sha256(der).hexdigest()


def _bytes(path: Path, check: str) -> bytes:
    return _tried(path.read_bytes, path, check)


def _tried(act: Callable[[], _T], path: Path, check: str) -> _T:
    try:
        return act()
    except OSError as error:
        raise Refused([Reason(check, f"{path.name}: {error.strerror}")]) from error
