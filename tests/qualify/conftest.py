"""A group with somebody in it, rules that give it everything, a provider, and no memory of failures before."""

import pytest
from django.core.cache import cache
from django.utils import timezone

from config.lib import breaker
from routing import rulesets
from routing.models import RuleSet
from tests import factories as make
from tests.factories import qualify
from tests.qualify.asking import LARGE, SIZE


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


@pytest.fixture
def provider(db):
    return qualify.enricher("http_enricher", "Data house", url="https://data.example.net/?d={domain}", mapping=SIZE)


@pytest.fixture
def hot(ana, rules):
    """Large companies go to Hot, all others to the other group."""
    group = make.group("Hot", [ana])
    row = RuleSet.objects.get()
    row.rules.update(position=2)
    row.rules.create(position=1, name="Large", to="group", group=group, condition=LARGE)
    rulesets.publish(rule_set=row, by=None, comment="", now=timezone.now())
    return group
