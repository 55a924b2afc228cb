"""Seal and open 1 GiB under INTL-1 beside `age` and raw AES-GCM, and 128 MiB under GM-1 beside raw SM4-CTR.

Values are MB/s (10^6 bytes of contents) of elapsed time, the best of four rounds in which all peers take turns:
machines are noisy, and the memory that the first round asks for may be new to the machine itself. Sealing reads the
contents twice: the manifest, which comes first, holds their hashes.
"""

import resource
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
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
_ROUNDS = 4
_MISSING = "age not installed"
_SIZES = {"INTL-1": 1024 * _MIB, "GM-1": 128 * _MIB}


def tender_for(keys: OwnKeys) -> Tender:
    """Return what a bidder alone seals for and opens."""
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


def contents_of(path: Path, size: int) -> Path:
    """Write a file of so many bytes that cannot be compressed."""
    block = secrets.token_bytes(_MIB)
    with path.open("wb") as file:
        for _ in range(size // _MIB):
            file.write(block)
    return path


def _speed(size: int, work: Callable[[], object]) -> float:
    """MB/s of elapsed time."""
    before = time.perf_counter()
    work()
    return size / 1e6 / (time.perf_counter() - before)


def _raw_gcm(size: int) -> None:
    aead, chunk, out = AESGCM(bytes(32)), bytes(_MIB), bytearray(_MIB + 16)
    for number in range(size // _MIB):
        aead.encrypt_into(number.to_bytes(12, "big"), chunk, None, out)


def _raw_sm4(size: int) -> None:
    chunk, out = bytes(_MIB), bytearray(_MIB + 16)
    for number in range(size // _MIB):
        cipher = Cipher(algorithms.SM4(bytes(16)), modes.CTR(number.to_bytes(16, "big")))
        cipher.encryptor().update_into(chunk, out)


class _Age:
    """`age` with a key of its own, in a folder."""

    def __init__(self, folder: Path) -> None:
        self._key, self._sealed, self._opened = (folder / name for name in ("age.key", "bid.age", "age.out"))
        subprocess.run(["age-keygen", "-o", self._key], check=True, capture_output=True)
        said = subprocess.run(["age-keygen", "-y", self._key], check=True, capture_output=True, text=True)
        self._recipient = said.stdout.strip()

    def seal(self, source: Path) -> None:
        """Encrypt a file."""
        subprocess.run(["age", "-r", self._recipient, "-o", self._sealed, source], check=True)

    def open(self) -> None:
        """Decrypt it, and let both files go."""
        subprocess.run(["age", "-d", "-i", self._key, "-o", self._opened, self._sealed], check=True)
        self._opened.unlink()
        self._sealed.unlink()


def _rounds(suite: str, folder: Path) -> dict[str, float]:
    """Return the best speed of each work by name; peers and product take turns."""
    size, keys = _SIZES[suite], make_keys(suite, "BIDDER")
    source, bid, out = contents_of(folder / "bid.bin", size), folder / "a.bid", folder / "out"
    work: dict[str, Callable[[], object]] = {
        "raw": lambda: _raw_gcm(size) if suite == "INTL-1" else _raw_sm4(size),
        "seal": lambda: seal_bid(tender_for(keys), Contents(source), bid, signer=keys),
        "open": lambda: open_bid(bid, [_own_share(bid, keys)], out),
    }
    if suite == "INTL-1" and shutil.which("age"):
        age = _Age(folder)
        work |= {"age seal": lambda: age.seal(source), "age open": age.open}
    best = dict.fromkeys(work, 0.0)
    for _ in range(_ROUNDS):
        for name, act in work.items():
            best[name] = max(best[name], _speed(size, act))
        shutil.rmtree(out)
    return best


def _peer(what: str, value: float, peer: str, peer_value: float | None, target: str) -> Row:
    return Row(what, value, "MB/s", peer, peer_value, value / peer_value if peer_value else None, target)


def rows() -> list[Row]:
    """Measure both suites; also by how much the process grew at its peak, in MB."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    best = {}
    for suite in _SIZES:
        with tempfile.TemporaryDirectory() as folder:
            best[suite] = _rounds(suite, Path(folder))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    intl, gm = best["INTL-1"], best["GM-1"]
    found = []
    for act in ("seal", "open"):
        rival = intl.get(f"age {act}")
        found.append(_peer(f"{act} 1 GiB, INTL-1", intl[act], "age" if rival else _MISSING, rival, "≥ 0.5 × age"))
        found.append(_peer(f"{act} 1 GiB, INTL-1", intl[act], "raw AES-GCM", intl["raw"], ""))
        found.append(_peer(f"{act} 128 MiB, GM-1", gm[act], "raw SM4-CTR", gm["raw"], "≥ 0.6 × raw"))
    return [*found, Row("memory grown while sealing and opening", grown, "MB", "", None, None, "≤ 50")]


def _own_share(bid: Path, keys: OwnKeys) -> Share:
    layout = read_layout(bid)
    return release_share(layout.header, layout.detached.bid_digest, keys)


if __name__ == "__main__":
    for row in rows():
        print(row)
