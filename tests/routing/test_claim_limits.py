"""Limits of a pool: unworked claims, a pause, put-backs a day, no cards; looking costs what keeping does."""

from datetime import timedelta

import pytest
from django.utils import timezone

from leads import respond
from leads.life import TouchKind
from leads.models import Lead
from reps.models import Group, Rep
from routing import allowance, claim, handles, live
from routing.models import Assignment, LedgerEntry
from tests import factories as make

pytestmark = [pytest.mark.blind, pytest.mark.django_db]

POOL = [{"strategy": "pool", "options": {"mode": "blind"}}]


@pytest.fixture
def ana(db):
    return make.rep("Ana")


@pytest.fixture
def team(ana):
    made = make.group("Pool", [ana, make.rep("Ben")], pool="blind", steps=POOL, put_backs_per_day=None)
    make.publish(make.rule(made, name="Pool"))
    return made


def pooled(count):
    made = make.arrive(count)
    live.route_ready(1)
    return made if count > 1 else [made]


def limit(team, **limits):
    Group.objects.filter(pk=team.pk).update(**limits)
    team.refresh_from_db()


def pull(team, rep):
    try:
        return claim.pull(group=team, rep=rep, by=rep.user).pk
    except claim.NotClaimedError as error:
        return error.code


def put_back(rep, lead, reason="no_time"):
    claim.put_back(lead=Lead.objects.get(pk=lead), rep=rep, by=rep.user, reason=reason)


def test_who_holds_unworked_claims_gets_the_next_after_a_contact(ana, team):
    limit(team, claims_unworked=1)
    pooled(3)

    first = pull(team, ana)
    assert pull(team, ana) == "unworked"
    respond.touch(lead=Lead.objects.get(pk=first), rep=ana, by=ana.user, kind=TouchKind.EMAIL, now=timezone.now())

    assert pull(team, ana) not in {first, "unworked"}
    assert pull(team, ana) == "unworked"


def test_an_unworked_claim_that_was_put_back_is_held_no_more(ana, team):
    limit(team, claims_unworked=1)
    pooled(2)

    put_back(ana, pull(team, ana))

    assert isinstance(pull(team, ana), int)


def test_between_two_claims_lies_the_groups_pause(ana, team):
    limit(team, claim_pause=60)
    pooled(2)

    pull(team, ana)
    assert pull(team, ana) == "too_soon"
    again_at = allowance.of(team, ana, now=timezone.now()).again_at
    Assignment.objects.update(starts_at=timezone.now() - timedelta(seconds=61))

    assert timedelta(seconds=55) < again_at - timezone.now() <= timedelta(seconds=60)
    assert isinstance(pull(team, ana), int)


def test_a_claim_put_back_stays_counted_and_paid(ana, team):
    limit(team, claims_per_day=2)
    pooled(3)

    put_back(ana, pull(team, ana))

    assert allowance.of(team, ana, now=timezone.now()).claims_left == 1
    assert [e.winner for e in LedgerEntry.objects.all()] == [ana.pk]


def test_putting_back_is_limited_and_wants_a_reason(ana, team):
    limit(team, put_backs_per_day=1)
    pooled(3)
    put_back(ana, pull(team, ana))
    second = pull(team, ana)

    with pytest.raises(claim.NotPutBackError, match="no_reason"):
        put_back(ana, second, reason="  ")
    with pytest.raises(claim.NotPutBackError, match="too_often"):
        put_back(ana, second)

    assert Lead.objects.get(pk=second).owner == ana


def test_the_next_is_never_one_that_was_put_back(ana, team):
    first, second = (lead.pk for lead in pooled(2))
    put_back(ana, pull(team, ana))

    assert pull(team, ana) == second
    assert pull(team, ana) == "only_put_back"
    ben = Rep.objects.exclude(pk=ana.pk).get()
    assert pull(team, ben) == first


def test_without_cards_only_the_next_can_be_pulled(ana, team):
    (lead,) = pooled(1)
    limit(team, pool_cards=False)

    pool = claim.pool_of(team, ana, now=timezone.now(), most=60)
    with pytest.raises(claim.NotClaimedError, match="faster"):
        claim.claim(rep=ana, by=ana.user, handle=handles.seal(viewer=ana.pk, lead=lead.pk))

    assert (pool.cards, pool.waiting, pool.oldest_at) == ((), 1, lead.arrived_at)
    assert pull(team, ana) == lead.pk
