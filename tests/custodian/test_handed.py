"""What people hand over by hand: every slip is told in words, and before anything is written."""

import argparse
import codecs
import json
import stat

import pytest

from custodian import making
from custodian.arguments import address, read_arguments, seconds
from custodian.files import NoHome
from custodian.handed import log_key_given
from custodian.home import read_home
from custodian.token_keys import Place, read_pin
from ledger import notes
from sealing.keys import load_keys
from suites import Refused
from suites.base64_text import to_base64
from tests.custodian.test_program import certified, events, run  # noqa: F401
from tests.custodian.witnessed import run as run_witness

USCC = "91110000MA00000000"
KEY = notes.verifier_key("gongheng.local/log", bytes(32))
SHORT, WHOLE = to_base64(bytes(31)), to_base64(bytes(32))


def words_of(folder, *more):
    return read_arguments(["init", "--home", str(folder), "--name", "notary", "--organisation", USCC, *map(str, more)])


# making a home


@pytest.mark.parametrize("challenge", ["not base64!", SHORT, f"{WHOLE} ", "质询"])
def test_a_challenge_that_is_none_is_told_before_any_key_is_made_and_init_can_be_repeated(tmp_path, challenge):
    with pytest.raises(NoHome, match="32 bytes in base64"):
        making.init(words_of(tmp_path / "home", "--challenge", challenge))
    assert not (tmp_path / "home").exists()
    assert making.init(words_of(tmp_path / "home", "--challenge", WHOLE)) == 0
    assert json.loads((tmp_path / "home/notary.request.json").read_text())["challenge"] == WHOLE


def test_no_pair_is_made_in_a_token_for_a_challenge_that_is_none(tmp_path, monkeypatch):
    made = []
    monkeypatch.setattr(making, "make_pairs", lambda place, pin: made.append(place))
    monkeypatch.setattr(making, "read_pin", lambda folder: "1")
    with pytest.raises(NoHome, match="challenge"):
        making.init(words_of(tmp_path / "home", "--challenge", "AAAA", "--pkcs11", "/nowhere.so"))
    assert made == []


@pytest.mark.parametrize("held", [b"", b"\n", b"\r\n\r\n", b"\xff\xfe\n"])
def test_an_empty_or_unreadable_passphrase_is_refused_before_any_key_is_made(tmp_path, held):
    (tmp_path / "passphrase").write_bytes(held)
    wanted = words_of(tmp_path / "home", "--passphrase-file", tmp_path / "passphrase")
    with pytest.raises(Refused, match="passphrase"):
        making.init(wanted)
    assert list((tmp_path / "home").glob("*")) == []


def test_a_passphrase_is_all_of_its_file_but_the_line_ends_at_its_end(tmp_path):
    (tmp_path / "passphrase").write_bytes(b" ge\rheim \r\n\n")
    making.init(words_of(tmp_path / "home", "--passphrase-file", tmp_path / "passphrase"))
    key = tmp_path / "home/notary.key"
    assert load_keys(key, passphrase=" ge\rheim ").public.organisation == USCC
    with pytest.raises(Refused):
        load_keys(key, passphrase=" ge\rheim")


def test_a_passphrase_that_is_given_comes_before_the_credential(tmp_path, monkeypatch):
    (tmp_path / "passphrase").write_text("geheim\n")
    making.init(words_of(tmp_path / "home", "--passphrase-file", tmp_path / "passphrase"))
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    (tmp_path / "home/token").write_text("bearer")
    with pytest.raises(NoHome, match=r"root\.pem is missing"):  # the credential opened the key
        read_home(tmp_path / "home")
    with pytest.raises(Refused, match="does not open"):
        read_home(tmp_path / "home", passphrase="")


