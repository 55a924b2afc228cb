"""Saving an installation and bringing it back: the database, documents, sealed and opened bids; never a secret.

A backup is a folder: `database/`, `documents/`, `sealed/`, `opened/`, `manifest.json` (every file's length and SHA-256,
the log's key, its signed head in the saved database) and `manifest.note` (the manifest's hash, signed by that key). The
database is saved first: files are written before the rows that name them.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import connection

from ledger import heads, notes
from ledger.canonical import instant
from ledger.private_file import read_or_make
from ledger.verify import verify
from runtime import database_copies

FOLDERS = {"documents": "DOCUMENT_ROOT", "sealed": "SEALED_ROOT", "opened": "OPENED_ROOT"}
MANIFEST, NOTE, DATABASE = "manifest.json", "manifest.note", "database"
LOG_KEY = "log-key"
MADE_AT_START = ("django", "broker")  # secrets that every installation makes anew, this command's own start too
BLOCK = 1 << 20
VERSION = 1


class BackupRefused(Exception):
    """It cannot be saved or brought back; every reason by itself in `reasons`."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = reasons
        super().__init__("; ".join(reasons))


class NotOfThisLog(BackupRefused):
    """The manifest is none, or another log's."""


@dataclass(frozen=True)
class Saved:
    """What a manifest says: `files` maps path in the backup → (length, SHA-256)."""

    head: str
    log_key: str
    vendor: str
    files: Mapping[str, tuple[int, str]]


