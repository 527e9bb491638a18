"""What people would have done is assumed as the result says, nothing else; tables of small worlds, no database."""

from datetime import timedelta

import pytest

from routing.engine.ledger import UNIT
from routing.engine.replay import RosterChanged
from routing.engine.world import Member, Stage
from routing.simulate.asked import CancelledError
from routing.simulate.cases import Case, Fate
from routing.simulate.fold import Around, Run, daily_most
from routing.simulate.past import FOREVER, Habit, Stays
from tests.engine.builders import (
    MONDAY,
    NIGHT,
    NINE,
    SHARED,
    group,
    hours,
    lead,
    leaf,
    rep,
    rule,
    rules,
    to_group,
    world,
)

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
END = MONDAY + timedelta(days=5)
POOLED = [{"strategy": "availability"}, {"strategy": "pool"}]
ALL = rules(rule("all", to_group(1), otherwise=[{"to": "hold"}]))


def around(given, *, events=(), usual=None, reps=(), habits=None, **more):
    stays = Stays(dict(reps), {}, usual)
    return Around(given, tuple(events), stays, habits or {}, {}, END, **more)


def case(number, at=NINE, *, kept=FOREVER, **more):
    had = {"had": True, "kept": kept} if kept is not None else {}
    return Case(lead(number, country="DE"), at, number, f"lead {number}", **had, **more)


def run(given, cases, ruled=ALL, **more):
    fold = Run(ruled, around(given, **more))
    return fold, fold.go(cases)


def owners(found):
    return {number: rep for number, (rep, _group) in sorted(found.owners.items())}


def test_a_lead_stays_open_as_long_as_it_really_did():
    given = world(group(1, Member(1, cap=1)))
    cases = [case(1, NINE, kept=HOUR), case(2, NINE + 30 * MINUTE), case(3, NINE + 2 * HOUR)]

    fold, found = run(given, cases, rules(rule("all", to_group(1))))

    assert owners(found) == {1: 1, 3: 1}
    assert found.fates[2].outcome == "desk"
    assert found.at_cap == {1: 1}
    assert fold.fold.view.load == {1: 1}


@pytest.mark.parametrize(
    ("reps", "usual", "still_open"),
    [({1: HOUR}, 9 * HOUR, 0), ({}, HOUR, 0), ({}, None, 1), ({1: 900 * HOUR}, HOUR, 1)],
)
def test_one_that_nobody_had_stays_as_long_as_is_usual_for_the_rep_else_for_all(reps, usual, still_open):
    fold, _found = run(world(group(1, 1)), [case(1, kept=None)], reps=reps, usual=usual)

    assert fold.fold.view.load == {1: still_open}


def test_an_offer_is_accepted():
    offer = [*SHARED, {"strategy": "offer", "options": {"seconds": 60}}]

    _fold, found = run(world(group(1, 1, 2, steps=offer)), [case(n) for n in (1, 2)])

    assert owners(found) == {1: 1, 2: 2}
    assert found.fates[1].place == ("assigned", 1, 1)


def test_a_pool_empties_after_the_usual_wait_to_the_most_owed_on_duty_below_the_caps():
    away = rep(3, duty=(hours(1, 8, 18),))
    given = world(group(1, 1, Member(2, cap=1), 3, steps=POOLED), reps=[away], balances={(1, 2): 9, (1, 3): 99})
    habits = {1: Habit(20 * MINUTE)}

    fold, found = run(given, [case(1), case(2)], habits=habits)

    assert owners(found) == {1: 2, 2: 1}  # 3 is owed most but off duty; 2 then is at the cap
    assert found.unclaimed == set()
    assert [at - NINE for at, _rep, _load in found.levels] == [20 * MINUTE] * 2
    assert sum(fold.fold.view.balances.values()) == 9 + 99
    assert fold.fold.view.balances[1, 3] == 99


