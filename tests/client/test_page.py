"""The client's page: step by step in both suites, and closed to everybody but its own page."""

import http.client
import json
import re
import time
from pathlib import Path

import pytest

from sealing.client import fingerprint, places
from sealing.client.serve import FILES, HEADERS
from sealing.machine import check_machine
from tests.client.conftest import MARKS, Page
from tests.client.stage import BIDDER, make_stage

LETTER = {"price": "8900000.00", "price_kind": "total", "duration_days": 300}
STATIC = Path(places.__file__).parent / "static"


def prepared(page: Page, desk: Path, *, with_machine: bool = True) -> dict:
    page.act("package", path=str(desk / "package.json"))
    page.act("root", path=str(desk / "CA.pem"))
    page.act("open-key", path=str(desk / "bidder.key"), passphrase="correct horse battery")
    page.act("source", path=str(desk / "投标文件"))
    return page.act("letter", fields=LETTER, roles={"letter.txt": "bid_letter"}, with_machine=with_machine)


def outcome(page: Page) -> dict:
    for _ in range(400):
        told = page.act("progress")
        if told["state"] in ("done", "refused"):
            return told
        time.sleep(0.05)
    raise AssertionError("the job does not end")


def test_a_bid_is_sealed_tried_inspected_and_its_share_taken_out(page, desk) -> None:
    assert prepared(page, desk)["problems"] == []
    page.act("seal", folder=str(desk))
    told = outcome(page)
    assert told["state"] == "done" and told["opened"], told
    assert Path(told["file"]).stat().st_size == told["size"]
    assert not [path for path in desk.iterdir() if path.name.startswith(".gongheng")], "what was opened is removed"
    facts = page.act("inspect", path=told["file"])
    assert (facts["bid_digest"], facts["signer"]["verified"]) == (told["bid_digest"], True)
    share = json.loads(Path(page.act("release", path=told["file"])["file"]).read_text())
    assert (share["bid_digest"], share["group"]) == (told["bid_digest"], "bidder")
    assert page.refused("seal", folder=str(desk)) == ["output"], "a sealed file is never overwritten"


def test_a_withdrawal_is_signed_from_the_sealed_file(page, desk) -> None:
    from sealing.withdrawals import verify_withdrawal

    prepared(page, desk)
    page.act("seal", folder=str(desk))
    told = outcome(page)
    bound = page.act("inspect", path=told["file"])["binding"]
    signed = page.act("withdraw", path=told["file"])
    file = Path(signed["file"])
    assert file.name.endswith(".withdrawal.json") and file.stat().st_mode & 0o077 == 0
    wanted = {"lot": bound["lot"], "bid_digest": told["bid_digest"], "suite": bound["suite"]}
    verified = verify_withdrawal(json.loads(file.read_text()), **wanted, bidder=bound["bidder"])
    assert verified.body == {"v": 1, "lot": bound["lot"], "bid_digest": told["bid_digest"]}
    assert page.refused("withdraw", path=told["file"]) == ["output"], "a statement is never overwritten"
    assert page.refused("withdraw", path=str(file)) == ["magic"]


def test_a_withdrawal_is_signed_by_lot_and_digest_where_the_sealed_file_was_not_kept(page, desk) -> None:
    from sealing.withdrawals import verify_withdrawal

    found = prepared(page, desk)
    lot, digest, grouped = "E1", "ab" * 32, " ".join(["ABAB"] * 16)
    signed = page.act("withdraw-named", lot=f" {lot} ", bid_digest=grouped, folder=str(desk))
    statement = json.loads(Path(signed["file"]).read_text())
    verify_withdrawal(statement, lot=lot, bid_digest=digest, suite=found["key"]["suite"], bidder=None)
    named = {"bid_digest": digest, "folder": str(desk)}
    assert page.refused("withdraw-named", lot="../x", **named) == ["statement"]
    assert page.refused("withdraw-named", lot=lot, **named | {"bid_digest": "ab"}) == ["statement"]
    assert page.refused("withdraw-named", lot=lot, **named) == ["output"], "a statement is never overwritten"
    assert page.refused("withdraw-named", lot=lot, **named | {"folder": str(desk / "none")}) == ["output"]


