"""Writes the JSON of the first version's bodies in its one spelling, and puts every trigger up anew, one more a table.

Nothing that was signed changes: leaves are over the canonical text, whatever a database made of it. What has a key
twice has no one meaning and is left as it stands, for `verify_ledger` to name.
"""

import json

from django.db import migrations

from ledger import triggers
from ledger.canonical import canonical

BATCH = 1000
ROWS = "SELECT entry_id, payload, personal FROM ledger_body WHERE entry_id > %s ORDER BY entry_id LIMIT %s"
SET = "UPDATE ledger_body SET payload = %s, personal = %s WHERE entry_id = %s"


def _once(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found


def _respelt(text):
    """Return the text in its canonical form, or as it is where it has none."""
    try:
        return canonical(json.loads(text, object_pairs_hook=_once)).decode("utf-8") if isinstance(text, str) else text
    except (ValueError, RecursionError):
        return text


def respell(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        last = -1
        while True:
            cursor.execute(ROWS, [last, BATCH])
            rows = cursor.fetchall()
            if not rows:
                return
            for entry, *texts in rows:
                if (new := [_respelt(text) for text in texts]) != texts:
                    cursor.execute(SET, [*new, entry])
            last = rows[-1][0]


def take_down(apps, schema_editor):
    triggers.remove(schema_editor.connection, triggers.FORBIDDEN)


def put_up(apps, schema_editor):
    triggers.install(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0006_no_checks_of_references")]
    operations = [
        migrations.RunPython(take_down, put_up),
        migrations.RunPython(respell, migrations.RunPython.noop),
        migrations.RunPython(put_up, migrations.RunPython.noop),
    ]
