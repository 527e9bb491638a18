"""Health: what lives and waits is told by name, the audit runs when asked, and the menu holds what a new team needs."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from config.lib import heartbeat
from leads.models import Lead
from reporting import health
from routing import audits
from routing.assign import spent, turn
from routing.models import AuditRun
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga(db):
    user = make.user("Olga")
    type(user).objects.filter(pk=user.pk).update(is_ops=True)
    client = Client()
    client.force_login(type(user).objects.get(pk=user.pk))
    return client


@pytest.fixture
def living(db):
    for name in heartbeat.OLDEST:
        heartbeat.beat(name)


def test_all_is_well(olga, living):
    page = olga.get("/health/").content.decode()

    assert "All is well" in page
    assert re.search(r"a sign of life (just now|[0-9] s ago)", page)
    assert health.own_version() in page


def test_what_waits_too_long_and_who_is_silent_is_named(olga, living):
    lead = make.arrive()
    long_ago = timezone.now() - timedelta(minutes=5)
    Lead.objects.filter(pk=lead.pk).update(ready_at=long_ago, arrived_at=long_ago)
    cache.delete("heartbeat:sweeper")

    answer = olga.get("/health/")

    assert answer.context["headline"] == "2 things need a look"
    late = [row["name"] for row in (*answer.context["parts"], *answer.context["queues"]) if not row["fine"]]
    assert late == ["Sweeper", "Leads to be given away"]
    assert "no sign of life known" in answer.content.decode()


def test_a_database_behind_the_code_is_not_well(olga, living, monkeypatch):
    monkeypatch.setattr(health, "unmigrated", lambda: 1)

    assert olga.get("/health/").context["headline"] == "1 thing needs a look"


def test_only_ops_see_it(olga):
    client = Client()
    client.force_login(make.group("DACH", [make.rep("Ana")]).memberships.get().rep.user)

    assert client.get("/health/").status_code == 403
    assert client.post("/health/").status_code == 403
    assert AuditRun.objects.count() == 0


def test_a_manager_of_all_groups_reads_it_and_starts_nothing(client):
    clara = make.user("Clara")
    make.group("DACH", [make.rep("Ana")]).managers.add(clara)
    client.force_login(clara)

    page = client.get("/health/")
    assert page.status_code == 200
    assert "Audit now" not in page.text
    assert client.post("/health/").status_code == 403
    assert AuditRun.objects.count() == 0
    make.group("Nordics", [make.rep("Nils")])
    assert client.get("/health/").status_code == 403


def test_an_audit_is_asked_for_once_and_told(olga):
    olga.post("/health/")
    olga.post("/health/")
    asked = AuditRun.objects.get()
    lead = make.arrive()
    long_ago = timezone.now() - timedelta(hours=1)
    Lead.objects.filter(pk=lead.pk).update(ready_at=long_ago, arrived_at=long_ago)

    audits.work(now=timezone.now())

    asked.refresh_from_db()
    assert asked.ended_at is not None
    assert asked.broken == 1
    page = olga.get("/health/").content.decode()
    assert "found something." in page
    assert f"lead {lead.pk}" in page
    assert audits.work(now=timezone.now()) is None


def test_an_audit_runs_once_a_day():
    now = timezone.now()

    assert audits.ask_daily(now=now)
    assert not audits.ask_daily(now=now + timedelta(minutes=10))
    audits.work(now=now + timedelta(minutes=11))
    assert AuditRun.objects.get().findings
    assert not audits.ask_daily(now=now + timedelta(hours=23))
    assert audits.ask_daily(now=now + timedelta(hours=25))
    # The worker that had it was killed: the next day asks anew.
    assert audits.ask_daily(now=now + timedelta(hours=50))


@pytest.mark.django_db(transaction=True)
def test_how_long_turns_are_held_is_summed(monkeypatch):
    monkeypatch.setattr(spent, "_TOLD_EVERY", 0)
    with turn(1):
        pass  # tells what this process had summed before
    before = spent.lately(now=timezone.now().timestamp() + 60)
    with turn(1), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.02)")

    after = spent.lately(now=timezone.now().timestamp() + 60)

    assert after.turns == before.turns + 1
    assert after.held - before.held >= 20_000
    assert 0 < after.share < 1
