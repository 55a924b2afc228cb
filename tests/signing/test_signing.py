"""Signed PDFs: what ours says of them, what programs that share no code with ours say, and what tampering does."""

import asyncio
import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from asn1crypto import cms
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from lawbook.reasons import Reason
from signing import SIDE, Place, SealAppearance, place_over, seal_pdf, verify_pdf
from signing import __main__ as command
from tests.signing.conftest import NAME, World, new_signer
from timestamps import HttpAuthority


def codes(report) -> set[str]:
    found = [reason.code for reason in report.problems]
    return set(found) | {reason.code for one in report.signatures for reason in one.problems}


def test_a_signed_document_holds_and_tells_who_and_when(world: World, signed: bytes) -> None:
    report = verify_pdf(signed, roots=world.roots)
    (found,) = report.signatures
    assert report.holds and found.holds
    assert (found.signer, found.organisation) == (NAME, "12442000MB2D00000X")
    assert (found.reason, found.location) == ("开标记录", "中山市")
    assert found.intact and found.trusted and found.whole_file and not found.changes_after
    assert found.timestamp_by == "Gongheng Demonstration Timestamp Authority"
    assert abs(found.timestamp - found.claimed) < timedelta(seconds=5)
    assert signed.startswith(world.pdf)


def parts_of(pdf: bytes) -> tuple[bytes, bytes]:
    """Return what was signed and the CMS, read from the bytes alone: /ByteRange and the hex between its parts."""
    numbers = re.search(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]", pdf)
    first, length, second, rest = (int(number) for number in numbers.groups())
    assert (first, second + rest) == (0, len(pdf))
    hexed = pdf[first + length : second]
    assert hexed[:1] == b"<" and hexed[-1:] == b">"
    padded = bytes.fromhex(hexed[1:-1].decode())
    return pdf[:length] + pdf[second:], cms.ContentInfo.load(padded, strict=False).dump()


def openssl_cms(pdf: bytes, root: bytes, folder: Path) -> subprocess.CompletedProcess[str]:
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    content, signature = parts_of(pdf)
    for name, data in (("content", content), ("signature.der", signature), ("root.pem", root)):
        (folder / name).write_bytes(data)
    words = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "signature.der"]
    words += ["-content", "content", "-CAfile", "root.pem", "-purpose", "any", "-out", "verified"]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=60)


def test_openssl_verifies_the_signature_and_refuses_a_changed_byte(world: World, signed: bytes, tmp_path: Path) -> None:
    good = openssl_cms(signed, world.root, tmp_path)
    assert good.returncode == 0 and "successful" in good.stderr
    assert (tmp_path / "verified").read_bytes() == parts_of(signed)[0]
    at = signed.index(b"stream")
    bad = openssl_cms(signed[:at] + b"Stream" + signed[at + 6 :], world.root, tmp_path)
    assert bad.returncode != 0
    stranger, _signer = new_signer()
    assert openssl_cms(signed, stranger, tmp_path).returncode != 0


