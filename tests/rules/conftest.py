"""How hard Hypothesis tries here: enough to find slips, quick to run. A busy machine is no failure."""

import pytest
from hypothesis import settings


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        test = getattr(item, "function", None)
        if __package__ in item.nodeid.replace("/", ".") and hasattr(test, "hypothesis"):
            settings(max_examples=50, deadline=None)(test)
