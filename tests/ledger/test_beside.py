"""What no root covers is held against what one does: triggers, witnesses, cosignatures, notes and times, anchors."""

import base64
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command
from django.db import connection, transaction

import ledger
from ledger import cosignatures, heads, nodes, tree, triggers
from ledger.checkpoints import sign_when_old
from ledger.models import Anchor, Body, Checkpoint, Cosignature, Entry, Head, Personal, Witness
from ledger.verify import verify
from ledger.witnessing import register_witness, take_cosignature, text_of
from tests.ledger_triggers import no_triggers
from tests.undone import undone
from timestamps import LocalAuthority, stamp

AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
WITNESS, OTHER = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2))
WITNESS_KEY, OTHER_KEY = (cosignatures.verifier_key("notary.example", key) for key in (WITNESS, OTHER))


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return LocalAuthority(tmp_path_factory.mktemp("tsa"))


@pytest.fixture
def attested(db, authority):
    """Two checkpoints of which the larger is cosigned and stamped; yields that."""
    with transaction.atomic():
        for number in range(3):
            ledger.append("lot.announced", lot="L1", at=AT, payload={"n": number})
        witness, _ = register_witness(organisation="公证处", key=WITNESS_KEY, now=AT)
    ledger.checkpoint()
    with transaction.atomic():
        ledger.append("lot.closed", lot="L1", at=AT, payload={})
    ledger.checkpoint()
    kept = Checkpoint.objects.get(size=5)
    line = cosignatures.cosigned(text_of(kept), "notary.example", WITNESS, AT)
    take_cosignature(witness_id=witness.pk, size=5, line=line, now=AT)
    Anchor.objects.create(checkpoint=kept, name="timestamp", receipt=_stamped(text_of(kept), authority), at=AT)
    assert verify().good
    with undone():
        yield kept


def _stamped(text, authority):
    return {"token": base64.b64encode(stamp(text.encode(), authority=authority)).decode()}


@contextmanager
def _unconstrained():
    """Neither triggers nor the references that PostgreSQL enforces."""
    with no_triggers(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = origin")


def _drop(model, **given):
    rows = model.objects.filter(**given)
    rows._raw_delete(rows.db)


def _own_witness():
    """Put an own key in the place of the witness's, and sign with that."""
    kept = Checkpoint.objects.get(size=5)
    line = cosignatures.cosigned(text_of(kept), "notary.example", OTHER, AT - timedelta(days=3))
    Witness.objects.update(key=OTHER_KEY)
    Cosignature.objects.update(line=line, at=AT - timedelta(days=3))


def _note(change):
    kept = Checkpoint.objects.get(size=5)
    Checkpoint.objects.filter(size=5).update(note=change(kept))


OTHER_WITNESS = "witness notary.example: not the one that the log says was registered"
NOT_IN_TABLE = "witness notary.example: registered in the log, and not as such in the table"
MORE, ANCHOR = "checkpoint 5: more stands in the note than the log's signature", "anchor timestamp of checkpoint 5: "
TAMPERINGS = {
    "the witness's key exchanged, and its signatures with it": (_own_witness, [OTHER_WITNESS, NOT_IN_TABLE]),
    "the witness's organisation exchanged": (
        lambda: Witness.objects.update(organisation="X"),
        [OTHER_WITNESS, NOT_IN_TABLE],
    ),
    "a witness whom the log does not know": (
        lambda: Witness.objects.create(name="x", organisation="x", key="x", token_hash="x", registered_at=AT),
        ["witness x: not the one that the log says was registered"],
    ),
    "a witness taken away": (
        lambda: _drop(Witness),
        ["1 cosignatures are of witness", NOT_IN_TABLE],
    ),
    "a checkpoint taken away": (
        lambda: _drop(Checkpoint, size=5),
        ["1 cosignatures are over checkpoint 5, which is missing", "1 anchors are of checkpoint 5, which is missing"],
    ),
    "an anchor that is none": (lambda: Anchor.objects.update(receipt={"token": "AAAA"}), [ANCHOR]),
    "an anchor that is no text": (lambda: Anchor.objects.update(receipt={"token": 7}), [ANCHOR]),
    "an anchor with nothing in it": (lambda: Anchor.objects.update(receipt={}), [ANCHOR]),
    "an anchor that is a list": (lambda: Anchor.objects.update(receipt=["x"]), [ANCHOR]),
    "a line of a file that is none": (
        lambda: Anchor.objects.update(receipt={"line": -1, "sha256": "0" * 64}),
        [ANCHOR],
    ),
    "a transaction in no block": (lambda: Anchor.objects.update(receipt={"transaction": "0x00"}), [ANCHOR]),
    "a checkpoint of a year that has not come": (
        lambda: Checkpoint.objects.filter(size=4).update(at=datetime(2077, 1, 1, tzinfo=UTC)),
        ["checkpoint 4: its time has not come yet"],
    ),
    "a checkpoint before a smaller one": (
        lambda: Checkpoint.objects.filter(size=5).update(at=AT),
        ["checkpoint 5: its time is before that of a smaller one"],
    ),
    "rubbish behind the signature": (
        lambda: _note(lambda kept: f"{kept.note}— notary.example AAAA\nrubbish\n"),
        [MORE],
    ),
    "the log's signature twice": (lambda: _note(lambda kept: kept.note + kept.note.rpartition("\n\n")[2]), [MORE]),
    "the second root left out": (
        lambda: (_note(lambda kept: heads.signed_head(5, kept.root)), _drop(Cosignature), _drop(Anchor)),
        ["checkpoint 5: has no second root"],
    ),
    "every second root left out": (
        lambda: [
            *(_drop(model) for model in (Cosignature, Anchor)),
            *(
                Checkpoint.objects.filter(size=kept.size).update(note=heads.signed_head(kept.size, kept.root))
                for kept in Checkpoint.objects.all()
            ),
        ],
        ["checkpoint 4: has no second root", "checkpoint 5: has no second root"],
    ),
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_what_stands_beside_the_trees_is_held_against_them(attested, tampering):
    tamper, expected = TAMPERINGS[tampering]
    with _unconstrained():
        tamper()
    faults = verify().faults
    assert len(faults) == len(expected), faults
    assert all(found.startswith(fault) for found, fault in zip(faults, expected, strict=True)), faults


def test_a_timestamp_of_another_checkpoint_is_named_without_asking_anybody(attested, authority):
    with no_triggers():
        Anchor.objects.update(receipt=_stamped(text_of(Checkpoint.objects.get(size=4)), authority))
    (fault,) = verify().faults
    assert fault.startswith(ANCHOR)


def test_a_checkpoint_of_the_future_holds_up_no_signature(db):
    with transaction.atomic():
        ledger.append("lot.announced", at=AT, payload={})
    assert sign_when_old(AT + timedelta(days=4000)).size == 1
    with transaction.atomic():
        ledger.append("lot.announced", at=AT, payload={})
    assert sign_when_old(AT).size == 2


def _names():
    return [name for name, _ in triggers.names(connection.vendor)]


@pytest.mark.parametrize("name", ["ledger_body_update", "ledger_head_shrinks", "ledger_entry_place"])
def test_a_trigger_that_does_nothing_under_the_name_of_ours_is_named(db, name):
    table = dict(triggers.names(connection.vendor))[name]
    postgresql = connection.vendor == "postgresql"
    act = "EXECUTE FUNCTION suppress_redundant_updates_trigger()" if postgresql else "BEGIN SELECT 1; END"
    elsewhere, each = "ledger_anchor", " FOR EACH ROW" if postgresql else ""
    with undone(), connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if postgresql else ""))
        cursor.execute(f"CREATE TRIGGER {name} BEFORE UPDATE ON {elsewhere}{each} {act}")
        assert verify().faults == (f"trigger changed: {name}",)