def test_openssl_verifies_the_timestamp_inside(world: World, signed: bytes, tmp_path: Path) -> None:
    """PAdES B-T: the token covers the signature's value and nothing else."""
    _content, signature = parts_of(signed)
    (signer,) = cms.ContentInfo.load(signature)["content"]["signer_infos"]
    rows = [row for row in signer["unsigned_attrs"] if row["type"].native == "signature_time_stamp_token"]
    (tmp_path / "token.der").write_bytes(rows[0]["values"][0].dump())
    (tmp_path / "value").write_bytes(signer["signature"].native)
    (tmp_path / "root.pem").write_bytes(world.authority.root)
    words = ["openssl", "ts", "-verify", "-token_in", "-in", "token.der", "-data", "value", "-CAfile", "root.pem"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert "Verification: OK" in done.stdout, done.stderr


def test_pdfsig_reads_it(world: World, signed: bytes, tmp_path: Path) -> None:
    if not shutil.which("pdfsig"):
        pytest.skip("pdfsig (poppler-utils) is not installed")
    (tmp_path / "signed.pdf").write_bytes(signed)
    told = subprocess.run(["pdfsig", "-nocert", "signed.pdf"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert "Signature is Valid" in told.stdout and "Total document signed" in told.stdout


def test_every_changed_byte_is_refused(world: World, signed: bytes) -> None:
    """Flips through the whole signed file, and through the signature's value in the hole between its parts."""
    content, signature = parts_of(signed)
    hole = signed.lower().index(b"<" + signature[:40].hex().encode())
    places = [place for place in range(20, len(signed), 997) if not hole <= place <= hole + len(signed) - len(content)]
    assert len(places) > 15
    (signer,) = cms.ContentInfo.load(signature)["content"]["signer_infos"]
    value = signed.lower().index(signer["signature"].native.hex().encode())
    digits = range(value + 10, value + 2 * len(signer["signature"].native), 13)
    for place, byte in [(n, signed[n] ^ 1) for n in places] + [(n, b"12"[signed[n] == b"1"[0]]) for n in digits]:
        changed = signed[:place] + bytes([byte]) + signed[place + 1 :]
        assert not verify_pdf(changed, roots=world.roots).holds, place


def test_what_does_not_hold_is_named(world: World, signed: bytes) -> None:
    stranger, _signer = new_signer()
    at = signed.index(b"stream") + 8
    assert "not_intact" in codes(verify_pdf(signed[:at] + b"x" + signed[at + 1 :], roots=world.roots))
    assert codes(verify_pdf(signed + b"\n%more\n", roots=world.roots)) == {"not_whole"}
    assert codes(verify_pdf(signed, roots=[stranger, world.authority.root])) == {"not_trusted"}
    assert codes(verify_pdf(signed, roots=[world.root])) & {"chain", "signature"}
    assert codes(verify_pdf(signed, roots=[])) == {"no_roots"}
    assert codes(verify_pdf(world.pdf, roots=world.roots)) == {"no_signature"}
    assert codes(verify_pdf(signed, roots=[b"junk"])) == {"unreadable"}


def test_a_page_exchanged_after_signing_is_refused(world: World, signed: bytes) -> None:
    writer = IncrementalPdfFileWriter(BytesIO(signed))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Rotate"] = generic.NumberObject(90)
    writer.update_container(page)
    out = BytesIO()
    writer.write(out)
    assert codes(verify_pdf(out.getvalue(), roots=world.roots)) >= {"changed_after", "not_whole"}


def test_a_second_seal_leaves_the_first_one_whole(world: World, signed: bytes) -> None:
    twice = world.sign(signed, place=Place(0, (60, 60, 180, 180))).pdf
    report = verify_pdf(twice, roots=world.roots)
    assert report.holds and [one.field for one in report.signatures] == ["Seal1", "Seal2"]
    assert [one.whole_file for one in report.signatures] == [False, True]


def test_without_an_authority_the_document_is_signed_and_says_so(world: World, tmp_path: Path) -> None:
    nobody, away = world.sign(authority=None), world.sign(authority=HttpAuthority("http://127.0.0.1:1/", seconds=2))
    assert {reason.code for reason in nobody.pending} == {"no_authority"}
    assert {reason.code for reason in away.pending} == {"unreachable"}
    for document in (nobody, away):
        report = verify_pdf(document.pdf, roots=world.roots)
        assert document.level == "B-B" and report.holds and report.signatures[0].timestamp is None
        assert openssl_cms(document.pdf, world.root, tmp_path).returncode == 0
    assert world.sign().level == "B-T"


def test_a_certificate_is_judged_at_the_proven_instant(world: World) -> None:
    root, expired = new_signer(end=datetime(2021, 1, 1, tzinfo=UTC))
    late = world.sign(signer=expired).pdf
    assert codes(verify_pdf(late, roots=[root, world.authority.root])) == {"not_trusted"}
    plain = world.sign(signer=expired, authority=None).pdf
    assert verify_pdf(plain, roots=[root], at=datetime(2020, 6, 1, tzinfo=UTC)).holds
    assert codes(verify_pdf(plain, roots=[root], at=datetime(2030, 6, 1, tzinfo=UTC))) == {"not_trusted"}


def test_the_key_is_never_printed(world: World) -> None:
    assert world.signer.key.hex() not in repr(world.signer) and "key=" not in repr(world.signer)


def test_what_is_no_pdf_is_not_signed(world: World) -> None:
    with pytest.raises(ValueError, match="not a PDF"):
        place_over(b"no pdf", "x")


def test_the_seal_lies_over_its_word_and_on_the_page(world: World) -> None:
    over = place_over(world.pdf, "Confirmed by")
    left, bottom, right, top = over.box
    assert over.page == 0 and right - left == top - bottom == round(SIDE)
    assert bottom < 360 < top and left > 0
    corner = place_over(world.pdf, "not there")
    assert corner.box[1:3] == (40, 555)


def ink(pdf: bytes, scale: float = 4) -> tuple[bytearray, int]:
    """Return which pixels are red, row by row, and the width."""
    page = pypdfium2.PdfDocument(pdf)[0]
    picture = page.render(scale=scale).to_pil().convert("RGB")
    red = bytearray(r > 150 and g < 140 and b < 140 for r, g, b in picture.get_flattened_data())
    return red, picture.width


def test_the_seal_is_round_with_a_star_and_an_even_name() -> None:
    red, width = ink(seal_pdf(SealAppearance(NAME, number="4420000123456")))
    middle = width // 2
    assert red[(middle - 6) * width + middle]  # the star
    for x, y in ((middle, 9), (middle, width - 10), (9, middle), (width - 10, middle)):
        assert red[y * width + x], (x, y)  # the ring
    for x, y in ((3, 3), (width - 4, 3)):
        assert not red[y * width + x]
    assert 0.15 < sum(red) / len(red) < 0.5


@pytest.mark.parametrize("name", ["中", "交易中心", "东江市公共资源交易服务中心示范有限责任公司", "甲" * 40])
def test_a_seal_is_drawn_for_every_length_of_name(name: str) -> None:
    assert seal_pdf(SealAppearance(name, "开标专用章"))[:5] == b"%PDF-"


@pytest.mark.parametrize("wrong", [{"name": " "}, {"name": "甲" * 41}, {"name": "甲", "kind": "章" * 17}])
def test_a_seal_that_cannot_be_read_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="seal"):
        SealAppearance(**wrong)


def test_the_words_on_the_seal_are_data() -> None:
    assert seal_pdf(SealAppearance('#panic("x")', kind="$x$", number="*"))[:5] == b"%PDF-"


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=600))
def test_hostile_bytes_never_raise(world: World, junk: bytes) -> None:
    for pdf in (junk, b"%PDF-1.7\n" + junk):
        assert not verify_pdf(pdf, roots=world.roots).holds


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_spliced_documents_never_raise(world: World, signed: bytes, data) -> None:
    start = data.draw(st.integers(0, len(signed)))
    end = data.draw(st.integers(start, min(len(signed), start + 5000)))
    spliced = signed[:start] + data.draw(st.binary(max_size=80)) + signed[end:]
    report = verify_pdf(spliced, roots=world.roots)
    assert all(isinstance(reason, Reason) and reason.message for reason in report.problems)


