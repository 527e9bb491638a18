"""Tables of (lead, world, rules) and what is decided."""

from dataclasses import replace
from datetime import timedelta

import pytest

from routing.engine.decide import decide
from routing.engine.slate import Outcome
from routing.engine.trace import Code, Trace
from routing.engine.world import (
    Absence,
    AbsenceKind,
    Account,
    Area,
    AreaKind,
    Group,
    Member,
    Territory,
    World,
)
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

GERMAN = leaf("country", "is", "DE")
DESK = {"to": "desk"}
HOLD = {"to": "hold"}
NEXT = {"to": "next_rule"}


def brief(decision):
    return (decision.outcome.value, decision.rule, decision.group, decision.rep, decision.reason.code.value)


def verdicts(decision):
    return {(row.group, row.rep): row.code.value for row in decision.considered}


TEAM = world(group(1, 1, 2), group(2, 3, steps=SHARED), group(3, steps=SHARED))


@pytest.mark.parametrize(
    ("bodies", "at", "expected"),
    [
        pytest.param(
            [rule("german", to_group(1), GERMAN), rule("rest", to_group(2))],
            NINE,
            ("assigned", "r1", 1, 1, "lowest_number"),
            id="the first rule that holds decides",
        ),
        pytest.param(
            [rule("french", to_group(1), leaf("country", "is", "FR")), rule("rest", to_group(2))],
            NINE,
            ("assigned", "r2", 2, 3, "only_one_left"),
            id="a rule that does not hold is passed over",
        ),
        pytest.param([rule("rest", DESK)], NINE, ("desk", "r1", None, None, "sent_to_desk"), id="the desk by rule"),
        pytest.param(
            [rule("rest", {"to": "reject", "reason": "Student"})],
            NINE,
            ("rejected", "r1", None, None, "rejected_by_rule"),
            id="rejected with a reason",
        ),
        pytest.param(
            [rule("rest", to_group(1))],
            NIGHT,
            ("desk", "r1", None, None, "nobody_on_duty"),
            id="nobody on duty and no otherwise: the desk",
        ),
        pytest.param(
            [rule("rest", to_group(9))], NINE, ("desk", "r1", None, None, "group_missing"), id="a deleted group"
        ),
        pytest.param(
            [rule("rest", to_group(3))], NINE, ("desk", "r1", None, None, "group_has_nobody"), id="an empty group"
        ),
        pytest.param(
            [rule("rest", to_group(9), otherwise=[to_group(2)])],
            NINE,
            ("assigned", "r1", 2, 3, "only_one_left"),
            id="otherwise stands in for a deleted group",
        ),
        pytest.param(
            [rule("german", to_group(3), GERMAN, otherwise=[to_group(9), NEXT]), rule("rest", to_group(2))],
            NINE,
            ("assigned", "r2", 2, 3, "only_one_left"),
            id="otherwise, a group, then the next rule",
        ),
        pytest.param(
            [rule("rest", to_group(1), otherwise=[{"to": "pool", "group": 2, "mode": "blind"}])],
            NIGHT,
            ("pooled", "r1", 2, None, "nobody_on_duty"),
            id="otherwise the pool of a group",
        ),
        pytest.param(
            [rule("rest", to_group(1), otherwise=[DESK])],
            NIGHT,
            ("desk", "r1", None, None, "nobody_on_duty"),
            id="otherwise the desk, with the reason",
        ),
        pytest.param(
            [rule("rest", to_group(1), steps=[{"strategy": "pool", "options": {"mode": "open"}}])],
            NIGHT,
            ("pooled", "r1", 1, None, "in_pool"),
            id="a pool by its step, whoever is on duty",
        ),
        pytest.param(
            [rule("rest", {"to": "rep", "rep": 2})],
            NIGHT,
            ("assigned", "r1", None, 2, "named_rep"),
            id="a named rep, off shift too",
        ),
        pytest.param(
            [rule("rest", {"to": "rep", "rep": 77})],
            NINE,
            ("desk", "r1", None, None, "rep_missing"),
            id="a named rep who is gone",
        ),
        pytest.param(
            [rule("rest", {"to": "territory"})],
            NINE,
            ("desk", "r1", None, None, "no_territory"),
            id="no territory covers the lead",
        ),
        pytest.param([], NINE, ("desk", None, None, None, "no_rules"), id="an empty rule set"),
    ],
)
def test_decide(bodies, at, expected):
    assert brief(decide(lead(country="de"), TEAM, rules(*bodies), at=at)) == expected


