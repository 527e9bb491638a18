"""What is read of the past: what people did with each lead, how long it takes them, who reached a stage."""

from datetime import timedelta

import pytest
from django.utils import timezone

from leads import respond
from leads.life import TouchKind
from leads.models import Lead, Stage
from routing import claim, live, rulesets, simulate
from routing.models import Assignment, Decision, RuleSet
from routing.rulesets import rules_of
from routing.simulate import past
from routing.simulate.cases import past_cases
from tests import factories as make

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
POOL = [{"strategy": "availability"}, {"strategy": "pool"}]


def fresh(lead):
    return Lead.objects.select_related("stage", "division", "owner__user", "group").get(pk=lead.pk)


def move(lead, metric, at):
    lead, stage = fresh(lead), Stage.objects.get(metric=metric)
    respond.move_stage(lead=lead, stage=stage, by=lead.owner.user, now=at, reason="so")


def told(began):
    cases = past_cases(RuleSet.objects.get(runs_on="new"), since=began, until=timezone.now() + HOUR)
    spells = past.spells_since(1, began)
    past.tell_cases(cases, spells)
    return cases, spells


def test_a_case_knows_who_had_it_how_long_and_when_they_answered():
    began = timezone.now() - HOUR
    ana = make.rep("Ana")
    make.publish(make.rule(make.group("DACH", [ana])))
    closed, reopened, open_ = make.arrive(3)
    make.arrive(test=True)
    live.route_ready(1)
    never = make.arrive()
    start = Assignment.objects.get(lead=closed).starts_at
    respond.touch(lead=fresh(closed), rep=ana, by=ana.user, kind=TouchKind.EMAIL, now=start + HOUR)
    move(closed, "won", start + 2 * HOUR)
    move(reopened, "lost", start + HOUR)
    move(reopened, "contacted", start + 3 * HOUR)
    move(reopened, "lost", start + 5 * HOUR)

    cases, spells = told(began)

    by = {case.lead.id: case for case in cases}
    assert set(by) == {closed.pk, reopened.pk, open_.pk, never.pk}
    assert [by[lead.pk].kept for lead in (closed, reopened, open_)] == [2 * HOUR, 5 * HOUR, past.FOREVER]
    assert (by[closed.pk].answered, by[open_.pk].answered) == (HOUR, None)
    assert (by[closed.pk].owner, by[never.pk].owner, by[never.pk].had) == (ana.pk, None, False)
    assert by[closed.pk].really.place[2] == ana.pk
    assert by[never.pk].really is None
    assert [len(spell.load) for spell in spells] == [1, 2, 1]
    stays = past.Stays.of(spells)
    assert stays.reps == {ana.pk: 2 * HOUR}  # of 2 and 5 hours the lower; what is still open is not known yet
    assert stays.usual(99, None) == 2 * HOUR


def test_a_pool_is_known_to_empty_after_its_median_wait():
    began = timezone.now() - HOUR
    ana = make.rep("Ana")
    team = make.group("DACH", [ana], pool="open", steps=POOL, claims_per_day=7, count_claims=False)
    other = make.group("Berlin", [ana])
    make.publish(make.rule(team))
    make.arrive(3)
    live.route_ready(1)
    for minutes in (10, 20, 90):
        lead = claim.pull(group=team, rep=ana, by=ana.user)
        at = Decision.objects.get(lead=lead).at + timedelta(minutes=minutes)
        Assignment.objects.filter(lead=lead).update(starts_at=at)

    found = past.habits(1, began)

    assert found[team.pk] == past.Habit(timedelta(minutes=20), 7, counts=False)
    assert found[other.pk].wait == timedelta(minutes=20)
    assert past.habits(1, timezone.now() + 9 * HOUR)[team.pk].wait == past.USUAL_WAIT


@pytest.mark.parametrize(
    ("changes", "pieces"),
    [
        ([], [(0, None)]),
        ([(2, False)], [(0, 2)]),
        ([(2, False), (3, True)], [(0, 2), (3, None)]),
        ([(-2, False)], []),
        ([(-2, False), (-1, True)], [(0, None)]),
        ([(-1, False), (4, True), (5, False)], [(4, 5)]),
    ],
)
def test_a_spell_is_open_load_in_pieces(changes, pieces):
    now = timezone.now()
    given = [(now + n * HOUR, loads) for n, loads in changes]

    found = past._pieces(now, None, given, begins=True)

    assert [((a - now) / HOUR, b and (b - now) / HOUR) for a, b in found] == pieces


def test_rules_of_a_stage_are_simulated_on_leads_that_reached_it():
    began = timezone.now() - HOUR
    ana, ben = make.rep("Ana"), make.rep("Ben")
    make.publish(make.rule(make.group("SDR", [ana])))
    stage = Stage.objects.get(metric="meeting_booked")
    made = RuleSet.objects.create(name="To the closers", runs_on=RuleSet.RunsOn.STAGE, stage=stage)
    made.rules.create(position=1, name="All", to="group", group=make.group("AE", [ben]))
    rulesets.publish(rule_set=made, by=None, comment="", now=timezone.now())
    lead, _other = make.arrive(2)
    live.route_ready(1)
    move(lead, "meeting_booked", timezone.now())
    live.route_ready(1)
    made.refresh_from_db()

    asked = simulate.Asked(began, timezone.now() + HOUR, against="happened")
    result = simulate.simulate(rules_of(made.published), rule_set=made, asked=asked, now=timezone.now())

    assert fresh(lead).owner == ben
    assert (result.leads, result.moving) == (1, 0)
    assert result.reps["here"] == result.reps["happened"] == {str(ben.pk): 1}
