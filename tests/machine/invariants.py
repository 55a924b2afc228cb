"""What must hold after every step: rows as the model says, nothing open early, everything opened once."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant

import ledger
from sealing.layout import read_layout
from sealing.open import combine_checked
from sealing.shares import Share
from tendering.models import Bid, OpenedBid, Release
from tests.machine.model import Expected, opens
from tests.machine.stage import Clocks, World

CORRUPT = "centre"  # gives its shares to whoever asks, whenever
NEVER_OPENED = {"replaced", "withdrawn", "superseded_by_amendment", "returned", "revoked", "withdrawn_no_blame"}


class Invariants(RuleBasedStateMachine):
    """The server's rows and files held against the model, and what the adversary holds against the file keys."""

    begun = False
    policy: str
    world: World
    clocks: Clocks
    deadline: datetime  # the latest that the agency has signed
    bids: dict[str, Expected]

    @property
    def _code(self) -> str:
        return self.world.tender.lot.code

    @invariant()
    def holds(self) -> None:
        if not self.begun:
            return
        rows = {bid.bid_digest: bid for bid in Bid.objects.all()}
        assert {name: row.state for name, row in rows.items()} == {name: one.state for name, one in self.bids.items()}
        self._nothing_open_early()
        self._opened_once()

    def _nothing_open_early(self) -> None:
        """Before the true deadline all that the server holds, with the corrupt custodian's help, opens nothing."""
        if self.clocks.true >= self.deadline:
            return
        assert not OpenedBid.objects.exists()
        assert not list(settings.OPENED_ROOT.rglob("*.pdf"))
        for one in self.bids.values():
            layout = read_layout(one.kept.file.path)
            held = [
                Share(
                    one.kept.digest, layout.header.core.hex(), row.kid, row.group, row.index, bytes.fromhex(row.share)
                )
                for row in Release.objects.filter(bid__bid_digest=one.kept.digest)
            ]
            if self.policy != "bidder":
                held.append(one.kept.share_of(self.world.custodians[CORRUPT]))
            combined, _ = combine_checked(layout, held)
            assert combined is None, "the file key can be put together before the deadline"

    def _opened_once(self) -> None:
        entries = ledger.entries_of(self._code, kinds=["bid.opened"])
        opened = [row["body"]["payload"]["bid_digest"] for row in entries]
        wanted = sorted(name for name, one in self.bids.items() if one.state == "opened")
        assert sorted(opened) == wanted
        assert sorted(OpenedBid.objects.values_list("bid__bid_digest", flat=True)) == wanted
        root = settings.OPENED_ROOT / self._code
        folders = sorted(path.name for path in root.iterdir() if path.is_dir()) if root.exists() else []
        assert [name for name in folders if self.bids[name].state in NEVER_OPENED] == []
        for name in wanted:
            assert opens(self.policy, self.bids[name].given)
            assert (root / name / "letter.pdf").exists()
