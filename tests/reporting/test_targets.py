"""Targets: who is below over matured leads, whether the leads or what was made of them explains it, and the form."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from leads.models import Lead
from reporting import targets
from reporting.changes import Asked, acts
from reporting.duty_hours import hours_on_duty
from reporting.lead_quality import Had, Quality
from reporting.metrics.leads_per_hour import leads_per_hour
from reporting.models import Target
from reporting.targets import Why
from tests import factories as make
from tests.reporting import worked

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(days=40)


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def standings(group, days=90):
    now = timezone.now()
    return targets.standings(groups=[group], since=now - timedelta(days=days), until=now, now=now)


@pytest.fixture
def team(client):
    """Ana: 40 leads of the web form, 30 meetings. Ben: 40 of the web form, 12. Cleo: 40 of the fair, 10. Dan: 5."""
    group, (ana, ben, cleo, dan) = worked.team("Ana", "Ben", "Cleo", "Dan")
    had = [worked.many(rep, group, n, ago=LONG_AGO) for rep, n in ((ana, 40), (ben, 40), (cleo, 40), (dan, 5))]
    Lead.objects.filter(pk__in=[lead.pk for lead in had[2]]).update(source="Fair")
    worked.met([*had[0][:30], *had[1][:12], *had[2][:10]])
    client.force_login(group.managers.get())
    return group, ana, ben, cleo


def test_below_is_who_has_leads_enough_and_says_why(team):
    group, _ana, ben, cleo = team
    targets.put(group=group, metric="meetings", aim=Decimal("0.5"))

    (found,) = standings(group)

    below = {each.rep: each for each in found.below}
    assert list(below) == [cleo.pk, ben.pk]
    assert (below[ben.pk].answer.count, below[ben.pk].answer.n) == (12, 40)
    assert below[ben.pk].why is Why.COMPARABLE
    assert below[cleo.pk].why is Why.WEAKER
    assert below[cleo.pk].beside.promised < found.group.promised < below[ben.pk].beside.promised
    assert (found.counted, found.too_early) == (3, 1)
    assert below[ben.pk].sure  # 12 of 40: the interval ends at 45 %


def test_leads_too_young_for_a_meeting_are_not_counted(team):
    group, ana, *_ = team
    worked.met(Lead.objects.filter(owner=ana, stage__key="meeting-booked"), after=timedelta(days=10))
    worked.many(ana, group, 60, ago=timedelta(days=2))
    targets.put(group=group, metric="meetings", aim=Decimal("0.5"))
    targets.put(group=group, metric="responded", aim=Decimal("0.5"))

    by = {each.target.metric: each for each in standings(group)}

    assert timedelta(days=9) < timezone.now() - by["meetings"].until < timedelta(days=11)
    assert ana.pk not in {each.rep for each in by["meetings"].below}
    # Nobody was contacted at all, so every lead counts, hers too.
    assert {each.rep: each.answer.n for each in by["responded"].below}[ana.pk] == 100


def test_the_larger_part_of_the_gap_is_named():
    def explained(promised, made, *, usual=0.3):
        had = {1: Had(100, 0, 100, round(100 * made)), 2: Had(100, 0, 100, 0)}
        expected = {1: 100 * promised, 2: 200 * usual - 100 * promised}
        return targets.why(Quality(had, expected, {}, {}, {}), 1)

    assert explained(0.30, 0.10) is Why.COMPARABLE
    assert explained(0.12, 0.10) is Why.WEAKER
    assert explained(0.25, 0.10) is Why.COMPARABLE
    assert explained(0.30, 0.35) is Why.ALL
    assert explained(0.20, 0.25) is Why.WEAKER


@pytest.mark.parametrize(
    ("metric", "aim"), [("won_money", "0.5"), ("return_rate", "0.5"), ("meetings", "0"), ("meetings", "2")]
)
def test_what_cannot_be_aimed_at_is_refused(team, metric, aim):
    with pytest.raises(ValueError, match=r"metric must be|aim must be"):
        targets.put(group=team[0], metric=metric, aim=Decimal(aim))


def test_every_metric_on_offer_can_be_asked(team):
    for metric in targets.METRICS:
        targets.put(group=team[0], metric=metric, aim=Decimal("0.9"))

    found = {each.target.metric: each for each in standings(team[0])}

    assert set(found) == set(targets.METRICS)
    assert {len(found[name].below) for name in ("responded", "reached")} == {3}


def test_a_manager_sets_one_and_takes_it_away(client, team):
    group, *_ = team
    url = reverse("leaderboard-target") + "?by=meetings&period=90"
    given = {"target_group": str(group.uid), "metric": "meetings", "aim": "50"}

    response = client.post(url, given, follow=True)

    assert Target.objects.get().aim == Decimal("0.5")
    says = text_of(response)
    assert "2 of 3 reps are below" in says
    assert "below target: meetings booked 30 %, aim 50 %; low on comparable leads" in says
    assert "below target: meetings booked 25 %, aim 50 %; got weaker leads" in says
    reports = text_of(client.get(reverse("reports"), {"period": "90"}))
    assert "below target: meetings booked 30 %, aim 50 %; low on comparable leads" in reports
    assert "Hours on duty" in says
    client.post(url, {**given, "aim": "40"})
    client.post(url, {**given, "aim": ""})
    assert not Target.objects.exists()

    found = acts(Asked(area="weights"), most=9)[0]
    changed = {line.did: (act.by, line.what, line.parts) for act in found for line in act.lines}
    assert set(changed) == {"insert", "update", "delete"}
    by, what, parts = changed["update"]
    assert (by, what) == (group.managers.get().name, f"Target: {group.name}")
    assert ("at least", "50 of 100 leads", "40 of 100 leads") in parts
    assert ("what is aimed at", "", "Meetings booked") in changed["insert"][2]


@pytest.mark.parametrize(
    "wrong",
    [{"aim": "0"}, {"aim": "101"}, {"aim": "many"}, {"metric": "won_money"}, {"target_group": "x"}, {"aim": "NaN"}],
)
def test_a_wrong_target_is_told_beside_its_field(client, team, wrong):
    given = {"target_group": str(team[0].uid), "metric": "meetings", "aim": "50", **wrong}

    response = client.post(reverse("leaderboard-target"), given)

    assert response.status_code == 422
    assert list(response.context["target_form"].errors) == list(wrong)
    assert not Target.objects.exists()


def test_only_managers_of_the_group_set_its_targets(client, team):
    _group, ana, *_ = team
    other, _reps = worked.team("Eve", name="Nordics")
    given = {"target_group": str(other.uid), "metric": "meetings", "aim": "50"}

    assert client.post(reverse("leaderboard-target"), given).status_code == 422
    client.force_login(ana.user)
    assert client.post(reverse("leaderboard-target"), given).status_code == 403
    assert not Target.objects.exists()


def test_more_reps_below_cost_no_more_queries(client, team):
    group, *_ = team
    targets.put(group=group, metric="meetings", aim=Decimal("0.9"))

    def cost():
        client.get(reverse("leaderboard"))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("leaderboard")).status_code == 200
        return len(queries)

    three = cost()
    for name in ("Fay", "Gus"):
        rep = make.rep(name)
        make.join(group, rep)
        worked.many(rep, group, 30, ago=LONG_AGO)

    assert cost() == three


def test_hours_on_duty_are_shifts_within_the_span(team):
    _group, ana, ben, _cleo = team
    now = timezone.now()

    hours = hours_on_duty([ana.pk, ben.pk], since=now - timedelta(hours=30), until=now)

    assert hours[ana.pk] == pytest.approx(30)  # on duty around the clock
    assert hours_on_duty([ana.pk], since=now, until=now) == {ana.pk: 0.0}
    assert leads_per_hour({ana.pk: 15, 7: 2}, hours) == {ana.pk: 0.5, ben.pk: 0.0, 7: None}