def test_no_published_rules_is_the_desk_with_that_reason():
    assert brief(decide(lead(), TEAM, None, at=NINE)) == ("desk", None, None, None, "no_rules")


def test_a_set_whose_rules_all_pass_on_ends_at_the_desk():
    bodies = rules(rule("german", to_group(3), GERMAN, otherwise=[NEXT]), rule("rest", to_group(2)))
    without_rest = replace(bodies, rules=bodies.rules[:1], index=type(bodies.index).build(bodies.rules[:1]))

    decision = decide(lead(country="DE"), TEAM, without_rest, at=NINE)

    assert brief(decision) == ("desk", None, None, None, "no_rule_matched")
    assert [(row.rule, row.group, row.reason.code) for row in decision.passed] == [("r1", 3, Code.GROUP_HAS_NOBODY)]


@pytest.mark.parametrize(
    ("duty", "absences", "expected"),
    [
        ((hours(1, 8, 18),), (), hours(1, 8, 18)[0]),
        ((hours(0, 8, 18), hours(2, 9, 12)), (), hours(2, 9, 12)[0]),
        (
            (hours(1, 8, 18),),
            (Absence(MONDAY, MONDAY + timedelta(days=1, hours=10), AbsenceKind.LEAVE),),
            hours(1, 10, 18)[0],
        ),
    ],
)
def test_hold_waits_for_the_first_who_comes_on_duty(duty, absences, expected):
    team = world(group(1, 1), reps=[rep(1, duty=duty, absences=absences)])

    decision = decide(lead(), team, rules(rule("rest", to_group(1), otherwise=[HOLD])), at=NIGHT)

    assert (decision.outcome, decision.until, decision.group) == (Outcome.HELD, expected, 1)


def test_hold_looks_at_every_group_the_rule_tried_but_not_at_weight_zero():
    team = world(
        group(1, Member(1, weight=0), 2),
        group(2, 3),
        reps=[
            rep(1, duty=(hours(1, 1, 2),)),
            rep(2, duty=(hours(1, 8, 9),)),
            rep(3, duty=(hours(1, 7, 8),)),
        ],
    )

    decision = decide(lead(), team, rules(rule("rest", to_group(1), otherwise=[to_group(2), HOLD])), at=NIGHT)

    assert (decision.group, decision.until) == (2, hours(1, 7, 8)[0])


def test_hold_never_waits_for_somebody_whom_duty_would_not_help():
    germany = Territory(1, 1, (Area(AreaKind.COUNTRY, frozenset({"DE"})),), frozenset({2}))
    team = world(
        group(1, 1, 2),
        reps=[rep(1, duty=(hours(1, 6, 18),)), rep(2, duty=(hours(1, 9, 18),))],
        territories=(germany,),
    )
    held = rules(rule("rest", {"to": "territory"}, otherwise=[HOLD]))

    assert decide(lead(country="DE"), team, held, at=NIGHT).until == hours(1, 9, 18)[0]


def test_hold_for_a_named_rep_at_the_cap_waits_for_the_next_shift():
    team = World(reps={1: rep(1, cap=0, duty=(hours(0, 8, 18), hours(1, 8, 18)))})
    steps = [{"strategy": "capacity"}]
    held = rules(rule("rest", {"to": "rep", "rep": 1}, steps=steps, otherwise=[HOLD]))

    decision = decide(lead(), team, held, at=NINE)

    assert (decision.outcome, decision.group, decision.until) == (Outcome.HELD, None, hours(1, 8, 18)[0])


def test_hold_for_nobody_within_the_horizon_is_the_desk():
    team = world(group(1, 1), reps=[rep(1, duty=(hours(0, 8, 9),))])

    decision = decide(lead(), team, rules(rule("rest", to_group(1), otherwise=[HOLD])), at=NIGHT)

    assert brief(decision) == ("desk", "r1", None, None, "nobody_coming")


def test_hold_at_cap_never_waits_for_an_instant_that_has_passed():
    team = world(group(1, 1), reps=[rep(1, cap=0, duty=(hours(0, 8, 18), hours(1, 8, 18)))])

    decision = decide(lead(), team, rules(rule("rest", to_group(1), otherwise=[HOLD])), at=NINE)

    assert decision.until == hours(1, 8, 18)[0]
    assert decision.reason.code is Code.NOBODY_LEFT


