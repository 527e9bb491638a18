"""Alerts: a fall sounds with its evidence, each lead is fed once, and what routing did stands beside it."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from leads.models import Lead
from reporting import alerts
from reporting.alerts import Alert, Side
from reporting.models import AlertState
from reporting.spells import keep
from reporting.statistics.cusum import CHARTS, Measure, State
from reporting.statistics.cusum import watch as watched
from routing.models import Assignment
from tests.reporting import worked

pytestmark = pytest.mark.django_db
CHART = CHARTS[Measure.MEETING, 3_000]


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def spread(leads, *, since, every):
    """The leads came one after another, so far apart, the first so long ago."""
    for number, lead in enumerate(leads):
        at = timezone.now() - since + number * every
        Lead.objects.filter(pk=lead.pk).update(arrived_at=at, assigned_at=at)
        Assignment.objects.filter(lead=lead).update(starts_at=at, due_at=at + timedelta(minutes=15))


@pytest.fixture
def fallen(client):
    """Ana books of every second lead; Ben, too, but of the last 30 of his none."""
    group, (ana, ben) = worked.team("Ana", "Ben")
    for rep, good in ((ana, 60), (ben, 30)):
        leads = worked.many(rep, group, 60)
        spread(leads, since=timedelta(days=62), every=timedelta(days=1))
        worked.met(leads[:good:2])
    client.force_login(group.managers.get())
    return group, ana, ben


def state_of(rep):
    return AlertState.objects.get(metric="meeting", key=rep.pk)


def test_a_fall_sounds_and_nobody_else_is_accused(fallen):
    group, ana, ben = fallen

    assert alerts.watch(now=timezone.now()) >= 1

    (alert,) = alerts.shown(groups=[group.pk], now=timezone.now())
    assert (alert.rep, alert.measure, alert.group) == (ben.pk, Measure.MEETING, group.pk)
    assert alert.observed < alert.expected
    assert 1_000 < alert.every < 10_000
    assert alert.since > timezone.now() - timedelta(days=34)
    assert alert.moved == ()
    assert not state_of(ana).raised_at


def test_the_chart_is_that_of_the_leads_in_their_order(fallen):
    _group, _ana, ben = fallen

    alerts.watch(now=timezone.now())

    # Every lead of one source and no score: 45 of 120 came to a meeting, an hour after they were assigned.
    came = [n < 30 and not n % 2 for n in range(60)]
    state, alarms = watched([(one, 45 / 120) for one in came], chart=CHART)
    kept = state_of(ben).state
    assert State(**kept["chart"]) == pytest.approx(state)
    assert kept["alarms"][-1]["run"] == alarms[-1].run
    assert kept["alarms"][-1]["expected"] == pytest.approx(alarms[-1].expected)


def test_each_lead_is_fed_once(fallen):
    group, _ana, ben = fallen
    alerts.watch(now=timezone.now())
    before = state_of(ben).state

    assert alerts.watch(now=timezone.now()) == 0
    assert state_of(ben).state == before
    worked.many(ben, group, 2, ago=timedelta(days=1))
    alerts.watch(now=timezone.now())

    assert state_of(ben).state["chart"]["seen"] == before["chart"]["seen"] + 2


def test_a_lead_too_young_is_not_fed_yet(fallen):
    group, _ana, ben = fallen
    worked.many(ben, group, 10, ago=timedelta(minutes=30))  # nine of ten meetings came within an hour

    alerts.watch(now=timezone.now())

    assert state_of(ben).state["chart"]["seen"] == 60


def test_it_is_done_once_a_day(fallen):
    now = timezone.now()

    assert alerts.watch_daily(now=now) is not None
    assert alerts.watch_daily(now=now + timedelta(hours=3)) is None
    assert alerts.watch_daily(now=now + timedelta(hours=24)) == 0


def test_what_moved_in_routing_is_named():
    def moved(before, after):
        return Alert(1, 1, Measure.MEETING, None, None, 9, 1, 4.0, 3000.0, Side(*before), Side(*after)).moved

    assert moved((0.3, 40, 50, 0), (0.29, 41, 50, 1)) == ()
    assert moved((0.3, 40, 50, 0), (0.2, 41, 50, 1)) == ("leads",)
    assert moved((0.3, 40, 50, 0), (0.3, 20, 50, 10)) == ("hours", "notices")
    assert moved((None, 0, 0, 0), (None, 0, 0, 0)) == ()


def test_the_leaderboard_tells_it_with_the_rate_of_false_alarms(client, fallen):
    alerts.watch(now=timezone.now())

    says = text_of(client.get(reverse("leaderboard"), {"by": "meetings"}))

    assert "Ben books fewer meetings than usual" in says
    assert "by chance alone about once in" in says
    assert "Routing gave the same as before" in says


def test_another_group_is_not_told(client, fallen):
    other, (dan,) = worked.team("Dan", name="Nordics")
    worked.given(dan, other)
    alerts.watch(now=timezone.now())
    client.force_login(other.managers.get())

    assert "fewer meetings" not in text_of(client.get(reverse("leaderboard")))


def test_who_answers_late_is_noticed(fallen):
    _group, ana, ben = fallen
    for rep, kept in ((ana, 60), (ben, 20)):
        leads = list(Lead.objects.filter(owner=rep).order_by("assigned_at"))
        for number, lead in enumerate(leads):
            if number < kept:
                lead.refresh_from_db()
                worked.called(lead, rep, after=60)
    keep.rebuild()

    alerts.watch(now=timezone.now())

    raised = {each.measure for each in alerts.shown(groups=None, now=timezone.now()) if each.rep == ben.pk}
    assert Measure.ANSWERED in raised
