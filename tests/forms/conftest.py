"""What all tests of web forms use: a browser's sending, and limits that begin at nought."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from leads.forms import token


@pytest.fixture(autouse=True)
def _no_counts():
    cache.clear()


@pytest.fixture
def sent():
    """What a browser sends that drew the form a minute ago."""

    def made(form, *, drawn=timedelta(minutes=1), **fields):
        said = {"name": "Ida Beck", "email": "ida@northwind.example", "message": "Please call."}
        note = {} if drawn is None else {"fl_token": token.draw(form, now=timezone.now() - drawn)}
        return {**said, **note, **fields}

    return made