def test_a_named_rep_on_leave_is_represented_by_the_backup():
    leave = Absence(MONDAY, MONDAY + timedelta(days=7), AbsenceKind.LEAVE)
    team = World(reps={1: rep(1, absences=(leave,), backup=2), 2: rep(2)})
    named = rules(rule("rest", {"to": "rep", "rep": 1}))

    decision = decide(lead(), team, named, at=NINE)
    alone = decide(lead(), World(reps={1: rep(1, absences=(leave,))}), named, at=NINE)

    assert brief(decision) == ("assigned", "r1", None, 2, "backup_of")
    assert verdicts(decision) == {(None, 2): "backup_of", (None, 1): "on_leave"}
    assert decision.entry is None
    assert brief(alone) == ("desk", "r1", None, None, "nobody_on_duty")


def test_everyone_considered_has_a_verdict_with_the_inputs_used():
    leave = Absence(MONDAY, MONDAY + timedelta(days=7), AbsenceKind.HOLIDAY)
    team = world(
        group(1, Member(1, weight=3), Member(2, cap=4), Member(3, weight=0), 4, 5, 6),
        reps=[rep(4, absences=(leave,)), rep(5, duty=()), rep(6, duty=(hours(1, 8, 9),))],
        group_load={(1, 2): 4},
        load={1: 7, 2: 4},
        balances={(1, 1): -5, (1, 2): 5},
        turns={(1, 1): 3},
    )

    decision = decide(lead(), team, rules(rule("rest", to_group(1))), at=NINE)

    assert brief(decision) == ("assigned", "r1", 1, 1, "only_one_left")
    assert verdicts(decision) == {
        (1, 1): "only_one_left",
        (1, 2): "at_cap",
        (1, 3): "weight_is_zero",
        (1, 4): "public_holiday",
        (1, 5): "no_shifts",
        (1, 6): "off_shift",
    }
    rows = {row.rep: row for row in decision.considered}
    assert (rows[1].on_duty, rows[1].load, rows[1].weight, rows[1].balance, rows[1].turn) == (True, 7, 3, -5, 3)
    assert dict(rows[2].numbers) == {"cap": "group", "held": 4, "most": 4}
    assert dict(rows[6].numbers) == {"next": "2026-03-03T08:00:00.000000Z"}
    assert rows[6].on_duty is False
    assert (decision.entry.reps, decision.entry.weights, decision.entry.forced) == ((1,), (3,), False)


def test_all_weights_zero_leaves_nobody_and_says_why():
    team = world(group(1, Member(1, weight=0), Member(2, weight=0)))

    decision = decide(lead(), team, rules(rule("rest", to_group(1))), at=NINE)

    assert brief(decision) == ("desk", "r1", None, None, "weight_is_zero")
    assert verdicts(decision) == {(1, 1): "weight_is_zero", (1, 2): "weight_is_zero"}


def test_the_closest_territory_sends_to_its_group_and_only_to_those_who_cover_it():
    germany = Territory(1, 1, (Area(AreaKind.COUNTRY, frozenset({"DE"})),), frozenset({1, 2}))
    bavaria = Territory(2, 2, (Area(AreaKind.POSTAL, frozenset({"DE"}), low="80", high="87"),), frozenset({4}))
    team = world(group(1, 1, 2), group(2, 3, 4), territories=(germany, bavaria))
    by_territory = rules(rule("rest", {"to": "territory"}))

    munich = decide(lead(country="DE", postal_code="80 331"), team, by_territory, at=NINE)
    berlin = decide(lead(country="DE", postal_code="10115"), team, by_territory, at=NINE)

    assert brief(munich) == ("assigned", "r1", 2, 4, "only_one_left")
    assert verdicts(munich) == {(2, 4): "only_one_left", (2, 3): "not_in_territory"}
    assert berlin.group == 1


def test_response_time_and_priority_come_from_the_rule_else_from_the_group():
    team = world(group(1, 1, respond_within=900))
    own = decide(lead(), team, rules(rule("rest", to_group(1), respond_within=60, priority=2)), at=NINE)
    group_s = decide(lead(), team, rules(rule("rest", to_group(1))), at=NINE)

    assert (own.respond_within, own.priority) == (60, 2)
    assert (group_s.respond_within, group_s.priority) == (900, None)


