"""A fold, step by step, canonical text, index and trace: all ways to the same decisions."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.engine import ledger
from routing.engine.decide import canonical, decide, record
from routing.engine.replay import (
    Arrived,
    Closed,
    Decided,
    Fold,
    Reversed,
    RosterChanged,
    Taken,
    TimerDue,
    Touched,
    named_reps,
    reach,
    replay,
    step,
)
from routing.engine.ruleset.index import Index
from routing.engine.slate import Outcome
from routing.engine.trace import Trace
from routing.engine.world import Absence, AbsenceKind, Area, AreaKind, Member, Rep, Territory
from tests.engine.builders import MONDAY, NINE, SHARED, group, lead, leaf, rep, rule, rules, to_group, world
from tests.lengths import examples

COUNTRIES = ["DE", "AT", "FR", "GB"]
CHAINS = [
    SHARED,
    [{"strategy": "availability"}, {"strategy": "capacity"}, {"strategy": "priority"}, {"strategy": "round_robin"}],
    [{"strategy": "capacity"}, {"strategy": "territory"}, {"strategy": "availability"}],
]


@st.composite
def teams(draw):
    """Worlds of three groups whose chains all ask for duty and capacity."""
    minute = st.integers(0, 600)

    def one(number):
        start, length = draw(minute), draw(st.integers(1, 400))
        away = draw(st.none() | st.tuples(minute, st.integers(1, 200)))
        absences = () if away is None else (Absence(at(away[0]), at(sum(away)), AbsenceKind.LEAVE),)
        return Rep(number, ((at(start), at(start + length)),), absences, draw(st.none() | st.integers(0, 6)))

    groups = []
    for number in (1, 2, 3):
        members = [
            Member(i, draw(st.integers(0, 4)), draw(st.integers(1, 2)), draw(st.none() | st.integers(0, 4)))
            for i in sorted(draw(st.sets(st.integers(1, 6), max_size=5)))
        ]
        groups.append(group(number, *members, steps=draw(st.sampled_from(CHAINS))))
    covered = (
        Territory(1, 1, (Area(AreaKind.COUNTRY, frozenset({"DE"})),), frozenset({1, 2, 5})),
        Territory(2, 2, (Area(AreaKind.WORLD),), frozenset({3, 4, 5, 6})),
    )
    return world(*groups, reps=[one(number) for number in range(1, 7)], territories=covered)


def at(minutes):
    return MONDAY + timedelta(minutes=minutes)


@st.composite
def rule_sets(draw):
    """Rules over country and score, with every kind of destination and otherwise."""
    conditions = st.one_of(
        st.sampled_from(COUNTRIES).map(lambda code: leaf("country", "is", code)),
        st.lists(st.sampled_from(COUNTRIES), min_size=1).map(lambda codes: leaf("country", "one_of", codes)),
        st.integers(0, 9).map(lambda score: leaf("score", "at_least", score)),
        st.just({"all": [leaf("country", "is", "DE"), leaf("score", "at_most", 5)]}),
        st.just({"none": [leaf("country", "is", "DE")]}),
        st.just({"any": [leaf("country", "is", "FR"), leaf("country", "in_region", ["DACH"])]}),
    )
    places = st.one_of(st.integers(1, 4).map(to_group), st.just({"to": "territory"}), st.just({"to": "desk"}))
    bodies = []
    for number in range(draw(st.integers(0, 6))):
        place = draw(places)
        spare = draw(st.integers(1, 4))
        chain = [] if place == to_group(spare) else [to_group(spare)]
        end = draw(st.sampled_from([[{"to": "next_rule"}], [{"to": "hold"}], [{"to": "desk"}], []]))
        bodies.append(rule(f"rule {number}", place, draw(conditions), otherwise=[*chain, *end]))
    return rules(*bodies, rule("rest", draw(places), otherwise=draw(st.sampled_from([[], [{"to": "hold"}]]))))


LEADS = st.lists(
    st.tuples(st.sampled_from([*COUNTRIES, None]), st.integers(0, 9), st.integers(0, 700)), min_size=1, max_size=25
).map(
    lambda rows: [
        (lead(number, country=code, score=score), at(minute))
        for number, (code, score, minute) in enumerate(sorted(rows, key=lambda row: row[2]))
    ]
)


@pytest.mark.property
@settings(max_examples=examples(100), deadline=None)
@given(teams(), rule_sets(), LEADS)
def test_a_fold_equals_decide_and_step_one_by_one(team, ruled, arrivals):
    fold, state = Fold(team, ruled), team
    for one, when in arrivals:
        alone = decide(one, state, ruled, at=when)
        state = step(state, Decided(when, alone))

        assert fold.decide(one, when) == alone

    assert fold.world() == state


@pytest.mark.property
@settings(max_examples=examples(100), deadline=None)
@given(teams(), rule_sets(), LEADS)
def test_no_decision_names_somebody_off_duty_or_at_a_cap(team, ruled, arrivals):
    fold = Fold(team, ruled)
    for one, when in arrivals:
        before = fold.world()
        decision = fold.decide(one, when)
        if decision.rep is None:
            continue
        rep_, member = before.reps[decision.rep], member_of(before, decision.group, decision.rep)
        assert rep_.on_duty(when)
        assert rep_.cap is None or before.load.get(rep_.id, 0) < rep_.cap
        assert member.cap is None or before.group_load.get((decision.group, rep_.id), 0) < member.cap
        assert member.weight > 0


def member_of(state, number, one):
    return next(member for member in state.groups[number].members if member.rep == one)


@pytest.mark.property
@settings(max_examples=examples(100), deadline=None)
@given(teams(), rule_sets(), LEADS)
def test_balances_sum_to_zero_after_every_step_and_equal_the_replay_of_entries(team, ruled, arrivals):
    fold, entries = Fold(team, ruled), []
    for one, when in arrivals:
        entry = fold.decide(one, when).entry
        entries += [entry] if entry else []

        assert sum(fold.world().balances.values()) == 0

    assert fold.world().balances == ledger.replay(entries)
    assert {key: balance for key, (balance, _) in fold.shares().items()} == ledger.replay(entries)
    assert fold.turn == len(entries)


@pytest.mark.property
@settings(max_examples=examples(100), deadline=None)
@given(teams(), rule_sets(), LEADS)
def test_the_index_and_the_trace_change_nothing(team, ruled, arrivals):
    plain = replace(ruled, index=Index({}, tuple(range(len(ruled.rules)))))
    for one, when in arrivals:
        decision = decide(one, team, ruled, at=when)

        assert decide(one, team, plain, at=when) == decision
        assert decide(one, team, ruled, at=when, trace=Trace()) == decision


@pytest.mark.property
@settings(max_examples=examples(100), deadline=None)
@given(teams(), rule_sets(), LEADS)
def test_reach_holds_every_group_a_decision_could_read(team, ruled, arrivals):
    """A world of only the reached groups decides the same."""
    groups = reach(ruled, [one for one, _ in arrivals], team.territories)
    small = replace(team, groups={number: found for number, found in team.groups.items() if number in groups})
    for one, when in arrivals:
        assert decide(one, small, ruled, at=when) == decide(one, team, ruled, at=when)


@pytest.mark.property
@settings(max_examples=examples(100), deadline=None)
@given(teams(), rule_sets(), LEADS)
def test_canonical_text_is_stable_plain_json_without_floats(team, ruled, arrivals):
    def refuse(text):
        raise AssertionError(text)

    for one, when in arrivals:
        decision = decide(one, team, ruled, at=when)
        text = canonical(decision)

        assert canonical(decide(one, team, ruled, at=when)) == text
        loaded = json.loads(text, parse_float=refuse)
        assert loaded == record(decision)
        assert json.dumps(loaded, sort_keys=True, separators=(",", ":"), ensure_ascii=False) == text


def test_canonical_text_of_one_decision():
    """The text is a contract: when this fails, raise the engine's number."""
    decision = decide(
        lead(7), world(group(1, 1, Member(2, cap=0))), rules(rule("all", to_group(1), respond_within=60)), at=NINE
    )

    assert canonical(decision) == (
        '{"asked":{},"at":"2026-03-02T09:00:00.000000Z","considered":'
        '[[1,1,"only_one_left",{"owed":5354228880},true,0,null,0,null,1,0,0],'
        '[1,2,"at_cap",{"cap":"group","held":0,"most":0},true,0,null,0,0,1,0,0]],'
        '"engine":2,"entry":{"forced":false,"group":1,"reps":[1],"weights":[1],"winner":1},'
        '"group":1,"lead":7,"mode":null,"outcome":"assigned","passed":[],"priority":null,'
        '"reason":["only_one_left",{"owed":5354228880}],"rep":1,"respond_within":60,"rule":"r1","transfers":[],'
        '"until":null,"version":1}'
    )


