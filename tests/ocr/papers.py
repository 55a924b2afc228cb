"""Papers made for the tests: scans drawn with Pillow, born-digital PDFs with reportlab, and hostile files by hand."""

import io
from pathlib import Path

import pylopdf_fonts_zh_cn
from PIL import Image, ImageChops, ImageDraw, ImageFont
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import SimpleDocTemplate, Table

A4 = (595.28, 841.89)
SONG = "STSong-Light"
PARAGRAPH = (
    "投标人应当按照招标文件的要求编制投标文件",
    "投标文件应当对招标文件提出的实质性要求作出响应",
    "本项目采用综合评估法评标",
)


def drawn(
    lines: list[str],
    *,
    size: tuple[int, int] = (1190, 1684),
    height: int = 32,
    seal: bool = False,
    sans: bool = False,
) -> Image.Image:
    """This function will draw lines of text as a scan, with a red seal over them if asked."""
    paper = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(paper)
    font = ImageFont.truetype(
        str(pylopdf_fonts_zh_cn.sans_path() if sans else pylopdf_fonts_zh_cn.serif_path()), height
    )
    for index, line in enumerate(lines):
        pen.text((110, 120 + index * height * 2), line, fill=(20, 20, 20), font=font)
    return ImageChops.multiply(paper, _seal(size)) if seal else paper


def _seal(size: tuple[int, int]) -> Image.Image:
    """Stamping ink darkens what is printed under it and hides nothing."""
    sheet = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(sheet)
    pen.ellipse((150, 80, 470, 400), outline=(235, 40, 40), width=9)
    pen.ellipse((270, 200, 350, 280), fill=(235, 40, 40))
    return sheet


def scan_pdf(path: Path, images: list[Image.Image], *, text: dict[int, str] | None = None) -> Path:
    """This function will make a PDF of pictures, with a line of text layer on the pages in `text` (from 1)."""
    canvas = _canvas(path)
    for number, image in enumerate(images, start=1):
        encoded = io.BytesIO()
        image.save(encoded, "JPEG", quality=85)
        canvas.drawImage(ImageReader(encoded), 0, 0, *A4)
        canvas.setFont(SONG, 9)
        canvas.drawString(60, 20, (text or {}).get(number, ""))
        canvas.showPage()
    canvas.save()
    return path


def text_pdf(path: Path, pages: list[list[str]], *, password: str = "", size: tuple[float, float] = A4) -> Path:
    """This function will make a born-digital PDF."""
    canvas = _canvas(path, encrypt=StandardEncryption(password) if password else None, pagesize=size)
    for lines in pages:
        canvas.setFont(SONG, 12)
        for index, line in enumerate(lines):
            canvas.drawString(72, size[1] - 72 - index * 24, line)
        canvas.showPage()
    canvas.save()
    return path


def half_scanned_pdf(path: Path, above: list[str], below: list[str]) -> Path:
    """This function will make a page with a text layer above and a scanned strip below."""
    strip = drawn(below, size=(1190, 700))
    canvas = _canvas(path)
    canvas.setFont(SONG, 12)
    for index, line in enumerate(above):
        canvas.drawString(72, A4[1] - 72 - index * 24, line)
    canvas.drawImage(ImageReader(strip), 0, 60, 595, 350)
    canvas.save()
    return path


def garbage_pdf(path: Path, image: Image.Image) -> Path:
    """This function will make a scan under a text layer of nonsense, as a font without ToUnicode gives."""
    canvas = _canvas(path)
    canvas.drawImage(ImageReader(image), 0, 0, *A4)
    canvas.setFont("Helvetica", 10)
    canvas.setFillAlpha(0.01)
    for index in range(20):
        canvas.drawString(60, 700 - index * 20, "Ç¥°÷æÐÞ¶§µø±¼ ¿Ñ×þß¬®")
    canvas.save()
    return path


def table_pdf(path: Path, rows: list[list[str]]) -> Path:
    """This function will make a PDF with one ruled table."""
    pdfmetrics.registerFont(UnicodeCIDFont(SONG))
    style = [("GRID", (0, 0), (-1, -1), 0.5, "black"), ("FONT", (0, 0), (-1, -1), SONG, 10)]
    SimpleDocTemplate(str(path), pagesize=A4).build([Table(rows, style=style)])
    return path


def _canvas(path: Path, **options: object) -> Canvas:
    pdfmetrics.registerFont(UnicodeCIDFont(SONG))
    return Canvas(str(path), **({"pagesize": A4} | options))
