"""Who leaves a group leaves what they were owed to the house, so that nobody pays for it and the sum stays 0."""

from datetime import timedelta

import pytest
from django.utils import timezone

from routing import leavers, live
from routing.engine.ledger import UNIT
from routing.models import LedgerEntry, Share
from routing.sweep import Sweep
from routing.watch import audit
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(db):
    ana, ben, cleo = (make.rep(name) for name in ("Ana", "Ben", "Cleo"))
    team = make.group("DACH", [ana, ben, cleo])
    make.publish(make.rule(team))
    make.arrive(1)
    live.route_ready(1)
    return ana, ben, cleo, team


def balances(team):
    return dict(Share.objects.filter(group=team).values_list("rep", "balance"))


def gone(team, rep):
    team.memberships.filter(rep=rep).update(ends_at=timezone.now() - timedelta(seconds=1))


def sound():
    return [line for finding in audit() for line in finding.broken] == []


def test_the_balance_of_a_member_who_left_goes_to_the_house(three):
    ana, ben, cleo, team = three
    gone(team, ana)

    count = leavers.settle_leavers(1)

    assert count == 1
    assert balances(team) == {ana.pk: 0, ben.pk: UNIT // 3, cleo.pk: UNIT // 3, None: UNIT // 3 - UNIT}
    (entry,) = LedgerEntry.objects.filter(kind="left")
    assert (entry.winner, entry.amount) == (ana.pk, UNIT // 3 - UNIT)
    assert sound()


def test_it_is_done_once_and_by_the_sweeper(three):
    ana, _ben, _cleo, team = three
    gone(team, ana)

    for _round in range(3):
        Sweep().once()

    assert LedgerEntry.objects.filter(kind="left").count() == 1
    assert sound()


def test_arrears_go_with_it(three):
    _ana, ben, _cleo, team = three
    Share.objects.filter(group=team, rep=ben).update(arrears=7)
    Share.objects.create(group=team, rep=None, balance=-7)
    gone(team, ben)

    leavers.settle_leavers(1)

    row = Share.objects.get(group=team, rep=ben)
    assert (row.balance, row.arrears) == (0, 0)
    assert sum(balances(team).values()) == 0
    assert list(LedgerEntry.objects.order_by("pk").values_list("kind", flat=True)) == ["share", "repaid", "left"]


def test_who_comes_back_starts_at_nothing(three):
    ana, _ben, _cleo, team = three
    gone(team, ana)
    leavers.settle_leavers(1)
    make.join(team, ana, starts_at=timezone.now())

    make.arrive(3)
    live.route_ready(1)

    assert Share.objects.get(group=team, rep=ana).received == 2
    assert sum(balances(team).values()) == 0
    assert sound()


def test_whose_membership_still_runs_is_left_alone(three):
    ana, _ben, _cleo, team = three
    team.memberships.filter(rep=ana).update(ends_at=timezone.now() + timedelta(days=1))

    assert leavers.settle_leavers(1) == 0
    assert not LedgerEntry.objects.filter(kind="left").exists()


def test_two_who_leave_at_once_are_settled_together(three):
    ana, ben, _cleo, team = three
    gone(team, ana)
    gone(team, ben)

    assert leavers.settle_leavers(1) == 2
    assert balances(team)[ana.pk] == balances(team)[ben.pk] == 0
    assert sum(balances(team).values()) == 0
    assert sound()
