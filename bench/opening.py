"""A hundred bids of 20 MB from the last share to the letters that are read out, beside hashing the same bytes once.

It runs `tendering.opened_contents.outcomes_of`, which the opening itself runs: every key is combined and checked before
the first bid is decrypted into its folder. Only the rows of the database are stood in for.
"""

import hashlib
import os
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from bench import Row
from bench.sealing import contents_of, tender_for
from sealing.keys import make_keys
from sealing.release import release_share
from sealing.seal import Contents, seal_bid

BIDS = 100
_SIZE = 20 * (1 << 20)


class _Releases(list[Any]):
    """The released shares of a bid, as its manager gives them."""

    def filter(self, **_: object) -> "_Releases":
        return self

    def order_by(self, *_: str) -> "_Releases":
        return self


def _row(sealed: Any, keys: Any) -> Any:
    share = release_share(sealed.header, sealed.bid_digest, keys)
    release = SimpleNamespace(kid=share.kid, group=share.group, index=share.index, share=share.share.hex())
    told = {"bid_digest": sealed.bid_digest, "core": share.core, "envelope": "whole", "receipt": {}}
    bid = SimpleNamespace(**told, releases=_Releases([release]))
    return SimpleNamespace(bid=bid, shares=SimpleNamespace(openable=True, bidder_released=True))


def rows() -> list[Row]:
    """Measure; a hundred bids of 20 MiB lie in a temporary folder meanwhile, and their contents once more."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    import django

    django.setup()
    from django.conf import settings

    from tendering import opened_contents, sealed_store
    from tendering.models import BidState, Lot

    keys = make_keys("INTL-1", "BIDDER")
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary)
        source = contents_of(home / "bid.bin", _SIZE)
        with patch.multiple(settings, SEALED_ROOT=home / "sealed", OPENED_ROOT=home / "opened"):
            bids = []
            fields = {"price": "1.00", "price_kind": "total"}
            for number in range(BIDS):
                path = home / f"{number}.bid"
                sealed = seal_bid(tender_for(keys), Contents(source, fields), path, signer=keys)
                place = sealed_store.sealed_path("BENCH-1", sealed.bid_digest)
                place.parent.mkdir(parents=True, exist_ok=True)
                path.replace(place)
                bids.append(_row(sealed, keys))
            lot = Lot(code="BENCH-1")
            started = time.perf_counter()
            outcomes = opened_contents.outcomes_of(lot, SimpleNamespace(rows=bids))
            taken = time.perf_counter() - started
        assert [outcome.state for outcome in outcomes] == [BidState.OPENED] * BIDS
        hashed = _hashing(source)
    what = f"open {BIDS} bids of 20 MiB after the last share"
    return [Row(what, taken, "s", "SHA-256 of the same bytes", hashed, taken / hashed, "≤ 10 s")]


def _hashing(source: Path) -> float:
    data = source.read_bytes()
    started = time.perf_counter()
    for _ in range(BIDS):
        hashlib.sha256(data).digest()
    return time.perf_counter() - started


if __name__ == "__main__":
    for row in rows():
        print(row)
