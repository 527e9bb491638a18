"""Who is left: by skill, by what they let go before, by being there."""

from dataclasses import replace
from datetime import timedelta

import pytest

from routing.engine.world import Absence, AbsenceKind, Member
from tests.engine.builders import MONDAY, NIGHT, NINE, group, hours, lead, rep, world
from tests.engine.narrowing import ask, dropped, narrow, standing, step, told, verdicts

BY_LANGUAGE = {"kind": "language", "field": "language"}


def polyglots(*, steps=(), duty=None):
    """Member 1 speaks German, 2 French and German, 3 nothing that anybody noted."""
    given = {"duty": duty} if duty is not None else {}
    people = [
        rep(1, skills=frozenset({"language:de"}), **given),
        rep(2, skills=frozenset({"language:fr", "language:de", "product:crm"}), **given),
        rep(3, **given),
    ]
    return world(group(1, 1, 2, 3, steps=list(steps)), reps=people)


@pytest.mark.parametrize(
    ("facts", "options", "left"),
    [
        ({"language": "de"}, BY_LANGUAGE, [1, 2]),
        ({"language": "fr"}, BY_LANGUAGE, [2]),
        ({"language": "it"}, BY_LANGUAGE, []),
        ({}, BY_LANGUAGE, [1, 2, 3]),  # says nothing, needs nothing
        ({"product_interest": ["erp", "crm"]}, {"kind": "product", "field": "product_interest"}, [2]),  # one is enough
        ({"product_interest": []}, {"kind": "product", "field": "product_interest"}, [1, 2, 3]),
        ({"language": "it"}, {"kind": "product", "value": "CRM"}, [2]),  # a fixed one, whatever the lead says
        ({"language": "de"}, {"kind": "certificate", "field": "language"}, []),  # another kind of the same word
        ({"company": "crm"}, {"kind": "product", "field": "nothing_such"}, [1, 2, 3]),
    ],
)
def test_a_skill_that_is_required(facts, options, left):
    slate = narrow("skills", polyglots(), about=lead(**facts), **options)

    assert standing(slate) == left
    assert set(dropped(slate).values()) <= {"lacks_skill"}


PREFERRED = [step("availability"), step("skills", preferred_minutes=30, **BY_LANGUAGE), step("weighted")]


@pytest.mark.parametrize(
    ("waited", "at", "expected"),
    [
        (0, NINE, ("assigned", 2, "only_one_left")),
        (29, NINE, ("assigned", 2, "only_one_left")),
        (30, NINE, ("assigned", 1, "lowest_number")),  # the time is over: everybody counts the same
        (10_000, NINE, ("assigned", 1, "lowest_number")),
        (-5, NINE, ("assigned", 2, "only_one_left")),  # a clock that jumped back
    ],
)
def test_a_skill_that_is_preferred_for_a_time(waited, at, expected):
    french = replace(lead(language="fr"), since=at - timedelta(minutes=waited))

    assert told(ask(polyglots(steps=PREFERRED), french, at)) == expected


def test_while_preferred_it_waits_for_who_has_it_and_at_most_so_long():
    soon = polyglots(steps=PREFERRED)
    soon = replace(soon, reps={**soon.reps, 2: replace(soon.reps[2], duty=((NINE + timedelta(minutes=5), NIGHT),))})
    late = replace(soon, reps={**soon.reps, 2: replace(soon.reps[2], duty=(hours(1, 8, 18),))})
    french = replace(lead(language="fr"), since=NINE - timedelta(minutes=20))

    waits, waits_less = ask(late, french), ask(soon, french)

    assert told(waits) == told(waits_less) == ("held", None, "waits_for_skill")
    assert waits.until == NINE + timedelta(minutes=10)
    assert waits_less.until == NINE + timedelta(minutes=5)
    assert verdicts(waits) == {1: "lacks_preferred_skill", 2: "off_shift", 3: "lacks_preferred_skill"}


def test_where_nobody_in_the_group_has_it_nobody_is_waited_for():
    italian = replace(lead(language="it"), since=NINE)

    assert told(ask(polyglots(steps=PREFERRED), italian)) == ("assigned", 1, "lowest_number")