def test_a_trigger_switched_off_or_without_effect_is_named(db):
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL's triggers call a function and can be switched off")
    every = sorted(f"trigger changed: {name}" for name in _names())
    hollow = "CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$"
    for statement, expected in (
        (hollow, every),
        ("ALTER TABLE ledger_body DISABLE TRIGGER ledger_body_update", ["trigger changed: ledger_body_update"]),
        ("ALTER TABLE ledger_body ENABLE REPLICA TRIGGER ledger_body_update", ["trigger changed: ledger_body_update"]),
    ):
        with undone(), connection.cursor() as cursor:
            cursor.execute(statement)
            assert sorted(verify().faults) == expected


def _cut_off(size):
    """Leave `size` entries, the head set back and no checkpoint: a whole and good ledger of an earlier day."""
    for model, place in ((Personal, "entry__gte"), (Body, "entry__gte"), (Entry, "index__gte")):
        _drop(model, **{place: size})
    for model in (Cosignature, Anchor, Checkpoint, Witness):
        _drop(model)
    frontiers = {name: nodes.joined([nodes.root(size, name)]) for name in tree.HASHES}
    Head.objects.update(size=size, frontier=frontiers["sha256"], frontier_sm3=frontiers["sm3"])


def test_a_saved_checkpoint_tells_that_the_last_entries_were_cut_off(attested, tmp_path, capsys):
    saved = tmp_path / "saved"
    saved.write_text(ledger.checkpoint() + "— notary.example AAAA\n")  # as it is read from outside, cosigned
    call_command("verify_ledger", checkpoint=[saved])
    with _unconstrained():
        _cut_off(2)
    assert verify().good
    with pytest.raises(SystemExit):
        call_command("verify_ledger", checkpoint=[saved])
    assert "saved checkpoint 5: the log signed more entries than there are, 2" in capsys.readouterr().err


def test_a_saved_checkpoint_tells_another_history_of_the_same_length_or_more(attested):
    for size, roots in ((5, ["0" * 64, "0" * 64]), (3, ["0" * 64]), (0, ["0" * 64])):
        assert verify(saved=[heads.signed_head(size, *roots)]).faults == (
            f"saved checkpoint {size}: signs another head than the entries give",
        )
    kept = ledger.checkpoint()
    for note in ("rubbish", kept.replace("— ", "— x"), kept.replace("\n5\n", "\n4\n")):
        (fault,) = verify(saved=[kept, note]).faults
        assert fault.startswith("saved checkpoint no. 2: ")


def test_a_file_that_cannot_be_read_is_no_checkpoint(db, tmp_path):
    with pytest.raises(CommandError, match="none"):
        call_command("verify_ledger", checkpoint=[tmp_path / "none"])
