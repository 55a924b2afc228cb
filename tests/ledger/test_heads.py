"""Heads, checkpoints, receipts, rebuild-and-compare."""

import hashlib
import multiprocessing
import signal
import stat
from datetime import UTC, datetime, timedelta
from signal import SIGALRM, SIGTERM

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

import ledger
from ledger import cosignatures, entries, heads, nodes, notes, rebuild, tree
from ledger import verify as verification
from ledger.canonical import canonical, instant
from ledger.checkpoints import sign_when_old
from ledger.models import Body, Checkpoint, Cosignature, Entry, Head, Personal
from ledger.verify import verify
from ledger.witnessing import register_witness, take_cosignature, text_of
from tests.ledger_triggers import no_triggers

AT = datetime(2026, 3, 2, 1, 30, 0, 5, tzinfo=UTC)
WITNESS = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
WITNESS_KEY = cosignatures.verifier_key("notary.example", WITNESS)


def _fill(count, **given):
    return [ledger.append("lot.announced", lot="L1", at=AT, payload={"n": n}, **given) for n in range(count)]


def _root(note):
    name, public = notes.parsed_key(heads.verifier_key())
    return notes.verified_checkpoint(note, name, public)


def test_a_checkpoint_signs_the_head_and_is_stored_once_a_size(db):
    _fill(3)
    note = ledger.checkpoint()
    assert ledger.checkpoint() == note and Checkpoint.objects.count() == 1
    signed = _root(note)
    assert {"size": signed.size, "root": signed.root.hex()} == ledger.head()
    assert signed.origin == settings.LOG_ORIGIN


def test_an_empty_log_has_a_checkpoint_too(db):
    assert _root(ledger.checkpoint()).root == hashlib.sha256(b"").digest()


def test_the_logs_key_is_for_its_owner_only(db):
    heads.log_key()
    assert stat.S_IMODE((settings.SERVER_HOME / "secrets" / "log-key").stat().st_mode) == 0o600


def test_a_checkpoint_a_minute_while_there_is_traffic(db):
    assert sign_when_old(AT) is None
    _fill(1)
    assert sign_when_old(AT).size == 1
    _fill(1)
    assert sign_when_old(AT + timedelta(seconds=59)) is None
    assert sign_when_old(AT + timedelta(seconds=60)).size == 2
    assert sign_when_old(AT + timedelta(hours=1)) is None


def test_proofs_between_heads_verify(db):
    _fill(5)
    old = ledger.head()
    _fill(6)
    new = ledger.head()
    path = [bytes.fromhex(node) for node in ledger.consistency_proof(old["size"])]
    first, second = ((head["size"], bytes.fromhex(head["root"])) for head in (old, new))
    assert tree.consistent(first, second, path)
    for entry in Entry.objects.all():
        steps = [bytes.fromhex(node) for node in ledger.inclusion_proof(entry.index, 11)]
        assert tree.included(bytes.fromhex(entry.leaf), entry.index, 11, path=steps, root=second[1])
    with pytest.raises(IndexError):
        ledger.consistency_proof(3, 99)


@pytest.mark.parametrize("name", tree.HASHES)
def test_proofs_from_the_stored_trees_are_those_of_the_leaves(db, name):
    rows = _fill(37)
    leaves = [bytes.fromhex(getattr(row, nodes.COLUMNS[name][0])) for row in rows]
    hashed = tree.HASHES[name]
    for size in range(1, 38):
        assert nodes.root(size, name) == tree.root(leaves[:size], hashed)
        for place in range(size):
            path = [node.hex() for node in tree.inclusion_path(leaves[:size], place, hashed)]
            assert ledger.inclusion_proof(place, size, name) == path
            path = [node.hex() for node in tree.consistency_path(leaves[:size], place + 1, hashed)]
            assert ledger.consistency_proof(place + 1, size, name) == path


def test_a_proof_reads_a_logarithm_of_the_log(db, django_assert_num_queries, monkeypatch):
    _fill(200)
    read = []
    monkeypatch.setattr(
        nodes, "_read", lambda wanted, name, true=nodes._read: read.append(len(wanted)) or true(wanted, name)
    )
    with django_assert_num_queries(2):  # the size, the rows
        ledger.inclusion_proof(77)
    with django_assert_num_queries(2):
        ledger.consistency_proof(133)
    assert max(read) <= 2 * (200).bit_length()


