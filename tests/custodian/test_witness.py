"""The witness against the real API: it cosigns what extends, and two histories are caught, refused and kept."""

import json
import stat
import urllib.request

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client

import ledger
from custodian.files import NoHome
from custodian.server import ServerAway
from custodian.witness_home import WitnessHome
from custodian.witness_view import showing
from custodian.witnessing import SplitView, judge, read_head
from ledger import cosignatures, heads, notes, tree
from ledger.models import Cosignature, Entry, Head
from ledger.offline import Pinned, verify_receipt
from ledger.witnessing import witness_rows
from tests.custodian.witnessed import AT, NAME, Into, Rewritten, grow, run
from tests.ledger_triggers import no_triggers


def test_a_head_that_extends_the_last_is_cosigned_and_published(witness_of):
    grow(5)
    witness = witness_of()
    assert witness.round() == 5
    grow(13)
    assert witness.round() == 13
    assert witness.round() == 0
    assert list(Cosignature.objects.values_list("checkpoint_id", flat=True)) == [5, 13]
    note = Client().get("/api/v1/ledger/checkpoint?size=13").content.decode()
    name, public = notes.parsed_key(heads.verifier_key())
    text = notes.verified_checkpoint(note, name, public).text
    (line,) = [line for line in note.split("\n") if line.startswith(f"— {NAME} ")]
    assert cosignatures.verified(line, text, witness.home.verifier).name == NAME
    assert witness.home.last == note
    (row,) = witness_rows()
    assert (row["name"], row["organisation"], row["size"]) == (NAME, "监督部门", 13)


def test_the_receipt_of_an_entry_carries_the_witness(witness_of):
    grow(5)
    witness = witness_of()
    witness.round()
    verdict = verify_receipt(
        ledger.receipt(Entry.objects.get(pk=2)), Pinned(heads.verifier_key(), [witness.home.verifier])
    )
    assert verdict.good and list(verdict.facts["witnesses"]) == [NAME]


def test_the_key_is_its_owners_only_and_the_same_after_a_restart(witness_of):
    first, second = witness_of().home, witness_of().home
    assert stat.S_IMODE((first.folder / "witness.key").stat().st_mode) == 0o600
    assert first.verifier == second.verifier and second.name == NAME
    with pytest.raises(NoHome):
        WitnessHome(first.folder, name="somebody.else")


def test_without_a_pin_the_first_key_is_trusted_and_said_so(witness_of, capsys):
    grow(1)
    witness = witness_of(pinned=False)
    witness.meet()
    told = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert told["event"] == "log_key_trusted_on_first_use" and told["log_key"] == heads.verifier_key()
    assert witness.round() == 1
    with pytest.raises(NoHome):
        witness.home.pin(notes.verifier_key("other.example/log", bytes(32)))


@pytest.mark.parametrize(
    ("size", "why"),
    [
        (9, "two heads of the same size differ (sha256: 9, 9)"),
        (14, "the heads are not consistent (sha256: 9, 14)"),
        (6, "the heads are not consistent (sha256: 6, 9)"),
    ],
)
def test_two_histories_are_caught_refused_and_kept_as_evidence(witness_of, size, why):
    grow(9)
    assert witness_of().round() == 9
    rewritten = Rewritten([tree.leaf_hash(bytes([n])) for n in range(size)])
    liar = witness_of(change=rewritten)
    with pytest.raises(SplitView) as caught:
        liar.round()
    assert str(caught.value) == why
    (kept,) = liar.home.splits()
    for note in (kept["seen"], kept["shown"]):
        assert read_head(note, heads.verifier_key())  # both signed by the log: anybody can hold them against it
    assert liar.home.last == kept["seen"] and Cosignature.objects.count() == 1
    with pytest.raises(SplitView):
        witness_of().round()  # the true log again: a home with a refusal cosigns nothing more
    assert len(liar.home.splits()) == 1
    print(
        f"split view caught: {why}; kept {sorted(path.name for path in (liar.home.folder / 'split-views').iterdir())}"
    )


@pytest.mark.parametrize("name", tree.HASHES)
def test_a_forged_proof_in_either_tree_is_a_split_view(witness_of, name):
    grow(9)
    assert witness_of().round() == 9
    grow(14)

    def change(path, status, text):
        if "consistency" not in path:
            return status, text
        proofs = json.loads(text)
        proofs[name][0] = "00" * 32
        return status, json.dumps(proofs)

    with pytest.raises(SplitView, match=name):
        witness_of(change=change).round()


def test_an_older_head_of_the_same_history_is_no_fault_and_not_cosigned(witness_of):
    grow(4)
    older = ledger.checkpoint()
    grow(8)
    assert witness_of().round() == 8

    def change(path, status, text):
        return (200, older) if path == "/api/v1/ledger/checkpoint" else (status, text)

    assert witness_of(change=change).round() == 0
    assert Cosignature.objects.count() == 1


