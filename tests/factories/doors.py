"""Connections that something can come through, and their addresses."""

from itertools import count

from django.urls import reverse
from django.utils import timezone

from leads import secrets as kept
from leads.models import Connection

_n = count(1)


def connection(kind, *, secrets=None, **fields):
    made = Connection(kind=kind, name=fields.pop("name", f"{kind} {next(_n)}"), **fields)
    kept.give_address(made)
    kept.put(made, secrets or {}, now=timezone.now())
    made.save()
    return Connection.objects.select_related("division").get(pk=made.pk)


def address(connection):
    return reverse("inbound", args=[connection.kind, kept.address_of(connection)])
