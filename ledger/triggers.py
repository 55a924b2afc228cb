"""The triggers that refuse to change what is written, on SQLite and PostgreSQL.

Only a migration that must write takes them down, and puts them up again.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db.backends.base.base import BaseDatabaseWrapper

MESSAGE = "the ledger is append-only"
Forbidden = dict[str, tuple[str, ...]]  # table → the statements refused
FORBIDDEN: Forbidden = {
    "ledger_entry": ("UPDATE", "DELETE"),
    "ledger_body": ("UPDATE", "DELETE"),
    "ledger_checkpoint": ("UPDATE", "DELETE"),
    "ledger_cosignature": ("UPDATE", "DELETE"),
    "ledger_anchor": ("UPDATE", "DELETE"),
    "ledger_personal": ("UPDATE",),  # deleting a personal value is its erasure
    "ledger_head": ("DELETE",),
}
PLACES = {"ledger_entry": "index", "ledger_body": "entry_id", "ledger_personal": "entry_id"}  # table → its place
_REFUSAL = f"BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'restrict_violation'; END"
_FUNCTION = f"CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $${_REFUSAL}$$"
_EVENTS = {"postgresql": ("TRUNCATE",), "sqlite": ()}
_REFUSE = {"postgresql": "EXECUTE FUNCTION ledger_refuse()", "sqlite": f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"}
_CREATE = {"postgresql": "CREATE OR REPLACE TRIGGER", "sqlite": "CREATE TRIGGER IF NOT EXISTS"}
_PRESENT = {
    "postgresql": (
        "SELECT t.tgname, pg_get_triggerdef(t.oid, true), t.tgenabled IN ('O', 'A') AND p.prosrc = %s"
        " FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal"
    ),
    "sqlite": "SELECT name, sql, %s <> '' FROM sqlite_master WHERE type = 'trigger'",
}


def names(vendor: str) -> list[tuple[str, str]]:
    """Return (trigger, table) of every trigger on a database of this vendor."""
    return [(name, table) for name, (table, _) in _definitions(vendor).items()]


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers of the tables that exist, on SQLite those already there left as they are."""
    create = _CREATE[connection.vendor]
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        if connection.vendor == "postgresql":
            cursor.execute(_FUNCTION)
        for name, (table, definition) in _definitions(connection.vendor).items():
            if table in present:
                cursor.execute(f"{create} {name} {definition}")


def remove(connection: BaseDatabaseWrapper, tables: Collection[str]) -> None:
    """Drop the triggers of these tables, for a migration that must write and installs them again at its end."""
    with connection.cursor() as cursor:
        for name, table in names(connection.vendor):
            if table in tables:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}" + _on(connection.vendor, table))


def faults(connection: BaseDatabaseWrapper) -> list[str]:
    """Return what is wrong with the triggers: not there, or another under the same name, or one that does nothing."""
    with connection.cursor() as cursor:
        cursor.execute(_PRESENT[connection.vendor], [_REFUSAL])
        present = {(name, _plain(definition)): works for name, definition, works in cursor.fetchall()}
    there = {name for name, _ in present}
    found = []
    for name, (_, definition) in _definitions(connection.vendor).items():
        if name not in there:
            found.append(f"trigger missing: {name}")
        elif not present.get((name, _plain(f"CREATE TRIGGER {name} {definition}"))):
            found.append(f"trigger changed: {name}")
    return found


def _definitions(vendor: str) -> dict[str, tuple[str, str]]:
    """Return trigger → its table, and what stands behind `CREATE TRIGGER name`."""
    refuse, each = _REFUSE[vendor], {"postgresql": " FOR EACH ROW", "sqlite": ""}[vendor]
    made = {
        f"{table}_{act.lower()}": (table, f"BEFORE {act} ON {table}{each} {refuse}")
        for table, acts in FORBIDDEN.items()
        for act in acts
    }
    for act in _EVENTS[vendor]:
        made |= {
            f"{table}_{act.lower()}": (table, f"BEFORE {act} ON {table} FOR EACH STATEMENT {refuse}")
            for table in FORBIDDEN
        }
    for table, column in PLACES.items():
        before = f"BEFORE INSERT ON {table}{each} WHEN (NEW.{_quoted(column)} < 0) {refuse}"
        made[f"{table}_place"] = (table, before)
    shrinks = f"BEFORE UPDATE ON ledger_head{each} WHEN (NEW.size < OLD.size OR NEW.id <> OLD.id) {refuse}"
    return {**made, "ledger_head_shrinks": ("ledger_head", shrinks)}


def _on(vendor: str, table: str) -> str:
    return f" ON {table}" if vendor == "postgresql" else ""


def _quoted(column: str) -> str:
    return f'"{column}"' if column == "index" else column


def _plain(definition: str) -> str:
    """Return a definition without what a database writes in its own way: it drops quotes and the case of names."""
    return definition.replace('"', "").lower()
