"""Somebody of ops who is signed in."""

import pytest

from tests import factories as make


@pytest.fixture
def odile(client):
    user = make.user("Odile", is_ops=True)
    client.force_login(user)
    return user
