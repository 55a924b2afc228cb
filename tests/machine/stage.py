"""What the machine plays on: a database put back before every run, bids sealed once, agents that talk in-process.

Operations, agents, ledger and files are the real ones. What is left out is HTTP (see `tests.custodian`) and the disk's
flush (see `tests.stack`); both would only cost time here.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

import ledger
from custodian.agent import Agent
from custodian.home import Home
from custodian.log import Log
from custodian.server import PAGE, ServerRefused
from identity.models import Custodian
from identity.operations.greet_custodian import greet_custodian
from identity.queries import trust_root
from lawbook.reasons import Refused
from ledger.heads import verifier_key
from sealing.keys import OwnKeys
from sealing.layout import read_layout
from sealing.parameters import KIND
from sealing.release import release_share
from sealing.releases import sign_release
from sealing.seal import Contents, seal_bid
from sealing.shares import Share
from sealing.statements import sign_statement
from sealing.tender import tender_from
from suites.certificates import from_pem
from tendering import bid_queries, parameters
from tendering.models import Lot, TenderParameters
from tendering.operations.record_custodian_refusal import record_custodian_refusal
from tendering.operations.record_custodian_release import record_custodian_release
from tests.cast import make_cast
from tests.sealed import START, SealedFile, Tender, make_tender, own_keys

POLICIES = ("bidder", "bidder-or-custodians", "custodians", "bidder-and-custodians")
NAMES = ("centre", "purchaser", "regulator")
POSTPONING = ("lot.amended", "lot.postponed")


class Clocks:
    """The true time, which honest agents and bidders go by, and the platform's, which an adversary shifts."""

    def __init__(self) -> None:
        self.true: datetime = START
        self.offset = timedelta(0)

    def platform(self) -> datetime:
        return self.true + self.offset


@dataclass
class Kept:
    """A sealed file that every run may hand in again, with what its holders would release."""

    file: SealedFile
    parts: tuple[bytes, list[bytes], bytes]
    shares: dict[str, Share] = field(default_factory=dict)  # by kid

    @property
    def digest(self) -> str:
        return self.file.digest

    def share_of(self, keys: OwnKeys) -> Share:
        if keys.kid not in self.shares:
            self.shares[keys.kid] = release_share(read_layout(self.file.path).header, self.digest, keys)
        return self.shares[keys.kid]


@dataclass
class Begun:
    """What the first bids of a run left behind: rows, sealed files, and the model's account of them."""

    snapshot: sqlite3.Connection
    files: Path
    rows: list[Any]

    def restored(self) -> list[Any]:
        self.snapshot.backup(connection.connection)
        shutil.copytree(self.files, settings.SEALED_ROOT, dirs_exist_ok=True)
        return self.rows


