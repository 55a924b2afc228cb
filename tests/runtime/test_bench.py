"""What the bench stands in for must not lag behind the platform."""

from bench import opening


def test_the_opening_that_is_measured_still_opens(monkeypatch):
    monkeypatch.setattr(opening, "BIDS", 2)
    monkeypatch.setattr(opening, "_SIZE", 1 << 20)
    (row,) = opening.rows()
    assert row.what == "open 2 bids of 20 MiB after the last share" and row.value > 0