def test_bands_order_the_queue():
    banded = rules(
        rule("rest", DESK),
        bands=[{"condition": GERMAN, "band": 1}, {"condition": leaf("score", "at_least", 50), "band": 0}],
    )

    found = [
        banded.band(lead(**facts).folded) for facts in ({"country": "DE", "score": 90}, {"score": 50}, {"score": 49})
    ]

    assert found == [1, 0, 5]


def test_the_trace_shows_every_rule_tried_each_leaf_and_each_step():
    trace = Trace()
    both = {"all": [GERMAN, leaf("employees", "at_least", 1000)]}
    bodies = rules(rule("big", to_group(2), both), rule("rest", to_group(1)))

    decide(lead(country="DE", employees=85), TEAM, bodies, at=NINE, trace=trace)

    big, rest = trace.rules
    assert [(tried.rule, tried.holds) for tried in trace.rules] == [("r1", False), ("r2", True)]
    told = [(part.path, part.field, part.value, part.expected, part.holds) for part in big.verdict.parts]
    assert told == [
        ("all[0]", "country", "DE", "DE", True),
        ("all[1]", "employees", 85, 1000, False),
    ]
    assert rest.verdict is None
    assert [(step.strategy, step.standing) for step in trace.steps] == [
        ("availability", (1, 2)),
        ("capacity", (1, 2)),
        ("weighted", (1, 2)),
    ]


def test_a_strange_world_never_raises():
    """Members without a rep, a group without steps, a rep of another world: outcomes, never exceptions."""
    strange = World(groups={1: Group(1, (Member(5), Member(6))), 2: group(2, 7)})

    assert decide(lead(), strange, rules(rule("rest", to_group(1))), at=NINE).rep == 5
    assert verdicts(decide(lead(), strange, rules(rule("rest", to_group(2))), at=NINE)) == {(2, 7): "rep_missing"}


def test_a_lead_held_for_room_is_looked_at_again_soon():
    team = world(group(1, 1), reps=[rep(1, cap=1, duty=(hours(0, 8, 18), hours(1, 8, 18)))], load={1: 1})

    decision = decide(lead(), team, rules(rule("rest", to_group(1), otherwise=[HOLD])), at=NINE)

    assert (decision.outcome, decision.until) == (Outcome.HELD, NINE + timedelta(minutes=1))


def test_a_pool_that_the_group_no_longer_has_passes_the_lead_on():
    steps = [{"strategy": "pool"}]
    team = world(group(1, 1, steps=steps, has_pool=False))

    by_steps = decide(lead(), team, rules(rule("rest", to_group(1))), at=NINE)
    by_link = decide(
        lead(), team, rules(rule("rest", to_group(1), steps=[{"strategy": "fixed", "options": {"rep": 9}}],
                                 otherwise=[{"to": "pool", "group": 1}])), at=NINE,
    )  # fmt: skip

    assert (by_steps.outcome, by_steps.reason.code) == (Outcome.DESK, Code.NO_POOL)
    assert (by_link.outcome, by_link.reason.code) == (Outcome.DESK, Code.NO_POOL)


@pytest.mark.parametrize("place", [None, 1])
def test_waiting_for_an_owner_needs_no_share_in_a_group(place):
    owner = rep(2, duty=(hours(1, 8, 18),))
    state = world(group(1, 1, 3), reps=[owner], accounts={5: Account(5, 2, place)})
    ruled = rules(
        rule("owned", {"to": "account", "away": "wait"}, otherwise=[{"to": "next_rule"}]), rule("all", to_group(1))
    )

    decision = decide(lead(account=5), state, ruled, at=NINE)

    assert (decision.outcome, decision.until) == (Outcome.HELD, hours(1, 8, 18)[0])


def test_an_account_owner_s_entry_is_split_as_the_group_shares():
    by_weight = world(group(1, Member(1, weight=1), Member(2, weight=3)), accounts={5: Account(5, 2, 1)})
    in_turns = [{"strategy": "availability"}, {"strategy": "round_robin"}]
    equally = world(group(1, Member(1, weight=1), Member(2, weight=3), steps=in_turns), accounts={5: Account(5, 2, 1)})
    ruled = rules(rule("owned", {"to": "account"}, otherwise=[]), rule("all", to_group(1)))

    assert decide(lead(account=5), by_weight, ruled, at=NINE).entry.weights == (1, 3)
    assert decide(lead(account=5), equally, ruled, at=NINE).entry.weights == (1, 1)
