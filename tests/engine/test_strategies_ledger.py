"""Time off and the fair share: kept, forgiven or repaid, and what a leaving member leaves behind."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from routing.engine.ledger import HOUSE, UNIT, Moved, Transfer, leave, move
from routing.engine.ledger import replay as book
from routing.engine.replay import Arrived, Moving
from routing.engine.replay import replay as fold_all
from routing.engine.world import Absence, AbsenceKind, Area, AreaKind, Member, OnReturn, Territory
from tests.engine.builders import MONDAY, NINE, group, hours, lead, rep, world
from tests.engine.narrowing import TO_ONE, ask, step, told

DAY = timedelta(days=1)
STEPS = [step("availability"), step("capacity"), step("weighted")]
AWAY = Absence(MONDAY, MONDAY + DAY, AbsenceKind.LEAVE)
ALWAYS = {"duty": tuple(hours(day, 0, 24) for day in range(30))}


def team(policy, *, absences=(AWAY,), members=(1, 2, 3), steps=STEPS, per_day=2, **given):
    """Member 1 is on leave on Monday."""
    people = [rep(1, absences=absences, **ALWAYS), rep(2, **ALWAYS), rep(3, **ALWAYS)]
    return world(
        group(1, *members, steps=steps, on_return=OnReturn(policy), repay_per_day=per_day), reps=people, **given
    )


def leads(count, *, first=1, start=NINE, every=timedelta(minutes=10)):
    return [Arrived(start + every * n, lead(first + n)) for n in range(count)]


def fold(given, events):
    decisions, after = fold_all(given, TO_ONE, events)
    assert sum(after.balances.values()) == 0
    entries = [item for d in decisions for item in (*d.transfers, *((d.entry,) if d.entry else ()))]
    replayed = book(entries)
    kept = {key: amount for key, amount in after.balances.items() if amount}
    assert {key: amount for key, amount in replayed.items() if amount} == kept
    return decisions, after


def test_kept_who_was_away_comes_back_to_where_they_stood():
    decisions, after = fold(team("keep"), leads(30) + leads(30, first=31, start=NINE + DAY))

    day, next_day = Counter(d.rep for d in decisions[:30]), Counter(d.rep for d in decisions[30:])
    assert day == {2: 15, 3: 15}
    assert next_day == {1: 10, 2: 10, 3: 10}  # no burst
    assert (1, -1) not in after.balances


def test_repaid_who_was_away_earns_and_catches_up_a_few_leads_a_day():
    events = leads(30) + [e for d in range(1, 9) for e in leads(30, first=31 + 30 * d, start=NINE + DAY * d)]

    decisions, after = fold(team("repay"), events)

    per_day = [Counter(d.rep for d in decisions[30 * n : 30 * n + 30])[1] for n in range(9)]
    repaid = [t for d in decisions for t in d.transfers if t.why is Moved.REPAID]
    assert per_day == [0, *[12] * 5, *[10] * 3]  # ten of theirs, and two that were missed, five times
    assert [t.amount for t in repaid] == [2 * UNIT] * 5
    assert Counter(d.rep for d in decisions) == {1: 90, 2: 90, 3: 90}
    assert (after.balances[1, -1], after.balances[1, HOUSE]) == (0, 0)


@pytest.mark.parametrize(("per_day", "expected"), [(1, 11), (2, 12), (3, 13), (100, 20)])
def test_at_most_so_many_are_made_up_for_in_a_day(per_day, expected):
    decisions, _ = fold(team("repay", per_day=per_day), leads(30) + leads(30, first=31, start=NINE + DAY))

    assert Counter(d.rep for d in decisions[30:])[1] == expected


def test_what_is_made_up_for_is_borne_by_the_others_by_weight():
    members = (1, Member(2, weight=3), Member(3, weight=1))
    owing = team("repay", absences=(), members=members, balances={(1, -1): UNIT, (1, HOUSE): -UNIT})

    moved = ask(owing).transfers

    assert moved == (
        Transfer(1, 1, UNIT, Moved.REPAID),
        Transfer(1, 2, UNIT // 4 * 3, Moved.BORNE),
        Transfer(1, 3, UNIT // 4, Moved.BORNE),
    )


def test_who_is_there_alone_makes_up_for_nothing():
    """There is nobody to bear it; it waits until there is."""
    owing = team("repay", absences=(), members=(1,), balances={(1, -1): UNIT, (1, HOUSE): -UNIT})

    assert ask(owing).transfers == ()


def test_arrears_are_paid_out_only_to_who_is_there_and_once_in_24_hours():
    owing = team("repay", absences=(), balances={(1, -1): 5 * UNIT, (1, HOUSE): -5 * UNIT})

    decisions, _ = fold_from(owing, [*leads(2), *leads(1, first=9, start=NINE + DAY)])

    paid = [[t.amount // UNIT for t in d.transfers if t.why is Moved.REPAID] for d in decisions]
    assert paid == [[2], [], [2]]


def fold_from(given, events):
    decisions, after = fold_all(given, TO_ONE, events)
    assert sum(after.balances.values()) == 0
    return decisions, after


@pytest.mark.parametrize(
    ("owed", "left"), [(5 * UNIT, UNIT), (-5 * UNIT, -UNIT), (UNIT, UNIT), (UNIT // 2, UNIT // 2), (-UNIT, -UNIT)]
)
def test_forgiven_at_most_one_lead_is_owed_either_way(owed, left):
    given = team("forgive", balances={(1, 1): owed, (1, HOUSE): -owed})

    decisions, after = fold_from(given, leads(3))

    moved = [t for d in decisions for t in d.transfers]
    assert after.balances[1, 1] == left
    assert after.balances[1, HOUSE] == -left
    assert moved == ([Transfer(1, 1, owed - left, Moved.FORGIVEN)] if owed != left else [])  # once


def test_forgiven_only_to_who_is_on_time_off():
    """The end of a shift forgives nothing."""
    given = team("forgive", absences=(), balances={(1, 1): 9 * UNIT, (1, HOUSE): -9 * UNIT})
    late = {**given.reps, 1: rep(1, duty=(hours(1, 8, 9),))}

    _, after = fold_from(replace(given, reps=late), leads(3))

    assert after.balances[1, 1] == 9 * UNIT


@pytest.mark.parametrize(
    ("kind", "earns"),
    [(AbsenceKind.LEAVE, True), (AbsenceKind.HOLIDAY, True), (AbsenceKind.PAUSED, True), (None, False)],
)
def test_who_earns_while_away(kind, earns):
    """The end of a shift is no time off."""
    given = team("repay", absences=(Absence(MONDAY, MONDAY + DAY, kind),) if kind else ())
    if kind is None:
        given = replace(given, reps={**given.reps, 1: rep(1, duty=(hours(1, 8, 9),))})

    decision = ask(given)

    assert decision.entry.reps == (2, 3)
    assert decision.transfers == ((Transfer(1, 1, UNIT // 3, Moved.EARNED),) if earns else ())


GERMANY = Territory(1, 1, (Area(AreaKind.COUNTRY, frozenset({"DE"})),), frozenset({1, 2}))
FRANCE = Territory(2, 1, (Area(AreaKind.COUNTRY, frozenset({"FR"})),), frozenset({3}))


@pytest.mark.parametrize(
    ("steps", "about", "earned"),
    [
        ([step("availability"), step("territory"), step("weighted")], {"country": "DE"}, UNIT // 2),
        ([step("availability"), step("territory"), step("weighted")], {"country": "FR"}, 0),
        ([step("availability"), step("skills", kind="language", field="language"), step("weighted")], {}, UNIT // 3),
        (
            [step("availability"), step("skills", kind="language", field="language"), step("weighted")],
            {"language": "de"},
            0,
        ),
        ([step("availability"), step("priority"), step("weighted")], {}, 0),
        ([step("availability"), step("weighted"), step("offer")], {}, UNIT // 3),
        ([step("availability"), step("random")], {}, UNIT // 3),
    ],
    ids=["their territory", "another's", "needs nothing", "needs what they lack", "a lower tier", "offered", "by lot"],
)
def test_only_what_they_could_have_taken_is_earned_while_away(steps, about, earned):
    members = (Member(1, tier=2), 2, 3)
    given = team("repay", steps=steps, members=members, territories=(GERMANY, FRANCE))
    given = replace(given, reps={**given.reps, 2: replace(given.reps[2], skills=frozenset({"language:de"}))})

    moved = ask(given, lead(**about)).transfers

    assert moved == ((Transfer(1, 1, earned, Moved.EARNED),) if earned else ())


def test_who_is_away_with_weight_zero_earns_nothing():
    assert ask(team("repay", members=(Member(1, weight=0), 2, 3))).transfers == ()


def test_who_is_away_never_wins():
    given = team("repay", balances={(1, 1): 900 * UNIT, (1, -1): 900 * UNIT, (1, HOUSE): -1800 * UNIT})

    assert told(ask(given))[:2] == ("assigned", 2)


@pytest.mark.parametrize(("own", "arrears"), [(0, 0), (7, 0), (-7, 0), (0, 9), (3, 9), (-12, 9), (-9, 9)])
def test_a_leaving_member_s_rows_go_to_the_house(own, arrears):
    balances = {(1, 1): own, (1, -1): arrears, (1, 2): 4, (1, HOUSE): -own - arrears - 4}

    after = dict(balances)
    for transfer in leave(balances, 1, 1):
        after.update(move(after, transfer))

    assert (after[1, 1], after[1, -1]) == (0, 0)
    assert after[1, HOUSE] == -4
    assert sum(after.values()) == 0


def test_a_member_who_left_is_owed_nothing_on_coming_back():
    given = team("keep", absences=())
    _decisions, after = fold_all(given, TO_ONE, leads(2))
    owed = after.balances[1, 1]
    events = [Moving(NINE, transfer) for transfer in leave(after.balances, 1, 1)]

    _, left = fold_all(after, TO_ONE, events)

    assert owed
    assert left.balances[1, 1] == 0
    assert left.balances[1, HOUSE] == owed
    assert sum(left.balances.values()) == 0