@pytest.mark.parametrize("consent", [True, False])
def test_marks_of_the_machine_are_shown_first_and_sealed_with_consent_only(page, desk, consent, tmp_path) -> None:
    from sealing.open import open_bid
    from sealing.shares import read_share

    assert page.act("state")["machine"] == MARKS
    prepared(page, desk, with_machine=consent)
    page.act("seal", folder=str(desk))
    file = Path(outcome(page)["file"])
    share = read_share(json.loads(Path(page.act("release", path=str(file))["file"]).read_text()))
    opened = open_bid(file, [share], tmp_path / "opened")
    assert opened.manifest.machine == (MARKS if consent else None)
    assert {row.name: row.role for row in opened.manifest.files}["letter.txt"] == "bid_letter"


def test_nothing_is_sealed_before_the_root_was_compared(page, desk) -> None:
    shown = page.act("package", path=str(desk / "package.json"))["package"]
    assert [row["confirmed"] for row in shown["roots"]] == [False]
    assert all(row["reasons"] for row in shown["custodians"])
    page.act("open-key", path=str(desk / "bidder.key"), passphrase="correct horse battery")
    page.act("source", path=str(desk / "投标文件"))
    assert page.refused("seal", folder=str(desk)) == ["path"]
    assert page.refused("confirm", fingerprint="00" * 32) == ["path"]
    told = page.act("confirm", fingerprint=shown["roots"][0]["fingerprint"])
    assert told["problems"] == [] and told["key"]["certified"]
    assert not any(row["reasons"] for row in told["package"]["custodians"])


def test_a_stranger_root_a_wrong_passphrase_and_a_bad_letter_are_refused(page, desk, tmp_path_factory) -> None:
    page.act("package", path=str(desk / "package.json"))
    other = make_stage("INTL-1").lay(tmp_path_factory.mktemp("other"))
    page.act("root", path=str(other / "CA.pem"))
    assert page.refused("open-key", path=str(desk / "bidder.key"), passphrase="wrong") == ["key"]
    told = page.act("open-key", path=str(desk / "bidder.key"), passphrase="correct horse battery")
    assert [row["check"] for row in told["problems"]] == ["archive", "path"]
    assert set(page.refused("package", path=str(desk / "bidder.key"))) == {"tender"}
    assert page.refused("package", path=str(desk / "absent.json")) == ["tender"]
    assert page.refused("source", path=str(desk / "absent")) == ["archive"]
    page.act("source", path=str(desk / "投标文件"))
    bad = {"price": "8,900", "price_kind": "total"}
    assert page.refused("letter", fields=bad, roles={}, with_machine=True) == ["manifest"]
    assert page.refused("letter", fields=LETTER, roles={"absent": "bid_letter"}, with_machine=True) == ["manifest"]
    assert page.refused("browse", path="\0") == ["output"]
    assert page.refused("browse") == ["output"]


def test_a_key_is_made_asks_for_its_certificate_and_takes_it(page, desk) -> None:
    suite = page.act("package", path=str(desk / "package.json"))["package"]["suite"]
    told = {"folder": str(desk), "name": "new", "organisation": BIDDER, "suite": suite}
    assert page.refused("make-key", **told, passphrase="short") == ["key"]
    assert page.refused("make-key", **(told | {"name": "../new"}), passphrase="long enough words") == ["output"]
    made = page.act("make-key", **told, passphrase="long enough words")["key"]
    assert not made["certified"] and (desk / "new.key").stat().st_mode & 0o777 == 0o600
    challenge = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="
    request = json.loads(Path(page.act("prove", challenge=challenge, folder=str(desk))["file"]).read_text())
    assert request["suite"] == suite
    assert page.refused("prove", challenge="AAAA", folder=str(desk)) == ["key"]
    assert page.refused("adopt", path=str(desk / "bidder.pub"), passphrase="long enough words") == ["key"]
    assert page.refused("adopt", path=str(desk / "new.pub"), passphrase="another one") == ["key"]
    assert page.act("adopt", path=str(desk / "new.pub"), passphrase="long enough words")["key"]["kid"] == made["kid"]
    assert "protected" in json.loads((desk / "new.key").read_text())