@pytest.mark.parametrize(("held", "why"), [(b"", "no PIN"), (b"\n", "no PIN"), (b"\xff", "not UTF-8")])
def test_a_pin_file_without_a_pin_is_told_of_by_name(tmp_path, held, why):
    (tmp_path / "pin").write_bytes(held)
    (tmp_path / "pin").chmod(0o600)
    with pytest.raises(NoHome, match=f"pin .*{why}|pin is {why}"):
        read_pin(tmp_path)


# taking in what the platform gave


def test_a_log_key_may_be_named_by_its_file(certified, tmp_path):  # noqa: F811
    (tmp_path / "lk.txt").write_bytes(codecs.BOM_UTF8 + f"{certified[-1]}\r\n".encode())
    making.accept(read_arguments([*certified[:-1], str(tmp_path / "lk.txt")]))
    assert read_home(tmp_path / "notary").pinned_log == certified[-1]


@pytest.mark.parametrize("given", ["lk.txt", "", "gongheng.local/log+00000000+AAAA", KEY[:-4], f"{KEY[:4]} {KEY[4:]}"])
def test_a_log_key_that_is_none_is_refused_before_anything_is_written(certified, tmp_path, given):  # noqa: F811
    before = {path: path.read_bytes() for path in (tmp_path / "notary").iterdir()}
    with pytest.raises(NoHome, match="no verifier key"):
        making.accept(read_arguments([*certified[:-1], given]))
    assert {path: path.read_bytes() for path in (tmp_path / "notary").iterdir()} == before


def test_a_file_that_holds_no_log_key_is_refused_by_its_name(tmp_path):
    path = tmp_path / "lk.txt"
    for held in (b"", b"hello", KEY.encode("utf-16"), b"\xff"):
        path.write_bytes(held)
        with pytest.raises(NoHome, match=r"lk\.txt"):
            log_key_given(str(path))


@pytest.mark.parametrize("held", [b"", b"\n", b"two words", b"two\nlines", "bearer".encode("utf-16"), b"\xff"])
def test_a_bearer_token_that_no_header_takes_is_refused_before_anything_is_written(certified, tmp_path, held):  # noqa: F811
    (tmp_path / "bearer").write_bytes(held)
    before = {path: path.read_bytes() for path in (tmp_path / "notary").iterdir()}
    with pytest.raises(NoHome, match="bearer"):
        making.accept(read_arguments(certified))
    assert {path: path.read_bytes() for path in (tmp_path / "notary").iterdir()} == before


def test_the_mark_that_an_editor_put_before_the_bearer_token_is_left_out(certified, tmp_path):  # noqa: F811
    token = (tmp_path / "bearer").read_bytes()
    (tmp_path / "bearer").write_bytes(codecs.BOM_UTF8 + token + b"\r\n")
    making.accept(read_arguments(certified))
    assert (tmp_path / "notary/token").read_bytes() == token
    assert stat.S_IMODE((tmp_path / "notary/token").stat().st_mode) == 0o600


def test_a_token_that_holds_other_keys_leaves_no_pub_behind(certified, tmp_path, monkeypatch):  # noqa: F811
    def refused(public, place, pin):
        raise NoHome("other keys")

    monkeypatch.setattr(making, "read_place", lambda folder: Place("/nowhere.so", "t", "a", "b"))
    monkeypatch.setattr(making, "read_pin", lambda folder: "1")
    monkeypatch.setattr(making, "open_token", refused)
    before = sorted((tmp_path / "notary").iterdir())
    with pytest.raises(NoHome, match="other keys"):
        making.accept(read_arguments(certified))
    assert sorted((tmp_path / "notary").iterdir()) == before


def test_a_root_that_is_not_pem_text_is_taken_in_and_read_again(certified, tmp_path):  # noqa: F811
    from suites.certificates import from_pem

    (der,) = from_pem((tmp_path / "root.pem").read_bytes())
    (tmp_path / "root.pem").write_bytes(der)
    making.accept(read_arguments(certified))
    assert read_home(tmp_path / "notary").roots == (der,)


# a home with junk in it


