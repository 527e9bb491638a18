"""Quiet hours: over midnight, on some days, through the changes of the clocks."""

from datetime import UTC, datetime, time

import pytest

from reps.quiet import Hours, over_at

EVERY = frozenset(range(7))
BERLIN = "Europe/Berlin"


def at(day, hour, minute=0, zone_hours=0):
    return datetime(2026, 3, day, hour - zone_hours, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("begins", "ends", "days", "now", "over"),
    [
        # Winter: Berlin is one hour ahead. 2026-03-04 is a Wednesday.
        (time(22), time(7), EVERY, at(4, 23), at(5, 6)),
        (time(22), time(7), EVERY, at(4, 3), at(4, 6)),
        (time(22), time(7), EVERY, at(4, 6), None),
        (time(22), time(7), EVERY, at(4, 20, 59), None),
        (time(22), time(7), EVERY, at(4, 21), at(5, 6)),
        (time(12), time(13), EVERY, at(4, 11, 30), at(4, 12)),
        # Only nights that begin on Friday and Saturday.
        (time(22), time(7), frozenset({4, 5}), at(4, 23), None),
        (time(22), time(7), frozenset({4, 5}), at(8, 4), at(8, 6)),
        (time(22), time(7), frozenset({4, 5}), at(9, 4), None),
        # Whole days, Saturday and Sunday, are one silence.
        (time(0), time(0), frozenset({5, 6}), at(7, 10), at(8, 23)),
        # The night in which the clocks go forward ends at seven all the same, which is an hour sooner.
        (time(22), time(7), EVERY, at(28, 23), at(29, 5)),
        # Never over: told anyway rather than lost.
        (time(8), time(8), EVERY, at(4, 12), None),
    ],
)
def test_when_it_is_over(begins, ends, days, now, over):
    assert over_at(Hours(begins, ends, days), at=now, zone=BERLIN) == over