def raw(client, method: str, path: str, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", client.server_port, timeout=10)
    connection.putrequest(method, path, skip_host=True)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.putheader("Content-Length", "2")
    connection.endheaders(b"{}")
    return connection.getresponse()


def test_the_page_is_closed_to_other_names_origins_and_to_who_lacks_the_secret(client) -> None:
    ours = f"127.0.0.1:{client.server_port}"
    json_ = {"Content_Type": "application/json"}
    inside = f"/{client.secret}/act/state"
    assert client.server_address[0] == "127.0.0.1"
    assert raw(client, "POST", inside, Host=ours, Origin=f"http://{ours}", **json_).status == 200
    for path in ("/", "/act/state", f"/{client.secret}", f"/{client.secret[:-1]}/", f"/x/{client.secret}/", "//"):
        assert raw(client, "GET", path, Host=ours).status == 404
    for host in ("", "localhost", "evil.example", f"evil.example:{client.server_port}", "127.0.0.1"):
        assert raw(client, "GET", f"/{client.secret}/", Host=host).status == 404, "DNS rebinding"
        assert raw(client, "POST", inside, Host=host, Origin=f"http://{ours}", **json_).status == 404
    for origin in ("null", "http://evil.example", f"http://localhost:{client.server_port}"):
        assert raw(client, "POST", inside, Host=ours, Origin=origin, **json_).status == 403
    assert raw(client, "POST", inside, Host=ours, **json_).status == 403, "an act needs an origin"
    assert raw(client, "POST", inside, Host=ours, Origin=f"http://{ours}", Content_Type="text/plain").status == 403
    assert raw(client, "GET", f"/{client.secret}/../serve.py", Host=ours).status == 404


def test_every_answer_forbids_what_the_page_does_not_need(client, page) -> None:
    for name in FILES:
        answer = raw(client, "GET", f"/{client.secret}/{name}", Host=f"127.0.0.1:{client.server_port}")
        assert answer.status == 200
        assert {key: answer.headers[key] for key in HEADERS} == HEADERS
    assert "unsafe" not in HEADERS["Content-Security-Policy"]
    html = (STATIC / "index.html").read_text("utf-8")
    assert not re.search(r"<style|style=|<script>|\son\w+=|https?://", html)
    for path in STATIC.glob("*.*"):
        assert not re.search(r"https?://(?!www\.w3\.org)", path.read_text("utf-8")), path.name
    assert page.post("frobnicate", {})[0] == 404
    assert page.post("state", b"not json")[0] == 400


def test_every_word_of_the_page_stands_in_both_languages() -> None:
    words = (STATIC / "words.mjs").read_text("utf-8")
    rows = dict(re.findall(r'"?([\w-]+)"?: \[("(?:[^"\\]|\\.)*", "(?:[^"\\]|\\.)*")\]', words))
    used = set(re.findall(r'say\("([\w-]+)"', (STATIC / "app.mjs").read_text() + (STATIC / "draw.mjs").read_text()))
    used |= {f"role_{role}" for role in places.ROLES} | set(MARKS)
    assert used <= set(rows), used - set(rows)
    assert all(json.loads(f"[{row}]")[1] for row in rows.values())


def test_listings_of_every_system_are_read() -> None:
    windows = "   IPv4 地址 . . . . : 192.168.1.20\n   子网掩码 . . : 255.255.255.0\n 默认网关 : 192.168.1.1\n"
    assert fingerprint.addresses_in(windows)[0] == "192.168.1.20"
    assert fingerprint.addresses_in("1: lo inet 127.0.0.1/8\n2: eth0 inet 10.1.2.3/24 brd 10.1.2.255\n") == ["10.1.2.3"]
    assert fingerprint.addresses_in("169.254.1.1 0.0.0.0 999.1.1.1") == []
    assert fingerprint.cards_in('"00-1B-44-11-3A-B7","x"\nether aa:bb:cc:dd:ee:ff\n00:00:00:00:00:00') == [
        "00-1b-44-11-3a-b7",
        "aa-bb-cc-dd-ee-ff",
    ]


@pytest.mark.parametrize("platform", ["linux", "win32", "darwin", "plan9"])
def test_reading_marks_never_fails_and_is_always_well_formed(platform) -> None:
    assert check_machine(fingerprint.collect(platform)) == []


def test_files_are_recognised_by_folder_or_name() -> None:
    names = {
        "bid_bond/a.pdf": "bid_bond",
        "投标函.pdf": "bid_letter",
        "x/施工组织设计.pdf": "technical",
        "z.bin": "attachment",
    }
    assert {name: places.role_of(name) for name in names} == names
