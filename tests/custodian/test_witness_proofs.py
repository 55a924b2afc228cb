"""A witness without a proof, with one of other nodes, and with another process in its home: it cosigns nothing."""

import json

import pytest

from custodian.server import ServerAway
from custodian.witness_home import HomeInUse, locked
from custodian.witnessing import SplitView, read_head
from ledger import heads, tree
from ledger.models import Cosignature, Entry
from tests.custodian.witnessed import Rewritten, grow, run

NO_PROOFS = {
    "not found": (404, "{}"),
    "a proxy's page": (404, "no route"),
    "unprocessable": (422, "{}"),
    "empty": (200, "{}"),
    "of another form": (200, '{"sha256": [1], "sm3": "x"}'),
    "one of two": (200, '{"sha256": []}'),
    "cut off": (200, json.dumps({name: ["00" * 31] for name in tree.HASHES})),
    "in capitals": (200, json.dumps({name: ["AA" * 32] for name in tree.HASHES})),
}


@pytest.mark.parametrize("answer", [name for name in NO_PROOFS if name != "one of two"])
def test_a_head_without_a_proof_is_not_cosigned_and_not_held_against_the_log(witness_of, answer):
    """Whoever stands between can swallow a proof: that must not silence a witness for ever."""
    grow(3)
    assert witness_of().round() == 3
    grow(6)
    change = lambda path, *given: NO_PROOFS[answer] if "consistency" in path else given  # noqa: E731
    with pytest.raises(ServerAway, match="no proof between 3 and 6"):
        witness_of(change=change).round()
    assert Cosignature.objects.count() == 1
    honest = witness_of()
    assert honest.home.splits() == [] and honest.round() == 6


def test_a_refuted_proof_is_a_split_view_though_the_other_is_missing(witness_of):
    grow(3)
    assert witness_of().round() == 3
    grow(6)
    with pytest.raises(SplitView, match="sha256: 3, 6"):
        witness_of(change=lambda path, *given: NO_PROOFS["one of two"] if "consistency" in path else given).round()


def test_a_proof_that_stays_away_is_said_aloud(witness_of, capsys):
    grow(3)
    witness = witness_of(change=lambda path, *given: (404, "") if "consistency" in path else given)
    assert witness.round() == 3
    grow(6)
    for _ in range(3):
        with pytest.raises(ServerAway):
            witness.round()
    told = [json.loads(line) for line in capsys.readouterr().err.splitlines() if "proof_" in line]
    assert [line["event"] for line in told] == ["proof_missing", "proof_missing", "proof_withheld"]
    assert told[-1]["times"] == 3 and read_head(told[-1]["head"], heads.verifier_key()).size == 6


def _cut_elsewhere():
    """Return roots and proofs of four entries that extend no tree of three: nodes of 33 and of 31 bytes.

    H(1 ‖ left ‖ right) does not say where left ends: the root over the old three is cut one byte earlier.
    """
    roots, proofs = {}, {}
    for name, hashed in tree.HASHES.items():
        column = {"sha256": "leaf", "sm3": "leaf_sm3"}[name]
        first, second, third, *_ = map(bytes.fromhex, Entry.objects.order_by("index").values_list(column, flat=True))
        joined = tree.node_hash(first, second, hashed) + third
        left, right, new = joined[:31], joined[31:], b"\x07" * 31
        roots[name] = tree.node_hash(left, tree.node_hash(right, new, hashed), hashed)
        proofs[name] = [right, new, left]
    return roots, proofs


def test_a_proof_whose_nodes_are_cut_at_another_byte_proves_nothing(witness_of):
    grow(3)
    assert witness_of().round() == 3
    grow(4)
    roots, proofs = _cut_elsewhere()
    note = heads.signed_head(4, *(root.hex() for root in roots.values()))
    told = json.dumps({name: [node.hex() for node in path] for name, path in proofs.items()})

    def change(path, status, text):
        if path.startswith("/api/v1/ledger/checkpoint"):
            return 200, note
        return (200, told) if "/consistency" in path else (status, text)

    with pytest.raises(ServerAway):
        witness_of(change=change).round()
    assert Cosignature.objects.count() == 1
    old = read_head(witness_of().home.last, heads.verifier_key())
    for name, hashed in tree.HASHES.items():
        assert not tree.consistent((3, old.root(name)), (4, roots[name]), proofs[name], hashed)


def test_two_in_one_home_do_not_cosign_both_sides(witness_of):
    """A second process makes its round while the log keeps the first one waiting for its proof."""
    grow(5)
    assert witness_of().round() == 5
    grow(6)
    other = Rewritten([tree.leaf_hash(bytes([n])) for n in range(6)])
    seconds = []

    def wait(path, status, text):
        if "/consistency" in path and not seconds:
            seconds.append(witness_of().round())
        return status, text

    first = witness_of(change=wait)
    with pytest.raises(HomeInUse):
        first.round()
    assert seconds == [6] and Cosignature.objects.filter(checkpoint_id=6).count() == 1
    kept = first.home.last
    with pytest.raises(SplitView):
        witness_of(change=other).round()
    assert witness_of().home.last == kept


def test_a_home_is_for_one_process(tmp_path):
    folder = tmp_path / "witness"
    with locked(folder):
        status, told = run("http://127.0.0.1:9", folder)
        assert (status, [line["event"] for line in told]) == (1, ["cannot_start"]) and "another process" in told[0][
            "why"
        ]
    assert run("http://127.0.0.1:9", folder)[0] == 3
