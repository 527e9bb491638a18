"""Figures made of leads that wait in a blind pool tell of them: who may pull from it is told none."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from leads.models import Lead
from reps.models import Group
from routing import claim, halt, live, shared_drafts
from routing.models import RuleSet
from routing.simulate import Asked, rows
from tests import factories as make

pytestmark = [pytest.mark.blind, pytest.mark.django_db]

BIG = {"field": "employees", "operator": "at_least", "value": 500}
WAITING = 12


@pytest.fixture
def team(db):
    """Ana may pull; Ben has a group of his own; Olga is of ops. Twelve large leads wait, by a rule about their size."""
    ana, ben = make.rep("Ana"), make.rep("Ben")
    pool = make.group("Pool", [ana, ben], pool="blind", steps=[{"strategy": "pool", "options": {"mode": "blind"}}])
    own = make.group("Own", [ben])
    make.publish(make.rule(pool, BIG, name="Big"), make.rule(own, name="The rest"))
    for _n in range(WAITING):
        make.arrive(employees=900)
    make.arrive(employees=5)
    live.route_ready(1)
    assert Lead.objects.before_the_claim().count() == WAITING
    return pool, own, ana, make.user("Olga", is_ops=True)


def page(user, url):
    client = Client()
    client.force_login(user)
    return client.get(url).content.decode()


def take_all(pool, rep):
    while Lead.objects.before_the_claim().exists():
        claim.pull(group=pool, rep=rep, by=rep.user)


def test_the_rules_count_no_lead_that_a_reader_may_yet_claim(team):
    pool, _own, ana, olga = team

    assert "12 leads" in page(olga, "/rules/")
    assert "12 leads" not in page(ana.user, "/rules/")
    take_all(pool, ana)
    assert "12 leads" in page(ana.user, "/rules/")


def test_a_shared_draft_has_no_figures_while_its_leads_wait(team):
    pool, own, ana, olga = team
    rule_set = RuleSet.objects.get()
    rule_set.rules.update(position=5)
    rule_set.rules.create(position=1, name="Larger", condition=BIG, to="group", group=own)
    rule_set.refresh_from_db()
    now = timezone.now()
    row = shared_drafts.share(
        rule_set=rule_set, revision=rule_set.revision, groups=[pool], why="x", until=now + timedelta(days=2), by=olga,
        now=now,
    )  # fmt: skip
    rows.work(row.simulation_id)
    url = f"/how-shared/drafts/{row.uid}/"

    assert "would move" in page(olga, url)
    told = page(ana.user, url)
    assert "Some of these leads wait in a blind pool." in told
    assert "would move" not in told
    assert "You would have had" not in told
    take_all(pool, ana)
    assert "would move" in page(ana.user, url)


def test_a_manager_who_pulls_blind_has_no_figures_of_a_simulation(team):
    pool, _own, ana, olga = team
    Group.objects.filter(pk=pool.pk).update(blind_for_managers=True)
    pool.managers.add(ana.user)
    rule_set = RuleSet.objects.get()
    now = timezone.now()
    asked = Asked(now - timedelta(days=1), now)
    run = rows.start(rule_set=rule_set, version=None, asked=asked, by=olga, now=now)
    rows.work(run.pk)
    url = f"/rules/simulations/{run.uid}/"
    client = Client()
    client.force_login(ana.user)

    assert "Leads per rep" in page(olga, url)
    assert "There are no figures for you" in page(ana.user, url)
    assert "Leads per rep" not in page(ana.user, url)
    assert client.get(f"/api/v1/simulations/{run.uid}/").status_code == 403


def test_a_manager_who_pulls_blind_is_not_told_where_paused_leads_would_go(team):
    pool, _own, ana, olga = team
    Group.objects.filter(pk=pool.pk).update(blind_for_managers=True)
    pool.managers.add(ana.user)
    halt.pause(division_id=1, group=pool, by=olga, why="x")
    make.arrive(employees=900)
    live.route_ready(1)
    url = f"/pausing/?look={pool.uid}"

    assert "1 into the pool of Pool" in page(olga, url)
    assert "hidden from you until somebody takes them" in page(ana.user, url)
    assert "into the pool" not in page(ana.user, url)
