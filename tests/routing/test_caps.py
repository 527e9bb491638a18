"""Limits hold to the lead: of a membership and of a rep over all groups, also with eight at it at once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from leads.models import Lead
from routing import claim, hand, live
from routing.models import Assignment
from routing.watch import audit
from tests import factories as make
from tests.routing.test_races import together

pytestmark = pytest.mark.django_db

POOL = [{"strategy": "pool"}]


def sound():
    return [line for finding in audit() for line in finding.broken] == []


def owned(rep):
    return Lead.objects.filter(owner=rep).count()


@pytest.mark.parametrize("period", ["hour", "day", "week", "month"])
@pytest.mark.parametrize("rolling", [False, True])
@pytest.mark.parametrize("whose", ["membership", "rep"])
def test_a_batch_stops_at_the_limit_and_the_rest_goes_to_others(period, rolling, whose):
    ana, ben = make.rep("Ana"), make.rep("Ben")
    team = make.group("DACH", [ana, ben])
    limited = team.memberships.get(rep=ana) if whose == "membership" else ana
    setattr(limited, f"cap_{period}", 2)
    limited.caps_rolling = rolling
    limited.save()
    make.publish(make.rule(team))
    leads = make.arrive(7)

    live.route_ready(leads[0].division_id)

    assert (owned(ana), owned(ben)) == (2, 5)
    assert sound()


def test_a_limit_over_all_groups_counts_leads_of_every_group_and_by_hand():
    ana = make.rep("Ana", cap_day=3)
    one, two = make.group("One", [ana]), make.group("Two", [ana])
    make.publish(make.rule(one, {"field": "country", "operator": "is", "value": "DE"}), make.rule(two))
    make.arrive(country="DE")
    make.arrive(country="FR")
    live.route_ready(1)
    third, fourth = make.arrive(2)
    Lead.objects.filter(pk=third.pk).update(state="desk", reason="sent_to_desk")
    hand.give(lead=third, rep=ana, group=one, by=None)
    live.route_ready(1)

    assert owned(ana) == 3
    assert Lead.objects.get(pk=fourth.pk).state == "desk"


def test_what_was_put_back_still_counts_in_the_period_and_no_more_as_open():
    ana = make.rep("Ana")
    team = make.group("Pool", [ana], pool="open", steps=POOL)
    team.memberships.update(cap_open=1, cap_day=2)
    make.publish(make.rule(team))
    make.arrive(3)
    live.route_ready(1)
    first = claim.pull(group=team, rep=ana, by=ana.user)
    with pytest.raises(claim.NotClaimedError, match="at_cap"):
        claim.pull(group=team, rep=ana, by=ana.user)

    claim.put_back(lead=first, rep=ana, by=ana.user, reason="no_time")
    again = claim.pull(group=team, rep=ana, by=ana.user)
    claim.put_back(lead=again, rep=ana, by=ana.user, reason="no_time")

    with pytest.raises(claim.NotClaimedError, match="at_cap"):
        claim.pull(group=team, rep=ana, by=ana.user)


def test_yesterday_counts_no_more():
    ana = make.rep("Ana", cap_day=1, time_zone="Pacific/Auckland")
    team = make.group("DACH", [ana])
    make.publish(make.rule(team))
    make.arrive()
    live.route_ready(1)
    Assignment.objects.update(starts_at=timezone.now() - timedelta(hours=25))
    last = make.arrive()

    live.route_ready(1)

    assert Lead.objects.get(pk=last.pk).owner == ana


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("limits", "most"),
    [({"cap_open": 3}, 3), ({"cap_day": 4}, 4), ({"cap_hour": 2, "caps_rolling": True}, 2)],
    ids=["open", "a day", "an hour, rolling"],
)
def test_eight_claims_at_once_never_pass_a_limit(limits, most):
    ana = make.rep("Ana")
    team = make.group("Pool", [ana], pool="open", steps=POOL)
    team.memberships.update(**limits)
    make.publish(make.rule(team))
    make.arrive(12)
    live.route_ready(1)

    for _round in range(2):
        answers = together(*[lambda: claim.pull(group=team, rep=ana, by=ana.user)] * 8)
        refused = [a for a in answers if not isinstance(a, Lead)]
        assert {error.code for error in refused} == {"at_cap"}

    assert owned(ana) == most
    assert sound()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_claims_and_live_routing_at_once_share_one_limit():
    """The rep's own limit is over all groups: what is pulled leaves less to be given."""
    ana = make.rep("Ana", cap_day=5)
    pool, team = make.group("Pool", [ana], pool="open", steps=POOL), make.group("DACH", [ana])
    make.publish(make.rule(pool, {"field": "country", "operator": "is", "value": "DE"}), make.rule(team))
    make.arrive(8, country="DE")
    live.route_ready(1)
    make.arrive(8, country="FR")

    def drain():
        while Lead.objects.filter(state="ready").exists():
            live.route_ready(1, most=1)

    together(drain, *[lambda: claim.pull(group=pool, rep=ana, by=ana.user)] * 6)

    assert owned(ana) == 5
    assert sound()