@dataclass
class World:
    """An announced lot under one policy, as it is put back before every run."""

    tender: Tender
    snapshot: sqlite3.Connection
    custodians: dict[str, OwnKeys]
    kept: dict[tuple[str, int, str], Kept] = field(default_factory=dict)
    begun: dict[tuple[int, ...], Begun] = field(default_factory=dict)
    harmless: set[tuple[Any, ...]] = field(default_factory=set)  # what the server held and could not open a bid with

    def begin(self, first: tuple[int, ...], rows: list[Any]) -> None:
        """Keep what the first bids of a run left behind."""
        files = self.tender.folder / f"begun-{len(self.begun)}"
        shutil.copytree(settings.SEALED_ROOT, files) if first else files.mkdir()
        self.begun[first] = Begun(_snapshot(), files, rows)

    def restore(self) -> None:
        """Put the database and the server's folders back."""
        self.snapshot.backup(connection.connection)
        for root in (settings.SEALED_ROOT, settings.OPENED_ROOT, settings.UPLOAD_ROOT):
            shutil.rmtree(root, ignore_errors=True)

    def lot(self) -> Lot:
        return Lot.objects.get(pk=self.tender.lot.pk)

    def sealed(self, number: int, sequence: int) -> Kept:
        """Return a bid sealed by bidder `number` for the lot as it stands."""
        player = self.tender.cast.bidders[number]
        lot = self.lot()
        key = (player.actor.login, sequence, f"{lot.deadline_at}{lot.document_hash}")
        if key not in self.kept:
            self.kept[key] = self._seal(number, sequence, lot)
        return self.kept[key]

    def _seal(self, number: int, sequence: int, lot: Lot) -> Kept:
        player, keys = self.tender.cast.bidders[number], self.tender.keys_of(self.tender.cast.bidders[number])
        folder = self.tender.folder / f"{lot.policy}-{len(self.kept)}"
        folder.mkdir()
        (folder / "letter.pdf").write_bytes(b"%PDF-1.7 " + player.actor.login.encode())
        tender = tender_from(
            TenderParameters.objects.filter(lot=lot).order_by("-sequence").first().statement,
            own=keys.public,
            custodians=[held.public for held in self.custodians.values()],
            envelope="whole",
            bidder=player.organisation.uscc,
            sequence=sequence,
        )
        out = folder.with_suffix(".bid")
        fields = {"price": f"{8_000_000 + number}.00", "price_kind": "total"}
        file = SealedFile(out, seal_bid(tender, Contents(folder, fields), out, signer=keys).bid_digest, keys)
        return Kept(file, file.parts())

    def amendment(self, deadline_at: datetime) -> dict[str, Any]:
        """Return the arguments of `amend_lot`, signed by the agency."""
        lot = self.lot()
        pubs = [] if lot.policy == "bidder" else [held.public.body() for held in self.custodians.values()]
        body = parameters.expected_parameters(lot, deadline_at=deadline_at, recipients=pubs)
        statement = sign_statement(self.tender.keys_of(self.tender.cast.agency), KIND, body)
        return {"deadline_at": deadline_at, "statement": statement, "recipients": pubs}

    def agent(self, name: str, clocks: Clocks, platform: Platform) -> Agent:
        """Return a custodian's agent in its own folder, new or started again."""
        folder = platform.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        home = Home(folder, self.custodians[name], "", tuple(from_pem(trust_root().encode())), "")
        door = Door(platform, self.tender.custodians[name][0])
        agent = Agent(home, Log(folder), door, lambda: clocks.true)  # type: ignore[arg-type]
        agent.greet()
        return agent

    def lie(self, name: str, kept: Kept, agent: Agent) -> dict[str, Any]:
        """Return a release that is signed and wrong."""
        true = kept.share_of(self.custodians[name])
        false = Share(true.bid_digest, true.core, true.kid, true.group, true.index, bytes(32))
        return sign_release(self.custodians[name], false, ledger_head=agent.log.head, at=agent.now())


@dataclass
class Platform:
    """The server's side of the agents' door, and whether it hides amendments from them."""

    folder: Path
    hides_amendments: bool = False


@dataclass
class Door:
    """`custodian.server.Server` without HTTP: one custodian's view of the platform."""

    platform: Platform
    custodian: Custodian

    def hello(self, told: Mapping[str, Any], report: Mapping[str, str]) -> dict[str, Any]:
        greet_custodian(custodian_id=self.custodian.pk, head=dict(told))
        return {"log_key": verifier_key()}

    def feed(self, after: int) -> list[dict[str, Any]]:
        return ledger.feed(after if after >= 0 else None, limit=PAGE, viewer=ledger.Viewer())

    def work(self) -> dict[str, Any]:
        lots = bid_queries.agent_work(self.custodian)
        if self.platform.hides_amendments:
            for lot in lots:
                lot["entries"] = [row for row in lot["entries"] if row["body"]["kind"] not in POSTPONING]
        return {"lots": lots, "checkpoint": ledger.checkpoint()}

    def release(self, statement: Mapping[str, Any]) -> dict[str, Any]:
        try:
            record_custodian_release(statement=dict(statement), custodian=self.custodian)
        except Refused as refused:
            raise ServerRefused(str(refused)) from refused
        return {}

    def refuse(self, statement: Mapping[str, Any]) -> dict[str, Any]:
        try:
            record_custodian_refusal(statement=dict(statement), custodian=self.custodian)
        except Refused as refused:
            raise ServerRefused(str(refused)) from refused
        return {}


def make_world(folder: Path, policy: str) -> World:
    """Return the world of a policy. The clock must stand at `START`."""
    tender = make_tender(make_cast(), folder, now=START, policy=policy)
    for player in tender.cast.bidders:
        tender.keys_of(player)
    keys = {name: own_keys(held) for name, (_, held, _) in tender.custodians.items()}
    return World(tender, _snapshot(), keys)


def _snapshot() -> sqlite3.Connection:
    copy = sqlite3.connect(":memory:")
    connection.ensure_connection()
    connection.connection.backup(copy)
    return copy
