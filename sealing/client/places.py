"""Looking around on this machine: folders for the page's chooser, and what lies in a folder that is to be sealed."""

import re
from collections.abc import Mapping
from pathlib import Path

from sealing.archive import files_in
from sealing.canonical import Json
from sealing.manifest import DEFAULT_ROLE
from sealing.names import shown
from suites import Reason, Refused

MOST_SHOWN = 2000
# What a file is, guessed from its name as the platform's own page does; the bidder may choose otherwise.
HINTS: Mapping[str, re.Pattern[str]] = {
    role: re.compile(words, re.IGNORECASE)
    for role, words in {
        "bid_letter": "投标函|letter",
        "authorisation": "授权|委托|法定代表|身份",
        "price_schedule": "清单|报价|计价|boq",
        "business_licence": "营业执照|licen[cs]e",
        "qualification": "资质",
        "safety_permit": "安全生产",
        "engineer": "建造师|项目经理|负责人",
        "technical": "施工组织|技术|方案|technical",
        "performance_record": "业绩",
        "bid_bond": "保证金|保函",
        "consortium_agreement": "联合体",
    }.items()
}
ROLES = (*HINTS, DEFAULT_ROLE)


def listing(told: str) -> dict[str, Json]:
    """Return a folder's content for the chooser: `{path, parent, entries: [{name, path, folder, size}]}`.

    A file's path gives its folder; an empty text the home folder. What has a name that is not UTF-8 is listed without
    a path: JSON cannot tell its path, so it cannot be chosen.

    :raises Refused: `output`: it cannot be read
    :raises RuntimeError: `~somebody` whom the system does not know
    """
    path = Path(told).expanduser() if told else Path.home()
    folder = path if path.is_dir() else path.parent
    try:
        visible = [each for each in folder.iterdir() if not each.name.startswith(".")]
    except OSError as error:
        raise Refused([Reason("output", f"{folder} cannot be read: {error.strerror}")]) from error
    rows = sorted(map(_entry, visible), key=lambda row: (not row["folder"], row["name"].lower()))
    parent = "" if folder.parent == folder else str(folder.resolve().parent)
    return {"path": str(folder.resolve()), "parent": parent, "entries": rows[:MOST_SHOWN]}


def contents(source: Path) -> list[dict[str, Json]]:
    """Return the files to be sealed with their guessed roles: `{name, size, role}`.

    :raises Refused: `archive`: names, number, links
    :raises OSError: a folder cannot be read
    """
    return [
        {"name": name, "size": path.stat().st_size, "role": role_of(name)} for name, path in files_in(source).items()
    ]


def role_of(name: str) -> str:
    """Return the role of a file by its folder's name, else by its own."""
    first, _, rest = name.partition("/")
    if rest and first in ROLES:
        return first
    last = name.rpartition("/")[2]
    return next((role for role, words in HINTS.items() if words.search(last)), DEFAULT_ROLE)


def _entry(path: Path) -> dict[str, Json]:
    try:
        folder, size = path.is_dir(), path.stat().st_size
    except OSError:
        folder, size = False, 0
    name, place = shown(path.name), str(path.absolute())
    told = place if shown(place) == place else ""
    return {"name": name, "path": told, "folder": folder, "size": 0 if folder else size}
