"""Seal and open one bid of 256 MiB under INTL-1, against raw AES-GCM over the same chunks in the same run.

Values are MB/s (10^6 bytes of contents) by processor time of this process, so that waiting is not counted.
"""

import resource
import secrets
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench import Row
from sealing.keys import OwnKeys, make_keys
from sealing.layout import read_layout
from sealing.open import open_bid
from sealing.policy import Group
from sealing.release import release_share
from sealing.seal import Contents, seal_bid
from sealing.shares import Share
from sealing.tender import Tender

_MIB = 1 << 20
_SIZE = 256 * _MIB


def _tender(keys: OwnKeys) -> Tender:
    return Tender(
        suite=keys.suite,
        tender="BENCH",
        lot="BENCH-1",
        envelope="whole",
        bidder="BIDDER",
        document_hash="00" * 32,
        sequence=1,
        deadline=datetime(2030, 1, 1, tzinfo=UTC),
        policy="bidder",
        groups=(Group("bidder", 1, (keys.kid,)),),
        recipients=(keys.public,),
    )


def _speed(work: Callable[[], object]) -> float:
    """MB/s of processor time."""
    before = time.process_time()
    work()
    return _SIZE / 1e6 / (time.process_time() - before)


def _raw() -> float:
    aead, chunk, out = AESGCM(bytes(32)), secrets.token_bytes(_MIB), bytearray(_MIB + 16)

    def encrypt() -> None:
        for number in range(_SIZE // _MIB):
            aead.encrypt_into(number.to_bytes(12, "big"), chunk, None, out)

    return _speed(encrypt)


def rows() -> list[Row]:
    """Measure sealing, opening and raw AES-GCM; also the peak memory of the process, in MB."""
    keys = make_keys("INTL-1", "BIDDER")
    with tempfile.TemporaryDirectory() as folder:
        source, bid, out = Path(folder) / "bid.bin", Path(folder) / "a.bid", Path(folder) / "out"
        with source.open("wb") as file:
            block = secrets.token_bytes(_MIB)
            for _ in range(_SIZE // _MIB):
                file.write(block)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        raw = _raw()
        seal_speed = _speed(lambda: seal_bid(_tender(keys), Contents(source), bid, signer=keys))
        share = _own_share(bid, keys)
        open_speed = _speed(lambda: open_bid(bid, [share], out))
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return [
        Row("seal 256 MiB, INTL-1", seal_speed, "MB/s", "raw AES-GCM", raw, seal_speed / raw, "≥ 500"),
        Row("open 256 MiB, INTL-1", open_speed, "MB/s", "raw AES-GCM", raw, open_speed / raw, "≥ 500"),
        Row("memory grown while sealing and opening", grown, "MB", "", None, None, "≤ 50"),
    ]


def _own_share(bid: Path, keys: OwnKeys) -> Share:
    layout = read_layout(bid)
    return release_share(layout.header, layout.detached.bid_digest, keys)


if __name__ == "__main__":
    for row in rows():
        print(row)
