"""PostgreSQL no longer checks with every append that body and values belong to an entry: they are written as one.

SQLite keeps its constraints: taking them off would copy the tables, and the triggers would be gone meanwhile.
"""

import django.db.models.deletion
from django.db import migrations, models

TABLES = ("ledger_body", "ledger_personal")


def drop(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    quoted = schema_editor.quote_name
    with connection.cursor() as cursor:
        found = {table: connection.introspection.get_constraints(cursor, table) for table in TABLES}
        for table, constraints in found.items():
            for name in (name for name, one in constraints.items() if one["foreign_key"]):
                cursor.execute(f"ALTER TABLE {quoted(table)} DROP CONSTRAINT {quoted(name)}")


def _field(kind, name, **more):
    return kind(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name=name, to="ledger.entry", **more)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_witnesses_and_anchors")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(drop, migrations.RunPython.noop)],
            state_operations=[
                migrations.AlterField("body", "entry", _field(models.OneToOneField, "body", primary_key=True, serialize=False)),
                migrations.AlterField("personal", "entry", _field(models.ForeignKey, "personal_values", db_index=False)),
            ],
        ),
    ]