ONE = world(group(1, 1, 2))
ALL = rules(rule("all", to_group(1)))


def test_load_follows_what_is_assigned_taken_and_closed():
    fold = Fold(ONE, ALL)
    got = fold.decide(lead(1), NINE)
    fold.step(Taken(NINE, lead=2, rep=2, group=1))
    fold.step(Taken(NINE, lead=3, rep=2))
    fold.step(Closed(NINE, lead=1, rep=got.rep, group=1))
    fold.step(Closed(NINE, lead=1, rep=got.rep, group=1))

    assert (fold.world().load, fold.world().group_load) == ({1: 0, 2: 2}, {(1, 1): 0, (1, 2): 1})


def test_a_cap_counts_the_leads_of_the_same_batch():
    fold = Fold(world(group(1, Member(1, cap=2), Member(2, cap=1))), ALL)

    outcomes = [fold.decide(lead(number), NINE).outcome for number in range(4)]

    assert outcomes == [Outcome.ASSIGNED] * 3 + [Outcome.DESK]


def test_a_reversed_entry_gives_everything_back_but_the_turn():
    fold = Fold(ONE, ALL)
    first = fold.decide(lead(1), NINE)
    fold.step(Reversed(NINE, first.entry))

    assert set(fold.world().balances.values()) == {0}
    assert fold.decide(lead(2), NINE).rep == 2