def test_the_command_line(world: World, signed: bytes, tmp_path: Path, capsys) -> None:
    for name, content in (("s.pdf", signed), ("r.pem", world.root), ("t.pem", world.authority.root)):
        (tmp_path / name).write_bytes(content)
    trust = ["--trust", str(tmp_path / "r.pem"), "--trust", str(tmp_path / "t.pem")]
    assert command.main(["verify", str(tmp_path / "s.pdf"), *trust]) == 0
    assert capsys.readouterr().out.rstrip().endswith("VALID")
    (tmp_path / "s.pdf").write_bytes(signed.replace(b"stream", b"Stream", 1))
    assert command.main(["verify", str(tmp_path / "s.pdf"), *trust, "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["holds"] is False and (told["problems"] or told["signatures"][0]["problems"])
    assert command.main(["verify", str(tmp_path / "nowhere.pdf"), *trust]) == 2


@pytest.mark.parametrize("content", [b"", b"BIDSEAL\x01" + bytes(80), b"-----BEGIN CERTIFICATE-----\nA\n", b"\x30\x80"])
def test_a_root_that_is_no_certificate_is_named_and_the_document_not_blamed(
    world: World, signed: bytes, tmp_path: Path, capsys, content: bytes
) -> None:
    for name, held in (("s.pdf", signed), ("r.pem", world.root), ("a.bid", content)):
        (tmp_path / name).write_bytes(held)
    trust = ["--trust", str(tmp_path / "r.pem"), "--trust", str(tmp_path / "a.bid")]
    assert command.main(["verify", str(tmp_path / "s.pdf"), *trust]) == 2
    told = capsys.readouterr()
    assert not told.out and f"{tmp_path / 'a.bid'} is no certificate" in told.err


def test_a_timestamp_kept_beside_a_document_is_judged_too(world: World, tmp_path: Path, capsys) -> None:
    import timestamps

    plain = world.sign(authority=None).pdf
    token = timestamps.stamp(plain, authority=world.authority)
    for name, content in (("s.pdf", plain), ("s.tsr", token), ("r.pem", world.root), ("t.pem", world.authority.root)):
        (tmp_path / name).write_bytes(content)
    words = ["verify", str(tmp_path / "s.pdf"), "--timestamp", str(tmp_path / "s.tsr"), "--json"]
    words += ["--trust", str(tmp_path / "r.pem"), "--trust", str(tmp_path / "t.pem")]
    assert command.main(words) == 0
    assert json.loads(capsys.readouterr().out)["timestamp_beside"]
    (tmp_path / "s.tsr").write_bytes(timestamps.stamp(b"other", authority=world.authority))
    assert command.main(words) == 1
    assert json.loads(capsys.readouterr().out)["problems"][0]["code"] == "imprint"


def test_the_program_knows_no_django() -> None:
    watch = "import sys, signing.__main__; sys.exit(any(n.split('.')[0] == 'django' for n in sys.modules))"
    assert subprocess.run([sys.executable, "-c", watch], timeout=60).returncode == 0


def test_a_signature_by_another_key_than_certified_is_refused(world: World) -> None:
    _root, other = new_signer()
    forged = world.sign(signer=replace(world.signer, key=other.key)).pdf
    assert "not_valid" in codes(verify_pdf(forged, roots=world.roots))


def test_it_works_inside_an_event_loop(world: World) -> None:
    """pyHanko starts a loop of its own, which a thread with a running loop refuses."""

    async def both() -> bool:
        return verify_pdf(world.sign().pdf, roots=world.roots).holds

    assert asyncio.run(both())
