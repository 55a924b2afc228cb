"""The triggers that refuse to change what is written, on SQLite and PostgreSQL. Nothing here removes them."""

from __future__ import annotations

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
_SHRINKS = "ledger_head_shrinks"
_FUNCTION = f"""
CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'restrict_violation'; END $$
"""


def names(vendor: str) -> list[tuple[str, str]]:
    """Return (trigger, table) of every trigger on a database of this vendor."""
    acts = {"postgresql": ("TRUNCATE",), "sqlite": ()}[vendor]
    rows = [(f"{table}_{act.lower()}", table) for table, kinds in FORBIDDEN.items() for act in (*kinds, *acts)]
    return [*rows, (_SHRINKS, "ledger_head")]


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers of the tables that exist, those already there left as they are."""
    make = {"postgresql": _postgresql, "sqlite": _sqlite}[connection.vendor]
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        for statement in make({table: acts for table, acts in FORBIDDEN.items() if table in present}):
            cursor.execute(statement)


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of triggers that are not there."""
    queries = {
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'",
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    }
    with connection.cursor() as cursor:
        cursor.execute(queries[connection.vendor])
        present = {row[0] for row in cursor.fetchall()}
    return [trigger for trigger, _ in names(connection.vendor) if trigger not in present]


def _sqlite(forbidden: Forbidden) -> list[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
    made = [
        f"CREATE TRIGGER IF NOT EXISTS {table}_{act.lower()} BEFORE {act} ON {table} {refuse}"
        for table, acts in forbidden.items()
        for act in acts
    ]
    shrinks = f"BEFORE UPDATE ON ledger_head WHEN NEW.size < OLD.size OR NEW.id <> OLD.id {refuse}"
    return [*made, f"CREATE TRIGGER IF NOT EXISTS {_SHRINKS} {shrinks}"]


def _postgresql(forbidden: Forbidden) -> list[str]:
    made = [_FUNCTION]
    for table, acts in forbidden.items():
        for act in acts:
            made.append(
                f"CREATE OR REPLACE TRIGGER {table}_{act.lower()} BEFORE {act} ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION ledger_refuse()"
            )
        made.append(
            f"CREATE OR REPLACE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()"
        )
    made.append(
        f"CREATE OR REPLACE TRIGGER {_SHRINKS} BEFORE UPDATE ON ledger_head FOR EACH ROW "
        "WHEN (NEW.size < OLD.size OR NEW.id <> OLD.id) EXECUTE FUNCTION ledger_refuse()"
    )
    return made
