"""A receiver as others write one, and the way from an event to what it hears."""

import json
import time
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connection
from django.utils import timezone
from standardwebhooks import Webhook

from leads import timeline
from leads.hook_kinds import HookEvent
from leads.hooks import hook as hooks
from leads.hooks import sending
from leads.life import EventKind
from leads.models import Hook, HookDelivery
from reps.models.division import SEEDED
from tests.outside import server

ALL = tuple(HookEvent)


@dataclass
class Receiver:
    """Keeps what came; answers with `statuses` in turn, the last for ever."""

    url: str = ""
    statuses: list = field(default_factory=lambda: [200])
    headers: dict = field(default_factory=dict)
    came: list = field(default_factory=list)

    @property
    def bodies(self):
        return [json.loads(body) for _headers, body in self.came]

    @property
    def types(self):
        return [body["type"] for body in self.bodies]

    def verify(self, n, secret):
        """By the independent library, which raises where the signature or the time does not fit."""
        headers, body = self.came[n]
        return Webhook(secret).verify(body, headers)


@contextmanager
def receiver(*statuses, **headers):
    got = Receiver(statuses=list(statuses or [200]), headers=headers)

    def handle(handler):
        got.came.append((dict(handler.headers.items()), handler.sent))
        status = got.statuses.pop(0) if len(got.statuses) > 1 else got.statuses[0]
        handler.say(status, {}, **got.headers)

    with server(handle) as url:
        got.url = f"{url}/hook"
        yield got


def hook(url, *events, **fields):
    """(Hook, secret)."""
    asked = hooks.Asked(name=fields.pop("name", "Theirs"), url=url, events=events or ALL, **fields)
    return hooks.subscribe(asked=asked, division=SEEDED, now=timezone.now())


def say(lead, kind=EventKind.RECEIVED, **fields):
    """Write a line on the lead's timeline; its number."""
    (line,) = timeline.record([timeline.News(lead=lead.pk, kind=kind, at=timezone.now(), **fields)])
    return line


def drain(now=None):
    now = now or timezone.now()
    return sending.send_due(clock=lambda: now)


def rows(**fields):
    return HookDelivery.objects.filter(**fields).order_by("id")


def free():
    """As if nobody spoke to any hook, and none rested."""
    Hook.objects.update(rests_until=None)


def settled(seconds=180):
    """Until every line written is older than all transactions that run: those of other tests at this server count."""
    until = time.monotonic() + seconds
    while not _all_over():
        assert time.monotonic() < until, "a transaction of another test did not end"
        time.sleep(0.05)


def _all_over():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(max(txid) < pg_snapshot_xmin(pg_current_snapshot()), true) FROM leads_leadevent"
        )
        return cursor.fetchone()[0]
