"""Hostile bundles: no byte goes unnoticed, no ZIP trick passes, nothing is raised and nothing grows."""

import json
import random
import resource
import struct
import time
import zipfile
from dataclasses import replace

import pytest

from tendering.bundle import form
from tests.depth import depth
from tests.verifier.forge import Forgery
from tests.verifier.test_tamperings import failing
from verifier.__main__ import main

PER_MEMBER = depth(3, 7)
SIGNED_PER_MEMBER = depth(2, 5)


def test_no_flipped_byte_of_the_file_goes_unnoticed(exported, tmp_path, capsys):
    """Positions within every member, and in every header and directory record between them."""
    data = exported.full.read_bytes()
    with zipfile.ZipFile(exported.full) as bundle:
        places = [
            (info.filename, info.header_offset + 30 + len(info.filename) + at)
            for info in bundle.infolist()
            for at in _sample(info.file_size, info.filename, PER_MEMBER)
        ]
        start = max(info.header_offset + 30 + len(info.filename) + info.file_size for info in bundle.infolist())
        headers = [("header", info.header_offset + at) for info in bundle.infolist()[:4] for at in range(30)]
    places += headers + [("directory", at) for at in range(start, len(data), 11)]
    unnoticed = []
    for name, place in places:
        path = tmp_path / "flipped.zip"
        path.write_bytes(data[:place] + bytes([data[place] ^ (1 << place % 8)]) + data[place + 1 :])
        if not failing(capsys, path)[0]:
            unnoticed.append((name, place))
    assert len(places) > depth(200, 350) and unnoticed == []


def test_no_flipped_byte_that_the_platform_signs_again_goes_unnoticed(exported, tmp_path, capsys):
    """The platform lists and signs everything anew after the flip: the substance must tell.

    Timestamps are left out: a CMS token has bytes that its signature does not cover and that mean nothing.
    """
    names = list(Forgery.of(exported.full, exported.platform).members)
    unnoticed, tried = [], 0
    for name in names:
        for place in _sample(len(unstamped(exported).members[name]), name, SIGNED_PER_MEMBER):
            bundle = unstamped(exported)
            bundle.flip(name, place)
            bundle.lines.clear()
            tried += 1
            if not failing(capsys, bundle.write(tmp_path / "flipped.zip", signed=True))[0]:
                unnoticed.append((name, place))
    assert tried > depth(30, 80) and unnoticed == []


def unstamped(exported):
    bundle = Forgery.of(exported.full, exported.platform)
    for row in bundle.checkpoints:
        row["timestamps"] = []
    bundle.members[form.CHECKPOINTS] = form.lines(bundle.checkpoints)
    return bundle


def _sample(size, seed, count):
    chosen = random.Random(seed)
    return sorted({0, size - 1, *(chosen.randrange(size) for _ in range(count))})


def rezipped(exported, path, *, change=None, **options):
    """The members in an ordinary ZIP of another program."""
    with zipfile.ZipFile(exported.full) as old, zipfile.ZipFile(path, "w", **options) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        if change:
            change(new)
    return path


def doubled(bundle):
    with pytest.warns(UserWarning):
        bundle.writestr(form.TRUST, b"{}")


def commented(bundle):
    bundle.comment = b"hidden"


ZIPS = {
    "compressed": {"compression": zipfile.ZIP_DEFLATED},
    "of another program": {},
    "a member twice": {"change": doubled},
    "a comment": {"change": commented},
}


@pytest.mark.parametrize("name", ZIPS)
def test_another_zip_is_refused(exported, tmp_path, capsys, name):
    path = rezipped(exported, tmp_path / "other.zip", **ZIPS[name])
    assert failing(capsys, path)[0] == {"archive"}


def test_a_bomb_is_not_unpacked(tmp_path, capsys):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr(form.ENTRIES, bytes(200 << 20))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert failing(capsys, path)[0] == {"archive"}
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10  # KiB


def huge(size):
    return struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0x800, 0, 0, 33, 0, size, size, 1, 0) + b"x"


MALFORMED = {
    "empty": b"",
    "text": b"not a bundle",
    "one mark": b"PK\x03\x04",
    "only an end record": b"PK\x05\x06" + bytes(18),
    "a length beyond the file": huge(0x7FFFFFFF),
    "a zip64 length without one": huge(0xFFFFFFFF),
    "an end record in the middle": b"PK\x05\x06" + bytes(18) + b"trailing",
}


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_no_bundle_is_a_verdict_never_a_traceback(tmp_path, capsys, name):
    path = tmp_path / "bad.zip"
    path.write_bytes(MALFORMED[name])
    found, _told = failing(capsys, path)
    assert found <= {"archive", "members", "form"} and found


@pytest.mark.parametrize("tail", [b"\0", b"PK\x05\x06" + bytes(18), b"more"])
def test_bytes_behind_the_end_are_refused(exported, tmp_path, capsys, tail):
    path = tmp_path / "long.zip"
    path.write_bytes(exported.full.read_bytes() + tail)
    assert failing(capsys, path)[0] == {"archive"}


