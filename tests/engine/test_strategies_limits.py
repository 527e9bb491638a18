"""Capacity over time: hours, days, weeks and months, by the clock or by the rep's own calendar."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from reps.schedule import calendar_edges
from routing.engine.replay import Arrived, Closed, Declined, Taken, replay
from routing.engine.world import ANY_GROUP, Limit, Member
from tests.engine.builders import NINE, group, lead, rep, world
from tests.engine.narrowing import TO_ONE, ask, dropped, narrow, step, told

BERLIN = "Europe/Berlin"
PERIODS = ("hour", "day", "week", "month")


def local(text, zone=BERLIN):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def calendar(zone, at):
    span = (at, at + timedelta(minutes=20))
    return {period: calendar_edges(zone=zone, period=period, horizon=span) for period in PERIODS}


def holds(limit, received, at, zone=BERLIN):
    """Whether somebody who received leads at these instants may have one more."""
    team = world(
        group(1, Member(1, limits=(limit,))), reps=[rep(1, edges=calendar(zone, at))],
        received={(1, 1): sorted(received)},
    )  # fmt: skip
    return not dropped(narrow("capacity", team, at))


@pytest.mark.parametrize(
    ("period", "rolling", "received", "at", "free"),
    [
        ("hour", False, "2026-03-02 09:59", "2026-03-02 10:00", True),
        ("hour", False, "2026-03-02 10:00", "2026-03-02 10:59", False),
        ("hour", True, "2026-03-02 09:59", "2026-03-02 10:00", False),
        ("hour", True, "2026-03-02 09:00", "2026-03-02 10:00", True),  # sixty minutes ago is over
        ("day", False, "2026-03-02 23:59", "2026-03-03 00:00", True),
        ("day", True, "2026-03-02 23:59", "2026-03-03 00:00", False),
        ("week", False, "2026-03-08 23:59", "2026-03-09 00:00", True),  # Sunday, Monday
        ("week", False, "2026-03-09 00:00", "2026-03-15 23:59", False),
        ("week", True, "2026-03-08 23:59", "2026-03-09 00:00", False),
        ("month", False, "2026-02-28 23:59", "2026-03-01 00:00", True),
        ("month", False, "2026-03-01 00:00", "2026-03-31 23:59", False),
        ("month", True, "2026-03-01 00:00", "2026-03-31 01:00", True),  # thirty times 24 hours
        ("month", True, "2026-03-02 12:00", "2026-03-31 23:59", False),
        # The clocks go forward on the 29th: that day has 23 hours and is a day all the same.
        ("day", False, "2026-03-28 23:59", "2026-03-29 00:00", True),
        ("day", False, "2026-03-29 00:00", "2026-03-29 23:59", False),
        ("hour", False, "2026-03-29 01:59", "2026-03-29 03:00", True),  # the next minute
        ("day", True, "2026-03-29 00:30", "2026-03-30 00:30", False),  # 23 hours of the clock that rolls
        # They go back on October 25th: 25 hours.
        ("day", False, "2026-10-25 00:00", "2026-10-25 23:59", False),
        ("day", True, "2026-10-25 00:30", "2026-10-25 23:45", True),
        # In the first days of a month the month is the shorter window.
        ("week", False, "2026-01-30 12:00", "2026-02-01 12:00", False),
        ("month", False, "2026-01-30 12:00", "2026-02-01 12:00", True),
    ],
)
def test_a_limit_of_one(period, rolling, received, at, free):
    assert holds(Limit(period, 1, rolling), [local(received)], local(at)) is free


def test_the_day_is_the_rep_s_own():
    """Half past ten in the evening in Berlin is the next morning in Tokyo."""
    received, at = local("2026-03-02 15:30"), local("2026-03-02 16:30")

    assert holds(Limit("day", 1), [received], at, "Asia/Tokyo")
    assert not holds(Limit("day", 1), [received], at, BERLIN)


@pytest.mark.parametrize(
    ("members", "own", "received", "why"),
    [
        ((Limit("day", 2),), (), {(1, 1): 2, (ANY_GROUP, 1): 2}, ("day", "group", 2)),
        ((Limit("day", 3),), (), {(1, 1): 2, (ANY_GROUP, 1): 9}, None),  # other groups are none of this one's
        ((), (Limit("day", 3),), {(ANY_GROUP, 1): 3}, ("day", "rep", 3)),
        ((Limit("day", 0),), (), {}, ("day", "group", 0)),  # takes nothing
        ((Limit("hour", 9), Limit("day", 1)), (), {(1, 1): 1}, ("day", "group", 1)),
        ((Limit("day", 1),), (Limit("hour", 1),), {(1, 1): 1, (ANY_GROUP, 1): 1}, ("day", "group", 1)),
    ],
)
def test_the_first_limit_reached_is_told(members, own, received, why):
    at = NINE
    team = world(
        group(1, Member(1, limits=members), 2),
        reps=[rep(1, limits=own, edges=calendar(BERLIN, at))],
        received={key: [at - timedelta(minutes=n) for n in range(count, 0, -1)] for key, count in received.items()},
    )

    slate = narrow("capacity", team, at)

    numbers = [dict(reason.numbers) for _, reason in slate.dropped]
    assert [(n["per"], n["cap"], n["held"]) for n in numbers] == ([why] if why else [])


def test_a_rep_at_several_caps_is_told_of_open_leads_first():
    full = world(
        group(1, Member(1, cap=1, limits=(Limit("day", 1),))),
        reps=[rep(1, cap=1)], group_load={(1, 1): 1}, load={1: 1}, received={(1, 1): [NINE]},
    )  # fmt: skip

    ((_, why),) = narrow("capacity", full).dropped

    assert dict(why.numbers) == {"cap": "group", "held": 1, "most": 1}


def at_most(limit, *, steps=None):
    return world(
        group(1, Member(1, limits=(limit,)), steps=steps or [step("capacity"), step("weighted")]),
        reps=[rep(1, edges=calendar(BERLIN, NINE))],
        received={(1, 1): [], (ANY_GROUP, 1): []},
    )


def test_a_batch_counts_its_own_leads():
    decisions, _ = replay(at_most(Limit("day", 3)), TO_ONE, [Arrived(NINE, lead(n)) for n in range(1, 6)])

    assert [decision.rep for decision in decisions] == [1, 1, 1, None, None]
    assert decisions[3].reason.code.value == "nobody_left"


def test_a_closed_lead_was_received_all_the_same_and_a_claim_counts_too():
    events = [
        Arrived(NINE, lead(1)),
        Closed(NINE, 1, 1, 1),
        Taken(NINE, 2, 1, 1),
        Arrived(NINE, lead(3)),
        Arrived(NINE, lead(4)),
    ]

    decisions, _ = replay(at_most(Limit("day", 3)), TO_ONE, events)

    assert [decision.rep for decision in decisions] == [1, 1, None]


def test_an_offer_takes_the_place_until_it_is_declined():
    offered = [step("capacity"), step("weighted"), step("offer")]
    events = [
        Arrived(NINE, lead(1)), Arrived(NINE, lead(2)), Declined(NINE, 1, 1, 1, NINE), Arrived(NINE, lead(3)),
    ]  # fmt: skip

    decisions, after = replay(at_most(Limit("day", 1), steps=offered), TO_ONE, events)

    assert [told(decision)[:2] for decision in decisions] == [("offered", 1), ("desk", None), ("offered", 1)]
    assert after.load == {1: 1}


@pytest.mark.parametrize("received_at", [NINE + timedelta(days=400), NINE - timedelta(days=4000)])
def test_clocks_that_jumped_count_once_at_most(received_at):
    """A lead received in the future counts as received; one from long ago no more."""
    assert holds(Limit("day", 1, rolling=True), [received_at], NINE) is (received_at < NINE)


def test_without_a_calendar_all_that_is_known_counts():
    """Never more than allowed, should the calendar be missing."""
    bare = world(group(1, Member(1, limits=(Limit("day", 1),))), received={(1, 1): [NINE - timedelta(days=20)]})

    assert dropped(narrow("capacity", bare)) == {1: "at_cap"}


def test_whose_limits_allow_nothing_gets_nothing():
    none = world(group(1, Member(1, cap=0), steps=[step("capacity"), step("weighted")]))

    assert told(ask(none)) == ("desk", None, "nobody_left")
