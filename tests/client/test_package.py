"""The downloaded tender package on the command line, in both suites; certificates, lists, marks of the machine."""

import json
from pathlib import Path

import pytest

from sealing.__main__ import main
from sealing.keys import load_keys, make_keys, write_keys
from sealing.packages import read_package
from sealing.parameters import verify_parameters
from sealing.registration import adopt_certificates, certificate_request
from suites import NAMES, Refused, suite_named
from suites.base64_text import from_base64
from suites.possession import proves_possession
from suites.revocation import crl_to_pem
from tests.client.stage import AGENCY, BIDDER, DEADLINE, Stage, make_stage

MARKS = {
    "CPU_ID": ["BFEBFBFF000906EA"],
    "HARD_DISK_SERIAL_NUMBER": ["S4EVNF0M"],
    "MEMORY_SERIAL_NUMBER": [],
    "NET_ID": ["192.168.1.20"],
    "MAC_ADDRESS": ["00-1b-44-11-3a-b7"],
}


@pytest.fixture(scope="module", params=NAMES)
def stage(request: pytest.FixtureRequest) -> Stage:
    return make_stage(request.param)


@pytest.fixture
def desk(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return stage.lay(tmp_path)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, object], str]:
    status = main([*arguments, "--json"])
    told = capsys.readouterr()
    return status, json.loads(told.out), told.err


SEAL = ("seal", "--package", "package.json", "--sign", "bidder.key", "--manifest", "letter.json")


def test_a_package_is_sealed_inspected_released_and_opened(desk, stage, capsys) -> None:
    (desk / "machine.json").write_text(json.dumps(MARKS))
    told = (*SEAL, "--machine", "machine.json", "--trust", "CA.pem", "投标文件", "a.bid")
    status, answer, noted = run(capsys, *told)
    assert status == 0, answer
    assert "tender signed by 91442000000000027F" in noted
    status, facts, _ = run(capsys, "inspect", "a.bid", "--trust", "CA.pem")
    assert (facts["bid_digest"], facts["signer"]["verified"]) == (answer["bid_digest"], True)
    assert facts["binding"]["suite"] == stage.suite
    assert run(capsys, "release", "--key", "bidder.key", "a.bid", "--out", "share.json")[0] == 0
    status, withdrawal, _ = run(capsys, "withdraw", "--key", "bidder.key", "a.bid", "--out", "a.withdrawal.json")
    assert (status, withdrawal["bid_digest"]) == (0, answer["bid_digest"])
    named = ("--lot", facts["binding"]["lot"], "--digest", answer["bid_digest"])
    assert run(capsys, "withdraw", "--key", "bidder.key", *named, "--out", "b.withdrawal.json")[0] == 0
    first, second = (json.loads((desk / f"{name}.withdrawal.json").read_text()) for name in "ab")
    assert first["body"] == second["body"]
    for wrong in (("a.bid", *named), (), ("--lot", "E1")):
        status, refused, _ = run(capsys, "withdraw", "--key", "bidder.key", *wrong, "--out", "c.withdrawal.json")
        assert (status, refused["refused"][0]["check"]) == (1, "output")
    assert run(capsys, "withdraw", "--key", "bidder.key", "a.bid", "--out", "a.withdrawal.json")[0] == 1
    assert run(capsys, "open", "a.bid", "--share", "share.json", "--out", "out", "--trust", "CA.pem")[0] == 0
    assert (desk / "out" / "letter.txt").read_bytes() == (desk / "投标文件" / "letter.txt").read_bytes()
    assert json.loads((desk / "out" / "manifest.json").read_text())["machine"] == MARKS


def test_without_a_pin_the_root_to_compare_is_told(desk, capsys) -> None:
    status, _, noted = run(capsys, *SEAL, "投标文件", "a.bid")
    assert status == 0
    assert "recipients not verified" in noted and "root in the package" in noted


def test_a_revoked_custodian_is_refused_by_the_package_or_by_a_list_at_hand(desk, stage, capsys) -> None:
    (desk / "own.crl").write_bytes(crl_to_pem(stage.crl(stage.custodians[1])))
    status, answer, _ = run(capsys, *SEAL, "--trust", "CA.pem", "--crl", "own.crl", "投标文件", "a.bid")
    assert status == 1 and [row["check"] for row in answer["refused"]] == ["recipients"]
    assert "was revoked" in answer["refused"][0]["reason"]
    (desk / "own.crl").write_bytes(b"junk")
    status, answer, _ = run(capsys, *SEAL, "--trust", "CA.pem", "--crl", "own.crl", "投标文件", "a.bid")
    assert [row["check"] for row in answer["refused"]] == ["crl"]


