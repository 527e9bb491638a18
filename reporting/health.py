"""What the installation says of itself: who lives, what waits and since when, what failed, and how full it is."""

import logging
import platform
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import django
from celery import current_app
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Min, Q, QuerySet
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from leads.life import State
from leads.models import Delivery, HookDelivery, Inbound, Lead
from routing.models import FileImport, Simulation

log = logging.getLogger(__name__)

# A queue whose oldest waits longer than this (seconds) needs a look.
_SOON, _LATER, _HOURS = 60, 900, 7200
_AT_WORK = [FileImport.Status.READING, FileImport.Status.CHECKING, FileImport.Status.RUNNING]
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits of one kind: how many, since when the oldest, and after how long that is too long (seconds)."""

    key: str
    waiting: int
    oldest_at: datetime | None
    patience: int

    def late(self, now: datetime) -> bool:
        """Whether the oldest waits too long."""
        return self.oldest_at is not None and (now - self.oldest_at).total_seconds() > self.patience


@dataclass(frozen=True, slots=True)
class Failed:
    """What was given up in the last day: deliveries from outside, those refused, messages to people, and to hooks."""

    inbound: int
    refused: int
    told: int
    hooks: int


@dataclass(frozen=True, slots=True)
class Database:
    """Bytes, connections of how many, and the seconds its longest transaction has been open."""

    size: int
    connections: int
    most: int
    longest: float
    version: str


@dataclass(frozen=True, slots=True)
class Broker:
    """Messages no worker has taken yet by queue, and bytes in use."""

    messages: Mapping[str, int]
    memory: int
    version: str


def queues(*, now: datetime) -> list[Queue]:
    """The counts come by partial indexes; what waits on purpose (a hold, a later try) is not counted."""
    sending = Delivery.objects.filter(sent_at=None, failed_at=None, due_at__lte=now).exclude(
        channel=Delivery.Channel.IN_APP
    )
    hooks = HookDelivery.objects.filter(hook__active=True, sent_at=None, failed_at=None, held=False, due_at__lte=now)
    return [
        _queue("inbound", Inbound.objects.filter(state=Inbound.State.KEPT, due_at__lte=now), "received_at", _SOON),
        _queue("asking", Lead.objects.filter(state=State.NEW), "arrived_at", _SOON),
        _queue("deciding", Lead.objects.filter(state=State.READY, booked_with=None), "ready_at", _SOON),
        _queue("telling", sending, "due_at", _SOON),
        _queue("hooks", hooks, "due_at", _LATER),
        _queue("imports", FileImport.objects.filter(status__in=_AT_WORK), "created_at", _HOURS),
        _queue("simulations", Simulation.objects.filter(status=Simulation.Status.WAITING), "created_at", _LATER),
    ]


def failed(*, now: datetime) -> Failed:
    """Of the last day."""
    since = now - _DAY
    found = Inbound.objects.filter(received_at__gte=since).aggregate(
        aside=Count("pk", filter=Q(state=Inbound.State.SET_ASIDE)),
        refused=Count("pk", filter=Q(state=Inbound.State.REFUSED)),
    )
    told = Delivery.objects.filter(failed_at__gte=since).count()
    hooks = HookDelivery.objects.filter(failed_at__gte=since).count()
    return Failed(found["aside"], found["refused"], told, hooks)


def broker() -> Broker | None:
    """As Valkey counts them; None where it does not answer."""
    try:
        with current_app.connection_for_read(connect_timeout=1) as connected:
            client = connected.default_channel.client  # type: ignore[attr-defined]  # of the redis transport
            waiting = {name: int(client.llen(name)) for name in _lanes()}
            server, memory = client.info("server"), client.info("memory")
    except (KombuError, OSError, RedisError) as error:
        log.warning("health: the broker cannot be asked: %s", error)
        return None
    version = str(server.get("valkey_version") or server.get("redis_version", ""))
    return Broker(waiting, int(memory["used_memory"]), version)


def database() -> Database:
    """As PostgreSQL counts them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT pg_database_size(current_database()), count(*) FILTER (WHERE backend_type = 'client backend'),
                current_setting('max_connections')::int, current_setting('server_version'),
                coalesce(max(extract(epoch FROM clock_timestamp() - xact_start))
                    FILTER (WHERE datname = current_database() AND pid <> pg_backend_pid()
                        AND backend_type = 'client backend'), 0)
            FROM pg_stat_activity
            """
        )
        size, connections, most, version, longest = cursor.fetchone() or (0, 0, 0, "", 0)
    return Database(size, connections, most, float(longest), version.split()[0] if version else "")


def versions() -> list[tuple[str, str]]:
    """Of what this process runs."""
    return [("Fairlead", own_version()), ("Python", platform.python_version()), ("Django", django.get_version())]


@cache
def own_version() -> str:
    """As pyproject.toml says it."""
    text = (settings.BASE_DIR / "pyproject.toml").read_text()
    return str(tomllib.loads(text)["project"]["version"])


def unmigrated() -> int:
    """Migrations that this code has and the database has not."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _queue(key: str, rows: "QuerySet[Any]", since: str, patience: int) -> Queue:
    found = rows.order_by().aggregate(n=Count("pk"), oldest=Min(since))
    return Queue(key, found["n"], found["oldest"], patience)


def _lanes() -> list[str]:
    routes = current_app.conf.task_routes or {}
    return sorted({current_app.conf.task_default_queue, *(route["queue"] for route in routes.values())})