def _verifies(receipt):
    """Recompute a receipt as an outsider would: body → leaf → root → signature."""
    body = hashlib.sha256(bytes.fromhex(receipt["salt"]) + canonical(receipt["body"])).hexdigest()
    face = canonical({"index": receipt["index"], "at": receipt["at"], "body_hash": body})
    leaf = hashlib.sha256(b"\x00" + face).digest()
    signed = _root(receipt["checkpoint"])
    path = [bytes.fromhex(node) for node in receipt["path"]]
    personal = all(
        entries.personal_hash(told["salt"], told["value"]) == receipt["body"]["personal"][field]
        for field, told in receipt["revealed"].items()
    )
    whole = leaf.hex() == receipt["leaf"] and signed.size == receipt["size"] and personal
    return whole and tree.included(leaf, receipt["index"], signed.size, path=path, root=signed.root)


@pytest.mark.parametrize("before", range(9))
def test_a_receipt_made_in_the_transaction_verifies_alone(cast, before):
    _fill(before)
    with transaction.atomic():
        entry = ledger.append("bid.received", lot="L1", at=AT, payload={"n": "投标"}, actor=cast.agency.actor)
        receipt = ledger.receipt(entry)
    assert receipt["size"] == before + 1 and set(receipt["revealed"]) == {"actor", "address", "organisation"}
    assert _verifies(receipt)
    assert not _verifies({**receipt, "at": instant(AT + timedelta(microseconds=1))})


def test_a_receipt_made_later_proves_the_entry_under_the_present_head(db):
    rows = _fill(6)
    receipt = ledger.receipt(Entry.objects.get(pk=rows[2].pk))
    assert receipt["size"] == 6 and _verifies(receipt)
    assert _verifies(ledger.receipt(rows[2]))


TAMPERINGS = {
    "a payload changed": lambda: Body.objects.filter(pk=2).update(payload={"n": 9}),
    "an actor's role changed": lambda: Body.objects.filter(pk=2).update(role="centre"),
    "a time moved": lambda: Entry.objects.filter(pk=2).update(at=AT + timedelta(seconds=1)),
    "a leaf replaced": lambda: Entry.objects.filter(pk=2).update(leaf="0" * 64),
    "a node of a larger subtree exchanged": lambda: Entry.objects.filter(pk=3).update(
        nodes_sm3=Entry.objects.get(pk=3).nodes_sm3[:64] + "0" * 64
    ),
    "a leaf that is no hash": lambda: Entry.objects.filter(pk=2).update(leaf="rubbish"),
    "a salt that is no salt": lambda: Body.objects.filter(pk=2).update(salt="rubbish"),
    "hashes of persons that are none": lambda: Body.objects.filter(pk=2).update(personal=["rubbish"]),
    "an entry cut out": lambda: (Personal.objects.filter(entry=2).delete(), _delete(Body, 2), _delete(Entry, 2)),
    "the last entry cut off": lambda: (Personal.objects.filter(entry=5).delete(), _delete(Body, 5), _delete(Entry, 5)),
    "a body taken away": lambda: _delete(Body, 2),
    "a person exchanged": lambda: Personal.objects.filter(entry=2, field="actor").update(value="somebody"),
    "the head set back": lambda: Head.objects.update(size=3),
    "the head's frontier exchanged": lambda: Head.objects.update(frontier="0" * 128),
    "the head's second frontier exchanged": lambda: Head.objects.update(frontier_sm3="0" * 128),
    "a stored node exchanged": lambda: Entry.objects.filter(pk=3).update(nodes="0" * 128),
    "a stored node taken away": lambda: Entry.objects.filter(pk=1).update(nodes=""),
    "a node stored beside": lambda: Entry.objects.filter(pk=2).update(nodes_sm3="0" * 64),
    "a leaf of the second tree replaced": lambda: Entry.objects.filter(pk=2).update(leaf_sm3="0" * 64),
    "a checkpoint exchanged": lambda: Checkpoint.objects.update(note="forged"),
    "a checkpoint of another root": lambda: Checkpoint.objects.update(note=heads.signed_head(4, "0" * 64)),
    "a checkpoint of another second root": lambda: Checkpoint.objects.update(
        note=heads.signed_head(4, Checkpoint.objects.get().root, "0" * 64)
    ),
    "a cosignature exchanged": lambda: Cosignature.objects.update(line="— notary.example AAAA"),
    "a cosignature of another time": lambda: Cosignature.objects.update(at=AT + timedelta(seconds=1)),
    "a checkpoint of the future": lambda: Checkpoint.objects.create(size=99, root="0" * 64, note="x", at=AT),
}


