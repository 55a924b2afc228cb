"""What `bench.ledger` runs in processes of its own: `python -m bench._ledger appends|fill|verify`, one JSON object out.

The database is that of the environment. What other packages do after a commit (waking the halls) is left out.
"""

import json
import multiprocessing
import os
import resource
import secrets
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402

import ledger  # noqa: E402
from ledger import entries, stores, tree, writing  # noqa: E402
from ledger.canonical import canonical, instant  # noqa: E402
from ledger.verify import verify  # noqa: E402

AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
EACH, WRITERS, TURNS, SEVERAL = 400, 8, 6, 10
ENTRIES = 1_000_000
FORK = multiprocessing.get_context("fork")


class Bidder:
    """Who acts: three personal values an entry, as nearly every entry has."""

    login, role, uscc, address = "bench", "bidder", "91110000000000000X", "192.0.2.1"


def _append(number: int, entries: int = 1) -> None:
    with transaction.atomic(durable=True):
        for _ in range(entries):
            payload = {"n": number, "bid_digest": "0" * 64}
            ledger.append("lot.announced", lot="BENCH", at=AT, payload=payload, actor=Bidder())


def _append_several(number: int) -> None:
    _append(number, SEVERAL)


def _least(number: int) -> None:
    """What a log cannot do without whose entries have an order and no gap: a locked head, and one row in its place."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("UPDATE bench_head SET size = size + 1 RETURNING size")
        cursor.execute("INSERT INTO bench_entry VALUES (%s, %s)", [*cursor.fetchone(), "0" * 600])


def _bare(number: int) -> None:
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_bare (n) VALUES (%s)", [number])


def _write(act: Callable[[int], None], count: int, start: Any) -> None:
    act(-1)  # connects and prepares
    start.wait()
    for number in range(count):
        act(number)


def _per_second(act: Callable[[int], None], writers: int, each: int = EACH) -> float:
    """Transactions per second of so many processes that begin together."""
    connection.close()
    start, count = FORK.Barrier(writers + 1), each // writers
    processes = [FORK.Process(target=_write, args=(act, count, start)) for _ in range(writers)]
    for process in processes:
        process.start()
    start.wait()
    before = time.perf_counter()
    for process in processes:
        process.join()
    return writers * count / (time.perf_counter() - before)


def _follow(until: int, answer: Any) -> None:
    """Read the feed as readers do, after the last index seen, until index `until`; answer what was seen."""
    seen: list[int] = []
    while not seen or seen[-1] < until:
        seen += [row["index"] for row in ledger.feed(seen[-1] if seen else None, limit=100)]
    answer.put(seen)


def appends() -> dict[str, float]:
    """Appends, the least of an ordered log and bare transactions per second, with one and eight writers, in turns; and
    rows that two readers lost. `several` counts entries, ten to a transaction.

    Of six turns the quickest counts: others work on the same machine.
    """
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_bare (n bigint)")
        cursor.execute("CREATE TABLE bench_head (size bigint)")
        cursor.execute("INSERT INTO bench_head VALUES (0)")
        cursor.execute("CREATE TABLE bench_entry (place bigint PRIMARY KEY, body text)")
    _append(0)
    found: dict[str, float] = {}
    for writers in (1, WRITERS):
        acts = (("bare", _bare, 1), ("least", _least, 1), ("append", _append, 1), ("several", _append_several, SEVERAL))
        for name, act, at_once in acts * TURNS:
            speed = _per_second(act, writers, EACH // at_once) * at_once
            found[f"{name}_{writers}"] = max(speed, found.get(f"{name}_{writers}", 0.0))
    size = int(str(ledger.head()["size"])) + WRITERS * (EACH // WRITERS + 1)
    connection.close()
    answers = FORK.Queue()
    readers = [FORK.Process(target=_follow, args=(size - 1, answers)) for _ in range(2)]
    for reader in readers:
        reader.start()
    _per_second(_append, WRITERS)
    seen = [answers.get() for _ in readers]
    found |= {"read": size, "lost": sum(size - len(set(indexes)) for indexes in seen)}
    return found | {"out_of_order": sum(indexes != sorted(indexes) for indexes in seen), "good": verify().good}


def _fill() -> list[bytes]:
    """Write faces and bodies as `append` would, in few statements; return the bytes that a verifier must hash."""
    frontiers: dict[str, list[bytes]] = {name: [] for name in tree.HASHES}
    hashed: list[bytes] = []
    faces, bodies = [], []
    for index in range(ENTRIES):
        at = AT + timedelta(milliseconds=index)
        salt, payload = secrets.token_hex(32), {"bid_digest": f"{index:064x}", "sequence": 1, "size": index}
        body = {"kind": "bid.received", "lot": f"E{index % 999}", "role": "bidder", "payload": payload, "personal": {}}
        raw, columns = bytes.fromhex(salt) + canonical(body), []
        for name, function in tree.HASHES.items():
            face = entries.face(index, instant(at), function(raw).hex())
            leaf = tree.leaf_hash(face, function)
            frontiers[name], completed = tree.appended(frontiers[name], index, leaf, function)
            columns.append((leaf.hex(), b"".join(completed).hex()))
            hashed += [raw, b"\x00" + face, bytes(65)]
        (leaf, nodes), (leaf_sm3, nodes_sm3) = columns
        stored = connection.ops.adapt_datetimefield_value(at)
        faces.append((index, stored, leaf, leaf_sm3, nodes, nodes_sm3))
        bodies.append((index, "bid.received", body["lot"], "bidder", canonical(payload).decode(), salt, "{}"))
        if len(faces) == 20_000 or index == ENTRIES - 1:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.executemany(stores.ENTRY, faces)
                cursor.executemany(stores.BODY, bodies)
            faces, bodies = [], []
    head = [ENTRIES, *(b"".join(frontiers[name]).hex() for name in tree.HASHES)]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(stores.FIRST)
        cursor.execute(stores.MOVE, [*head, 0])
    return hashed


def _hash(hashed: list[bytes]) -> None:
    """Hash as a verifier must, and nothing else: each three inputs by SHA-256, then three by SM3."""
    for place in range(0, len(hashed), 6):
        for item in hashed[place : place + 3]:
            tree.sha256(item)
        for item in hashed[place + 3 : place + 6]:
            tree.sm3(item)


def _used() -> float:
    """Processor seconds of this process and of its children that have ended."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def filling() -> dict[str, float]:
    """Write a million entries; return half the processor seconds of the bare hashing of the bytes a verifier hashes."""
    hashed = _fill()
    ledger.checkpoint()
    before = _used()
    _hash(hashed)  # in this process: another would copy each page that it counts a reference on
    return {"bare": (_used() - before) / 2}


def verifying() -> dict[str, float]:
    """Seconds to verify what was filled, with two processes.

    `seconds` is half the processor time: what it takes on two free cores. `wall` is what it took.
    """
    before, started = _used(), time.perf_counter()
    verdict = verify(processes=2)
    wall, seconds = time.perf_counter() - started, (_used() - before) / 2
    return {"seconds": seconds, "wall": wall, "entries": verdict.size, "good": verdict.good}


if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    writing._callbacks.clear()
    print(json.dumps({"appends": appends, "fill": filling, "verify": verifying}[sys.argv[1]]()))
