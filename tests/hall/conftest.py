"""The hands and the tender that the opening's tests use."""

from tests.operations.conftest import hands, tender  # noqa: F401
