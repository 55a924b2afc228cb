"""A tender package as the platform hands it out, of either suite, and the keys of everybody in it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sealing.fields import format_time
from sealing.keys import OwnKeys, make_keys, write_keys
from sealing.parameters import Parameters, sign_parameters
from suites import suite_named
from suites.base64_text import to_base64
from suites.certificates import RevokedCertificate, facts_of, issue_certificate, make_authority, make_crl, to_pem

START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
DEADLINE = datetime(2027, 6, 1, 1, 30, tzinfo=UTC)
BIDDER, AGENCY = "91442000MA4UX4JX4D", "91442000000000027F"
CUSTODIANS = ("12442000000000001A", "91442000000000002B", "11442000000000003C")


@dataclass(frozen=True)
class Stage:
    """Root, keys and package; `bidder` is certified."""

    suite: str
    ca_key: bytes
    root: bytes
    agency: OwnKeys
    custodians: tuple[OwnKeys, ...]
    bidder: OwnKeys
    policy: str = "bidder-or-custodians"

    def certified(self, plain: OwnKeys) -> OwnKeys:
        return plain.with_certificates((_leaf(self.ca_key, self.root, plain),))

    def crl(self, *revoked: OwnKeys, at: datetime = START) -> bytes:
        rows = [RevokedCertificate(facts_of(keys.certificates[0]).serial, at) for keys in revoked]
        return make_crl(self.ca_key, self.root, rows, number=1 + len(rows), this_update=START, next_update=END)

    def package(self, **changes: Any) -> dict[str, Any]:
        held = self.custodians if "custodians" in self.policy else ()
        parameters = Parameters(
            tender="E4420000001202600",
            lot="E4420000001202600001001",
            envelopes=("whole",),
            suite=self.suite,
            deadline=DEADLINE,
            document_hash="d0" * 32,
            policy=self.policy,
            custodians=tuple(keys.kid for keys in held),
            threshold=2 if held else 0,
        )
        return {
            "parameters": sign_parameters(self.agency, parameters),
            "recipients": [keys.public.body() for keys in held],
            "root": to_pem(self.root).decode(),
            "crls": [to_base64(self.crl())],
            "tender": parameters.tender,
            "lot": parameters.lot,
            "envelope": "whole",
            "document_hash": parameters.document_hash,
            "deadline": format_time(DEADLINE),
            "suite": self.suite,
            "sequence": 1,
            "bidder": BIDDER,
        } | changes

    def lay(self, folder: Path, *, passphrase: str | None = None) -> Path:
        """Write package, root, key and something to seal into a folder."""
        (folder / "package.json").write_text(json.dumps(self.package(), ensure_ascii=False), "utf-8")
        (folder / "CA.pem").write_bytes(to_pem(self.root))
        write_keys(self.bidder, folder / "bidder.key", passphrase=passphrase)
        (folder / "投标文件" / "attachment").mkdir(parents=True)
        (folder / "投标文件" / "letter.txt").write_text("我方愿以所报价格承包。\n", "utf-8")
        (folder / "投标文件" / "attachment" / "plan.txt").write_text("x" * 5000)
        letter = {"price": "8900000.00", "price_kind": "total", "duration_days": 300}
        (folder / "letter.json").write_text(json.dumps(letter))
        return folder


def make_stage(suite: str, *, policy: str = "bidder-or-custodians") -> Stage:
    private = suite_named(suite).generate().private
    root = make_authority(private, common_name="Test root", not_before=START, not_after=END, suite_name=suite)

    def certified(code: str) -> OwnKeys:
        plain = make_keys(suite, code)
        return plain.with_certificates((_leaf(private, root, plain),))

    custodians = tuple(certified(code) for code in CUSTODIANS)
    return Stage(suite, private, root, certified(AGENCY), custodians, certified(BIDDER), policy)


def _leaf(ca_key: bytes, root: bytes, keys: OwnKeys) -> bytes:
    return issue_certificate(
        ca_key,
        root,
        public_key_spki=keys.public.sign_public,
        organisation_id=keys.public.organisation,
        common_name=f"单位 {keys.public.organisation}",
        not_before=START,
        not_after=END,
    )
