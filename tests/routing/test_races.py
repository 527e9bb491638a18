"""Races on real connections: one winner each, nothing lost, a pause obeyed."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.utils import timezone

from leads import capture
from leads.models import Lead
from reps import availability
from routing import claim, hand, live
from routing.assign import NotYoursError
from routing.models import Assignment
from routing.watch import audit
from tests import factories as make
from tests.factories.lead import arrival, door

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

POOL = [{"strategy": "pool"}]


def together(*works):
    """Run all at the same instant on connections of their own; answers in order, exceptions as answers."""
    start = threading.Barrier(len(works))

    def one(work):
        try:
            start.wait()
            return work()
        except Exception as error:  # noqa: BLE001 - the answer of a race may be a refusal
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))


def sound():
    return [line for f in audit() for line in f.broken] == []


def test_of_many_claimers_of_one_lead_exactly_one_wins():
    reps = [make.rep() for _ in range(12)]
    team = make.group("Pool", reps, pool="open", steps=POOL)
    make.publish(make.rule(team))
    for _round in range(5):
        make.arrive()
        live.route_ready(1)

        answers = together(*[lambda r=r: claim.pull(group=team, rep=r, by=r.user) for r in reps])

        won = [a for a in answers if isinstance(a, Lead)]
        assert len(won) == 1
        assert {a.code for a in answers if not isinstance(a, Lead)} == {"none_left"}
    assert Assignment.objects.count() == 5
    assert sound()


def test_parallel_routers_assign_each_lead_once_and_share_evenly():
    reps = [make.rep() for _ in range(4)]
    make.publish(make.rule(make.group("DACH", reps)))
    make.arrive(400)

    def drain():
        while Lead.objects.filter(state="ready").exists():
            live.route_ready(1, most=20)

    together(*[drain] * 4)

    owned = [Lead.objects.filter(owner=r).count() for r in reps]
    assert owned == [100] * 4
    assert Assignment.objects.count() == 400
    assert sound()


def test_a_paused_rep_gets_nothing_after_the_pause_committed():
    ana, ben = make.rep("Ana"), make.rep("Ben")
    make.publish(make.rule(make.group("DACH", [ana, ben])))
    make.arrive(600)
    paused_at = []

    def drain():
        while Lead.objects.filter(state="ready").exists():
            live.route_ready(1, most=20)

    def pause():
        while Assignment.objects.count() < 100:
            pass
        availability.pause(rep=ana, by=ana.user, now=timezone.now())
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            paused_at.append(cursor.fetchone()[0])

    answers = together(drain, pause)

    assert answers == [None, None]
    late = Assignment.objects.filter(rep=ana, starts_at__gt=paused_at[0])
    assert late.count() == 0
    assert Assignment.objects.filter(rep=ana).count() < 300
    assert Lead.objects.filter(state="assigned").count() == 600
    assert sound()


def test_claim_against_give_against_route_again_has_one_owner():
    ana, ben = make.rep("Ana"), make.rep("Ben")
    boss = make.user("Boss", is_superuser=True)
    team = make.group("Pool", [ana, ben], pool="open", steps=POOL)
    make.publish(make.rule(team))
    for _round in range(10):
        lead = make.arrive()
        live.route_ready(1)
        lead.refresh_from_db()

        answers = together(
            lambda lead=lead: claim.pull(group=team, rep=ana, by=ana.user),
            lambda lead=lead: hand.give(lead=lead, rep=ben, group=team, by=boss),
            lambda lead=lead: hand.route_again(leads=[lead], by=boss),
        )

        refusals = [a for a in answers if isinstance(a, Exception)]
        assert all(isinstance(a, NotYoursError | claim.NotClaimedError) for a in refusals), refusals
        assert sound()
        while live.route_ready(1).count:
            pass
        Lead.objects.filter(state="pooled").update(state="desk", reason="sent_to_desk")


def test_the_same_person_at_many_doors_at_once_is_one_lead():
    make.publish(make.rule(make.group("DACH", [make.rep("Ana")])))

    def come():
        found = capture.capture(connection=door(), arrivals=[arrival(email="one@person.example")], now=timezone.now())
        return found[0].outcome.value

    outcomes = together(*[come] * 10)

    assert sorted(map(str, outcomes)) == ["enquiry"] * 9 + ["new"]
    assert Lead.objects.count() == 1


def test_the_same_external_id_at_many_doors_at_once_is_one_lead():
    def come():
        found = capture.capture(
            connection=door(), arrivals=[arrival(email="", name="X", external_id="E1")], now=timezone.now()
        )
        return found[0].outcome.value

    outcomes = together(*[come] * 10)

    assert sorted(map(str, outcomes)) == ["new"] + ["repeated"] * 9
