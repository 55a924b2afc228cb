"""Gives the entries written before it their SM3 leaves and the nodes of both trees, and puts the triggers back.

Leaves under SHA-256 are read, never written: what was signed stays as it was signed.
"""

from django.db import migrations

from ledger import entries, tree, triggers

BATCH = 1000
COLUMNS = ("kind", "lot", "role", "payload", "personal")


def drop_triggers(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for name, table in triggers.names(vendor):
        if table in ("ledger_entry", "ledger_head"):
            on = f" ON {table}" if vendor == "postgresql" else ""
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def fill(apps, schema_editor):
    Entry, Head = apps.get_model("ledger", "Entry"), apps.get_model("ledger", "Head")
    sha, sm3, size = [], [], 0
    while rows := list(Entry.objects.filter(index__gte=size).select_related("body").order_by("index")[:BATCH]):
        for entry in rows:
            body = {name: getattr(entry.body, name) for name in COLUMNS}
            hashed = entries.body_hash(entry.body.salt, body, tree.sm3)
            entry.leaf_sm3 = entries.leaf(entry.index, entry.at, hashed, tree.sm3)
            sha, made = tree.appended(sha, entry.index, bytes.fromhex(entry.leaf))
            sm3, made_sm3 = tree.appended(sm3, entry.index, bytes.fromhex(entry.leaf_sm3), tree.sm3)
            entry.nodes, entry.nodes_sm3 = b"".join(made).hex(), b"".join(made_sm3).hex()
        Entry.objects.bulk_update(rows, ["leaf_sm3", "nodes", "nodes_sm3"], batch_size=200)
        size = rows[-1].index + 1
    Head.objects.filter(pk=1).update(frontier_sm3=b"".join(sm3).hex())


def install(apps, schema_editor):
    triggers.install(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_stored_trees")]
    operations = [
        migrations.RunPython(drop_triggers, migrations.RunPython.noop),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(install, drop_triggers),
    ]
