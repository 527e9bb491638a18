"""A group with somebody in it, rules that give it everything, and no memory of failures before."""

import pytest
from django.core.cache import cache

from config.lib import breaker
from tests import factories as make


@pytest.fixture(autouse=True)
def fresh():
    cache.clear()
    breaker._own.clear()


@pytest.fixture
def ana(db):
    return make.rep("Ana")


@pytest.fixture
def rules(ana):
    return make.publish(make.rule(make.group("DACH", [ana])))
