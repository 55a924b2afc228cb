"""An announced lot whose clock a test moves by hand."""

import pytest


@pytest.fixture
def hands(monkeypatch):
    from tests.sealed import Hands

    return Hands(monkeypatch)


@pytest.fixture
def tender(cast, hands, tmp_path, settings):
    from tests.sealed import make_tender

    for name in ("SEALED_ROOT", "OPENED_ROOT", "UPLOAD_ROOT"):
        setattr(settings, name, tmp_path / "server" / name.lower())
    return make_tender(cast, tmp_path, now=hands.at)


@pytest.fixture
def opened(cast, tmp_path, settings):
    """An opened lot with three bids, a pool of seven experts, and no committee yet (`tests.opened_lot`)."""
    from tests.opened_lot import make_opened_lot

    for name in ("OPENED_ROOT", "DOCUMENT_ROOT"):
        setattr(settings, name, tmp_path / "server" / name.lower())
    return make_opened_lot(cast)
