"""The running installation that the tests of this folder share."""

from collections.abc import Iterator

import pytest

from tests.stack.installation import Installation, running


@pytest.fixture(scope="package")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A real installation in a temporary home, with accounts and without demonstration tenders."""
    with running(tmp_path_factory.mktemp("installation"), "--no-seed") as made:
        yield made
