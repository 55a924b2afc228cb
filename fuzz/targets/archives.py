"""What lies inside a bid: the deterministic ZIP, the manifest, canonical JSON."""

import shutil
import tempfile
from functools import cache
from pathlib import Path

import ledger.canonical
from fuzz import Target, demand
from fuzz.corpus import vectors
from sealing import canonical
from sealing.archive import Plaintext, plan_archive
from sealing.canonical import NotCanonical
from sealing.manifest import Manifest, read_manifest, write_manifest
from sealing.names import MANIFEST
from sealing.padding import PREFIX
from sealing.unpack import unpack
from suites import Refused, suite_named

FIELDS = {
    "price": "1234567.89",
    "price_kind": "total",
    "duration_days": 90,
    "key_persons": [{"name": "王", "role": "lead"}],
}
MACHINE = {
    "CPU_ID": ["BFEBFBFF000906EA"], "HARD_DISK_SERIAL_NUMBER": [], "MEMORY_SERIAL_NUMBER": [],
    "NET_ID": ["192.0.2.7"], "MAC_ADDRESS": ["00-00-5e-00-53-01"],
}  # fmt: skip
SUITE = suite_named("INTL-1")


class _Source:
    """Bytes as the stream that `unpack` reads."""

    def __init__(self, data: bytes) -> None:
        self._view, self.left = memoryview(data), len(data)

    def take(self, most: int) -> memoryview:
        piece, self._view = self._view[:most], self._view[most:]
        self.left -= len(piece)
        return piece


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="fuzz-archive-"))


def _zip_of(folder: Path, manifest: Manifest | None) -> bytes:
    """The ZIP that sealing gives for a folder, told what a manifest says."""
    told = manifest or Manifest(FIELDS, [], MACHINE)
    roles = {file.name: file.role for file in told.files}
    plan = plan_archive(folder, suite=SUITE, fields=told.fields, roles=roles, machine=told.machine)
    plain = memoryview(bytearray(PREFIX + plan.length))
    Plaintext(plan, "whole").into(plain)
    return bytes(plain[PREFIX:])


@cache
def _archives() -> list[bytes]:
    found = []
    for name, files in (
        ("one", {"letter.txt": b"We offer.\n"}),
        ("more", {"a/b.txt": b"", "a/c.txt": b"x" * 99, "价": b"1"}),
    ):
        folder = _folder() / f"seed-{name}"
        for inside, data in files.items():
            (folder / inside).parent.mkdir(parents=True, exist_ok=True)
            (folder / inside).write_bytes(data)
        found.append(_zip_of(folder, None))
    return found


def check_archive(data: bytes) -> None:
    """What is unpacked stays in its folder, and packs to the same bytes."""
    out = _folder() / "out"
    out.mkdir()
    try:
        done = unpack(_Source(data), out, suite=SUITE)
        if done.reasons:
            return
        demand(done.manifest is not None, "an archive without a manifest is accepted")
        (out / MANIFEST).unlink()
        listed = done.manifest.files if done.manifest else []
        if listed:  # sealing makes no archive of the manifest alone; opening reads one, as it is sound
            demand(_zip_of(out, done.manifest) == data, "an archive is accepted in more than one form")
    finally:
        shutil.rmtree(out)
    demand({path.name for path in _folder().iterdir()} <= {"seed-one", "seed-more"}, "a file was written elsewhere")


def check_manifest(data: bytes) -> None:
    """An accepted manifest is written again with the same bytes."""
    try:
        manifest = read_manifest(data)
    except Refused:
        return
    demand(write_manifest(manifest.fields, manifest.files, manifest.machine) == data, "a manifest has two forms")


def check_canonical(data: bytes) -> None:
    """Accepted bytes are the one form of their value, and the ledger's canonical form is the same."""
    try:
        value = canonical.loads_canonical(data)
    except NotCanonical:
        return
    demand(canonical.dumps(value) == data, "bytes are accepted that are not canonical")
    try:
        again = ledger.canonical.canonical(ledger.canonical.plain(value))
    except ledger.canonical.NotCanonical:
        return
    demand(again == data, "the two canonical forms differ")


def _manifests() -> list[bytes]:
    found = []
    for zipped in _archives():
        start = 30 + len(MANIFEST)
        found.append(zipped[start : start + int.from_bytes(zipped[18:22], "little")])
    return found


def _values() -> list[bytes]:
    return [canonical.dumps(row["value"]) for row in vectors()["primitives"]["canonical"]] + _manifests()


TARGETS = (
    Target("archive", _archives, check_archive, "zip"),
    Target("manifest", _manifests, check_manifest, "json"),
    Target("canonical-json", _values, check_canonical, "json"),
)