def test_a_lead_that_nobody_knows_the_age_of_does_not_wait():
    assert told(ask(polyglots(steps=PREFERRED), lead(language="fr"))) == ("assigned", 1, "lowest_number")


@pytest.mark.parametrize(("language", "best"), [("fr", [2]), ("de", [1, 2]), ("it", [1, 2, 3])])
def test_preferred_for_no_time_only_puts_them_first(language, best):
    about = replace(lead(language=language), since=NINE + timedelta(minutes=1))  # a clock that jumped

    slate = narrow("skills", polyglots(), about=about, preferred_minutes=0, **BY_LANGUAGE)

    assert standing(slate) == [1, 2, 3]
    assert [member.rep for member in slate.best()] == best


@pytest.mark.parametrize(
    ("members", "barred", "left"),
    [
        ((1, 2, 3), set(), [1, 2, 3]),
        ((1, 2, 3), {2}, [1, 3]),
        ((1, 2, 3), {1, 2}, [3]),
        ((1, 2, 3), {1, 2, 3}, [1, 2, 3]),  # better late than never
        ((1, 2, 3), {9}, [1, 2, 3]),
        ((1,), {1}, [1]),
    ],
)
def test_not_again_unless_nobody_else_is_in_the_group(members, barred, left):
    about = replace(lead(), barred=frozenset(barred))

    assert standing(narrow("not_again", world(group(1, *members)), about=about)) == left


def test_not_again_keeps_out_who_had_it_even_where_the_others_are_away():
    """It is about who is in the group, not about who is there: the lead waits rather than bounce."""
    away = world(
        group(1, 1, 2, steps=[step("availability"), step("not_again"), step("weighted")]), reps=[rep(2, duty=())]
    )

    decision = ask(away, replace(lead(), barred=frozenset({1})))

    assert told(decision) == ("desk", None, "nobody_left")
    assert verdicts(decision) == {1: "already_had_it", 2: "no_shifts"}


ON_LEAVE = Absence(MONDAY, None, AbsenceKind.LEAVE)
OFF = Absence(MONDAY, None, AbsenceKind.PAUSED)


@pytest.mark.parametrize(
    ("there", "person", "seen", "why"),
    [
        ("shift", {}, None, None),
        ("shift", {"duty": ()}, 0, "no_shifts"),
        ("active", {}, 0, None),
        ("active", {}, 10, None),
        ("active", {}, 11, "idle"),
        ("active", {}, None, "idle"),
        ("active", {"duty": ()}, 3, None),
        ("active", {"duty": (hours(1, 8, 9),)}, 3, None),
        ("active", {"duty": (hours(1, 8, 9),)}, 30, "idle"),
        ("active", {"duty": ()}, None, "idle"),
        ("active", {"absences": (ON_LEAVE,)}, 0, "on_leave"),
        ("active", {"absences": (OFF,)}, 0, "paused"),
        ("active", {"duty": (), "absences": (OFF,)}, 0, "paused"),
        ("either", {}, None, None),
        ("either", {}, 500, None),
        ("either", {"duty": (hours(1, 8, 9),)}, 3, None),
        ("either", {"duty": (hours(1, 8, 9),)}, 30, "off_shift"),
        ("either", {"duty": ()}, None, "no_shifts"),
        ("either", {"absences": (ON_LEAVE,)}, 0, "on_leave"),
    ],
)
def test_who_is_there(there, person, seen, why):
    looked = {} if seen is None else {1: NINE - timedelta(minutes=seen)}
    team = world(group(1, 1), reps=[rep(1, **person)], seen=looked)

    slate = narrow("availability", team, there=there)

    assert dropped(slate) == ({1: why} if why else {})


def test_seen_in_the_future_counts_as_there():
    """Another machine's clock may be ahead."""
    team = world(group(1, 1), seen={1: NINE + timedelta(minutes=5)})

    assert standing(narrow("availability", team, there="active")) == [1]


def test_who_is_back_soonest_must_have_a_weight():
    night = {"duty": (hours(1, 8, 18),)}
    team = world(
        group(1, Member(1, weight=0), 2, steps=[step("availability", back_within_minutes=10_080), step("weighted")]),
        reps=[rep(1, duty=(hours(1, 1, 18),)), rep(2, **night)],
    )

    assert told(ask(team, at=NIGHT)) == ("assigned", 2, "back_soonest")
