"""Known companies and people: as a step of a group, and as a rule's destination."""

from datetime import timedelta

import pytest

from routing.engine.decide import decide
from routing.engine.world import Absence, AbsenceKind, Account, Lead, Member
from tests.engine.builders import MONDAY, NIGHT, NINE, group, hours, lead, rep, rule, rules, to_group, world
from tests.engine.narrowing import ask, step, told, verdicts

ACCOUNT = 5
LEAVE = Absence(MONDAY, None, AbsenceKind.LEAVE)


def steps_of(**options):
    return [step("availability"), step("capacity"), step("account", **options), step("weighted")]


def company(owner=2, place=1):
    return {ACCOUNT: Account(ACCOUNT, owner, place)}


def team(*, steps, members=(1, 2, 3), gone=(), reps=(), accounts=None, **given):
    """Group 1; member 2 owns the account and has member 3 as backup."""
    known = {number: rep(number, absences=(LEAVE,) if number in gone else ()) for number in (1, 2, 3)}
    known[2] = rep(2, absences=(LEAVE,) if 2 in gone else (), backup=3)
    known.update({one.id: one for one in reps})
    people = [known[number] for number in sorted(known)]
    kept = {name: given.pop(name) for name in ("count_accounts", "paused") if name in given}
    return world(
        group(1, *members, steps=steps, **kept),
        reps=people,
        accounts=company() if accounts is None else accounts,
        **given,
    )


@pytest.mark.parametrize(
    ("away", "gone", "expected"),
    [
        ("rotate", (), ("assigned", 2, "owns_account")),
        ("rotate", (2,), ("assigned", 1, "lowest_number")),
        ("rotate", (1, 2), ("assigned", 3, "only_one_left")),
        ("backup", (), ("assigned", 2, "owns_account")),
        ("backup", (2,), ("assigned", 3, "backup_of")),
        ("backup", (2, 3), ("assigned", 1, "only_one_left")),
        ("wait", (), ("assigned", 2, "owns_account")),
        ("wait", (2,), ("desk", None, "nobody_left")),  # on leave until further notice: nothing to wait for
        ("wait", (1, 2, 3), ("desk", None, "nobody_on_duty")),
    ],
)
def test_the_owner_in_the_group(away, gone, expected):
    assert told(ask(team(steps=steps_of(away=away), gone=gone), lead(account=ACCOUNT))) == expected


def test_a_lead_that_waits_for_its_owner_names_the_instant_and_says_so_of_the_others():
    decision = ask(team(steps=steps_of(away="wait"), reps=[rep(2, duty=(hours(1, 8, 18),))]), lead(account=ACCOUNT))

    assert told(decision) == ("held", None, "owner_off_duty")
    assert decision.until == MONDAY + timedelta(days=1, hours=8)
    assert verdicts(decision) == {1: "account_owned_by", 2: "off_shift", 3: "account_owned_by"}


@pytest.mark.parametrize(
    ("accounts", "about", "options", "expected"),
    [
        (None, lead(), {}, ("assigned", 1, "lowest_number")),
        (company(owner=None), lead(account=ACCOUNT), {}, ("assigned", 1, "lowest_number")),
        ({}, lead(account=ACCOUNT), {}, ("assigned", 1, "lowest_number")),
        (company(owner=9), lead(account=ACCOUNT), {}, ("assigned", 1, "lowest_number")),
        (company(owner=9), lead(account=ACCOUNT), {"away": "wait"}, ("assigned", 1, "lowest_number")),
        (None, Lead(1, {}, {}, last_owner=3), {"returning": True}, ("assigned", 3, "had_the_person")),
        (None, Lead(1, {}, {}, last_owner=3), {}, ("assigned", 1, "lowest_number")),
        (
            company(owner=None),
            Lead(1, {}, {}, account=ACCOUNT, last_owner=3),
            {"returning": True},
            ("assigned", 3, "had_the_person"),
        ),
        (None, Lead(1, {}, {}, account=ACCOUNT, last_owner=3), {"returning": True}, ("assigned", 2, "owns_account")),
        (None, Lead(1, {}, {}, last_owner=9), {"returning": True}, ("assigned", 1, "lowest_number")),
    ],
    ids=[
        "no company", "a company without owner", "a company that is gone", "the owner is no member",
        "nobody waits for who is no member", "the person came back", "the person came back and nobody asked",
        "the person of a company without owner", "the company's owner before the person's",
        "who had the person is no member",
    ],
)  # fmt: skip
def test_whose_lead_it_is(accounts, about, options, expected):
    assert told(ask(team(steps=steps_of(**options), accounts=accounts), about)) == expected


