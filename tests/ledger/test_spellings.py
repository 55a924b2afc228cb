"""What is stored has one spelling: another is named even where it means the same, and nothing stored makes it raise."""

from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

import ledger
from ledger.verify import verify
from tests.ledger_triggers import no_triggers

AT = datetime(2026, 3, 2, 1, 30, 0, 5, tzinfo=UTC)


@pytest.fixture
def filled(cast):
    with transaction.atomic():
        ledger.append("lot.announced", lot="L1", at=AT, payload={"n": 1}, actor=cast.agency.actor)
        ledger.append("lot.announced", lot="L1", at=AT, payload={"n": 2})
    assert verify().good


def _run(statement, *values):
    with no_triggers(), connection.cursor() as cursor:
        cursor.execute(statement, values)


BODY = "entry 0: cannot be recomputed: "
SALT, FORM = "a salt is not 32 bytes in small hexadecimal digits", " is not in its canonical form"
ACTOR = "entry 0: the personal value of actor cannot be recomputed: "
_PERSON = "WHERE entry_id = 0 AND field = 'actor'"
SPELLINGS = {
    "a salt in capitals": ("UPDATE ledger_body SET salt = upper(salt) WHERE entry_id = 0", BODY + SALT),
    "a person's salt in capitals": (f"UPDATE ledger_personal SET salt = upper(salt) {_PERSON}", ACTOR + SALT),
    "a person's salt that is short": (f"UPDATE ledger_personal SET salt = '07' {_PERSON}", ACTOR + SALT),
    "a person's salt that is none": (f"UPDATE ledger_personal SET salt = 'rubbish' {_PERSON}", ACTOR + "non-hexa"),
    "a key twice": (
        """UPDATE ledger_body SET payload = '{"n":999,"n":1}' WHERE entry_id = 0""",
        f"{BODY}payload{FORM}",
    ),
    "blanks in a payload": (
        """UPDATE ledger_body SET payload = '{"n": 1}' WHERE entry_id = 0""",
        f"{BODY}payload{FORM}",
    ),
    "blanks around hashes of persons": (
        "UPDATE ledger_body SET personal = ' ' || personal || '  ' WHERE entry_id = 0",
        f"{BODY}personal{FORM}",
    ),
    "brackets without end": ("UPDATE ledger_body SET payload = repeated WHERE entry_id = 0", BODY),
}
ON_SQLITE = {  # a column there keeps what it is given
    "a salt with a blank": (
        "UPDATE ledger_body SET salt = substr(salt, 1, 2) || ' ' || substr(salt, 3) WHERE entry_id = 0",
        BODY + SALT,
    ),
    "a payload in UTF-16": (
        "UPDATE ledger_body SET payload = x'7b0022006e0022003a0031007d00' WHERE entry_id = 0",
        BODY,
    ),
    "a payload of octets": ("UPDATE ledger_body SET payload = CAST(payload AS BLOB) WHERE entry_id = 0", BODY),
    "a personal value of octets": (f"UPDATE ledger_personal SET value = x'00ff' {_PERSON}", ACTOR),
    "a leaf of octets": ("""UPDATE ledger_entry SET leaf = x'00ff' WHERE "index" = 0""", "entry 0: body or time"),
    "a text that is none": (
        "UPDATE ledger_body SET role = CAST(x'ff' AS TEXT) WHERE entry_id = 0",
        "entries 0 … 1: cannot be read",
    ),
    "a checkpoint of octets": ("UPDATE ledger_checkpoint SET note = x'00ff'", "checkpoint 2: "),
    "a checkpoint at no time": ("UPDATE ledger_checkpoint SET at = 'rubbish'", "the checkpoints cannot be read"),
}


@pytest.mark.parametrize("spelling", [*SPELLINGS, *ON_SQLITE])
def test_another_spelling_is_named(filled, spelling):
    if spelling in ON_SQLITE and connection.vendor != "sqlite":
        pytest.skip("only SQLite keeps it")
    ledger.checkpoint()
    statement, fault = {**SPELLINGS, **ON_SQLITE}[spelling]
    _run(statement.replace("repeated", f"'{'[' * 100_000}'"))
    faults = verify().faults
    assert any(found.startswith(fault) for found in faults), faults


def test_a_person_who_cannot_be_read_in_a_bad_stretch_hides_no_other_fault(filled):
    _run(f"UPDATE ledger_personal SET salt = 'rubbish' {_PERSON}")
    _run("""UPDATE ledger_body SET payload = '{"n":77}' WHERE entry_id = 1""")
    first, *others = verify().faults
    assert first.startswith(ACTOR) and {fault.partition(":")[0] for fault in others} == {"entry 1"}
