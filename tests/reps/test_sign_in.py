"""Signing in while the broker and cache are away: the day goes on."""

import pytest
from django.test import Client

from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def nowhere(settings):
    cache = settings.CACHES["default"]
    settings.CACHES = {"default": {**cache, "LOCATION": "unix:///nowhere/valkey.sock"}}


def test_a_rep_signs_in_and_works_without_the_cache(nowhere):
    ana = make.rep("Ana")
    client = Client(raise_request_exception=True)

    signed_in = client.post("/login/", {"username": ana.user.email, "password": "correct horse battery"})

    assert signed_in.status_code == 302
    assert client.get("/my-leads/").status_code == 200
