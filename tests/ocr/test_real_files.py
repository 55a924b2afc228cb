"""Real licences and tender documents, where the shared data are present."""

from pathlib import Path

import pytest

from bench.licences import FOLDER, MEASURED, cases, read_case, table
from ocr import Limits, read_document

SAMPLE = ("009.jpg", "254.jpg")  # `python -m bench.licences` reads all of them
TENDERS = Path(__file__).resolve().parents[3] / "shared" / "data" / "tenders"


@pytest.mark.skipif(not FOLDER.exists(), reason="../shared/data/licences is absent")
def test_a_sample_of_real_licences_is_read_almost_without_a_miss() -> None:
    readings = [reading for case in cases() if case["file"] in SAMPLE for reading in read_case(case)]
    measured = [reading for reading in readings if reading.field in MEASURED]
    print(table(readings))
    assert len(measured) == 4 * len(SAMPLE)
    assert sum(reading.exact for reading in measured) >= 0.95 * len(measured)


@pytest.mark.skipif(not TENDERS.exists(), reason="../shared/data/tenders is absent")
def test_real_tender_documents_are_read_page_by_page() -> None:
    for path in sorted(TENDERS.glob("*.pdf")):
        pages = read_document(path, limits=Limits(last_page=8)).pages
        assert len(pages) == 8
        assert all(page.text or page.reason for page in pages)
        assert sum(page.source == "text" for page in pages) >= 7
