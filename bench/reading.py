"""Reading pages: text layers, and OCR of a generated three-page scan, with pytesseract as the peer in the same run.

Values are pages a second, higher is better; `ratio` is ours over the peer's. "errors" are characters of the drawn text
that are missing from what was read, per thousand.
"""

import io
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pdfplumber
import pylopdf_fonts_zh_cn
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from bench import Row
from ocr import Document, read_document
from ocr.engines import Tesseract, Unavailable, engine_for

SCANNED, BORN_DIGITAL = 3, 60
A4 = (595.28, 841.89)
SENTENCES = (
    "投标人应当按照招标文件的要求编制投标文件，并对实质性要求作出响应。",
    "本项目最高投标限价为人民币壹仟贰佰叁拾肆万伍仟陆佰元整。",
    "评标委员会由招标人代表和有关技术、经济等方面的专家组成。",
    "工期要求：365 日历天，计划开工日期 2026 年 3 月 15 日。",
    "投标保证金的有效期应当与投标有效期一致，不得少于 90 日。",
)


def rows() -> list[Row]:
    """This function will measure both ways of reading and give their rows."""
    with TemporaryDirectory() as folder:
        return [_text_row(Path(folder)), *_ocr_rows(Path(folder))]


def _page_lines(page: int) -> list[str]:
    return [f"{page}.{index} {SENTENCES[(page + index) % len(SENTENCES)]}" for index in range(30)]


def _text_row(folder: Path) -> Row:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    path = folder / "text.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    for page in range(BORN_DIGITAL):
        canvas.setFont("STSong-Light", 11)
        for index, line in enumerate(_page_lines(page)):
            canvas.drawString(60, 790 - index * 24, line)
        canvas.showPage()
    canvas.save()
    ours = BORN_DIGITAL / _seconds(lambda: read_document(path))
    peer = 10 / _seconds(lambda: _plumb(path, 10))
    return Row("pages with a text layer, text and boxes", ours, "pages/s", "pdfplumber", peer, ours / peer, "")


def _plumb(path: Path, pages: int) -> int:
    with pdfplumber.open(path) as document:
        return sum(len(page.extract_text_lines()) for page in document.pages[:pages])


def _scan() -> tuple[list[Image.Image], list[str]]:
    font = ImageFont.truetype(str(pylopdf_fonts_zh_cn.serif_path()), 26)
    images, texts = [], []
    for page in range(SCANNED):
        paper = Image.new("RGB", (1240, 1754), "white")
        pen = ImageDraw.Draw(paper)
        for index, line in enumerate(_page_lines(page)):
            pen.text((110, 90 + index * 52), line, fill=(25, 25, 25), font=font)
        images.append(paper)
        texts.append("".join(_page_lines(page)))
    return images, texts


def _ocr_rows(folder: Path) -> list[Row]:
    images, texts = _scan()
    path = folder / "scan.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    for image in images:
        encoded = io.BytesIO()
        image.save(encoded, "JPEG", quality=85)
        canvas.drawImage(ImageReader(encoded), 0, 0, *A4)
        canvas.showPage()
    canvas.save()
    engine = engine_for("tiny")
    read: list[Document] = []
    ours = SCANNED / _seconds(lambda: read.append(read_document(path)))
    ours_errors = _errors([page.text for page in read[0].pages], texts)
    what, unit = f"{SCANNED}-page scan to text and boxes ({engine.name})", "pages/s"
    try:
        tesseract = Tesseract("tiny")
    except Unavailable as error:
        return [Row(what, ours, unit, f"tesseract is absent: {error}", None, None, "≥ 6 × the peer")]
    heard: list[str] = []
    peer = SCANNED / _seconds(lambda: heard.extend("".join(line.text for line in tesseract.read(i)) for i in images))
    peer_errors = _errors(heard, texts)
    ratio = ours_errors / peer_errors if peer_errors else None
    return [
        Row(what, ours, unit, "pytesseract chi_sim", peer, ours / peer, "≥ 6 × the peer"),
        Row(
            "characters missed in that scan",
            ours_errors,
            "per 1,000",
            "pytesseract chi_sim",
            peer_errors,
            ratio,
            "fewer",
        ),
    ]


def _errors(read: list[str], drawn: list[str]) -> float:
    missed = sum(
        (Counter(_letters(text)) - Counter(_letters(found))).total() for found, text in zip(read, drawn, strict=True)
    )
    return 1000 * missed / sum(len(_letters(text)) for text in drawn)


def _letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


if __name__ == "__main__":
    for row in rows():
        print(row)
