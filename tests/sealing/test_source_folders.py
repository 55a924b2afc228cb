"""What lies in the folder that is sealed: everything goes into the bid, or nothing does and the reason is told."""

import os
from pathlib import Path

import pytest

from sealing.archive import files_in
from suites import Refused

GBK = "报价".encode("gbk")


def refusal(source: Path) -> str:
    with pytest.raises(Refused) as refused:
        files_in(source)
    assert refused.value.checks == ["archive"]
    return refused.value.reasons[0].reason


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "price").mkdir()
    (tmp_path / "price" / "price.pdf").write_bytes(b"x")
    (tmp_path / "letter.txt").write_bytes(b"x")
    return tmp_path


@pytest.fixture
def closed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose `price` may not be read. Permissions do not stop root, who may run the tests."""
    scan = os.scandir

    def scandir(path: str | Path) -> "os._ScandirIterator[str]":
        if Path(path).name == "price":
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
    return folder


def test_a_folder_that_cannot_be_read_is_never_left_out_of_the_bid(closed: Path) -> None:
    with pytest.raises(PermissionError, match="price"):
        files_in(closed)


def test_a_folder_that_can_be_read_is_sealed_whole(folder: Path) -> None:
    assert list(files_in(folder)) == ["letter.txt", "price/price.pdf"]


@pytest.mark.parametrize("place", [b"", b"price/"])
def test_a_file_whose_name_is_not_utf8_is_named_and_refused(folder: Path, place: bytes) -> None:
    path = os.fsencode(folder) + b"/" + place + GBK + b".pdf"
    Path(os.fsdecode(path)).write_bytes(b"x")
    assert refusal(folder) == f"the name '{place.decode()}\ufffd\ufffd\ufffd\ufffd.pdf' is not UTF-8: rename it"
    assert "is not UTF-8" in refusal(Path(os.fsdecode(path))), "nor is it sealed alone"


def test_a_folder_whose_name_is_not_utf8_is_refused(folder: Path) -> None:
    inner = Path(os.fsdecode(os.fsencode(folder) + b"/" + GBK))
    inner.mkdir()
    (inner / "x.pdf").write_bytes(b"x")
    assert "is not UTF-8: rename it" in refusal(folder)


def test_a_pipe_in_the_folder_is_refused_and_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "price" / "pipe")
    assert refusal(folder) == "pipe is neither a file nor a folder"


def test_a_link_is_refused_whether_to_a_file_or_a_folder(folder: Path) -> None:
    (folder / "link").symlink_to(folder / "price", target_is_directory=True)
    assert refusal(folder) == "link is a link"
    (folder / "link").unlink()
    (folder / "link").symlink_to("nowhere")
    assert refusal(folder) == "link is a link"
