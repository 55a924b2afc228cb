"""Receipts verify offline, by themselves; every field altered is noticed."""

import base64
import copy
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import ledger
from ledger import cosignatures, heads, notes
from ledger.canonical import canonical
from ledger.models import Anchor, Checkpoint, Entry
from ledger.offline import FIELDS, Pinned, Unreadable, read_receipt, verify_receipt
from ledger.witnessing import register_witness, take_cosignature
from timestamps import LocalAuthority, stamp

AT = datetime(2026, 3, 2, 1, 30, 0, 5, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]
WITNESS = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
WITNESS_KEY = cosignatures.verifier_key("notary.example", WITNESS)


def _text(note):
    return note.rpartition("\n\n")[0] + "\n"


@pytest.fixture
def entry(cast):
    for number in range(5):
        ledger.append("lot.announced", lot="L1", at=AT, payload={"n": number})
    made = ledger.append("bid.received", lot="L1", at=AT, payload={"bid": "投标"}, actor=cast.bidders[0].actor)
    for number in range(6):
        ledger.append("lot.announced", lot="L1", at=AT, payload={"n": number})
    return Entry.objects.get(pk=made.pk)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return LocalAuthority(tmp_path_factory.mktemp("tsa"))


@pytest.fixture
def attested(entry, authority):
    """The entry under a checkpoint that a witness cosigned and an authority stamped; and the authority's root."""
    note = ledger.checkpoint()
    witness, _ = register_witness(organisation="公证处", key=WITNESS_KEY, now=AT)
    line = cosignatures.cosigned(_text(note), "notary.example", WITNESS, AT)
    take_cosignature(witness_id=witness.pk, size=12, line=line, now=AT)
    token = stamp(_text(note).encode(), authority=authority)
    kept = {"token": base64.b64encode(token).decode()}
    Anchor.objects.create(name="timestamp", receipt=kept, at=AT, checkpoint=Checkpoint.objects.get(size=12))
    return entry, authority.root


def _pinned(root=None):
    return Pinned(heads.verifier_key(), [WITNESS_KEY], [root] if root else [])


def test_a_receipt_under_an_attested_checkpoint_verifies_offline(attested):
    entry, root = attested
    receipt = read_receipt(canonical(ledger.receipt(entry)))
    verdict = verify_receipt(receipt, _pinned(root))
    assert verdict.faults == []
    assert verdict.facts["witnesses"] == {"notary.example": "2026-03-02T01:30:00+00:00"}
    assert len(verdict.facts["timestamps"]) == 1 and verdict.facts["size"] == 12
    assert len(canonical(receipt)) < 16_000


def test_a_later_checkpoint_without_witnesses_is_not_preferred(attested):
    entry, _ = attested
    ledger.append("lot.announced", lot="L1", at=AT, payload={})
    ledger.checkpoint()
    assert ledger.receipt(entry)["size"] == 12


ALTERED = {
    "index": 4,
    "at": "2026-03-02T01:30:00.000006Z",
    "leaf": "00" * 32,
    "leaf_sm3": "00" * 32,
    "salt": "00" * 32,
    "size": 11,
    "path": [],
    "path_sm3": [],
    "checkpoint": "no note",
    "cosignatures": ["— notary.example AAAA"],
    "timestamps": ["AAAA"],
    "revealed": {"actor": {"salt": "00" * 32, "value": "somebody"}},
    "v": 2,
}


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_every_field_altered_is_noticed(attested, name):
    entry, root = attested
    receipt = copy.deepcopy(ledger.receipt(entry))
    receipt[name] = ALTERED[name] if name in ALTERED else {**receipt["body"], "lot": "L2"}
    assert verify_receipt(receipt, _pinned(root)).faults


@pytest.mark.parametrize("suffix", ["", "_sm3"])
def test_either_tree_alone_notices_a_forged_path(attested, suffix):
    entry, root = attested
    receipt = copy.deepcopy(ledger.receipt(entry))
    receipt[f"path{suffix}"][0] = "00" * 32
    (fault,) = verify_receipt(receipt, _pinned(root)).faults
    assert fault.startswith("inclusion (sm3)" if suffix else "inclusion (sha256)")


def test_another_logs_key_refuses_it(attested):
    entry, _ = attested
    other = notes.verifier_key("gongheng.local/log", notes.public_bytes(Ed25519PrivateKey.generate().public_key()))
    assert verify_receipt(ledger.receipt(entry), Pinned(other)).faults == [
        "checkpoint: not signed by gongheng.local/log"
    ]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"{",
        b"\xff",
        b'{"v":1}',
        b'{"v":1.5}',
        b'{"a":1,"a":2}',
        b"[" * 100_000,
        b'{"statement":1,"evidence":[]}',
        b" " * (2 << 20),
    ],
)
def test_what_is_no_receipt_is_said_to_be_none(raw):
    with pytest.raises(Unreadable):
        read_receipt(raw)


STATED = {"suite": "INTL-1", "kind": "bid.receipt", "body": {"size": 1}, "signature": "AAAA", "certificates": []}


def test_what_the_platform_signed_is_kept_beside_the_entry_and_said_not_to_be_checked(attested):
    entry, root = attested
    evidence = json.loads(canonical(ledger.receipt(entry)))
    receipt = read_receipt(json.dumps({"statement": STATED, "evidence": evidence}).encode())
    assert receipt == {**evidence, "statement": STATED}
    verdict = verify_receipt(receipt, _pinned(root))
    assert verdict.good and verdict.facts["statement_checked"] is False
    assert "statement_checked" not in verify_receipt(evidence, _pinned(root)).facts
    for wrong in (
        receipt,
        {"statement": STATED, "evidence": receipt},
        *({"statement": strange, "evidence": evidence} for strange in (None, 1, {}, STATED | {"body": 1})),
        {"statement": STATED | {"more": 1}, "evidence": evidence},
    ):
        with pytest.raises(Unreadable):
            read_receipt(json.dumps(wrong).encode())


@pytest.mark.parametrize("strange", [None, 7, "x", [1], {"a": None}, [[]]])
@pytest.mark.parametrize("name", sorted(FIELDS))
def test_strange_types_are_faults_never_errors(attested, name, strange):
    entry, root = attested
    receipt = {**ledger.receipt(entry), name: strange}
    assert verify_receipt(receipt, _pinned(root)).faults


def _command(tmp_path, *more, receipt):
    file = tmp_path / "receipt.json"
    file.write_bytes(receipt)
    code = (
        "import runpy, sys; sys.argv[0] = 'ledger'\n"
        "try: runpy.run_module('ledger', run_name='__main__')\n"
        "finally: assert 'django' not in sys.modules"
    )
    argv = [sys.executable, "-c", code, "verify-receipt", str(file), "--log-key", heads.verifier_key(), *more]
    return subprocess.run(argv, capture_output=True, text=True, cwd=ROOT, check=False)


def test_the_command_verifies_without_django(attested, tmp_path):
    entry, root = attested
    (tmp_path / "root.pem").write_bytes(root)
    raw = canonical(ledger.receipt(entry))
    more = ("--witness", WITNESS_KEY, "--least", "1", "--tsa-root", str(tmp_path / "root.pem"), "--json")
    done = _command(tmp_path, *more, receipt=raw)
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert told["good"] and told["index"] == entry.index and "notary.example" in told["witnesses"]
    assert _command(tmp_path, "--least", "1", receipt=raw).returncode == 1
    assert _command(tmp_path, receipt=raw.replace(b'"lot":"L1"', b'"lot":"L2"')).returncode == 1
    assert _command(tmp_path, receipt=b"{}").returncode == 2