def _delete(model, pk):
    rows = model.objects.filter(pk=pk)
    rows._raw_delete(rows.db)


def _in_stretches(monkeypatch, level):
    """Make the stretches that are recomputed at a time 2^level entries long."""
    for module in (rebuild, verification):
        monkeypatch.setattr(module, "LEVEL", level)
        monkeypatch.setattr(module, "SEGMENT", 1 << level)


@pytest.mark.parametrize("level", [12, 0, 1, 2])
@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_every_tampering_is_named(cast, monkeypatch, tampering, level):
    _in_stretches(monkeypatch, level)
    _fill(4, actor=cast.agency.actor)
    ledger.checkpoint()
    _fill(1, actor=cast.agency.actor)
    witness, _ = register_witness(organisation="公证处", key=WITNESS_KEY, now=AT)
    line = cosignatures.cosigned(text_of(Checkpoint.objects.get()), "notary.example", WITNESS, AT)
    take_cosignature(witness_id=witness.pk, size=4, line=line, now=AT)
    assert verify().faults == ()
    with no_triggers():
        TAMPERINGS[tampering]()
    verdict = verify()
    assert not verdict.good and all(verdict.faults)


def test_texts_cut_at_another_place_are_noticed(db):
    """Payload and personal hashes joined again give the same bytes, and neither can be read any more."""
    with transaction.atomic():
        ledger.append("lot.announced", at=AT, payload={"a": 1, "personal": {"b": 2}})
    assert verify().good
    with no_triggers(), connection.cursor() as cursor:
        cursor.execute("SELECT payload, personal FROM ledger_body")
        joined = '{},"personal":{}'.format(*cursor.fetchone())
        first, _, rest = joined.partition(',"personal":')
        cursor.execute("UPDATE ledger_body SET payload = %s, personal = %s", [first, rest])
    (fault,) = verify().faults
    assert fault.startswith("entry 0: cannot be recomputed")


def test_a_missing_trigger_is_a_fault(db):
    with connection.cursor() as cursor:
        on = " ON ledger_body" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER ledger_body_update{on}")
    assert verify().faults == ("trigger missing: ledger_body_update",)


def test_the_command_reports_and_exits_by_what_it_found(db, capsys):
    _fill(2)
    call_command("verify_ledger", json=True)
    assert '"good": true, "size": 2' in capsys.readouterr().out
    with no_triggers():
        Head.objects.update(frontier="0" * 64)
    with pytest.raises(SystemExit) as stopped:
        call_command("verify_ledger")
    told = capsys.readouterr()
    assert stopped.value.code == 1 and "head" in told.err and "FAULTY" in told.out


@pytest.mark.parametrize("level", [0, 1, 2, 3])
@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 23])
def test_a_ledger_of_any_length_is_good_in_stretches_of_any_length(db, monkeypatch, level, count):
    _in_stretches(monkeypatch, level)
    for _ in range(count):
        _fill(1)
        ledger.checkpoint()
    verdict = verify()
    assert verdict.faults == () and {"size": verdict.size, "root": verdict.root} == ledger.head()


def test_a_parent_that_handles_sigterm_does_not_wait_for_its_processes_for_ever(real_database, monkeypatch):
    """As a worker of any server does: its children inherit the handler, and must end when the pool tells them to."""
    _in_stretches(monkeypatch, 2)
    with transaction.atomic():
        _fill(21)
    handlers = {name: signal.signal(name, given) for name, given in ((SIGTERM, _nothing), (SIGALRM, _too_long))}
    signal.alarm(30)
    try:
        assert all(verify(processes=3).good for _ in range(40))  # which process is told to end is chance
    finally:
        signal.alarm(0)
        for name, handler in handlers.items():
            signal.signal(name, handler)


def _nothing(*_told):
    """A handler that does not end the process."""


def _too_long(*_told):
    for process in multiprocessing.active_children():
        process.kill()
    raise TimeoutError("the processes do not end")


def test_several_processes_find_the_same_as_one(real_database, monkeypatch):
    _in_stretches(monkeypatch, 2)
    with transaction.atomic():
        _fill(21)
    ledger.checkpoint()
    assert verify(processes=2) == verify() and verify().good
    with no_triggers():
        Body.objects.filter(pk=18).update(payload={"n": 9})
        Entry.objects.filter(pk=7).update(nodes="")
    assert verify(processes=2).faults == verify().faults
    assert {fault.partition(":")[0] for fault in verify().faults} == {"entry 7", "entry 18"}
