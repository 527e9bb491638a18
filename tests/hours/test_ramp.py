"""A new rep's ramp: part of the weight and the limits, in steps, obeyed live, read again and told."""

import itertools
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from leads.models import Lead
from reps import ramp
from reps.models import Membership
from routing import live
from routing.explain import receipt_of
from routing.models import LedgerEntry
from routing.snapshot import members_of
from routing.standing import standings
from routing.watch import audit
from tests import factories as make

pytestmark = pytest.mark.django_db
WEIGHTED = [{"strategy": "availability"}, {"strategy": "capacity"}, {"strategy": "weighted"}]


@pytest.fixture
def team(db):
    old, new = make.rep("Old"), make.rep("New")
    group = make.group("DACH", steps=WEIGHTED)
    make.join(group, old, weight=2)
    row = make.join(group, new, weight=2, cap_open=10, cap_day=3)
    make.publish(make.rule(group, name="All"))
    return group, old, new, row


def start(row, percents=(25, 50), days=7):
    now = timezone.now()
    ramp.start(row=row, percents=percents, days=days, now=now)
    return now


def rows(rep):
    return Membership.objects.filter(rep=rep).order_by("starts_at")


def test_steps_follow_each_other_to_all_of_it_and_the_past_stays(team):
    _group, _old, new, row = team
    now = start(row)
    found = list(rows(new))
    assert [one.percent for one in found] == [100, 25, 50, 100]
    assert [a.ends_at == b.starts_at for a, b in itertools.pairwise(found)] == [True] * 3
    assert (found[0].ends_at, found[-1].ends_at) == (now, None)
    assert timedelta(days=6) < found[1].ends_at - now <= timedelta(days=7)
    assert {(one.weight, one.cap_open) for one in found} == {(2, 10)}


def test_weight_and_limits_count_at_their_percentage(team):
    group, old, new, row = team
    now = start(row)

    def at(days):
        places = list(Membership.objects.at(now + timedelta(days=days)).filter(group=group).order_by("rep"))
        return {m.rep: (m.weight, m.cap, [limit.most for limit in m.limits]) for m in members_of(places)}

    assert at(0) == {old.pk: (4, None, []), new.pk: (1, 3, [1])}
    assert at(8) == {old.pk: (2, None, []), new.pk: (1, 5, [2])}
    assert at(30) == {old.pk: (2, None, []), new.pk: (2, 10, [3])}


def test_leads_follow_the_ramp_and_what_is_owed_does_too(team):
    group, old, new, row = team
    Membership.objects.filter(pk=row.pk).update(cap_open=None, cap_day=None)
    row.refresh_from_db()
    start(row)
    make.arrive(20)
    live.route_ready(1)
    assert Lead.objects.filter(owner=new).count() == 4
    assert {tuple(sorted(one)) for one in LedgerEntry.objects.values_list("weights", flat=True)} == {(1, 4)}
    assert {place.rep.name: round(place.fair_share) for place in standings(group, now=timezone.now())} == {
        "Old": 16,
        "New": 4,
    }
    # Later, at full weight, the decisions are still made again as they were.
    ramp.stop(row=Membership.objects.at(timezone.now()).get(rep=new), now=timezone.now())
    receipt = receipt_of(Lead.objects.filter(owner=new).first())
    assert {row.weight for row in receipt.considered} == {1, 4}
    assert [finding.code for finding in audit() if finding.broken] == []
    assert Lead.objects.filter(owner=old).count() == 16


def test_stopped_it_is_all_of_it_from_now_on(team):
    _group, _old, new, row = team
    start(row)
    ramp.stop(row=Membership.objects.at(timezone.now()).get(rep=new), now=timezone.now() + timedelta(hours=1))
    assert [one.percent for one in rows(new)] == [100, 25, 100]
    assert rows(new).last().ends_at is None


def test_another_ramp_takes_the_place_of_the_first(team):
    _group, _old, new, row = team
    start(row, (10, 20, 30))
    start(Membership.objects.at(timezone.now()).get(rep=new), (50,))
    assert [one.percent for one in rows(new).filter(starts_at__gt=timezone.now() - timedelta(minutes=1))][-2:] == [
        50,
        100,
    ]
    assert rows(new).last().ends_at is None


@pytest.mark.parametrize(
    ("percents", "days"), [((), 7), ((0,), 7), ((100,), 7), ((50,) * 13, 7), ((50,), 0), ((50,), 91)]
)
def test_a_ramp_that_cannot_be_is_refused(team, percents, days):
    with pytest.raises(ramp.RampError):
        start(team[3], percents, days)
    assert Membership.objects.count() == 2


def test_only_managers_set_it(client, team):
    group, _old, new, _row = team
    typed = {"form": "ramp", "group": group.uid, "percents": "25, 50", "days": "7", "go": "do"}
    client.force_login(new.user)
    assert client.post(reverse("my-availability"), typed).status_code == 404
    manager = make.user()
    group.managers.add(manager)
    client.force_login(manager)
    page = reverse("rep-availability", args=[new.uid])
    assert client.post(page, typed | {"percents": "a lot"}).status_code == 422
    assert client.post(page, typed | {"group": make.group().uid}).status_code == 422
    client.post(page, typed)
    assert rows(new).count() == 4
    assert "25 %" in client.get(page).text
    client.force_login(new.user)
    assert "25 %" in client.get(reverse("my-availability")).text
    client.force_login(manager)
    client.post(page, {"form": "ramp-stop", "group": group.uid, "go": "do"})
    assert Membership.objects.at(timezone.now()).get(rep=new).percent == 100
