"""Mutations that keep the outer form, so that runs get behind the first check: of JSON by member, of files by part."""

import json
import random
from collections.abc import Callable
from typing import Any

from fuzz.corpus import joined, parts

Mutate = Callable[[bytes, int], bytes]  # libFuzzer's own: data, most bytes
_EDGES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 255, 256, 2**32, 2**53 - 1, 2**53, 2**64, 10**400, 0.5, "", "a", "A" * 3000, "\ud800",
    "\x00", "é", "e\u0301", "../x", "2030-02-30T00:00:00Z", "9999-12-31T23:59:59Z", "0" * 64, "=" * 4, "AAAA", [], {},
    [[]], {"a": 1},
)  # fmt: skip


def mutated(shape: str, data: bytes, most: int, seed: int, plain: Mutate) -> bytes:
    """Return a mutation of at most `most` bytes; `plain` mutates bytes, and what fits no shape falls to it."""
    chance = random.Random(seed)
    if shape == "bytes" or chance.random() < 0.3:
        return plain(data, most)
    try:
        return SHAPES[shape](data, chance, plain)[:most]
    except (ValueError, RecursionError, IndexError, KeyError, OverflowError):
        return plain(data, most)


def _json(data: bytes, chance: random.Random, plain: Mutate) -> bytes:
    """Change one place of a JSON value: another value, a member more or less, two swapped, a string mutated."""
    value = json.loads(data)
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        value = _changed(value, chance, plain)
    tight = chance.random() < 0.9
    separators, order = ((",", ":"), True) if tight else ((", ", ": "), False)
    return json.dumps(value, ensure_ascii=False, separators=separators, sort_keys=order).encode(
        "utf-8", "surrogatepass"
    )


def _changed(value: Any, chance: random.Random, plain: Mutate) -> Any:
    if isinstance(value, dict) and value and chance.random() < 0.85:
        return _changed_object(value, chance, plain)
    if isinstance(value, list) and value and chance.random() < 0.85:
        return _changed_list(value, chance, plain)
    if isinstance(value, str) and chance.random() < 0.7:
        return plain(value.encode("utf-8", "surrogatepass"), len(value) + 64).decode("utf-8", "replace")
    if isinstance(value, int) and chance.random() < 0.7:
        return value + chance.choice((-1, 1, 2**8, 2**20, -(2**32)))
    return chance.choice(_EDGES)


def _changed_object(value: dict[str, Any], chance: random.Random, plain: Mutate) -> dict[str, Any]:
    name, act = chance.choice(sorted(value)), chance.random()
    if act < 0.06:
        return {key: member for key, member in value.items() if key != name}
    if act < 0.10:
        return value | {chance.choice(("extra", "", "é", "v")): chance.choice(_EDGES)}
    if act < 0.16:
        return value | {name: value[chance.choice(sorted(value))]}
    return value | {name: _changed(value[name], chance, plain)}


def _changed_list(value: list[Any], chance: random.Random, plain: Mutate) -> list[Any]:
    place, act = chance.randrange(len(value)), chance.random()
    if act < 0.1:
        return value[:place] + value[place + 1 :]
    if act < 0.2:
        return [*value, value[place]]
    if act < 0.3:
        return value[::-1]
    return [*value[:place], _changed(value[place], chance, plain), *value[place + 1 :]]


def _sealed(data: bytes, chance: random.Random, plain: Mutate) -> bytes:
    """Change one part of a sealed file and make its lengths right again."""
    found = list(parts(data))
    place = chance.randrange(3)
    if place == 1:
        found[1] = plain(found[1], len(found[1]) + 32)
    else:
        found[place] = _json(found[place], chance, plain)
    return joined(*found)


def _archive(data: bytes, chance: random.Random, plain: Mutate) -> bytes:
    """Change one stored member of a ZIP and make checksums, sizes and directory right again."""
    members = _stored(data)
    place = chance.randrange(len(members))
    name, contents = members[place]
    if contents[:1] in (b"{", b"[") and chance.random() < 0.8:
        contents = _json(contents, chance, plain)
    elif chance.random() < 0.8:
        contents = plain(contents, len(contents) + 64)
    else:
        name = plain(name.encode(), 80).decode("utf-8", "replace")
    members[place] = (name, contents)
    if chance.random() < 0.1:
        chance.shuffle(members)
    return zipped(members)


def zipped(members: list[tuple[str, bytes]]) -> bytes:
    """Return the ZIP of stored members, as bids and bundles write it."""
    import zlib

    from sealing.zip_bytes import Entry, directory, local_header

    rows = [Entry(name, len(contents), zlib.crc32(contents)) for name, contents in members]
    body = b"".join(local_header(row) + contents for row, (_, contents) in zip(rows, members, strict=True))
    return body + directory(rows)


def _stored(data: bytes) -> list[tuple[str, bytes]]:
    found, at = [], 0
    while data[at : at + 4] == b"PK\x03\x04":
        size = int.from_bytes(data[at + 18 : at + 22], "little")
        start = at + 30 + int.from_bytes(data[at + 26 : at + 28], "little")
        found.append((data[at + 30 : start].decode(), data[start : start + size]))
        at = start + size
    return found


SHAPES: dict[str, Callable[[bytes, random.Random, Mutate], bytes]] = {
    "json": _json,
    "sealed": _sealed,
    "zip": _archive,
}
