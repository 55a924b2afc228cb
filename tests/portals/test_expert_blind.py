"""Blind items: numbers instead of names, names masked in pages, and no page shown whose words are not read."""

from io import BytesIO

import pytest
from PIL import Image

import lawbook
from evaluation.models import Page
from evaluation.operations.prepare_readings import prepare_readings
from tendering.models import Lot
from tests.opened_lot import make_opened_lot, read_all, to_detailed
from tests.portals.room import at, sign_in, text_of

pytestmark = pytest.mark.django_db


def blind_scheme():
    scheme = lawbook.scheme("construction")
    scheme["groups"][0]["blind"] = True
    return scheme


def blind_lot(cast, tmp_path, settings):
    for name in ("OPENED_ROOT", "DOCUMENT_ROOT"):
        setattr(settings, name, tmp_path / name.lower())
    return make_opened_lot(cast, scheme=blind_scheme())


def test_a_blind_item_shows_numbers_and_masks_the_names(client, cast, tmp_path, settings):
    opened = blind_lot(cast, tmp_path, settings)
    to_detailed(opened)
    read_all(opened)
    sign_in(client, opened)
    for page in (at("item", opened, "technical_method", opened.digests[0]), at("compare", opened, "technical_method")):
        text = text_of(client, page + "?file=3")
        assert "编号 1" in text and not any(p.organisation.name in text for p in cast.bidders)
    text = text_of(client, at("item", opened, "technical_method", opened.digests[0]) + "?file=3&page=1")
    assert "■■■" in text
    assert client.get(at("file", opened, opened.digests[0], 3)).status_code == 404
    seen = Image.open(BytesIO(client.get(at("page_image", opened, opened.digests[0], 3, 1)).content))
    colours = (seen.getpixel((x, y)) for x in range(140, 400, 4) for y in range(100, 500, 4))
    assert any(all(abs(found - wanted) < 6 for found, wanted in zip(c, (216, 211, 198), strict=True)) for c in colours)
    text = text_of(client, at("item", opened, "technical_method", opened.digests[0]) + "?file=1")
    assert "1-letter.pdf" not in text  # the letter, which cannot be masked, is not among the files of a blind item


def test_a_page_of_a_blind_file_is_shown_only_once_its_words_are_read(client, cast, tmp_path, settings):
    opened = blind_lot(cast, tmp_path, settings)
    to_detailed(opened)
    sign_in(client, opened)
    picture = at("page_image", opened, opened.digests[0], 3, 1)
    assert client.get(picture).status_code == 404  # not listed
    prepare_readings(lot_id=opened.lot.pk)
    assert client.get(picture).status_code == 404  # not read
    assert client.get(at("page_image", opened, opened.digests[0], 1, 1)).status_code == 200  # nothing blind in it
    read_all(opened)
    assert client.get(picture).status_code == 200
    Page.objects.filter(reading__role="technical").update(source="none", reason="the page crashed the reader")
    assert client.get(picture).status_code == 404
    page = text_of(client, at("item", opened, "technical_method", opened.digests[0]) + "?file=3&page=1")
    assert "无法隐去单位名称" in page and "page_image" not in page and "请直接看图" not in page


def test_a_blind_file_is_handed_out_only_once_the_lot_is_evaluated(client, cast, tmp_path, settings):
    opened = blind_lot(cast, tmp_path, settings)
    to_detailed(opened)
    sign_in(client, opened)
    address = at("file", opened, opened.digests[0], 3)
    for stage, status in (("opened", 404), ("evaluating", 404), ("evaluated", 200)):
        Lot.objects.update(stage=stage)
        assert client.get(address).status_code == status, stage
