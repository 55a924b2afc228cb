"""What a bid's archive may ask of whoever opens it: folders, depth, length. None may hold an opening up."""

import io
from pathlib import Path

import pytest

from sealing.archive import plan_archive
from sealing.names import MOST_DEEP, MOST_FOLDERS, check_name, check_names
from sealing.unpack import unpack
from sealing.zip_bytes import MOST_DATA
from suites import Refused, suite_named
from tests.vectors.make_vectors import manifest_of, zip_of

SUITE = suite_named("INTL-1")
MANY = [f"{number:03d}/" + "/".join("abcdefghijklmn") + "/x" for number in range(MOST_FOLDERS // 15 + 1)]


class Stream:
    """Plaintext as `unpack` takes it; `left` may claim more than there is."""

    def __init__(self, data: bytes, *, left: int | None = None) -> None:
        self.left = len(data) if left is None else left
        self._data = io.BytesIO(data)

    def take(self, most: int) -> memoryview:
        piece = self._data.read(most)
        self.left -= len(piece)
        return memoryview(piece)


def reasons(names: list[str], folder: Path) -> list[str]:
    files = [(name, b"x") for name in names]
    done = unpack(Stream(zip_of([("manifest.json", manifest_of(files)), *files])), folder, suite=SUITE)
    return [reason.reason for reason in done.reasons]


def test_a_name_may_lie_so_deep_and_no_deeper():
    assert check_name("a/" * (MOST_DEEP - 1) + "x") == ""
    assert check_name("a/" * MOST_DEEP + "x") == f"a name has more than {MOST_DEEP} segments"


def test_a_bid_may_have_so_many_folders_and_no_more():
    few = [f"{number:04d}/x" for number in range(MOST_FOLDERS - 1)]
    assert check_names(few) == "" and check_names([*few, "a/x"]) == ""
    assert check_names([*few, "a/x", "b/x"]) == f"there are more than {MOST_FOLDERS} folders"


def test_a_bomb_of_folders_is_refused_before_it_is_unpacked(tmp_path):
    assert len({name.rsplit("/", level)[0] for name in MANY for level in range(1, 16)}) > MOST_FOLDERS
    found = reasons(MANY, tmp_path)
    assert f"there are more than {MOST_FOLDERS} folders" in found
    made = sum(1 for path in tmp_path.rglob("*") if path.is_dir())
    assert made <= MOST_FOLDERS


def test_an_archive_beyond_four_gib_is_refused_before_a_byte_is_written(tmp_path):
    files = [("letter.txt", b"We offer.\n")]
    data = zip_of([("manifest.json", manifest_of(files)), *files])
    done = unpack(Stream(data, left=MOST_DATA + 1), tmp_path, suite=SUITE)
    assert [(reason.check, reason.reason) for reason in done.reasons] == [("archive", "the archive has 4 GiB or more")]
    assert not list(tmp_path.iterdir())


def test_whoever_seals_too_deep_a_folder_is_told_so_before(tmp_path):
    path = tmp_path / ("a/" * MOST_DEEP) / "x.txt"
    path.parent.mkdir(parents=True)
    path.write_text("x")
    with pytest.raises(Refused, match="segments"):
        plan_archive(tmp_path, suite=SUITE, fields={})