def back_up(out: Path, *, at: datetime) -> Saved:
    """Save everything into the folder `out`, which appears whole or not at all, and return the manifest.

    :raises BackupRefused: the folder exists
    :raises OSError: it cannot be written
    """
    if out.exists():
        raise BackupRefused([f"{out} exists already"])
    part = out.with_name(f".{out.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        saved = _written(part, at)
        part.rename(out)
    except BaseException:  # half a backup is none, and on a full disk it would stand in the way of the next
        shutil.rmtree(part, ignore_errors=True)
        raise
    return saved


def _written(part: Path, at: datetime) -> Saved:
    (part / DATABASE).mkdir(parents=True, mode=0o700)
    head = database_copies.save(part / DATABASE)
    for name, setting in FOLDERS.items():
        _copy_folder(Path(getattr(settings, setting)), part / name)
    saved = Saved(heads.signed_head(head.size, head.root, head.root_sm3), heads.verifier_key(), connection.vendor, {})
    saved = Saved(saved.head, saved.log_key, saved.vendor, dict(_measured(part)))
    _write_manifest(part, saved, at)
    return saved


def check(folder: Path, *, log_key: str = "") -> Saved:
    """Return the manifest of a backup whose every byte is the one that was saved.

    `log_key` is the key that must have signed; empty: the one the manifest names, which proves less.

    :raises BackupRefused: naming every file that is changed, missing or not known, or a manifest that is not signed
    """
    try:
        raw, note = (folder / MANIFEST).read_bytes(), (folder / NOTE).read_text("utf-8")
        told = json.loads(raw)
        files = {str(path): (int(size), str(digest)) for path, (size, digest) in told["files"].items()}
        saved = Saved(str(told["head"]), str(told["log_key"]), str(told["database"]), files)
        name, public = notes.parsed_key(log_key or saved.log_key)
        signed = notes.verified_text(note, name, public)
        notes.verified_checkpoint(saved.head, name, public)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise NotOfThisLog([f"the manifest is not one signed by this log: {error}"]) from error
    reasons = [] if signed == _signed_text(raw) else [f"changed: {MANIFEST}"]
    found = dict(_measured(folder))
    reasons += [f"missing: {path}" for path in sorted(files.keys() - found.keys())]
    reasons += [f"not in the manifest: {path}" for path in sorted(found.keys() - files.keys())]
    reasons += [f"changed: {path}" for path in sorted(files.keys() & found.keys()) if files[path] != found[path]]
    if reasons:
        raise BackupRefused(reasons)
    return saved


def restore(folder: Path, *, secrets: Path | None = None) -> Saved:
    """Bring a backup back into this installation, which must be empty, and prove that nothing changed.

    `secrets` is the saved folder of the secrets, copied where the installation has none of that name, once the backup
    is known to be of their log: without the log's key the log cannot be continued.

    :raises BackupRefused: a byte changed, the installation is not empty, another log key or secret in its place; or the
        proof afterwards fails
    """
    reasons = _not_empty()
    keys = [place / LOG_KEY for place in (secrets, _secrets()) if place is not None and (place / LOG_KEY).exists()]
    if not keys:
        reasons.append("the log's key is missing: give the saved folder of the secrets (--secrets)")
    if reasons:
        raise BackupRefused(reasons)
    try:
        saved = check(folder, log_key=_verifier_key(keys[0]))
    except NotOfThisLog as refused:
        raise NotOfThisLog([*refused.reasons, f"the log's key that should have signed it: {keys[0]}"]) from refused
    if saved.vendor != connection.vendor:
        raise BackupRefused([f"the backup is of {saved.vendor}, this installation has {connection.vendor}"])
    if secrets is not None:
        _take_secrets(secrets)
    for name, setting in FOLDERS.items():
        _copy_folder(folder / name, Path(getattr(settings, setting)))
    database_copies.bring_back(folder / DATABASE)  # last: whoever works on it meanwhile finds every file
    if faults := _proof(saved):
        raise BackupRefused(faults)
    return saved


def _proof(saved: Saved) -> list[str]:
    """Return what differs between the installation as it is now and what was saved."""
    verdict = verify()
    head = heads.standing()
    faults = list(verdict.faults)
    if notes.parsed_checkpoint(saved.head.rpartition("\n\n")[0] + "\n") != notes.Checkpoint(
        settings.LOG_ORIGIN, head.size, bytes.fromhex(head.root), bytes.fromhex(head.root_sm3)
    ):
        faults.append("the restored log is not the one whose head was signed")
    for name, setting in FOLDERS.items():
        folder = Path(getattr(settings, setting))
        found = {f"{name}/{path}": measure for path, measure in _measured(folder)} if folder.exists() else {}
        wanted = {path: measure for path, measure in saved.files.items() if path.startswith(f"{name}/")}
        faults += [f"restored differently: {path}" for path in sorted(set(found.items()) ^ set(wanted.items()))]
    return faults


def _not_empty() -> list[str]:
    reasons = ["the database is not empty"] if database_copies.has_tables() else []
    folders = (Path(getattr(settings, setting)) for setting in FOLDERS.values())
    return reasons + [f"{folder} is not empty" for folder in folders if folder.exists() and any(folder.iterdir())]


def _secrets() -> Path:
    return Path(settings.SERVER_HOME) / "secrets"


def _verifier_key(path: Path) -> str:
    """Return the public key of a log's key in a file, wherever it lies. :raises BackupRefused: it is none"""
    try:
        key = Ed25519PrivateKey.from_private_bytes(path.read_bytes())
    except ValueError as error:
        raise BackupRefused([f"{path} is no log key"]) from error
    return notes.verifier_key(settings.LOG_ORIGIN, notes.public_bytes(key.public_key()))


def _take_secrets(source: Path) -> None:
    """Copy the secrets of the log that the backup is of. :raises BackupRefused: others are in their place"""
    given = [path for path in sorted(source.iterdir()) if path.is_file()]
    places = {path: _secrets() / path.name for path in given}
    others = [
        f"{place} is another than {path}, which belongs to this backup: remove {place}"
        for path, place in places.items()
        if path.name not in MADE_AT_START and place.exists() and place.read_bytes() != path.read_bytes()
    ]
    if others:
        raise BackupRefused(others)
    for path, place in places.items():
        read_or_make(place, path.read_bytes)


def _write_manifest(folder: Path, saved: Saved, at: datetime) -> None:
    files: dict[str, Any] = {path: list(measure) for path, measure in saved.files.items()}
    told = {"v": VERSION, "at": instant(at), "database": saved.vendor, "head": saved.head, "log_key": saved.log_key}
    raw = json.dumps({**told, "files": files}, ensure_ascii=False, sort_keys=True, indent=0).encode()
    (folder / MANIFEST).write_bytes(raw)
    (folder / NOTE).write_text(notes.signed(_signed_text(raw), settings.LOG_ORIGIN, heads.log_key()), "utf-8")


def _signed_text(manifest: bytes) -> str:
    return f"{settings.LOG_ORIGIN}/backup\n{hashlib.sha256(manifest).hexdigest()}\n"


def _measured(folder: Path) -> Iterator[tuple[str, tuple[int, str]]]:
    """Yield path below the folder → (length, SHA-256) of every file but the manifest's own."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        if name not in (MANIFEST, NOTE):
            with path.open("rb") as file:
                yield name, (path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def _copy_folder(source: Path, target: Path) -> None:
    """Copy every finished file, flushed to disk; what is hidden, and in a hidden folder, is still being written."""
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    for folder, folders, names in os.walk(source):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for path in (Path(folder) / name for name in names if not name.startswith(".")):
            copy = target / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with path.open("rb") as given, copy.open("wb") as out:
                shutil.copyfileobj(given, out, BLOCK)
                out.flush()
                os.fsync(out.fileno())
