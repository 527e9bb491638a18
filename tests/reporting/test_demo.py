"""The demo: made once, sound in every invariant, the same for the same seed, and alive."""

import os
import signal
import subprocess
import sys
import time
import zoneinfo
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction
from django.db.models import Count, F
from django.utils import timezone

from leads.capture import capture
from leads.forms import build as build_forms
from leads.life import State
from leads.models import Inbound, Lead, LeadPrivate, Stage, Touch, WebForm
from reporting.demo import cast
from reporting.demo.build import build
from reporting.demo.trickle import Trickle
from reps.models import Group, Rep, User
from routing import live
from routing.again import check_decisions
from routing.models import Assignment, LedgerEntry, RuleSetVersion, Share
from routing.watch import audit
from tests import factories as make
from tests.factories.lead import door as make_door

pytestmark = pytest.mark.long
ROOT = Path(__file__).resolve().parents[2]
DIVISION = 1


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """Made once for this file, as it takes seconds; thrown away with it."""
    whole = transaction.atomic()
    whole._from_testcase = True  # as Django's TestCase says it: in life the turn is outermost
    with django_db_blocker.unblock(), whole:
        out = StringIO()
        call_command("demo", stdout=out)
        yield out.getvalue()
        transaction.set_rollback(True)


@pytest.fixture
def inside(demo):
    """A savepoint that what a test does is rolled back to."""
    part = transaction.atomic()
    part._from_testcase = True
    with part:
        yield
        transaction.set_rollback(True)


def test_every_invariant_holds(demo, inside):
    assert {f.code: f.broken for f in audit()} == dict.fromkeys(("I1", "I2", "I3", "I5"), ())


def test_every_decision_comes_out_the_same_when_it_is_made_again(demo, inside):
    found = check_decisions()

    assert (found.older, found.erased, found.differs) == (0, 0, [])
    assert found.same > 1500


def test_it_prints_who_can_sign_in_and_they_can(demo, inside, client):
    for person in (cast.VISITOR, cast.MANAGERS[cast.EUROPE], cast.OPS, cast.ADMIN):
        assert person.email in demo
        assert client.login(username=person.email, password=cast.PASSWORD)
    assert cast.PASSWORD in demo


def test_a_second_run_changes_nothing(demo, inside):
    before = Lead.objects.count(), User.objects.count(), RuleSetVersion.objects.count()

    call_command("demo", stdout=StringIO())

    assert (Lead.objects.count(), User.objects.count(), RuleSetVersion.objects.count()) == before


def test_the_team_is_whole(demo, inside):
    assert Group.objects.count() == 3
    assert Rep.objects.count() == 12
    assert len(set(Rep.objects.values_list("time_zone", flat=True))) >= 3
    assert Group.objects.filter(pool=Group.Pool.BLIND).count() == 1
    assert all(group.managers.count() == 2 for group in Group.objects.all())


def test_the_past_reaches_ninety_days_and_every_stage(demo, inside):
    now = timezone.now()
    assert Lead.objects.count() > 1400
    assert Lead.objects.filter(arrived_at__lt=now - timedelta(days=85)).exists()
    assert not Lead.objects.filter(arrived_at__gt=now).exists()
    assert set(Lead.objects.values_list("stage__key", flat=True)) == set(Stage.objects.values_list("key", flat=True))
    assert (
        Lead.objects.filter(stage__key="won", won_base__gt=0).count() == Lead.objects.filter(stage__key="won").count()
    )
    assert Assignment.objects.filter(end=Assignment.End.RETURNED).exists()
    assert Assignment.objects.filter(how=Assignment.How.CLAIM).exists()


def test_no_time_runs_backward(demo, inside):
    for earlier, later in (
        ("arrived_at", "decided_at"), ("assigned_at", "due_at"), ("responded_at", "reached_at"),
        ("arrived_at", "responded_at"), ("responded_at", "closed_at"), ("assigned_at", "opened_at"),
    ):  # fmt: skip
        assert not Lead.objects.filter(**{f"{later}__lt": F(earlier)}).exists(), (earlier, later)
    assert not Touch.objects.filter(at__gt=timezone.now()).exists()


