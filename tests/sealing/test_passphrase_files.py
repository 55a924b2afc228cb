"""The passphrase in a file: one rule for every program that reads one."""

from pathlib import Path

import pytest

from sealing.__main__ import main
from sealing.keys import load_keys, passphrase_in
from suites import Refused


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n\n", "\r\n\r\n"])
def test_line_ends_at_the_end_do_not_count_and_blanks_do(tmp_path: Path, end: str) -> None:
    (tmp_path / "pass").write_bytes(f" 秘密 phrase {end}".encode())
    assert passphrase_in(tmp_path / "pass") == " 秘密 phrase "


@pytest.mark.parametrize("data", [b"", b"\n", b"\r\n\n"])
def test_an_empty_passphrase_makes_no_key(tmp_path: Path, data: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pass").write_bytes(data)
    told = ["keygen", "--out", str(tmp_path / "a.key"), "--passphrase-file", str(tmp_path / "pass")]
    assert main(told) == 1
    assert capsys.readouterr().err == "key: the passphrase is empty\n"
    assert [path.name for path in tmp_path.iterdir()] == ["pass"]


def test_a_passphrase_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pass").write_bytes("密".encode("gbk"))
    with pytest.raises(Refused, match="not UTF-8"):
        passphrase_in(tmp_path / "pass")


def test_a_key_is_opened_by_what_it_was_made_with(tmp_path: Path) -> None:
    (tmp_path / "pass").write_bytes(b"words\r\n\r\n")
    assert main(["keygen", "--out", str(tmp_path / "a.key"), "--passphrase-file", str(tmp_path / "pass")]) == 0
    assert load_keys(tmp_path / "a.key", passphrase="words").public.organisation == "a"
