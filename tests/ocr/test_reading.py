"""Reading whole files: every hazard seen in real bids, each on a file made here."""

import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from ocr import Limits, Unreadable, engines, find_quote, read_document, reading
from ocr.engines import Tesseract, deskew, engine_for
from ocr.pages import document_from_dict
from ocr.pdfium import render_page
from tests.ocr import papers

WORDS = list(papers.PARAGRAPH)


def plain(text: str) -> str:
    return "".join(text.split())


def test_a_born_digital_page_is_read_from_its_text_layer_with_boxes(tmp_path: Path) -> None:
    page = read_document(papers.text_pdf(tmp_path / "a.pdf", [WORDS])).pages[0]
    assert (page.source, page.unit, page.reason) == ("text", "pt", "")
    assert page.quality > 0.9
    box = find_quote(page, "实质性要求")
    assert box is not None
    assert box[1] == pytest.approx(72 + 24 - 12, abs=6)
    assert 72 < box[0] < box[2] < 400


def test_a_quotation_that_is_not_there_has_no_place(tmp_path: Path) -> None:
    assert find_quote(read_document(papers.text_pdf(tmp_path / "a.pdf", [WORDS])).pages[0], "没有这句话") is None


def test_a_scan_without_text_layer_is_read_by_ocr_in_points(tmp_path: Path) -> None:
    page = read_document(papers.scan_pdf(tmp_path / "a.pdf", [papers.drawn(WORDS)])).pages[0]
    assert page.source == "ocr"
    assert plain(WORDS[1]) in plain(page.text)
    assert page.width == pytest.approx(595, abs=1)
    box = find_quote(page, "投标文件应当")
    assert box is not None
    assert box[1] == pytest.approx((120 + 64) / 2, abs=12)


def test_a_red_seal_over_the_words_does_not_hide_them(tmp_path: Path) -> None:
    page = read_document(papers.scan_pdf(tmp_path / "a.pdf", [papers.drawn(WORDS, seal=True)])).pages[0]
    assert plain(WORDS[0]) in plain(page.text)
    assert plain(WORDS[1]) in plain(page.text)


def test_a_garbage_text_layer_is_replaced_by_ocr(tmp_path: Path) -> None:
    page = read_document(papers.garbage_pdf(tmp_path / "a.pdf", papers.drawn(WORDS))).pages[0]
    assert page.source == "ocr"
    assert plain(WORDS[0]) in plain(page.text)
    assert "Ç" not in page.text


def test_a_scan_with_only_a_page_number_as_text_is_read_by_ocr(tmp_path: Path) -> None:
    path = papers.scan_pdf(tmp_path / "a.pdf", [papers.drawn(WORDS)], text={1: "第 12 页"})
    page = read_document(path).pages[0]
    assert page.source == "ocr"
    assert plain(WORDS[2]) in plain(page.text)


def test_a_half_scanned_page_keeps_its_layer_and_gains_the_scan(tmp_path: Path) -> None:
    above = ["第一章投标人须知前附表的说明文字", "本页上半部分是文字层内容"]
    page = read_document(papers.half_scanned_pdf(tmp_path / "a.pdf", above, WORDS)).pages[0]
    assert page.source == "ocr"
    assert above[0] in page.text
    assert plain(WORDS[0]) in plain(page.text)
    box = find_quote(page, WORDS[0])
    assert box is not None
    assert box[1] > 400


def test_spaced_glyphs_are_closed_up(tmp_path: Path) -> None:
    spaced = [" ".join(line) for line in WORDS]
    page = read_document(papers.text_pdf(tmp_path / "a.pdf", [spaced])).pages[0]
    assert page.source == "text"
    assert WORDS[0] in page.text


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_scan_lying_on_its_side_or_head_is_read_with_boxes_as_displayed(turn: int) -> None:
    image = papers.drawn(WORDS * 3)
    picture = image.rotate(turn, expand=True)
    page = read_document(_png(picture)).pages[0]
    assert plain(WORDS[0]) in plain(page.text)
    assert (page.width, page.height) == picture.size
    box = find_quote(page, WORDS[0])
    assert box is not None
    middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    pixel_box = (int(middle[0]) - 60, int(middle[1]) - 60, int(middle[0]) + 60, int(middle[1]) + 60)
    assert picture.convert("L").crop(pixel_box).getextrema()[0] < 100  # there is ink where the words are said to be