def test_reps_answer_in_their_hours_and_some_are_quicker(demo, inside):
    before = timezone.now() - timedelta(days=1)  # since today the visitor's rep is there around the clock
    hours = {(t.at.astimezone(zone_of(t.rep)).hour) for t in Touch.objects.filter(at__lt=before).select_related("rep")}
    medians = {}
    for rep in Rep.objects.all():
        waits = sorted(
            Touch.objects.filter(rep=rep, response_seconds__isnull=False).values_list("response_seconds", flat=True)
        )
        medians[rep.name] = waits[len(waits) // 2]

    assert hours <= set(range(8, 20))
    assert medians["Amara Okafor"] * 3 < medians["Priscilla Yuen"]


def zone_of(rep):
    return zoneinfo.ZoneInfo(rep.time_zone)


def test_a_visitor_finds_every_scene(demo, inside):
    now = timezone.now()
    visitor = Rep.objects.get(user__email=cast.VISITOR.email)
    waiting = Lead.objects.filter(owner=visitor, state=State.ASSIGNED, responded_at=None)

    assert waiting.filter(due_at__gt=now).exists()
    assert waiting.filter(due_at__lt=now).exists()
    assert Lead.objects.filter(state=State.POOLED, group__pool=Group.Pool.BLIND).count() >= 5
    assert Lead.objects.filter(state=State.DESK).count() >= 2
    assert Lead.objects.filter(state=State.DESK, reason="returned").exists()


def test_the_ledger_shared_the_leads(demo, inside):
    received = dict(Share.objects.exclude(rep=None).values_list("rep_id", "received"))
    won = dict(LedgerEntry.objects.values_list("winner").annotate(n=Count("pk")))

    assert received == won


def test_invented_people_cannot_be_reached(demo, inside):
    assert not LeadPrivate.objects.exclude(email__endswith=".example").exists()
    assert not User.objects.exclude(email__endswith=".example").exclude(email="admin@localhost").exists()


def test_the_trickle_brings_a_lead_and_the_reps_answer_but_never_the_visitors(demo, inside):
    trickle = Trickle(seed=1)
    visitor = Rep.objects.get(user__email=cast.VISITOR.email)
    mine = Touch.objects.filter(rep=visitor).count()
    others = Touch.objects.exclude(rep=visitor).count()
    now = timezone.now()

    leads = [trickle.bring(now=now) for _ in range(12)]
    live.route_ready(DIVISION)
    for minute in range(0, 20, 2):
        trickle.act(now=now + timedelta(minutes=minute))

    states = set(Lead.objects.filter(pk__in=[lead.pk for lead in leads]).values_list("state", flat=True))
    assert "ready" not in states
    assert Touch.objects.exclude(rep=visitor).count() > others
    assert Touch.objects.filter(rep=visitor).count() == mine
    assert not any(f.broken for f in audit())


def test_leads_come_through_every_door_and_a_refused_one_is_told(demo, inside):
    trickle = Trickle(seed=3)
    refused = Inbound.objects.get()

    now = timezone.now()
    leads = [trickle.bring(now=now) for _ in range(3)]
    live.route_ready(DIVISION)

    assert (refused.state, bool(refused.error)) == ("refused", True)
    # By delivery: who is drawn twice asks again, and then it is told on the lead that came by another door.
    handled = Inbound.objects.filter(state="handled").order_by("pk")
    assert list(handled.values_list("connection__kind", flat=True)) == ["google_ads", "calendly", "webhook"]
    assert [lead.country != "" for lead in leads] == [True] * 3
    assert not any(f.broken for f in audit())
    assert check_decisions().differs == []


def test_the_form_is_open_and_its_question_tells_people_apart(demo, inside, client):
    form = WebForm.objects.get()

    page = client.get(f"/f/{form.uid}/").content.decode()

    assert "When do you want to start?" in page
    assert "We only look around" in page
    assert build_forms.problems(form) == []


def test_scores_a_rule_and_the_own_table_are_at_work(demo, inside):
    name, country, *_more = cast.ACCOUNTS[0]
    arrival = make.arrival(company=name, country=country, intent="demo")
    arrival.domain = f"{cast.slug(name)}.example"  # as the market gives it; nobody registers names under .example
    known = capture(connection=make_door(), arrivals=[arrival], now=timezone.now())[0].lead
    small = make.arrive(email="bo@tiny.example", employees=3, intent="download", country="DE")
    live.route_ready(DIVISION)

    # A demo (25), and 240 employees told by the table alone (20).
    assert LeadPrivate.objects.get(lead=known).score == 45
    small.refresh_from_db()
    assert (small.state, small.reason) == ("rejected", "rejected_by_qualification")


@pytest.mark.django_db
def test_it_never_mixes_with_people_of_your_own():
    make.rep("Somebody")

    with pytest.raises(CommandError, match="your own"):
        call_command("demo", stdout=StringIO())


@pytest.mark.django_db
def test_the_trickle_refuses_where_there_is_no_demo():
    with pytest.raises(CommandError, match="no demo"):
        call_command("demo_trickle", stdout=StringIO())


@pytest.mark.django_db(transaction=True)
def test_the_trickle_ends_at_once_on_sigterm():
    build()
    url = os.environ["DATABASE_URL"].replace("/fairlead?", f"/{settings.DATABASES['default']['NAME']}?")
    process = subprocess.Popen(
        [sys.executable, "manage.py", "demo_trickle"], cwd=ROOT, env={**os.environ, "DATABASE_URL": url}
    )
    count, end = Lead.objects.count(), time.monotonic() + 20
    while Lead.objects.count() == count and time.monotonic() < end:
        time.sleep(0.1)

    process.send_signal(signal.SIGTERM)

    assert process.wait(timeout=5) == 0
    assert Lead.objects.count() == count + 1


def test_the_trickle_spares_a_visitor_who_has_plenty_to_answer(demo, inside, monkeypatch):
    monkeypatch.setattr("reporting.demo.trickle._MOST_WAITING", 0)
    trickle = Trickle(seed=2)

    countries = {trickle.bring(now=timezone.now()).country for _ in range(12)}

    assert countries & {"DE", "AT", "CH", "GB", "FR", "PL"} == set()