def test_an_owner_at_the_limit_is_passed_over():
    crowded = team(steps=steps_of(), reps=[rep(2, cap=3)], load={2: 3})

    assert told(ask(crowded, lead(account=ACCOUNT))) == ("assigned", 1, "lowest_number")


@pytest.mark.parametrize("last", ["least_loaded", "random", "round_robin", "weighted"])
def test_the_owner_comes_before_whatever_way_the_rest_is_shared(last):
    steps = [step("availability"), step("account"), step(last)]
    busy = team(steps=steps, load={2: 50})

    for number in range(1, 20):
        assert told(ask(busy, Lead(number, {}, {}, account=ACCOUNT))) == ("assigned", 2, "owns_account")


def test_an_owner_who_let_it_time_out_is_not_waited_for():
    """Else it would be held for them, again and again."""
    steps = [step("availability"), step("not_again"), step("account", away="wait"), step("weighted")]
    about = Lead(1, {}, {}, account=ACCOUNT, barred=frozenset({2}))
    bound = to_account(away="wait", otherwise=[to_group(1)], steps=[step("not_again")])

    assert told(ask(team(steps=steps), about)) == ("assigned", 1, "lowest_number")
    assert told(decide(about, team(steps=TURNS), bound, at=NINE)) == ("assigned", 1, "lowest_number")


def test_an_owner_of_weight_zero_gets_what_is_theirs_and_has_no_part_in_the_fair_share():
    quiet = team(steps=steps_of(), members=(1, Member(2, weight=0), 3))

    theirs, shared = ask(quiet, lead(account=ACCOUNT)), ask(quiet, lead())

    assert told(theirs) == ("assigned", 2, "owns_account")
    assert theirs.entry is None
    assert (shared.rep, shared.entry.reps) == (1, (1, 3))


@pytest.mark.parametrize("counted", [True, False])
def test_the_group_says_whether_such_a_lead_counts(counted):
    decision = ask(team(steps=steps_of(), count_accounts=counted), lead(account=ACCOUNT))

    assert decision.rep == 2
    assert (decision.entry is not None) is counted
    if counted:
        assert (decision.entry.reps, decision.entry.winner, decision.entry.forced) == ((1, 2, 3), 2, True)


def to_account(otherwise=({"to": "group", "group": 1},), steps=None, **place):
    owned = rule("owned", {"to": "account", **place}, otherwise=list(otherwise), steps=steps)
    return rules(owned, rule("rest", to_group(1)))


TURNS = [step("availability"), step("weighted")]
SHORT = [rep(2, duty=(hours(0, 8, 18), hours(1, 10, 18)), backup=3)]


@pytest.mark.parametrize(
    ("place", "at", "gone", "expected"),
    [
        ({}, NINE, (), ("assigned", 2, "owns_account")),
        ({"away": "pass"}, NINE, (2,), ("assigned", 1, "lowest_number")),
        ({"away": "backup"}, NINE, (2,), ("assigned", 3, "backup_of")),
        ({"away": "backup"}, NINE, (2, 3), ("assigned", 1, "only_one_left")),
        ({"away": "rotate"}, NINE, (2,), ("assigned", 1, "lowest_number")),
        ({"away": "wait"}, NIGHT, (), ("held", None, "owner_off_duty")),
        ({"away": "wait"}, NINE, (2,), ("assigned", 1, "lowest_number")),  # never back: the chain goes on
    ],
)
def test_the_owner_as_a_destination(place, at, gone, expected):
    here = team(steps=TURNS, gone=gone, reps=SHORT if not gone else ())

    decision = decide(lead(account=ACCOUNT), here, to_account(**place), at=at)

    assert told(decision) == expected
    if decision.outcome.value == "held":
        assert decision.until == MONDAY + timedelta(days=1, hours=10)


