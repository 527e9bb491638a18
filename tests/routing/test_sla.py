"""Silence and waiting: reminded, warned, taken back; and who is told of leads that nobody has."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from leads import respond
from leads.life import TouchKind
from leads.models import Delivery, Lead, LeadEvent, Touch
from routing import hand, live, sla, terms
from routing.assign import Alarm
from routing.engine.ledger import UNIT
from routing.models import Assignment, LedgerEntry, Rule, Share, Timer
from routing.sweep import Sweep
from routing.watch import audit
from tests import factories as make
from tests.routing.test_races import together

pytestmark = pytest.mark.django_db

STAGES = [{"after": 300, "do": "remind"}, {"after": 600, "do": "warn"}, {"after": 900, "do": "release"}]
STEPS = [{"strategy": name} for name in ("availability", "not_again", "weighted")]


@pytest.fixture
def pair(db):
    ana, ben = make.rep("Ana"), make.rep("Ben")
    team = make.group("DACH", [ana, ben], steps=STEPS, respond_within=15, escalation=STAGES)
    team.managers.add(make.user("Clara"))
    make.publish(make.rule(team, name="All"))
    return ana, ben, team


def arrive(**fields):
    lead = make.arrive(**fields)
    live.route_ready(1)
    return fresh(lead)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def later(lead, minutes):
    """As if so many minutes had passed for this lead."""
    back = timedelta(minutes=minutes)
    for row in Timer.objects.filter(lead=lead, fired_at=None):
        Timer.objects.filter(pk=row.pk).update(due_at=row.due_at - back)
    for row in Assignment.objects.filter(lead=lead, ends_at=None):
        Assignment.objects.filter(pk=row.pk).update(starts_at=row.starts_at - back)
    known = fresh(lead)
    given = {name: getattr(known, name) for name in ("assigned_at", "due_at", "decided_at")}
    Lead.objects.filter(pk=lead.pk).update(**{name: value - back for name, value in given.items() if value})


def fire():
    while sla.overdue(1, now=timezone.now()):
        sla.fire(1)


def told(lead, event):
    """Who was told of it, each once."""
    rows = Delivery.objects.filter(lead=lead, event=event, channel="email").select_related("rep__user", "user")
    return sorted(row.person.name for row in rows)


def call(lead):
    return respond.touch(
        lead=Lead.objects.select_related("stage", "division", "group").get(pk=lead.pk),
        rep=lead.owner, by=lead.owner.user, kind=TouchKind.EMAIL, now=timezone.now(),
    )  # fmt: skip


def sound():
    return [line for finding in audit() for line in finding.broken] == []


def test_an_owner_who_stays_silent_is_reminded_then_the_manager_told_then_the_lead_taken(pair):
    ana, ben, _team = pair
    lead = arrive()
    assert lead.owner == ana

    later(lead, 6)
    fire()
    first = (told(lead, "reminder"), told(lead, "late"), fresh(lead).owner)
    later(lead, 5)
    fire()
    second = (told(lead, "reminder"), told(lead, "late"), fresh(lead).owner)
    later(lead, 5)
    fire()
    live.route_ready(1)

    assert first == (["Ana"], [], ana)
    assert second == (["Ana"], ["Clara"], ana)
    late = Delivery.objects.filter(lead=lead, event="late").first()
    assert late.payload == {"rep": ana.pk, "minutes": 11}
    assert told(lead, "taken_back") == ["Ana"]
    assert fresh(lead).owner == ben  # not again to who let it time out
    assert Assignment.objects.get(lead=lead, rep=ana).end == "timed_out"
    assert [e.winner for e in LedgerEntry.objects.order_by("pk")] == [ana.pk, ben.pk]  # the turn stays spent
    assert Share.objects.get(rep=ana).balance == UNIT // 2 - UNIT
    assert "timed_out" in LeadEvent.objects.filter(lead=lead).values_list("kind", flat=True)
    assert sound()


def test_a_contact_in_time_stops_all_of_it(pair):
    lead = arrive()
    call(lead)

    later(lead, 60)
    fire()

    assert fresh(lead).owner == lead.owner
    assert told(lead, "reminder") == told(lead, "late") == told(lead, "taken_back") == []
    assert not Timer.objects.filter(lead=lead, fired_at=None).exists()


def test_timers_of_an_old_hand_over_do_nothing(pair):
    ana, ben, team = pair
    lead = arrive()
    hand.give(lead=lead, rep=ben, group=team, by=ana.user)
    Timer.objects.filter(lead=lead, hop=1).update(due_at=timezone.now() - timedelta(hours=1))

    fire()

    assert fresh(lead).owner == ben
    assert told(lead, "reminder") == []
    assert Timer.objects.filter(lead=lead, hop=2, fired_at=None).count() == 3
    assert not Timer.objects.filter(lead=lead, hop=1, fired_at=None).exists()


def test_silence_switches_nobody_off_unless_the_group_says_so(pair):
    ana, _ben, team = pair
    lead = arrive()
    later(lead, 60)
    fire()
    off = ana.pauses.exists()
    team.escalation = [*STAGES, {"after": 1000, "do": "pause"}]

    assert not off
    with pytest.raises(terms.RuleSetError):
        terms.parse_escalation(team.escalation)  # after the release there is no owner to switch off


def test_a_group_may_switch_the_silent_off(pair):
    ana, _ben, team = pair
    team.escalation = [{"after": 300, "do": "pause"}, {"after": 600, "do": "release"}]
    team.save()
    lead = arrive()

    later(lead, 20)
    fire()
    live.route_ready(1)

    assert ana.pauses.filter(ends_at=None).count() == 1
    assert Delivery.objects.filter(rep=ana, event="switched_off").exists()
    assert fresh(lead).owner != ana


@pytest.mark.parametrize(("clock", "due"), [("wall", "Monday 18:15"), ("working", "Tuesday 09:15")])
def test_minutes_are_of_the_wall_or_of_the_rep_s_working_day(clock, due):
    """A lead that comes at 17:50 to somebody who works from 9 to 18, with 25 minutes to answer."""
    monday = datetime(2026, 3, 2, tzinfo=ZoneInfo("Europe/Berlin"))
    duty = [(monday + timedelta(days=d, hours=9), monday + timedelta(days=d, hours=18)) for d in range(2)]
    start = monday + timedelta(hours=17, minutes=50)
    found = terms.Terms(1500, clock, terms.parse_escalation([{"after": 1500, "do": "warn"}]))

    assert f"{found.due_at(duty, start):%A %H:%M}" == due
    assert found.alarms(duty, start) == (Alarm("warn", 0, found.due_at(duty, start)),)


def test_the_working_clock_of_a_night_begins_in_the_morning(db):
    """Live: due at the beginning of the shift and so many minutes, though it was given by hand in the night."""
    now = timezone.now()
    sleeper = make.rep("Ana", around_the_clock=False, time_zone="UTC")
    begins = (now + timedelta(hours=3)).replace(minute=0, second=0, microsecond=0)
    make.shifts(sleeper, begins=begins.time(), ends=(begins + timedelta(hours=1)).time())
    team = make.group("DACH", [sleeper], steps=[{"strategy": "round_robin"}], respond_within=15)
    make.publish(make.rule(team))

    lead = arrive()

    assert lead.owner == sleeper
    assert lead.due_at == begins + timedelta(minutes=15)


def test_the_rule_comes_before_the_group(pair):
    _ana, _ben, team = pair
    rule = Rule.objects.get()
    rule.respond_within, rule.clock, rule.escalation = 5, "wall", [{"after": 60, "do": "remind"}]
    rule.save()
    make.publish()

    lead = arrive()

    assert lead.due_at - lead.assigned_at == timedelta(minutes=5)
    assert list(Timer.objects.filter(lead=lead).values_list("kind", flat=True)) == ["remind"]
    assert team.escalation == STAGES


def test_a_rule_may_say_that_nothing_happens(pair):
    rule = Rule.objects.get()
    rule.escalation = []
    rule.save()
    make.publish()

    lead = arrive()

    assert not Timer.objects.filter(lead=lead).exists()


@pytest.mark.parametrize(
    ("otherwise", "steps", "at_once"),
    [
        ([], STEPS, True),  # the rule says nothing of nobody
        ([{"to": "hold"}], STEPS, True),  # nobody is coming
        ([{"to": "desk"}], STEPS, False),  # the rule says so
        ([], [{"strategy": "manual"}], False),
    ],
)
def test_managers_are_told_at_once_of_what_the_rules_did_not_foresee_and_again_later(pair, otherwise, steps, at_once):
    ana, ben, team = pair
    for rep in (ana, ben):
        rep.shifts.all().delete()
    team.steps = steps
    team.save()
    rule = Rule.objects.get()
    rule.otherwise = otherwise
    rule.save()
    make.publish()

    lead = arrive()

    assert lead.state == "desk"
    assert told(lead, "waiting") == (["Clara"] if at_once else [])
    timer = Timer.objects.get(lead=lead, kind="waiting")
    assert timer.due_at - lead.decided_at == timedelta(minutes=10)
    later(lead, 11)
    fire()
    assert told(lead, "waiting") == ["Clara"] * (2 if at_once else 1)
    assert Timer.objects.get(lead=lead, kind="waiting", fired_at=None).n == 1


def test_of_a_lead_that_no_rule_fits_the_division_s_managers_hear(db):
    ops = make.user("Olga", is_ops=True)

    lead = arrive()

    rows = Delivery.objects.filter(lead=lead, event="waiting", channel="email")
    assert lead.reason == "no_rules"
    assert [row.person for row in rows] == [ops]
    assert rows[0].payload["reason"] == "no_rules"


def test_of_a_lead_that_is_set_aside_too(pair, monkeypatch, settings):
    settings.ROUTING_TRIES = 2

    def broken(*_args, **_kwargs):
        raise ValueError("poison")

    monkeypatch.setattr(live.Fold, "decide", broken)
    lead = make.arrive()
    for _try in range(3):
        live.route_ready(1)

    assert fresh(lead).state == "set_aside"
    assert told(lead, "waiting") == ["Clara"]  # it belongs to no group yet: whoever manages one of the division
    assert Timer.objects.filter(lead=lead, kind="waiting").exists()


def test_nobody_is_told_of_test_leads_that_wait(db):
    make.user("Olga", is_ops=True)

    lead = arrive(test=True)

    assert lead.state == "desk"
    assert told(lead, "waiting") == []


def test_a_burst_of_surprises_is_told_by_as_many_queries_as_one(db, django_assert_max_num_queries):
    make.user("Olga", is_ops=True)
    make.arrive(40)

    with django_assert_max_num_queries(45):
        live.route_ready(1)

    assert Delivery.objects.filter(event="waiting", channel="email").count() == 40


def test_whoever_waits_is_told_of_less_and_less_often_and_not_for_ever(pair):
    ana, ben, _team = pair
    ana.shifts.all().delete()
    ben.shifts.all().delete()
    lead = arrive()
    gaps = []
    for _round in range(sla.MOST_WAITING + 3):
        row = Timer.objects.filter(lead=lead, kind="waiting", fired_at=None).first()
        if row is None:
            break
        gaps.append(round((row.due_at - timezone.now()).total_seconds() / 60))
        Timer.objects.filter(pk=row.pk).update(due_at=timezone.now() - timedelta(seconds=1))
        fire()

    assert gaps == [10 * 2**n for n in range(sla.MOST_WAITING + 1)]


def test_who_got_it_meanwhile_waits_no_more(pair):
    ana, ben, team = pair
    ana.shifts.all().delete()
    ben.shifts.all().delete()
    lead = arrive()
    Delivery.objects.all().delete()
    hand.give(lead=lead, rep=ana, group=team, by=ben.user)
    Timer.objects.filter(lead=lead, kind="waiting").update(due_at=timezone.now() - timedelta(seconds=1))

    fire()

    assert told(lead, "waiting") == []


def test_the_sweeper_finds_what_is_due(pair):
    ana, ben, _team = pair
    lead = arrive()
    later(lead, 20)

    Sweep().once()

    assert fresh(lead).owner == ben
    assert told(lead, "taken_back") == [ana.user.name]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_first_contact_against_the_release_is_decided_in_the_database(pair):
    """Either the contact stands and the lead stays, or it was taken back and the contact is refused or late."""
    seen = set()
    for _round in range(12):
        lead = arrive()
        owner = lead.owner
        later(lead, 16)

        touched, _fired = together(lambda one=lead: call(one), lambda: sla.fire(1))

        stands = Touch.objects.filter(lead=lead, hop=lead.hop, rep=owner).exists()
        kept = fresh(lead).owner == owner
        assert stands is kept, touched
        seen.add(kept)
        while live.route_ready(1).count:
            pass
    assert sound()
    assert seen
