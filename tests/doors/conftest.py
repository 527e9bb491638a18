"""Who runs the installation, signed in."""

import pytest

from tests import factories as make


@pytest.fixture
def ops(client):
    client.force_login(make.user("Odile", is_ops=True))
    return client
