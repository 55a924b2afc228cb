"""Picture files and scans: telling files apart by content, decoding within limits, and turning scans upright.

Coordinates are pixels from the top left of the picture after its EXIF orientation is applied.
"""

import io
from pathlib import Path
from typing import Literal

from PIL import Image, ImageOps, UnidentifiedImageError

from ocr.engines import Engine, without_seals
from ocr.pages import LONGEST_SIDE, Box, Limits, Line, Unreadable

Content = Literal["pdf", "picture"]
FORMATS = ("JPEG", "PNG", "BMP", "TIFF", "WEBP")
SURE = 0.8  # mean confidence above which a picture is taken to stand upright

# What else bidders upload, by its first bytes: (prefix, reason).
OTHERS = (
    (b"PK\x03\x04", "an Office document or archive (ZIP), not a PDF or a picture"),
    (b"\xd0\xcf\x11\xe0", "an old Office document, not a PDF or a picture"),
    (b"Rar!", "a RAR archive, not a PDF or a picture"),
    (b"7z\xbc\xaf", "a 7z archive, not a PDF or a picture"),
    (b"MZ", "a program, not a PDF or a picture"),
)
PICTURE_MARKS = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"BM", b"II*\x00", b"MM\x00*", b"RIFF")


def sniff(source: bytes | Path) -> Content:
    """This function will tell a PDF from a picture by its content, whatever its name. :raises Unreadable: neither"""
    head = _head(source)
    if not head:
        raise Unreadable("the file is empty")
    if b"%PDF-" in head:
        return "pdf"
    if head.startswith(PICTURE_MARKS):
        return "picture"
    for prefix, reason in OTHERS:
        if head.startswith(prefix):
            raise Unreadable(reason)
    raise Unreadable("neither a PDF nor a picture (JPEG, PNG, BMP, TIFF, WebP)")


def _head(source: bytes | Path) -> bytes:
    if isinstance(source, bytes):
        return source[:1024]
    try:
        with source.open("rb") as file:
            return file.read(1024)
    except OSError as error:
        raise Unreadable(f"the file cannot be opened: {error.strerror}") from error


def open_picture(source: bytes | Path, limits: Limits) -> Image.Image:
    """This function will decode a picture in RGB or grey, upright by its EXIF, its size checked before it is decoded.

    :raises Unreadable: more pixels than the limit, truncated, or broken
    """
    try:
        image = Image.open(io.BytesIO(source) if isinstance(source, bytes) else source, formats=FORMATS)
        if image.width * image.height > limits.max_pixels:
            raise Unreadable(f"the picture has {image.width} × {image.height} pixels, the limit is {limits.max_pixels}")
        return _on_white(ImageOps.exif_transpose(image))
    except Image.DecompressionBombError as error:
        raise Unreadable(f"the picture is too large: {error}") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, MemoryError) as error:
        raise Unreadable(f"the picture is broken: {error}") from error


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in ("L", "RGB"):
        image.load()
        return image.copy()
    if image.mode.startswith("I"):  # sixteen bits of grey: Pillow would clip them to white
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        layer = image.convert("RGBA")
        paper = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(paper, layer).convert("RGB")
    return image.convert("RGB")


def scaled(image: Image.Image, scale: float, pixels: int = 16_000_000) -> Image.Image:
    """This function will resize a picture by `scale`, never beyond `pixels` pixels or `LONGEST_SIDE` on a side."""
    fitting = min(scale, (pixels / (image.width * image.height)) ** 0.5, LONGEST_SIDE / max(image.size))
    if fitting == 1.0:
        return image
    return image.resize(
        (max(1, round(image.width * fitting)), max(1, round(image.height * fitting))), Image.Resampling.LANCZOS
    )


def read_upright(engine: Engine, image: Image.Image) -> list[Line]:
    """This function will read a picture, also one scanned sideways or upside down; boxes are in the picture as given.

    The other three directions are tried only when the first reading is unsure or its lines stand on end, on a small
    copy.
    """
    grey = without_seals(image)
    lines = engine.read(grey)
    if not _doubtful(lines):
        return lines
    small = scaled(grey, min(1.0, 1000 / max(grey.size)))
    score, turn = max(
        (certainty(engine.read(small.rotate(turn, expand=True))), turn == 0, turn) for turn in (0, 90, 180, 270)
    )[0::2]
    if turn == 0 or score <= 0:
        return lines
    turned = engine.read(grey.rotate(turn, expand=True))
    if certainty(turned) <= certainty(lines):
        return lines
    return [Line(line.text, _turned_box(line.box, turn, image.size), line.confidence) for line in turned]


def mean_confidence(lines: list[Line]) -> float:
    """This function will give the mean confidence by character, 0 without any."""
    weight = sum(len(line.text) for line in lines)
    return sum(line.confidence * len(line.text) for line in lines) / weight if weight else 0.0


def certainty(lines: list[Line]) -> float:
    """This function will score a reading: characters read with confidence in lines that lie flat."""
    return sum((line.confidence - 0.5) * len(line.text) for line in lines if not _on_end(line))


def _on_end(line: Line) -> bool:
    x0, y0, x1, y1 = line.box
    return len(line.text) > 2 and (y1 - y0) > 1.5 * (x1 - x0)


def _doubtful(lines: list[Line]) -> bool:
    total = sum(len(line.text) for line in lines)
    if total < 4:
        return bool(lines)
    on_end = sum(len(line.text) for line in lines if _on_end(line))
    return mean_confidence(lines) < SURE or on_end > 0.4 * total


def _turned_box(box: Box, turn: int, size: tuple[int, int]) -> Box:
    """A box found after turning the picture counter-clockwise by `turn` degrees, in the picture before."""
    width, height = size
    x0, y0, x1, y1 = box
    if turn == 90:
        return (width - y1, x0, width - y0, x1)
    if turn == 180:
        return (width - x1, height - y1, width - x0, height - y0)
    return (y0, height - x1, y1, height - x0)