def test_a_blank_page_says_so(tmp_path: Path) -> None:
    page = read_document(papers.text_pdf(tmp_path / "a.pdf", [[], WORDS])).pages[0]
    assert (page.source, page.reason) == ("none", "the page is blank")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"hello, this is a letter", "neither a PDF nor a picture"),
        ("投标函".encode("gb18030") * 50, "neither a PDF nor a picture"),
        (b"PK\x03\x04" + b"\0" * 100, "Office document or archive"),
        (b"%PDF-1.7\n" + b"\0" * 200, "broken"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 50, "picture is broken"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "picture is broken"),
    ],
)
def test_a_file_unreadable_as_a_whole_is_refused_with_its_reason(content: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read_document(content)
    assert reason in refusal.value.reason


def test_an_encrypted_pdf_is_refused_as_encrypted(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="encrypted"):
        read_document(papers.text_pdf(tmp_path / "a.pdf", [WORDS], password="secret"))


def test_a_truncated_pdf_is_refused_or_read_but_never_raises_anything_else(tmp_path: Path) -> None:
    whole = papers.scan_pdf(tmp_path / "a.pdf", [papers.drawn(WORDS)] * 2).read_bytes()
    for part in (len(whole) // 10, len(whole) // 2, len(whole) - 40):
        try:
            document = read_document(whole[:part])
        except Unreadable as refusal:
            assert "broken" in refusal.reason or "no pages" in refusal.reason
        else:
            assert all(page.source != "none" or page.reason for page in document.pages)


def test_a_truncated_picture_is_refused() -> None:
    with pytest.raises(Unreadable, match="picture is broken"):
        read_document(_png(papers.drawn(WORDS))[:4000])


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="cannot be opened"):
        read_document(tmp_path / "nothing.pdf")


def test_a_bad_page_does_not_take_the_others_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = papers.text_pdf(tmp_path / "a.pdf", [WORDS, WORDS, WORDS])
    judge = reading._judge_layer

    def failing(page: object, number: int, limits: Limits) -> object:
        if number == 2:
            raise RuntimeError("a damaged stream")
        return judge(page, number, limits)

    monkeypatch.setattr(reading, "_judge_layer", failing)
    pages = read_document(path).pages
    assert [page.source for page in pages] == ["text", "none", "text"]
    assert "damaged stream" in pages[1].reason


def test_a_picture_with_too_many_pixels_is_refused_before_it_is_decoded() -> None:
    bomb = _png(Image.new("1", (12_000, 12_000)))
    assert len(bomb) < 100_000
    with pytest.raises(Unreadable, match="the limit is"):
        read_document(bomb)


def test_a_page_of_huge_dimensions_is_rendered_small(tmp_path: Path) -> None:
    path = papers.text_pdf(tmp_path / "a.pdf", [WORDS], size=(14_000, 14_000))
    page = read_document(path).pages[0]
    assert page.source == "text"
    with Image.open(_stream(render_page(path, 1, scale=10))) as picture:
        assert picture.width * picture.height <= 16_100_000


def test_pages_beyond_the_limit_are_listed_with_the_limit_as_reason(tmp_path: Path) -> None:
    path = papers.text_pdf(tmp_path / "a.pdf", [WORDS] * 5)
    pages = read_document(path, limits=Limits(max_pages=3)).pages
    assert [page.source for page in pages] == ["text"] * 3 + ["none"] * 2
    assert pages[4].reason == "beyond the limit of 3 pages"


def test_a_pdf_of_too_many_pages_is_refused_naming_the_limit(tmp_path: Path) -> None:
    path = papers.text_pdf(tmp_path / "a.pdf", [WORDS] * 12)
    with pytest.raises(Unreadable, match="12 pages, the limit is 10"):
        read_document(path, limits=Limits(max_listed_pages=10))


def test_a_file_of_too_many_bytes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="the limit is 10"):
        read_document(papers.text_pdf(tmp_path / "a.pdf", [WORDS]), limits=Limits(max_bytes=10))


def test_the_number_of_pages_for_ocr_is_limited_with_a_reason(tmp_path: Path) -> None:
    path = papers.scan_pdf(tmp_path / "a.pdf", [papers.drawn(WORDS)] * 2)
    pages = read_document(path, limits=Limits(max_ocr_pages=1)).pages
    assert [page.source for page in pages] == ["ocr", "none"]
    assert "limit of 1 pages for OCR" in pages[1].reason