def test_claims_a_day_are_kept_and_need_not_count():
    given = world(group(1, 1, 2, steps=POOLED))
    habits = {1: Habit(MINUTE, claims_per_day=1, counts=False)}

    fold, found = run(given, [case(n) for n in (1, 2, 3)], habits=habits)

    days = [at.date() for at, _rep, _load in found.levels]
    assert sorted(owners(found).values()) == [1, 1, 2]
    assert days == [MONDAY.date(), MONDAY.date(), (MONDAY + timedelta(days=1)).date()]
    assert not any(fold.fold.view.balances.values())


def test_a_pool_waits_until_somebody_comes():
    _fold, found = run(world(group(1, 1, steps=[{"strategy": "pool"}])), [case(1, NIGHT)], habits={1: Habit(MINUTE)})

    assert [at for at, _rep, _load in found.levels] == [MONDAY + timedelta(days=1, hours=8)]


def test_who_is_held_wakes_at_the_instant_and_counts_as_having_waited():
    _fold, found = run(world(group(1, 1)), [case(1, NIGHT), case(2, NINE + timedelta(days=1))])

    assert (owners(found), found.waited) == ({1: 1, 2: 1}, {1})
    assert found.fates[1].outcome == "assigned"
    assert found.decisions == 3


def test_who_is_held_is_decided_again_when_the_roster_changes():
    at = NIGHT + 30 * MINUTE
    woken = RosterChanged(at, reps=(rep(1, duty=(hours(0, 0, 24),)),))

    _fold, found = run(world(group(1, 1)), [case(1, NIGHT)], events=[woken])

    assert [at for at, _rep, _load in found.levels] == [NIGHT + HOUR] or MONDAY + timedelta(days=1) == NIGHT + HOUR


@pytest.mark.parametrize(("lapse", "answered", "gets"), [
    (True, None, 2), (True, 2 * HOUR, 2), (True, MINUTE, 1), (False, None, 1),
])  # fmt: skip
def test_leads_are_taken_back_once_only_where_chosen_and_really_unanswered(lapse, answered, gets):
    steps = [*SHARED[:2], {"strategy": "not_again"}, SHARED[2]]
    given = world(group(1, 1, 2, steps=steps, escalation=(Stage(1800, "release"),), respond_within=900))

    fold, found = run(given, [case(1, answered=answered)], lapse=lapse)

    assert owners(found) == {1: gets}
    assert found.released == ({1} if gets == 2 else set())
    assert found.fates[1].rep == 1
    assert {rep: load for rep, load in fold.fold.view.load.items() if load} == {gets: 1}


def test_the_greatest_deviation_is_that_of_whoever_strayed_most():
    given = world(group(1, 1, 2), balances={(1, 1): UNIT, (1, 2): -UNIT})

    _fold, found = run(given, [case(1)])

    assert found.deviation == {1: (UNIT // 2, 1)}


def test_load_is_told_day_by_day():
    days = [MONDAY + timedelta(days=n) for n in range(4)]
    given = world(group(1, 1), load={1: 2})

    _fold, found = run(given, [case(1, kept=HOUR), case(2, kept=30 * HOUR)])

    assert daily_most(found, days) == {1: [4, 3, 2, 2]}


def test_it_stops_where_somebody_says_so():
    fold = Run(ALL, around(world(group(1, 1))))

    with pytest.raises(CancelledError):
        fold.go([case(n) for n in range(5)], tick=lambda n: n < 3)
    assert fold.found.decisions == 3


def test_a_fate_is_the_same_place_whether_offered_or_assigned():
    offered, assigned = (Fate(outcome, 1, 2, "r", "owed_most") for outcome in ("offered", "assigned"))

    assert offered.place == assigned.place != Fate("pooled", 1, None, "r", "in_pool").place


def test_no_rules_at_all_send_everything_to_the_desk():
    _fold, found = run(world(group(1, 1)), [case(1)], ruled=None)

    assert (found.fates[1].outcome, found.fates[1].code) == ("desk", "no_rules")


def test_a_condition_decides_as_live_does():
    ruled = rules(rule("fr", to_group(2), leaf("country", "is", "FR")), rule("rest", to_group(1)))

    _fold, found = run(world(group(1, 1), group(2, 2)), [case(1)], ruled=ruled)

    assert found.fates[1].place == ("assigned", 1, 1)
