"""Files of imports lie in a folder of the test."""

import pytest

from tests import factories as make


@pytest.fixture(autouse=True)
def _uploads(settings, tmp_path):
    settings.UPLOADS_DIR = tmp_path / "uploads"


@pytest.fixture
def ops(client):
    """A client signed in as ops."""
    client.force_login(make.user("Odile", is_ops=True))
    return client