def test_the_extension_does_not_matter(tmp_path: Path) -> None:
    picture = tmp_path / "licence.pdf"
    picture.write_bytes(_png(papers.drawn(WORDS)))
    document = tmp_path / "bid.jpg"
    papers.text_pdf(tmp_path / "a.pdf", [WORDS]).rename(document)
    assert (read_document(picture).pages[0].unit, read_document(document).pages[0].unit) == ("px", "pt")


@pytest.mark.parametrize("mode", ["CMYK", "RGBA", "P", "L", "1", "I;16"])
def test_pictures_of_every_mode_are_read(mode: str, tmp_path: Path) -> None:
    image = papers.drawn(WORDS, size=(1190, 500))
    path = tmp_path / ("a.jpg" if mode == "CMYK" else "a.png")
    grey16 = image.convert("L").point(lambda value: value * 256, "I").convert("I;16") if mode == "I;16" else None
    (grey16 or image.convert(mode)).save(path)
    assert plain(WORDS[0]) in plain(read_document(path).pages[0].text)


def test_a_page_range_reads_only_those_pages(tmp_path: Path) -> None:
    path = papers.text_pdf(tmp_path / "a.pdf", [WORDS] * 5)
    pages = read_document(path, limits=replace(Limits(), first_page=2, last_page=3)).pages
    assert [page.number for page in pages] == [2, 3]


def test_a_document_survives_the_way_through_json(tmp_path: Path) -> None:
    document = read_document(papers.text_pdf(tmp_path / "a.pdf", [WORDS, []]))
    again = document_from_dict(document.as_dict(lines=True))
    assert [(page.text, page.lines, page.reason) for page in again.pages] == [
        (page.text, page.lines, page.reason) for page in document.pages
    ]


def test_the_same_file_gives_the_same_result_twice(tmp_path: Path) -> None:
    path = papers.scan_pdf(tmp_path / "a.pdf", [papers.drawn(WORDS)])
    first, second = read_document(path).pages[0], read_document(path).pages[0]
    assert (first.text, first.lines) == (second.text, second.lines)


def test_threads_may_read_at_the_same_time(tmp_path: Path) -> None:
    path = papers.text_pdf(tmp_path / "a.pdf", [WORDS] * 20)
    texts: list[str] = []
    runs = [threading.Thread(target=lambda: texts.append(read_document(path).pages[19].text)) for _ in range(6)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert len(texts) == 6
    assert len(set(texts)) == 1


def test_without_any_engine_a_scan_says_so_and_text_is_still_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = papers.scan_pdf(tmp_path / "scan.pdf", [papers.drawn(WORDS)])
    monkeypatch.setattr(engines, "ENGINES", ())
    engine_for.cache_clear()
    try:
        page = read_document(scan).pages[0]
        assert page.source == "none"
        assert "no OCR engine" in page.reason
        assert read_document(papers.text_pdf(tmp_path / "text.pdf", [WORDS])).pages[0].source == "text"
    finally:
        engine_for.cache_clear()


def test_the_fallback_engine_is_taken_when_the_first_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pytesseract")
    monkeypatch.setitem(sys.modules, "faster_paddle", None)
    engine_for.cache_clear()
    try:
        try:
            engine = engine_for("tiny")
        except engines.Unavailable as error:
            pytest.skip(f"no tesseract here: {error}")
        assert isinstance(engine, Tesseract)
        lines = engine.read(papers.drawn(WORDS, size=(1190, 500)).rotate(3, fillcolor="white"))
        assert "招标文件" in "".join(line.text for line in lines)
    finally:
        engine_for.cache_clear()


def test_a_skewed_scan_is_straightened() -> None:
    _, angle = deskew(papers.drawn(WORDS * 4).rotate(-3, fillcolor="white"))
    assert angle == pytest.approx(3, abs=0.5)


def test_a_page_is_drawn_for_the_screen(tmp_path: Path) -> None:
    path = papers.text_pdf(tmp_path / "a.pdf", [WORDS])
    with Image.open(_stream(render_page(path, 1, scale=1.0))) as picture:
        assert picture.format == "PNG"
        assert picture.size == (596, 842)
        assert picture.convert("L").getextrema()[0] < 100
    with pytest.raises(Unreadable, match="page 2"):
        render_page(path, 2)


def _png(image: Image.Image) -> bytes:
    out = _stream(b"")
    image.save(out, "PNG")
    return out.getvalue()


def _stream(content: bytes):
    import io

    return io.BytesIO(content)
