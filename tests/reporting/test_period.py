"""Periods: half-open, of the reader's own days, compared with as much of the time before."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.period import KEYS, period

BERLIN = ZoneInfo("Europe/Berlin")


def berlin(*parts):
    return datetime(*parts, tzinfo=BERLIN)


def span(key, now, zone=BERLIN):
    found = period(key, now=now, zone=zone)
    return found.since, found.until, found.before_since, found.before_until


def test_today_is_compared_with_yesterday_until_the_same_hour():
    now = berlin(2026, 11, 19, 14, 32)

    assert span("today", now) == (berlin(2026, 11, 19), now, berlin(2026, 11, 18), berlin(2026, 11, 18, 14, 32))


def test_seven_days_are_today_and_six_before():
    now = berlin(2026, 11, 19, 14, 32)

    assert span("7", now) == (berlin(2026, 11, 13), now, berlin(2026, 11, 6), berlin(2026, 11, 12, 14, 32))


def test_the_day_begins_where_the_reader_is():
    now = datetime(2026, 11, 19, 23, 30, tzinfo=UTC)

    assert period("today", now=now, zone=BERLIN).since == berlin(2026, 11, 20)
    assert period("today", now=now, zone=ZoneInfo("America/New_York")).since.day == 19


def test_a_change_of_the_clocks_moves_no_midnight():
    now = berlin(2026, 10, 25, 12)  # the day of 25 hours

    assert span("today", now)[2:] == (berlin(2026, 10, 24), berlin(2026, 10, 24, 12))
    assert (now - span("today", now)[0].astimezone(UTC)).total_seconds() == 13 * 3600


def test_this_month_against_as_much_of_the_last():
    now = berlin(2026, 11, 19, 14, 32)

    assert span("month", now) == (berlin(2026, 11, 1), now, berlin(2026, 10, 1), berlin(2026, 10, 19, 14, 32))


@pytest.mark.parametrize(
    ("now", "until"), [(berlin(2027, 3, 31, 9), berlin(2027, 3, 1)), (berlin(2027, 3, 28, 9), berlin(2027, 2, 28, 9))]
)
def test_a_shorter_month_before_is_taken_whole(now, until):
    found = period("month", now=now, zone=BERLIN)

    assert (found.before_since, found.before_until) == (berlin(2027, 2, 1), until)


@pytest.mark.property
@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(["Europe/Berlin", "America/Sao_Paulo", "Asia/Kolkata", "Pacific/Auckland", "UTC"]),
    st.sampled_from(KEYS),
)
def test_the_two_spans_touch_nowhere_and_hold_their_order(now, zone, key):
    found = period(key, now=now, zone=ZoneInfo(zone))

    def utc(at):
        return at.astimezone(UTC)

    assert utc(found.before_since) <= utc(found.before_until) <= utc(found.since) <= utc(found.until) == now
