"""Pages of bids as pictures: bounded whatever the page's form, and marked all over with who reads them."""

from io import BytesIO

import pytest
from PIL import Image, ImageChops

from ocr.pages import LONGEST_SIDE
from ocr.pdfium import render_page, scale_within
from ocr.pictures import scaled
from ui.page_images import _stamp, for_reader

WORDS = "张三　2026-03-01T09:00"


def seen(folder, size):
    source = folder / "page.png"
    Image.new("RGB", size, "white").save(source)
    return Image.open(BytesIO(for_reader(source, WORDS)))


def darkened(picture):
    return ImageChops.invert(picture.convert("L")).point(lambda value: 255 if value > 10 else 0).getbbox()


def test_every_part_of_a_page_carries_the_reader_faintly(tmp_path):
    page = seen(tmp_path, (1190, 1684))
    width, height = page.size
    for left, top in ((0, 0), (width // 2, 0), (0, height // 2), (width // 2, height // 2)):
        assert darkened(page.crop((left, top, left + width // 2, top + height // 2)))
    assert page.convert("L").getextrema()[0] > 180


@pytest.mark.parametrize("size", [(LONGEST_SIDE, 14), (14, LONGEST_SIDE)])
def test_a_long_thin_page_is_marked_without_a_square_of_its_length(tmp_path, monkeypatch, size):
    rotated, rotate = [], Image.Image.rotate
    note = lambda image, *how, **more: rotated.append(image.size) or rotate(image, *how, **more)  # noqa: E731
    monkeypatch.setattr(Image.Image, "rotate", note)
    _stamp.cache_clear()
    page = seen(tmp_path, size)
    assert page.size == size and darkened(page)
    assert rotated and all(across * down < 100_000 for across, down in rotated)


@pytest.mark.parametrize("size", [(14400, 10), (10, 14400)])
def test_no_side_of_a_drawn_page_is_beyond_the_limit(size):
    assert max(size) * scale_within(size, 2.0, 16_000_000) <= LONGEST_SIDE


def test_a_picture_too_long_for_jpeg_is_drawn_smaller(tmp_path):
    assert max(scaled(Image.new("L", (70_000, 3)), 1.0).size) == LONGEST_SIDE
    source = tmp_path / "long.png"
    Image.new("L", (70_000, 3), 255).save(source)
    drawn = tmp_path / "drawn.png"
    drawn.write_bytes(render_page(source, 1))
    assert max(Image.open(BytesIO(for_reader(drawn, WORDS))).size) <= LONGEST_SIDE
