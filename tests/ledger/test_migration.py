"""Entries written by the first version get their second leaves and the stored trees, and stay what was signed."""

import json
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

import ledger
from ledger import entries, tree, triggers
from ledger.models import Entry
from ledger.verify import verify

AT = datetime(2026, 3, 2, 1, 30, 0, 5, tzinfo=UTC)
SALT = "07" * 32


def _migrate(name):
    executor = MigrationExecutor(connection)
    executor.migrate([("ledger", name)])


def _old_entries(count):
    """Write entries as the first version did: one leaf, no nodes, JSON as the database writes it."""
    frontier = []
    with connection.cursor() as cursor:
        for index in range(count):
            payload = {"n": index, "a": "投标"}
            body = {"kind": "lot.announced", "lot": "L1", "role": "", "payload": payload, "personal": {}}
            leaf = entries.leaf(index, AT, entries.body_hash(SALT, body))
            frontier = tree.extended(frontier, index, bytes.fromhex(leaf))
            at = AT if connection.vendor == "postgresql" else "2026-03-02 01:30:00.000005"
            cursor.execute('INSERT INTO ledger_entry ("index", at, leaf) VALUES (%s, %s, %s)', [index, at, leaf])
            cursor.execute(
                "INSERT INTO ledger_body (entry_id, kind, lot, role, payload, salt, personal)"
                " VALUES (%s, 'lot.announced', 'L1', '', %s, %s, '{}')",
                [index, json.dumps(payload), SALT],
            )
        cursor.execute(
            "INSERT INTO ledger_head (id, size, frontier, root) VALUES (1, %s, %s, %s)",
            [count, b"".join(frontier).hex(), tree.frontier_root(frontier).hex()],
        )


@pytest.mark.parametrize("count", [0, 1, 13])
def test_entries_of_the_first_version_are_carried_over_and_provable(real_database, count):
    _migrate("0002_triggers")
    try:
        _old_entries(count)
    finally:
        _migrate(_newest())
    assert verify().faults == ()
    assert triggers.faults(connection) == []
    leaves = [bytes.fromhex(leaf) for leaf in Entry.objects.values_list("leaf_sm3", flat=True)]
    root = tree.root(leaves, tree.sm3)
    for index in range(count):
        path = [bytes.fromhex(node) for node in ledger.inclusion_proof(index, hashed="sm3")]
        assert tree.included(leaves[index], index, count, path=path, root=root, hashed=tree.sm3)


def _newest():
    return max(name for app, name in MigrationExecutor(connection).loader.graph.leaf_nodes() if app == "ledger")