def test_a_head_signed_by_another_key_is_not_believed_and_nothing_is_recorded(witness_of):
    grow(2)
    witness = witness_of(change=lambda path, status, text: (status, text.replace("— ", "— x", 1)))
    with pytest.raises(ServerAway):
        witness.round()
    assert witness.home.splits() == [] and witness.home.last == ""


def test_a_head_that_loses_its_second_root_is_refused(db):
    grow(2)
    seen = read_head(ledger.checkpoint(), heads.verifier_key())
    shown = read_head(heads.signed_head(2, seen.checkpoint.root.hex()), heads.verifier_key())
    with pytest.raises(SplitView, match="second root"):
        judge(seen, shown, {})


def test_a_cosignature_that_could_not_be_handed_in_is_handed_in_again(witness_of):
    grow(2)
    witness = witness_of()
    token = witness.home.folder / "token"
    kept = token.read_text()
    token.write_text("")
    assert witness.round() == 2 and Cosignature.objects.count() == 0
    token.write_text(kept)
    assert witness.round() == 0 and Cosignature.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"size": 1, "line": "— regulator.example AAAA"}, "cosignature"),
        ({"size": 77, "line": "x"}, "no_checkpoint"),
        ({"size": "1", "line": "x"}, "field"),
        ({}, "field"),
    ],
)
def test_what_is_no_cosignature_is_refused_with_its_reason(witness_of, body, code):
    grow(1)
    ledger.checkpoint()
    headers = {"Authorization": f"Bearer {witness_of().home.token}"}
    answer = Client().post("/api/v1/witness/cosignatures", body, content_type="application/json", headers=headers)
    assert answer.status_code in (409, 422) and answer.json()["refused"][0]["check"] == code


def test_a_stranger_cannot_cosign(db):
    answer = Client().post("/api/v1/witness/cosignatures", {}, content_type="application/json")
    assert answer.status_code == 401


def test_its_own_view_can_be_asked_for(witness_of):
    grow(2)
    witness = witness_of()
    witness.round()
    with showing(witness.home, ("127.0.0.1", 0)) as port:
        for page, text in (
            ("checkpoint", witness.home.last),
            ("key", f"{witness.home.verifier}\n"),
            ("split-views", "[]"),
        ):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/{page}", timeout=5) as answer:
                assert answer.read().decode() == text


@pytest.mark.django_db(transaction=True)
def test_the_program_makes_its_key_cosigns_and_tells_why_it_stops(live_server, tmp_path):
    with transaction.atomic():
        ledger.append("lot.announced", lot="L1", at=AT, payload={})
    status, told = run(live_server.url, tmp_path / "witness")
    events = [line["event"] for line in told]
    assert (status, events) == (0, ["started", "log_key_trusted_on_first_use", "cosigned", "not_registered", "round"])
    key = (tmp_path / "witness" / "witness.pub").read_text()
    call_command("register_witness", key, organisation="公证处", stdout=Into(tmp_path / "witness" / "token"))
    assert run(live_server.url, tmp_path / "witness")[0] == 0 and Cosignature.objects.count() == 1
    stranger = notes.verifier_key("gongheng.local/log", bytes(32))
    status, told = run(live_server.url, tmp_path / "witness", "--log-key", stranger)
    assert status == 1 and "another log key" in told[-1]["why"]
    assert run("http://127.0.0.1:9", tmp_path / "witness")[0] == 3
    with no_triggers():
        Entry.objects.filter(pk=0).update(leaf="0" * 64, nodes="")
        Head.objects.update(frontier="0" * 64)  # another history of two entries
    status, told = run(live_server.url, tmp_path / "witness")
    assert status == 0 and told[-1]["cosigned"] == 0  # the signed head of that size stays what was signed
    with transaction.atomic():
        ledger.append("lot.announced", lot="L1", at=AT, payload={})
    status, told = run(live_server.url, tmp_path / "witness")
    assert (status, told[-2]["event"]) == (1, "split_view")
    print(f"exit {status}: {told[-2]}")


@pytest.mark.parametrize("name", ["checkpoint", "split-views/0000.json"])
def test_a_damaged_home_ends_the_program_with_words(live_server, tmp_path, name):
    assert run(live_server.url, tmp_path / "witness")[0] == 0
    (tmp_path / "witness" / name).parent.mkdir(exist_ok=True)
    (tmp_path / "witness" / name).write_text("rubbish")
    status, told = run(live_server.url, tmp_path / "witness")
    assert (status, told[-1]["event"]) == (1, "home_damaged")
