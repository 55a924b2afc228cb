"""Pages as a scanner gives them: rendered, turned a little, with the noise of paper. Deterministic by seed."""

import io

import cv2
import numpy as np
import pypdfium2
from PIL import Image

DPI = 150
QUALITY = 70
PAPER = (250, 250, 250)
MOST_DEGREES = 0.8
GRAIN = 14  # of 255


def scanned(pdf: bytes, *, seed: int, page: int = 0) -> Image.Image:
    """Return a page of a PDF as a scan: turned by up to 0.8 degrees, grainy, at 150 dpi."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        image = np.asarray(document[page].render(scale=DPI / 72).to_pil().convert("RGB"))
    finally:
        document.close()
    height, width = image.shape[:2]
    dice = np.random.default_rng(seed)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), dice.uniform(-MOST_DEGREES, MOST_DEGREES), 1.0)
    turned = cv2.warpAffine(image, turn, (width, height), borderMode=cv2.BORDER_CONSTANT, borderValue=PAPER)
    grain = dice.integers(0, GRAIN, size=(height, width, 1), dtype=np.uint8)
    return Image.fromarray(cv2.subtract(turned, np.repeat(grain, 3, axis=2)))


def as_pdf(image: Image.Image) -> bytes:
    """Return a PDF of one page that is nothing but the picture."""
    out = io.BytesIO()
    image.save(out, "PDF", resolution=DPI, quality=QUALITY)
    return out.getvalue()


def as_jpeg(image: Image.Image) -> bytes:
    """Return the picture as JPEG."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
