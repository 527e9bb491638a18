"""Leads as they arrive, and keys to send them with."""

from itertools import count

from django.utils import timezone

from leads import capture, keys, seeds
from leads.models import Account, Connection
from leads.qualify.freeze import catalogue_of
from leads.reading import ArrivalSerializer, arrival_of
from reps.models.division import SEEDED

_n = count(1)


def door(kind=seeds.API):
    return Connection.objects.select_related("division").get(kind=kind)


def arrival(**fields):
    n = next(_n)
    fields = {"name": f"Lead {n}", "email": f"lead{n}@company{n}.example", **fields}
    read = ArrivalSerializer(data=fields, context={"catalogue": catalogue_of(SEEDED)})
    read.is_valid(raise_exception=True)
    return arrival_of(read.validated_data, raw=fields)


def arrive(count=1, **fields):
    """Capture leads through the REST door; the only one, or all."""
    found = capture.capture(connection=door(), arrivals=[arrival(**fields) for _ in range(count)], now=timezone.now())
    return found[0].lead if count == 1 else [c.lead for c in found]


def key_and_secret(*scopes):
    return keys.make_key(
        name="Test", scopes=list(scopes or ("leads:write", "leads:read")), connection=door(), now=timezone.now()
    )


def account(name, **fields):
    return Account.objects.create(name=name, **fields)
