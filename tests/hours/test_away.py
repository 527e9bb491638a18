"""What a change would do is what it does; leads go on when time off begins, each once, where the group wants it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from leads import respond
from leads.life import State, TouchKind
from leads.models import Delivery, Lead
from reps import availability, hours
from reps.models import Group, Pause, Rep, Shift, TimeOff
from routing import effects, hand, live, watch
from routing.models import Act, Assignment, Offer
from routing.sweep import Sweep
from tests import factories as make

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def busy(db):
    """Ana has four open leads, one of them contacted; Ben is her backup, Cleo the third."""
    ana, ben, cleo = (make.rep(name) for name in ("Ana", "Ben", "Cleo"))
    silence = [{"after": 1800, "do": "warn"}, {"after": 3600, "do": "release"}]
    team = make.group("DACH", [ana, ben, cleo], escalation=silence)
    make.publish(make.rule(team, name="All"))
    ana.backup = ben
    ana.save()
    make.arrive(12)
    live.route_ready(1)
    touched = Lead.objects.filter(owner=ana).order_by("pk").first()
    respond.touch(lead=touched, rep=ana, by=ana.user, kind=TouchKind.EMAIL, now=timezone.now())
    return ana, ben, team, touched


def off(rep, start, end, now):
    return lambda: hours.take_off(rep=rep, starts_at=now + start, ends_at=now + end, kind="holiday", now=now)


def owned(rep):
    return Lead.objects.filter(owner=rep, state=State.ASSIGNED.value).count()


def test_a_look_writes_nothing_and_counts_what_silence_does_meanwhile(busy):
    ana, _ben, _team, _touched = busy
    now = timezone.now()
    pause = lambda: availability.pause(rep=ana, by=ana.user, now=now, until=now + 4 * HOUR)  # noqa: E731
    seen = effects.of(rep=ana, change=pause, now=now)
    assert not Pause.objects.exists()
    assert seen.lost == ((now, now + 4 * HOUR),)
    assert (seen.on_duty, seen.back_at, seen.leads) == (False, now + 4 * HOUR, 4)
    # One was contacted: it neither falls due nor is taken back.
    assert seen.due.n == 3
    assert {kind: tally.n for kind, tally in seen.timers.items()} == {"warn": 3, "release": 3}
    assert seen.released == ()


def test_what_falls_due_after_the_pause_is_not_counted(busy):
    ana, _ben, _team, _touched = busy
    now = timezone.now()
    seen = effects.of(rep=ana, change=off(ana, timedelta(0), timedelta(minutes=5), now), now=now)
    assert (seen.due.n, seen.timers) == (0, {})


def test_offers_that_run_out_meanwhile_are_counted(busy):
    ana, _ben, _team, _touched = busy
    now = timezone.now()
    for lead, minutes in zip(Lead.objects.exclude(owner=ana)[:2], (3, 600), strict=True):
        due = now + timedelta(minutes=minutes)
        Offer.objects.create(lead=lead, hop=9, rep=ana, offered_at=now, due_at=due)
    seen = effects.of(rep=ana, change=off(ana, timedelta(0), HOUR, now), now=now)
    assert (seen.offers.n, seen.offers.first) == (1, now + timedelta(minutes=3))


@pytest.mark.parametrize("when_away", Group.WhenAway.values)
def test_what_is_foretold_of_time_off_happens(busy, when_away):
    ana, ben, _team, touched = busy
    Group.objects.update(when_away=when_away)
    now = timezone.now()
    change = off(ana, timedelta(0), 4 * HOUR, now)
    seen = effects.of(rep=ana, change=change, now=now)
    told = {"again": sum(one.again for one in seen.released), "given": sum(one.given for one in seen.released)}
    assert told == {"again": 3 * (when_away == "again"), "given": 3 * (when_away == "backup")}
    had = owned(ben)

    change()
    assert hand.release_away(1, now=timezone.now()) == sum(told.values())

    assert owned(ana) == 4 - sum(told.values())
    assert Lead.objects.get(pk=touched.pk).owner == ana
    assert owned(ben) == had + told["given"]
    assert Lead.objects.filter(state=State.READY.value).count() == told["again"]
    if sum(told.values()):
        assert Act.objects.get().result == {"routed_again": told["again"], "given": told["given"]}
        assert Delivery.objects.filter(rep=ana, channel="in_app", event="handed_over").count() == 3
    # Once: another round finds nothing, and what is routed again does not come back to who is away.
    Sweep().once()
    assert hand.release_away(1, now=timezone.now()) == 0
    assert owned(ana) == 4 - sum(told.values())
    assert [finding.code for finding in watch.audit() if finding.broken] == []


def test_time_off_that_lies_ahead_moves_nothing_yet(busy):
    ana, _ben, _team, _touched = busy
    Group.objects.update(when_away="again")
    off(ana, HOUR, 4 * HOUR, timezone.now())()
    assert hand.release_away(1, now=timezone.now()) == 0


def test_a_pause_moves_nothing(busy):
    ana, _ben, _team, _touched = busy
    Group.objects.update(when_away="again")
    availability.pause(rep=ana, by=ana.user, now=timezone.now())
    assert hand.release_away(1, now=timezone.now()) == 0


def test_a_lead_given_during_time_off_stays(busy):
    ana, _ben, team, _touched = busy
    Group.objects.update(when_away="again")
    off(ana, timedelta(0), 4 * HOUR, timezone.now())()
    hand.release_away(1, now=timezone.now())
    other = Lead.objects.exclude(owner=ana).filter(state=State.ASSIGNED.value).first()
    hand.give(lead=other, rep=ana, group=team, by=None)
    assert hand.release_away(1, now=timezone.now()) == 0
    assert Lead.objects.get(pk=other.pk).owner == ana


def test_a_backup_who_is_away_too_gets_nothing(busy):
    ana, ben, _team, _touched = busy
    Group.objects.update(when_away="backup")
    now = timezone.now()
    had = owned(ben)
    for rep in (ben, ana):
        off(rep, timedelta(0), 4 * HOUR, now)()
    hand.release_away(1, now=timezone.now())
    assert Assignment.objects.filter(rep=ben, ends_at=None).count() <= had
    assert not Assignment.objects.filter(rep=ben, how=Assignment.How.HAND_OVER).exists()
    assert Lead.objects.filter(owner=ana).count() == 1


def test_the_week_of_somebody_else_is_not_touched(busy):
    ana, ben, _team, _touched = busy
    now = timezone.now()
    hours.set_week(rep=ana, blocks=[], since=now, now=now)
    assert Shift.objects.at(now).filter(rep=ben).count() == 7
    assert not Shift.objects.at(now).filter(rep=ana).exists()
    assert TimeOff.objects.count() == 0
    assert Rep.objects.get(pk=ana.pk).backup == ben
