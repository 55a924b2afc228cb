"""One lot is played to its award and exported once, by the first test of the verifier that asks for it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.lots import SettableClock

FOLDERS = ("DOCUMENT_ROOT", "CA_HOME", "SEALED_ROOT", "OPENED_ROOT", "UPLOAD_ROOT")


@dataclass(frozen=True)
class Exported:
    """The bundles of the played lot, and the platform's keys, with which tests forge."""

    full: Path
    public: Path
    log_key: str
    platform: Any
    root: bytes  # DER of the true root
    witness: str  # the notary's key
    receipt: dict[str, Any]  # what the bidder whose bid was revoked keeps
    attested: Path  # in full, the notary and the authority having attested the last head too
    kept: dict[str, dict[str, Any]]  # every bidder's receipt by digest


_made: dict[str, Exported] = {}


@pytest.fixture
def house(db, settings, monkeypatch, tmp_path_factory):
    """The folders and the clock of an installation."""
    from ledger import clock

    folder = tmp_path_factory.mktemp("house")
    for name in FOLDERS:
        setattr(settings, name, folder / name.lower())
    settings.TIMESTAMP_AUTHORITY, settings.TIMESTAMP_ROOTS = "demonstration", folder / "timestamps" / "root.pem"
    hands = SettableClock()
    monkeypatch.setattr(clock, "now", hands)
    return folder, hands


@pytest.fixture
def exported(db, request, tmp_path_factory) -> Exported:
    """The bundles of a lot played to its award, made by the first test that asks."""
    if "exported" not in _made:
        _made["exported"] = _play(request, tmp_path_factory.mktemp("bundles"))
    return _made["exported"]


def _play(request, folder: Path) -> Exported:
    from ledger import heads
    from tendering import receipts
    from tendering.bundle.export import export_bundle
    from tendering.models import Bid
    from tests.verifier.awarded import attest, drive
    from tests.verifier.forge import Platform

    home, hands = request.getfixturevalue("house")
    play = drive(request.getfixturevalue("cast"), hands, home)
    paths = {}
    for name, variant in (("full", "full"), ("public", "public"), ("attested", "full")):
        paths[name] = folder / f"{name}.zip"
        if name == "attested":
            attest(play)
        with paths[name].open("w+b") as out:
            export_bundle(play.fresh(), out, variant=variant)
    signer = receipts._signer()
    platform = Platform(heads.log_key(), signer, dict(play.own), play.keys.agency, play.keys.custodians)
    return Exported(
        full=paths["full"],
        public=paths["public"],
        log_key=heads.verifier_key(),
        platform=platform,
        root=play.root(),
        witness=play.witness,
        receipt=play.receipt(),
        attested=paths["attested"],
        kept={bid.bid_digest: dict(bid.receipt) for bid in Bid.objects.filter(lot=play.lot)},
    )
