"""What tests of hooks share: the real door out, which may lead to a server of the test."""

import pytest
from django.core.cache import cache

from config.lib import breaker
from tests import factories as make


@pytest.fixture(autouse=True)
def inside(settings):
    """Breakers closed, and this machine named as an operator would name one of their own."""
    settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1", "localhost"]
    cache.clear()
    breaker._own.clear()


@pytest.fixture
def ops(client):
    client.force_login(make.user("Odile", is_ops=True))
    return client