def test_a_bundle_cut_off_anywhere_is_refused(exported, tmp_path, capsys):
    data = exported.full.read_bytes()
    for length in range(0, len(data), len(data) // 40):
        path = tmp_path / "cut.zip"
        path.write_bytes(data[:length])
        assert failing(capsys, path)[0]


DEEP = b"[" * 100_000 + b"]" * 100_000
JSONS = {
    "nested": DEEP,
    "a huge number": b'{"a":' + b"9" * 100_000 + b"}",
    "half a surrogate": b'{"a":"\\ud800"}',
    "a float": b"1.5",
    "not UTF-8": b"\xff\xfe",
    "null": b"null",
    "a list": b"[]",
    "an empty object": b"{}",
}
MEMBERS = (form.PARAMETERS, form.DOCUMENT, form.TRUST, form.ENTRIES, form.CHECKPOINTS)


@pytest.mark.parametrize("name", JSONS)
@pytest.mark.parametrize("member", MEMBERS)
def test_hostile_json_in_any_member_is_a_finding(exported, tmp_path, capsys, member, name):
    bundle = Forgery.of(exported.full, exported.platform)
    bundle.lines.clear()
    bundle.members[member] = JSONS[name] + (b"\n" if member.endswith("l") else b"")
    found, _told = failing(capsys, bundle.write(tmp_path / "forged.zip", signed=True))
    assert found == {"form"}


STRANGE = {
    "a scheme of nothing": lambda b: b.store(form.DOCUMENT, {**b.load(form.DOCUMENT), "scheme": {}}),
    "a scheme with absurd rounding": lambda b: _scheme(b, rounding={"mode": "half_up", "score_places": 999_999}),
    "marks of another type": lambda b: b.payload("sheet.submitted").update(marks={"x": 1}),
    "content of other types": lambda b: b.payload("report.drafted")["content"].update(places=[{"bid": []}]),
    "a statement of nothing": lambda b: _statement(b, {}),
    "a statement with a strange body": lambda b: _statement(b, {"body": {"ledger_head": {"size": "x"}}}),
    "a draw of nothing": lambda b: _draw(b, {}),
    "a draw from a million names": lambda b: _draw(b, {"matters": [{"name": "k", "candidates": ["a"] * 10**5}]}),
}


def _scheme(bundle, **changed):
    document = bundle.load(form.DOCUMENT)
    document["scheme"] |= changed
    bundle.store(form.DOCUMENT, document)


def _statement(bundle, statement):
    name = bundle.bid(bundle.opened(3), form.SHARES)
    shares = bundle.load(name)
    shares["releases"][0]["statement"] = statement
    bundle.store(name, shares)


def _draw(bundle, record):
    head = {"size": 3, "root": "00" * 32}
    bundle.payload("report.drafted")["content"]["draw"] = {"format": "gongheng/draw/v1", "checkpoint": head, **record}


@pytest.mark.parametrize("name", STRANGE)
def test_well_formed_nonsense_is_named_never_raised(exported, tmp_path, capsys, name):
    bundle = Forgery.of(exported.full, exported.platform)
    STRANGE[name](bundle)
    bundle.rebuild_log()
    path = bundle.write(tmp_path / "forged.zip", signed=True)
    found, told = failing(capsys, path)
    assert found
    assert main([str(path)]) == 1
    assert "Traceback" not in capsys.readouterr().err
    assert all(len(reason) <= 401 for row in told["checks"] for reason in row["reasons"])
    json.dumps(told)


def test_a_panic_in_native_code_is_a_finding_too(exported, capsys, monkeypatch):
    """pyo3's PanicException is no Exception: a parser that gives up must not end the verdict."""
    from verifier import table

    class Panic(BaseException):
        pass

    def panics(case):
        raise Panic("called `Result::unwrap()` on an `Err` value")

    checks = tuple(replace(one, run=panics) if one.name == "ballots" else one for one in table.OF_THE_LOT)
    monkeypatch.setattr(table, "OF_THE_LOT", checks)
    assert failing(capsys, exported.full)[0] == {"ballots"}


def test_a_crowd_of_invented_bids_and_shares_takes_seconds(exported, tmp_path, capsys):
    """5,000 invented bids, each released and ended: the work grows with the file, not with its square."""
    bundle = Forgery.of(exported.full, exported.platform)
    rows = [bundle.of_kind(kind)[0] for kind in ("share.released", "bid.revoked")]
    size, crowd = bundle.body["size"], 5_000
    for number in range(crowd):
        digest = f"{number:064x}"
        bundle.payload("lot.closed")["bids"].append({"bid_digest": digest, "sequence": 1, "state": "received"})
        for place, row in enumerate(rows):
            body = {**row["body"], "payload": {**row["body"]["payload"], "bid_digest": digest}}
            bundle.entries.append({**row, "index": size + 2 * number + place, "body": body})
    for name in form.LEAVES.values():
        bundle.members[name] += bytes(2 * crowd * form.LEAF)
    bundle.body["size"] = bundle.checkpoints[-1]["size"] = size + 2 * crowd
    bundle.rebuild_log()
    path = bundle.write(tmp_path / "crowd.zip", signed=True)
    started = time.process_time()
    found, _told = failing(capsys, path)
    assert {"closing_set", "heads_seen"} <= found and time.process_time() - started < 30