@pytest.mark.parametrize("held", [b"\xff", b"two words", b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
@pytest.mark.parametrize("name", ["root.pem", "token", "log-key"])
def test_junk_in_a_home_is_told_of_by_the_name_of_its_file(agent_of, name, held):
    folder = agent_of("centre").home.folder
    (folder / name).write_bytes(held)
    with pytest.raises(NoHome, match=name):
        read_home(folder)


def test_check_fails_in_words_on_a_pin_and_a_token_that_cannot_be_used(agent_of):
    folder = agent_of("centre").home.folder
    (folder / "log-key").write_text("lk.txt")
    done = run("check", "--home", folder)
    assert (done.returncode, events(done)[-1]["answer"]) == (1, "failed")
    assert "log-key" in events(done)[-1]["why"]
    (folder / "log-key").unlink()
    (folder / "token").write_bytes(codecs.BOM_UTF8 + b"bearer")
    done = run("check", "--home", folder)
    assert (done.returncode, events(done)[-1]["answer"]) == (1, "failed")
    assert "token is not plain ASCII" in events(done)[-1]["why"]


# numbers and addresses


@pytest.mark.parametrize("given", ["nan", "inf", "-inf", "-1", "86401", "1e300", "soon", ""])
def test_a_length_of_time_that_cannot_be_meant_is_wrong_usage(given):
    with pytest.raises(argparse.ArgumentTypeError):
        seconds(given)
    for option in ("--skew", "--skew-limit"):
        with pytest.raises(SystemExit) as ended:
            read_arguments(["run", "--home", "h", "--server", "http://s", f"{option}={given}"])
        assert ended.value.code == 2


def test_a_length_of_time_may_be_nothing_a_fraction_or_a_day():
    assert [seconds(given) for given in ("0", "0.5", "86400")] == [0, 0.5, 86400]


@pytest.mark.parametrize(
    "given", ["foo", "127.0.0.1:99999", "127.0.0.1:-1", "h:", "h:x", "h:１", "h:1_0", f"{'x' * 64}:80", "a..b:80"]
)
def test_an_address_that_cannot_be_listened_on_is_wrong_usage(given):
    with pytest.raises(argparse.ArgumentTypeError):
        address(given)


def test_an_address_without_a_host_is_this_machine_only():
    assert address(":8080") == ("127.0.0.1", 8080)
    assert address("0.0.0.0:0") == ("0.0.0.0", 0)


# the witness's program


def test_the_witness_tells_wrong_usage_from_a_damaged_home(tmp_path):
    status, told = run_witness("http://127.0.0.1:9", tmp_path / "witness", "--listen", "127.0.0.1:99999")
    assert (status, told) == (2, [])
    assert not (tmp_path / "witness").exists()


def test_the_witness_takes_its_log_key_from_a_file(tmp_path):
    (tmp_path / "lk.txt").write_text(f"{KEY}\n")
    status, told = run_witness("http://127.0.0.1:9", tmp_path / "witness", "--log-key", str(tmp_path / "lk.txt"))
    assert (status, told[-1]["event"]) == (3, "log_away")
    assert (tmp_path / "witness/log-key").read_text().strip() == KEY
    status, told = run_witness("http://127.0.0.1:9", tmp_path / "other", "--log-key", "nothing.txt")
    assert (status, told[-1]["event"]) == (1, "cannot_start")
    assert "nothing.txt" in told[-1]["why"]


@pytest.mark.parametrize("name", ["witness.pub", "witness.key", "token", "log-key", "checkpoint"])
def test_junk_in_a_witness_home_is_told_of_by_the_name_of_its_file(tmp_path, live_server, name):
    run_witness(live_server.url, tmp_path / "witness", "--log-key", KEY)
    (tmp_path / "witness" / name).write_bytes(b"\xff")
    status, told = run_witness(live_server.url, tmp_path / "witness")
    assert status == 1 and told[-1]["event"] in ("cannot_start", "home_damaged")
    assert name in told[-1]["why"]