def test_rotate_shares_in_the_owner_s_group_whatever_comes_after():
    """Pass goes on to the chain, rotate first to the group in which the account counts."""
    two = world(
        group(1, 1, steps=TURNS), group(2, 2, 3, steps=TURNS), reps=[rep(2, absences=(LEAVE,))],
        accounts=company(place=2),
    )  # fmt: skip

    passed = decide(lead(account=ACCOUNT), two, to_account(), at=NINE)
    rotated = decide(lead(account=ACCOUNT), two, to_account(away="rotate"), at=NINE)

    assert (passed.group, passed.rep) == (1, 1)
    assert (rotated.group, rotated.rep) == (2, 3)


@pytest.mark.parametrize(
    ("accounts", "about", "place", "why"),
    [
        ({}, lead(), {}, "no_account"),
        (company(owner=None), lead(account=ACCOUNT), {}, "account_has_no_owner"),
        (company(owner=9), lead(account=ACCOUNT), {}, "rep_missing"),  # the owner left
        (company(owner=None), Lead(1, {}, {}, account=ACCOUNT, last_owner=9), {"returning": True}, "rep_missing"),
    ],
    ids=["unknown company", "nobody owns it", "the owner left", "who had the person left"],
)
def test_without_an_owner_the_rule_s_otherwise_applies_and_the_reason_stays(accounts, about, place, why):
    decision = decide(about, team(steps=TURNS, accounts=accounts), to_account(**place), at=NINE)

    assert told(decision) == ("assigned", 1, "lowest_number")
    assert [(row.group, row.reason.code.value) for row in decision.passed] == [(None, why)]


def test_a_returning_person_goes_to_who_had_them_only_where_the_rule_says_so():
    about = Lead(1, {}, {}, last_owner=3)

    assert told(decide(about, team(steps=TURNS), to_account(returning=True), at=NINE)) == (
        "assigned", 3, "had_the_person",
    )  # fmt: skip
    assert told(decide(about, team(steps=TURNS), to_account(), at=NINE)) == ("assigned", 1, "lowest_number")


@pytest.mark.parametrize(
    ("place", "counted", "entry"),
    [(1, True, ((1, 2, 3), 2, True)), (1, False, None), (None, True, None)],
    ids=["counted", "not counted", "the owner is in no group"],
)
def test_an_account_s_lead_counts_in_the_owner_s_group_if_it_says_so(place, counted, entry):
    here = team(steps=TURNS, count_accounts=counted, accounts=company(place=place))

    decision = decide(lead(account=ACCOUNT), here, to_account(), at=NINE)

    found = decision.entry
    assert told(decision) == ("assigned", 2, "owns_account")
    assert (found and (found.reps, found.winner, found.forced)) == entry


def test_a_backup_who_is_no_member_gets_it_and_has_no_part_in_the_group():
    here = team(steps=TURNS, members=(1, 2), gone=(2,), reps=[rep(2, absences=(LEAVE,), backup=7), rep(7)])

    decision = decide(lead(account=ACCOUNT), here, to_account(away="backup"), at=NINE)

    assert told(decision) == ("assigned", 7, "backup_of")
    assert decision.entry is None


def test_an_account_of_a_paused_group_waits_with_it():
    decision = decide(lead(account=ACCOUNT), team(steps=TURNS, paused=True), to_account(), at=NINE)

    assert told(decision) == ("held", None, "routing_paused")


def test_the_steps_of_such_a_rule_are_conditions_on_the_owner():
    full = team(steps=TURNS, reps=[rep(2, cap=1)], load={2: 1})
    bound = rules(
        rule("owned", {"to": "account"}, steps=[step("capacity")], otherwise=[to_group(1)]), rule("x", to_group(1))
    )

    decision = decide(lead(account=ACCOUNT), full, bound, at=NIGHT)

    assert verdicts(decision)[2] == "off_shift"  # of the group; the first look at them was at the limit
    assert [row.code.value for row in decision.considered if row.rep == 2] == ["at_cap", "off_shift"]
