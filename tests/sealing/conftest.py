"""The cast of the vectors, and one small sealed bid in memory."""

import pytest

from tests.vectors.file_cases import make
from tests.vectors.make_vectors import Bid, Cast


@pytest.fixture(scope="session")
def cast() -> Cast:
    return Cast()


@pytest.fixture
def bid(cast: Cast) -> Bid:
    return make(cast, files={"letter.txt": b"We offer.\n"})