@pytest.mark.parametrize(
    ("member", "value", "check"),
    [
        ("lot", "OTHER", "parameters"),
        ("deadline", "2028-01-01T00:00:00Z", "parameters"),
        ("envelope", "price", "parameters"),
        ("root", "junk", "path"),
        ("sequence", 0, "tender"),
        ("policy", {}, "tender"),
        ("recipients", [{}], "recipients"),
    ],
)
def test_a_package_that_says_something_else_is_refused(stage, member, value, check) -> None:
    with pytest.raises(Refused) as refused:
        read_package(stage.package(**{member: value}))
    assert set(refused.value.checks) == {check}


def test_a_signature_of_somebody_else_is_refused(stage) -> None:
    other = make_stage(stage.suite)
    swapped = other.package()["parameters"] | {"body": stage.package()["parameters"]["body"]}
    with pytest.raises(Refused) as refused:
        read_package(stage.package(parameters=swapped))
    assert refused.value.checks == ["statement"]


def test_a_key_made_offline_proves_itself_and_takes_its_certificate(desk, stage, capsys) -> None:
    assert run(capsys, "keygen", "--out", "new.key", "--organisation", BIDDER, "--suite", stage.suite)[0] == 0
    challenge = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="
    assert run(capsys, "prove", "--key", "new.key", "--challenge", challenge, "--out", "request.json")[0] == 0
    told = json.loads((desk / "request.json").read_text())
    keys = load_keys(desk / "new.key")
    parts = {"challenge": b"A" * 32, "seal_public": keys.public.seal_public, "sign_public": keys.public.sign_public}
    assert proves_possession(suite_named(stage.suite), from_base64(told["proof"]), **parts)
    (desk / "certified.pub").write_text(json.dumps(stage.certified(keys).public.body()))
    assert run(capsys, "adopt", "--key", "new.key", "--pub", "certified.pub")[0] == 0
    issued = json.loads((desk / "certified.pub").read_text())["certificates"]
    assert load_keys(desk / "new.key").certificates == tuple(map(from_base64, issued))
    status, answer, _ = run(capsys, "adopt", "--key", "bidder.key", "--pub", "certified.pub")
    assert status == 1 and answer["refused"][0]["check"] == "key"
    with pytest.raises(Refused):
        certificate_request(keys, "AAAA")
    with pytest.raises(Refused):
        adopt_certificates(make_keys(stage.suite, BIDDER), keys.public.body())


def test_the_agency_signs_parameters_offline(desk, stage, capsys) -> None:
    write_keys(stage.agency, desk / "agency.key")
    body = stage.package()["parameters"]["body"]
    (desk / "told.json").write_text(json.dumps({"body": body, "recipients": [], "root": ""}))
    status, answer, noted = run(capsys, "sign", "--key", "agency.key", "told.json", "--out", "signed.json")
    assert (status, answer["lot"]) == (0, body["lot"]) and f"deadline: {body['deadline']}" in noted
    signed = json.loads((desk / "signed.json").read_text())
    assert verify_parameters(signed, roots=[stage.root], at=DEADLINE)[1].signer.organisation == AGENCY
    other = next(name for name in NAMES if name != stage.suite)
    (desk / "told.json").write_text(json.dumps({"body": body | {"suite": other}}))
    status, answer, _ = run(capsys, "sign", "--key", "agency.key", "told.json", "--out", "other.json")
    assert [row["check"] for row in answer["refused"]] == ["key"]
    assert not (desk / "other.json").exists()
    (desk / "told.json").write_text("[]")
    assert run(capsys, "sign", "--key", "agency.key", "told.json", "--out", "other.json")[0] == 1


@pytest.mark.parametrize(
    "change",
    [
        {"MAC_ADDRESS": ["00:1b:44:11:3a:b7"]},
        {"NET_ID": ["192.168.1.256"]},
        {"CPU_ID": ["a;b"]},
        {"CPU_ID": ["a", "a"]},
        {"CPU_ID": "a"},
        {"HOSTNAME": ["x"]},
    ],
)
def test_marks_of_another_form_are_refused_before_sealing(desk, capsys, change) -> None:
    (desk / "machine.json").write_text(json.dumps(MARKS | change))
    status, answer, _ = run(capsys, *SEAL, "--machine", "machine.json", "投标文件", "a.bid")
    assert status == 1 and {row["check"] for row in answer["refused"]} == {"manifest"}
    assert not list(desk.glob("a.bid*"))


def test_a_key_file_that_is_protected_stays_so(desk, stage, capsys) -> None:
    write_keys(stage.bidder, desk / "locked.key", passphrase="秘密")
    (desk / "pass").write_text("秘密\n", "utf-8")
    (desk / "own.pub").write_text(json.dumps(stage.bidder.public.body()))
    told = ("adopt", "--key", "locked.key", "--pub", "own.pub", "--passphrase-file", "pass")
    assert run(capsys, *told)[0] == 0
    assert "secret" not in json.loads((desk / "locked.key").read_text())
