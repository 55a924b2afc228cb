"""Every vector gives the outcome that its file declares; the browser module is held to the same files."""

import base64
import json
from pathlib import Path

import pytest

from sealing import canonical
from sealing.checks import refuse
from sealing.derived import derive_for
from sealing.inspect import inspect_bid
from sealing.keys import read_keys
from sealing.open import combine_checked, open_bid
from sealing.padding import padded_length
from sealing.release import release_share
from sealing.shares import read_share
from sealing.statements import verify_statement
from sealing.tender import check_tender, read_tender
from sealing.trailer import signed_message
from suites import NAMES, Refused, shamir, suite_named
from suites.merkle import leaf_hash, root_of

FOLDER = Path(__file__).parents[1] / "vectors"
VECTORS = {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))}
SUITE = suite_named("INTL-1")


def of_kind(kind: str) -> list[str]:
    return [name for name, vector in VECTORS.items() if vector["kind"] == kind]


def roots_of(vector: dict) -> list[bytes] | None:
    return [base64.b64decode(root) for root in vector["trust"]] if "trust" in vector else None


def stored(vector: dict, folder: Path) -> Path:
    path = folder / "vector.bid"
    path.write_bytes(base64.b64decode(vector["file"]))
    return path


def test_every_suite_has_vectors_that_open_and_vectors_that_do_not() -> None:
    for name in NAMES:
        outcomes = [vector.get("outcome") for vector in VECTORS.values() if vector.get("suite", "INTL-1") == name]
        assert outcomes.count("opens") >= 5
        assert len(set(outcomes)) >= 15, "different failures"


def test_there_are_at_least_sixty_vectors_of_one_failure_each() -> None:
    failing = [
        vector for vector in VECTORS.values() if vector.get("outcome") not in (None, "opens", "accepted", "releases")
    ]
    assert len(failing) >= 60


@pytest.mark.parametrize("name", of_kind("file"))
def test_file_vector_has_its_outcome(name: str, tmp_path: Path) -> None:
    vector = VECTORS[name]
    path, out = stored(vector, tmp_path), tmp_path / "out"
    try:
        shares = [read_share(body) for body in vector["shares"]]
        opened = open_bid(path, shares, out, roots=roots_of(vector))
    except Refused as refused:
        assert refused.checks[0] == vector["outcome"], refused
        assert sorted(tmp_path.iterdir()) == [path], "a refusal leaves nothing behind"
        return
    assert vector["outcome"] == "opens"
    suite = suite_named(vector["suite"])
    found = {file.name: suite.hash((out / file.name).read_bytes()).hex() for file in opened.manifest.files}
    assert found == vector["files"]


@pytest.mark.parametrize("name", [name for name in of_kind("file") if "steps" in VECTORS[name]])
def test_steps_of_a_valid_vector_are_right(name: str, tmp_path: Path) -> None:
    vector = VECTORS[name]
    layout = inspect_bid(stored(vector, tmp_path), roots=roots_of(vector))
    combined, problems = combine_checked(layout, [read_share(body) for body in vector["shares"]])
    assert combined is not None
    assert problems == []
    keys = derive_for(layout.header, combined.file_key)
    digest = bytes.fromhex(layout.detached.bid_digest)
    assert vector["steps"] == {
        "core": layout.header.core.hex(),
        "file_key": combined.file_key.hex(),
        "enc": keys.enc.hex(),
        "header_mac_key": keys.header_mac.hex(),
        "commitment": keys.commitment.hex(),
        "bid_digest": layout.detached.bid_digest,
        "root": layout.trailer.root.hex(),
        "signed_message": signed_message(layout.header.suite, digest, layout.trailer.certificates).hex(),
    }


@pytest.mark.parametrize("name", of_kind("release"))
def test_release_vector_has_its_outcome(name: str, tmp_path: Path) -> None:
    vector = VECTORS[name]
    layout = inspect_bid(stored(vector, tmp_path))
    try:
        keys = read_keys(
            vector["key"], passphrase=vector.get("passphrase", "wrong") if "protected" in vector["key"] else None
        )
        share = release_share(layout.header, layout.detached.bid_digest, keys)
    except Refused as refused:
        assert refused.checks[0] == vector["outcome"], refused
        return
    assert vector["outcome"] == "releases"
    assert share.body() == vector["share"]


@pytest.mark.parametrize("name", of_kind("tender"))
def test_tender_vector_has_its_outcome(name: str) -> None:
    vector = VECTORS[name]
    try:
        tender = read_tender(vector["tender"])
        refuse(check_tender(tender, read_keys(vector["key"]).public, roots=roots_of(vector)))
    except Refused as refused:
        assert refused.checks[0] == vector["outcome"], refused
        return
    assert vector["outcome"] == "accepted"


def test_primitives_have_their_answers() -> None:
    vector = VECTORS["primitives"]
    for row in vector["roots"]:
        leaves = [leaf_hash(SUITE, bytes([n]) * n) for n in range(row["leaves"])]
        assert root_of(SUITE, leaves).hex() == row["root"]
    for row in vector["padding"]:
        assert padded_length(row["envelope"], row["data"]) == row["padded"]
    for row in vector["canonical"]:
        assert base64.b64encode(canonical.dumps(row["value"])).decode() == row["canonical"]
    points = {int(index): bytes.fromhex(share) for index, share in vector["shamir"]["shares"].items()}
    assert shamir.combine(points).hex() == vector["shamir"]["secret"]
    assert verify_statement(vector["statement"]["signed"], "test.note").body == vector["statement"]["body"]
