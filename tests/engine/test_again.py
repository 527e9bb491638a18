"""Every decision can be made again from what was stored, to the letter; and what would have changed it is true."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reps.schedule import calendar_edges
from routing.engine.again import again, lead_of, world_of
from routing.engine.decide import canonical, decide, record
from routing.engine.frozen import print_group, print_territories
from routing.engine.ledger import HOUSE, UNIT
from routing.engine.nudge import what_if
from routing.engine.replay import Fold
from routing.engine.ruleset import parse_steps
from routing.engine.strategies import shelf
from routing.engine.strategy import Part
from routing.engine.world import (
    ANY_GROUP,
    Absence,
    AbsenceKind,
    Account,
    Area,
    AreaKind,
    Group,
    Lead,
    Limit,
    Member,
    OnReturn,
    Rep,
    Territory,
    World,
)
from tests.engine.builders import CATALOGUE, MONDAY, NINE, group, lead, leaf, rep, rule, rules, to_group, world
from tests.engine.narrowing import TO_ONE, step
from tests.lengths import examples

GROUPS, PEOPLE = (1, 2, 3), tuple(range(1, 8))
LANGUAGES = ("de", "fr")
COUNTRIES = ("DE", "FR")
END = 900  # minutes of the day at hand

OPTIONS = {
    "availability": st.sampled_from(
        [
            {},
            {"back_within_minutes": 240},
            {"there": "active"},
            {"there": "either", "active_minutes": 60},
            {"there": "active", "active_minutes": 30, "back_within_minutes": 600},
        ]
    ),
    "account": st.fixed_dictionaries(
        {"away": st.sampled_from(["rotate", "backup", "wait"]), "returning": st.booleans()}
    ),
    "fixed": st.sampled_from(PEOPLE).map(lambda number: {"rep": number}),
    "offer": st.just({"seconds": 60}),
    "pool": st.sampled_from(["open", "blind", "broadcast"]).map(lambda mode: {"mode": mode}),
    "priority": st.sampled_from([{}, {"score_at_least": 5}, {"deal_size_at_least": 1000}]),
    "random": st.sampled_from(["equal", "weight"]).map(lambda by: {"by": by}),
    "skills": st.sampled_from(
        [
            {"kind": "language", "field": "language"},
            {"kind": "language", "field": "language", "preferred_minutes": 0},
            {"kind": "language", "field": "language", "preferred_minutes": 45},
            {"kind": "language", "value": "fr", "preferred_minutes": 30},
        ]
    ),
    "territory": st.booleans().map(lambda first: {"closest_first": first}),
}
BY_PART = {part: sorted(name for name, one in shelf().items() if one.part is part) for part in Part}
ON_ONE = [name for name in (*BY_PART[Part.NARROW], *BY_PART[Part.PREFER], "offer") if name not in {"account", "fixed"}]


@st.composite
def chains(draw, names=None):
    """Steps in an order that makes sense: leave out and prefer in any, then share, then end."""
    early = names or [*BY_PART[Part.NARROW], *BY_PART[Part.PREFER]]
    chosen = draw(st.lists(st.sampled_from([name for name in early if name != "offer"]), unique=True, max_size=5))
    ends = ["", "offer"]
    if names is None:
        share = draw(st.sampled_from(["", *BY_PART[Part.SHARE]]))
        chosen += [share] if share else []
        ends = ["", "", "offer"] if share else ["", "offer", "pool", "manual"]
    end = draw(st.sampled_from(ends))
    chosen += [end] if end else []
    steps = [step(name, **draw(OPTIONS.get(name, st.just({})))) for name in chosen]
    parse_steps(steps)  # never an order that is refused
    return steps


def at(minutes):
    return MONDAY + timedelta(minutes=minutes)


minute = st.integers(0, END)
limits = st.lists(
    st.builds(Limit, st.sampled_from(["hour", "day", "week", "month"]), st.integers(0, 3), st.booleans()),
    max_size=2,
    unique_by=lambda limit: limit.period,
).map(tuple)


@st.composite
def people(draw, number):
    duty = []
    for _ in range(draw(st.integers(0, 3))):
        start = draw(minute)
        duty.append((at(start), at(start + draw(st.integers(1, 500)))))
    absences = []
    for kind in draw(st.lists(st.sampled_from(list(AbsenceKind)), max_size=2)):
        start = draw(minute)
        absences.append(
            Absence(at(start), draw(st.none() | st.integers(1, 600).map(lambda n, s=start: at(s + n))), kind)
        )
    return Rep(
        number,
        tuple(sorted(duty)),
        tuple(absences),
        draw(st.none() | st.integers(0, 3)),
        draw(st.none() | st.sampled_from(PEOPLE)),
        draw(limits),
        {period: calendar_edges(zone="Europe/Berlin", period=period, horizon=(MONDAY, at(END)))
         for period in ("hour", "day", "week", "month")},
        frozenset(f"language:{one}" for one in draw(st.sets(st.sampled_from(LANGUAGES)))),
    )  # fmt: skip


@st.composite
def groups_of(draw, number):
    members = tuple(
        Member(
            one,
            draw(st.integers(0, 3)),
            draw(st.integers(1, 3)),
            draw(st.none() | st.integers(0, 3)),
            draw(limits),
        )
        for one in draw(st.sets(st.sampled_from(PEOPLE), max_size=5))
    )
    return Group(
        number,
        members,
        parse_steps(draw(chains())),
        900,
        on_return=draw(st.sampled_from(list(OnReturn))),
        repay_per_day=draw(st.integers(1, 3)),
        count_accounts=draw(st.booleans()),
        paused=draw(st.sampled_from([False, False, False, True])),
        even_percent=draw(st.sampled_from([0, 0, 20, 50])),
    )


@st.composite
def worlds(draw):
    here = {number: draw(groups_of(number)) for number in GROUPS}
    gone = draw(st.sets(st.sampled_from(PEOPLE), max_size=1))
    reps = {number: draw(people(number)) for number in PEOPLE if number not in gone}
    some = st.integers(-3, 3).map(lambda n: n * UNIT // 2)
    balances = {(g, m.rep): draw(some) for g, one in here.items() for m in one.members}
    balances |= {
        (g, -m.rep): draw(st.sampled_from([0, 0, UNIT, 5 * UNIT])) for g, one in here.items() for m in one.members
    }
    for number in GROUPS:
        balances[number, HOUSE] = -sum(amount for (g, _), amount in balances.items() if g == number)
    received = {
        (g, number): sorted(at(n) for n in draw(st.lists(st.integers(-3000, 0), max_size=2)))
        for g in (ANY_GROUP, *GROUPS)
        for number in PEOPLE
    }
    territories = tuple(
        Territory(
            n,
            draw(st.none() | st.sampled_from(GROUPS)),
            (draw(st.sampled_from([Area(AreaKind.WORLD), Area(AreaKind.COUNTRY, frozenset({"DE"}))])),),
            frozenset(draw(st.sets(st.sampled_from(PEOPLE)))),
        )
        for n in range(1, draw(st.integers(0, 3)) + 1)
    )
    owner = st.none() | st.sampled_from([*PEOPLE, 99])
    places = st.tuples(st.sampled_from(GROUPS), st.sampled_from(PEOPLE))
    return World(
        groups=here,
        reps=reps,
        load=draw(st.dictionaries(st.sampled_from(PEOPLE), st.integers(0, 3))),
        group_load=draw(st.dictionaries(places, st.integers(0, 3))),
        received=received,
        balances=balances,
        turns={(g, m.rep): draw(st.integers(0, 3)) for g, one in here.items() for m in one.members},
        turn=3,
        repaid=draw(
            st.dictionaries(st.tuples(st.sampled_from(GROUPS), st.sampled_from(PEOPLE)), st.integers(-2000, 0).map(at))
        ),
        seen=draw(st.dictionaries(st.sampled_from(PEOPLE), minute.map(at))),
        territories=territories,
        accounts={
            n: Account(n, draw(owner), draw(st.none() | st.sampled_from([*GROUPS, 44]))) for n in (1, 2)
        },
    )  # fmt: skip


@st.composite
def rule_sets(draw):
    conditions = st.one_of(
        st.sampled_from(COUNTRIES).map(lambda code: leaf("country", "is", code)),
        st.integers(0, 9).map(lambda score: leaf("score", "at_least", score)),
    )
    places = st.one_of(
        st.sampled_from([*GROUPS, 44]).map(to_group),
        st.just({"to": "territory"}),
        st.fixed_dictionaries(
            {
                "to": st.just("account"),
                "away": st.sampled_from(["pass", "wait", "backup", "rotate"]),
                "returning": st.booleans(),
            }
        ),
        st.sampled_from([*PEOPLE, 99]).map(lambda number: {"to": "rep", "rep": number}),
        st.just({"to": "desk"}),
        st.just({"to": "reject", "reason": "No"}),
    )

    def one(name, condition, *, last):
        place = draw(places)
        shared = place["to"] in {"group", "territory"}
        steps = draw(st.none() | chains()) if shared else draw(st.none() | chains(names=ON_ONE))
        chain = [
            to_group(n)
            for n in draw(st.lists(st.sampled_from(GROUPS), max_size=2, unique=True))
            if to_group(n) != place
        ]
        ends = [[], [{"to": "hold"}], [{"to": "desk"}], [{"to": "pool", "group": draw(st.sampled_from(GROUPS))}]]
        ends += [] if last else [[{"to": "next_rule"}]]
        return rule(name, place, condition, steps=steps, otherwise=[*chain, *draw(st.sampled_from(ends))])

    bodies = [one(f"rule {n}", draw(conditions), last=False) for n in range(draw(st.integers(0, 3)))]
    return rules(*bodies, one("rest", None, last=True))


@st.composite
def arrivals(draw):
    """Leads with their minute, in order."""
    found = []
    for number, when in enumerate(sorted(draw(st.lists(minute, min_size=1, max_size=6))), start=1):
        facts = {
            "country": draw(st.none() | st.sampled_from(COUNTRIES)),
            "language": draw(st.none() | st.sampled_from([*LANGUAGES, "it"])),
            "score": draw(st.none() | st.integers(0, 9)),
        }
        about = Lead(
            number,
            facts,
            CATALOGUE.fold(facts),
            account=draw(st.sampled_from([None, 1, 2, 88])),
            barred=frozenset(draw(st.sets(st.sampled_from(PEOPLE), max_size=3))),
            since=draw(st.none() | st.integers(-60, 5).map(lambda n, w=when: at(w + n))),
            last_owner=draw(st.none() | st.sampled_from([*PEOPLE, 99])),
        )
        found.append((about, at(when)))
    return found


def stored(given_, decision):
    """What live keeps: the record through JSON, and the prints of the groups the decision looked at."""
    looked = {row.group for row in (*decision.considered, *decision.passed)} | {decision.group}
    bodies = [print_group(given_.groups[n], given_.reps) for n in sorted(looked - {None}) if n in given_.groups]
    told = json.loads(canonical(decision))
    return told, json.loads(json.dumps([*bodies, print_territories(given_.territories)]))


@pytest.mark.long
@pytest.mark.property
@settings(max_examples=examples(300), deadline=None)
@given(worlds(), rule_sets(), arrivals())
def test_every_decision_is_made_again_to_the_letter(given_, ruled, coming):
    fold = Fold(given_, ruled)
    for about, when in coming:
        decision = fold.decide(about, when)
        kept, prints = stored(given_, decision)

        made = again(kept, prints=prints, facts=about.facts, folded=about.folded, rules=ruled)

        assert canonical(made) == canonical(decision)
        assert record(made) == kept


def test_it_is_kept_that_a_named_rep_was_away_who_was_out_for_another_reason():
    away = rep(2, absences=(Absence(MONDAY, None, AbsenceKind.LEAVE),), backup=1)
    team = world(group(1, 1, 2, 3, steps=[step("not_again"), step("fixed", rep=2)]), reps=[away])
    about = replace(lead(), barred=frozenset({2}))
    decision = decide(about, team, TO_ONE, at=NINE)
    kept, prints = stored(team, decision)

    made = again(kept, prints=prints, facts=about.facts, folded=about.folded, rules=TO_ONE)

    assert decision.rep == 1
    assert record(made) == kept


@pytest.mark.property
@settings(max_examples=examples(100), deadline=None)
@given(worlds(), rule_sets(), arrivals(), st.sampled_from([*PEOPLE, 99]))
def test_what_would_have_changed_it_never_raises_and_is_about_the_one_asked(given_, ruled, coming, who):
    for about, when in coming:
        decision = decide(about, given_, ruled, at=when)

        found = what_if(about, given_, ruled, at=when, rep=who)

        if decision.rep == who:
            assert found.wins
            assert found.changes == ()
        if found.wins and not found.changes:
            assert decision.rep == who
        kept, prints = stored(given_, decision)
        rebuilt = world_of(kept, prints), lead_of(kept, facts=about.facts, folded=about.folded)
        what_if(rebuilt[1], rebuilt[0], ruled, at=when, rep=who)


@pytest.mark.parametrize(
    ("team", "about", "who", "changes"),
    [
        (world(group(1, 1, 2)), lead(), 1, []),
        (world(group(1, 1, 2), reps=[rep(2, absences=(Absence(MONDAY, None, AbsenceKind.PAUSED),))]), lead(), 2,
         ["paused", "higher_number"]),
        (world(group(1, 1, Member(2, cap=3)), group_load={(1, 2): 3}), lead(), 2, ["at_cap", "higher_number"]),
        (world(group(1, 1, Member(2, weight=0))), lead(), 2, ["weight_is_zero", "higher_number"]),
        (world(group(1, 1, 2), balances={(1, 1): 7}), lead(), 2, ["owed_less"]),
        (world(group(1, 1, 2, steps=[step("not_again"), step("weighted")])), replace(lead(), barred=frozenset({2})), 2,
         ["already_had_it", "higher_number"]),
        (world(group(1, 1, 2, steps=[step("account"), step("weighted")]), accounts={5: Account(5, 1, 1)}),
         lead(account=5), 2, ["account_owned_by"]),
        (world(group(1, Member(1, tier=1), Member(2, tier=2), steps=[step("priority"), step("weighted")])), lead(), 2,
         ["not_senior_enough", "higher_number"]),
        (world(group(1, 1, 2, steps=[step("least_loaded")]), load={2: 4}), lead(), 2, ["busier", "higher_number"]),
        (world(group(1, 1, 2, steps=[step("skills", kind="language", value="fr"), step("weighted")]),
               reps=[rep(1, skills=frozenset({"language:fr"}))]), lead(), 2, ["lacks_skill", "higher_number"]),
    ],
)  # fmt: skip
def test_each_cause_that_kept_somebody_from_it_is_named_in_order(team, about, who, changes):
    found = what_if(about, team, TO_ONE, at=NINE, rep=who)

    assert found.wins
    assert [cause.code.value for cause in found.changes] == changes


@pytest.mark.parametrize(
    ("team", "who", "why"),
    [
        (world(group(1, 1, 2, steps=[step("fixed", rep=1)])), 2, "not_the_named_rep"),
        (world(group(1, 1, 2, 3, 4, 5, 6, steps=[step("random")])), 9, None),  # no member
        (world(), 1, None),
    ],
)
def test_some_causes_cannot_be_taken_away(team, who, why):
    found = what_if(lead(), team, TO_ONE, at=NINE, rep=who)

    assert not found.wins
    assert why is None or why not in [cause.code.value for cause in found.changes]