def test_a_counted_claim_pays_like_a_lead_received():
    fold = Fold(ONE, ALL)
    fold.step(Taken(NINE, 1, 1, 1, ledger.LedgerEntry(1, 1, (1, 2), (1, 1), 1, forced=True)))

    assert fold.decide(lead(2), NINE).rep == 2


def test_a_changed_roster_counts_from_the_next_lead_on():
    paused = rep(1, absences=(Absence(NINE, None, AbsenceKind.PAUSED),))
    decisions, after = replay(
        ONE,
        ALL,
        [
            Arrived(NINE, lead(1)),
            RosterChanged(NINE, groups=(group(1, 1),), reps=(paused,)),
            Touched(NINE, 1, 1),
            TimerDue(NINE, 1, "sla"),
            Arrived(NINE, lead(2)),
        ],
    )

    assert [(one.outcome, one.rep) for one in decisions] == [(Outcome.ASSIGNED, 1), (Outcome.DESK, None)]
    assert after.groups[1].members == (Member(1),)


def test_a_step_leaves_the_given_world_alone():
    given = replace(
        ONE, load={1: 5}, group_load={(1, 1): 4}, balances={(1, 1): 1, (1, 2): -1}, turns={(1, 1): 3}, turn=3
    )
    before = repr(given)

    after = step(given, Decided(NINE, decide(lead(1), given, ALL, at=NINE)))

    assert repr(given) == before
    assert (after.load, after.group_load, after.turns, after.turn) == ({1: 6}, {(1, 1): 5}, {(1, 1): 4}, 4)
    assert after.balances == {(1, 1): 1 - ledger.UNIT // 2, (1, 2): ledger.UNIT // 2 - 1}


def test_reach_follows_otherwise_and_the_next_rule():
    chained = rules(
        rule("a", to_group(1), leaf("country", "is", "DE"), otherwise=[to_group(2), {"to": "next_rule"}]),
        rule("b", to_group(3), leaf("country", "is", "DE"), otherwise=[{"to": "pool", "group": 4}]),
        rule("c", to_group(5), leaf("country", "is", "FR")),
        rule("d", {"to": "rep", "rep": 8}),
    )

    assert reach(chained, [lead(country="DE")]) == {1, 2, 3, 4}
    assert reach(chained, [lead(country="FR"), lead()]) == {5}
    assert reach(None, [lead()]) == frozenset()
    assert named_reps(chained) == {8}


def test_of_a_thousand_rules_only_those_that_could_match_are_asked():
    bodies = [
        rule(
            f"rule {number}",
            to_group(1),
            {"all": [leaf("country", "is", COUNTRIES[number % 4]), leaf("source", "is", f"fair {number}")]},
        )
        for number in range(1000)
    ]
    many = rules(*bodies, rule("rest", to_group(1)))

    assert list(many.index.candidates(lead(country="DE", source="Fair 500").folded)) == [500, 1000]
    assert list(many.index.candidates(lead(country="DE").folded)) == [1000]
