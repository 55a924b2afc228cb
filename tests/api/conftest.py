"""The API as a bidder's browser and a custodian's agent reach it, on the lot of the operations' tests."""

import pytest
from django.test import Client

from tests.operations.conftest import hands, tender  # noqa: F401


@pytest.fixture
def client_of(tender):  # noqa: F811
    def signed_in(player, **how):
        client = Client(**how)
        client.force_login(player.person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in
