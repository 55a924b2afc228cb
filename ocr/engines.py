"""OCR engines behind one interface: a picture in, lines with boxes and confidence out.

Two engines, tried in this order of availability:

1. `faster_paddle` (PP-OCRv6 in ONNX): the models ``tiny`` and ``small`` are inside the wheel, nothing is downloaded.
``tiny`` is the default, ``small`` is for certificates. It reads the red channel, in which red seals vanish.
2. `pytesseract` with the ``chi_sim`` model, after straightening a skewed scan with OpenCV.

With neither there is `Unavailable`, and pages that need OCR say so. Boxes are pixels of the picture given, from its
top left.
"""

import io
import math
import threading
from functools import lru_cache
from typing import Any, Literal, Protocol

import numpy as np
from PIL import Image

from ocr.pages import Line

Size = Literal["tiny", "small"]


class Unavailable(Exception):
    """No OCR engine works on this machine."""


class Engine(Protocol):
    """An OCR engine."""

    name: str

    def read(self, image: Image.Image) -> list[Line]:
        """This function will give the lines of a picture, with boxes in its pixels."""
        ...


def without_seals(image: Image.Image) -> Image.Image:
    """This function will give the red channel of a picture, in which red seals and red lines fade into white paper."""
    return image if image.mode == "L" else image.convert("RGB").getchannel("R")


class FasterPaddle:
    """The default engine. One native engine a model size and process; calls are serialised inside it."""

    def __init__(self, size: Size) -> None:
        import faster_paddle

        self.name = f"faster-paddle {size}"
        self._engine = faster_paddle.OcrEngine(model_size=size)

    def read(self, image: Image.Image) -> list[Line]:
        """This function will give the lines in the engine's reading order; empty ones are left out."""
        encoded = io.BytesIO()
        image.save(encoded, "BMP")  # encoding a PNG takes longer than finding the lines
        found = self._engine.ocr(encoded.getvalue())["bounds"]
        return [_paddle_line(found[index]) for index in sorted(found) if found[index]["text"].strip()]


def _paddle_line(row: dict[str, Any]) -> Line:
    (x0, y0), (x1, y1) = row["topLeftCoord"], row["bottomRightCoord"]
    return Line(row["text"].strip(), (float(x0), float(y0), float(x1), float(y1)), float(row["confidence"]))


class Tesseract:
    """The fallback: slower and less exact, but found in every distribution."""

    def __init__(self, size: Size) -> None:
        import pytesseract

        try:
            languages = pytesseract.get_languages()
        except (pytesseract.TesseractNotFoundError, OSError) as error:
            raise Unavailable(f"tesseract does not run: {error}") from error
        if "chi_sim" not in languages:
            raise Unavailable("tesseract has no Chinese model (chi_sim)")
        self.name = f"tesseract chi_sim ({size})"
        self._pytesseract = pytesseract
        self._lock = threading.Lock()

    def read(self, image: Image.Image) -> list[Line]:
        """This function will straighten the picture, read it, and turn the boxes back."""
        straight, angle = deskew(image)
        with self._lock:
            data = self._pytesseract.image_to_data(
                straight, lang="chi_sim", config="--psm 3", output_type=self._pytesseract.Output.DICT
            )
        return [_turn_back(line, image.size, angle) for line in _tesseract_lines(data)]


def _tesseract_lines(data: dict[str, list[Any]]) -> list[Line]:
    groups: dict[tuple[int, int, int], list[int]] = {}
    for index, text in enumerate(data["text"]):
        if text.strip() and float(data["conf"][index]) >= 0:
            key = (data["block_num"][index], data["par_num"][index], data["line_num"][index])
            groups.setdefault(key, []).append(index)
    return [_tesseract_line(data, members) for members in groups.values()]


def _tesseract_line(data: dict[str, list[Any]], members: list[int]) -> Line:
    text = "".join(data["text"][index] for index in members)
    lefts = [data["left"][index] for index in members]
    tops = [data["top"][index] for index in members]
    rights = [data["left"][index] + data["width"][index] for index in members]
    bottoms = [data["top"][index] + data["height"][index] for index in members]
    confidence = sum(float(data["conf"][index]) for index in members) / len(members) / 100
    return Line(text, (float(min(lefts)), float(min(tops)), float(max(rights)), float(max(bottoms))), confidence)


def deskew(image: Image.Image) -> tuple[Image.Image, float]:
    """This function will turn a picture by the angle at which its rows of ink are sharpest: (picture, degrees
    counter-clockwise).

    Angles up to 8 degrees are tried in steps of half a degree on a small copy; below half a degree nothing is turned.
    """
    import cv2

    grey = np.asarray(image.convert("L"))
    scale = min(1.0, 600 / max(grey.shape))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    _, ink = cv2.threshold(small, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    height, width = ink.shape

    def sharpness(angle: float) -> float:
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
        rows = cv2.warpAffine(ink, turn, (width, height)).sum(axis=1, dtype=np.float64)
        return float(((rows[1:] - rows[:-1]) ** 2).sum())

    best = max((half / 2 for half in range(-16, 17)), key=sharpness)
    if abs(best) < 0.5 or sharpness(best) < 1.1 * sharpness(0.0):
        return image, 0.0
    return image.rotate(best, resample=Image.Resampling.BICUBIC, fillcolor=255 if image.mode == "L" else "white"), best


def _turn_back(line: Line, size: tuple[int, int], angle: float) -> Line:
    if not angle:
        return line
    middle_x, middle_y = size[0] / 2, size[1] / 2
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    x0, y0, x1, y1 = line.box
    corners = [(x - middle_x, y - middle_y) for x in (x0, x1) for y in (y0, y1)]
    xs = [middle_x + x * cos - y * sin for x, y in corners]
    ys = [middle_y + x * sin + y * cos for x, y in corners]
    return Line(line.text, (min(xs), min(ys), max(xs), max(ys)), line.confidence)


ENGINES = (FasterPaddle, Tesseract)  # in order of preference


@lru_cache(maxsize=2)
def engine_for(size: Size = "tiny") -> Engine:
    """This function will give the first engine that works here, loaded once a process. :raises Unavailable: naming
    every failure"""
    failures = []
    for make in ENGINES:
        try:
            return make(size)
        except (ImportError, OSError, RuntimeError, Unavailable) as error:
            failures.append(f"{make.__name__}: {error}")
    raise Unavailable("; ".join(failures))
