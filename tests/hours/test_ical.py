"""What feeds say, worked by hand: zones, days, series, exceptions, cancelled, free, and what must not be laid out."""

from datetime import UTC, datetime

import pytest

from reps import ical

MARCH = (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC))
BERLIN = """BEGIN:VTIMEZONE
TZID:Mitteleuropa
BEGIN:DAYLIGHT
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
END:VTIMEZONE"""


def calendar(*events, zones="", more=""):
    parts = [
        f"BEGIN:VEVENT\nUID:{n}@x\nDTSTAMP:20260101T000000Z\n{event}\nEND:VEVENT" for n, event in enumerate(events)
    ]
    text = "\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y//EN", zones, *parts, more, "END:VCALENDAR"])
    return "\r\n".join(line for line in text.split("\n") if line).encode()


def busy(*events, mode=ical.ALL, words=(), zone="Europe/Berlin", window=MARCH, **parts):
    spans = ical.busy(calendar(*events, **parts), zone=zone, window=window, mode=mode, words=words)
    return [f"{start:%d.%m. %H:%M} - {end:%d.%m. %H:%M}" for start, end in spans]


@pytest.mark.parametrize(
    ("event", "spans"),
    [
        ("DTSTART:20260310T100000Z\nDTEND:20260310T110000Z", ["10.03. 10:00 - 10.03. 11:00"]),
        ("DTSTART:20260310T100000Z\nDURATION:PT90M", ["10.03. 10:00 - 10.03. 11:30"]),
        # Without a zone, by the rep's clock; days as well.
        ("DTSTART:20260310T100000\nDTEND:20260310T110000", ["10.03. 09:00 - 10.03. 10:00"]),
        ("DTSTART;VALUE=DATE:20260310\nDTEND;VALUE=DATE:20260312", ["09.03. 23:00 - 11.03. 23:00"]),
        ("DTSTART;VALUE=DATE:20260310", ["09.03. 23:00 - 10.03. 23:00"]),
        # The day on which clocks go forward has 23 hours.
        ("DTSTART;VALUE=DATE:20260329", ["28.03. 23:00 - 29.03. 22:00"]),
        ("DTSTART;TZID=America/New_York:20260310T100000\nDURATION:PT1H", ["10.03. 14:00 - 10.03. 15:00"]),
        ("DTSTART;TZID=W. Europe Standard Time:20260310T100000\nDURATION:PT1H", ["10.03. 09:00 - 10.03. 10:00"]),
        # A series keeps its wall time over the change of the clock.
        (
            "DTSTART;TZID=Europe/Berlin:20260322T100000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=2",
            ["22.03. 09:00 - 22.03. 10:00", "29.03. 08:00 - 29.03. 09:00"],
        ),
        (
            "DTSTART:20260310T100000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE:20260311T100000Z",
            ["10.03. 10:00 - 10.03. 11:00", "12.03. 10:00 - 12.03. 11:00"],
        ),
        ("DTSTART:20260310T100000Z\nDURATION:PT1H\nSTATUS:CANCELLED", []),
        ("DTSTART:20260310T100000Z\nDURATION:PT1H\nSTATUS:TENTATIVE", []),
        ("DTSTART:20260310T100000Z\nDURATION:PT1H\nTRANSP:TRANSPARENT", []),
        ("DTSTART:20260310T100000Z\nDURATION:PT1H\nX-MICROSOFT-CDO-BUSYSTATUS:FREE", []),
        ("DTSTART:20260310T100000Z\nDURATION:PT1H\nX-MICROSOFT-CDO-BUSYSTATUS:OOF", ["10.03. 10:00 - 10.03. 11:00"]),
        ("DTSTART:20250310T100000Z\nDURATION:PT1H", []),
        ("DTSTART:20260310T100000Z", []),  # an instant takes no time
    ],
)
def test_one_entry(event, spans):
    assert busy(event) == spans


def test_a_zone_that_only_the_feed_defines():
    event = "DTSTART;TZID=Mitteleuropa:20260401T100000\nDURATION:PT1H"
    assert busy(event, zones=BERLIN, zone="UTC") == ["01.04. 08:00 - 01.04. 09:00"]


def test_one_of_a_series_that_was_moved_and_one_that_was_cancelled():
    feed = (
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n"
        "BEGIN:VEVENT\nUID:s\nDTSTAMP:20260101T000000Z\nDTSTART:20260310T100000Z\nDURATION:PT1H\n"
        "RRULE:FREQ=DAILY;COUNT=3\nEND:VEVENT\n"
        "BEGIN:VEVENT\nUID:s\nDTSTAMP:20260101T000000Z\nRECURRENCE-ID:20260311T100000Z\nDTSTART:20260311T150000Z\n"
        "DURATION:PT1H\nEND:VEVENT\n"
        "BEGIN:VEVENT\nUID:s\nDTSTAMP:20260101T000000Z\nRECURRENCE-ID:20260312T100000Z\nDTSTART:20260312T100000Z\n"
        "DURATION:PT1H\nSTATUS:CANCELLED\nEND:VEVENT\nEND:VCALENDAR"
    ).replace("\n", "\r\n")
    spans = ical.busy(feed.encode(), zone="UTC", window=MARCH, mode=ical.ALL)
    assert [start.hour for start, _end in spans] == [10, 15]


def test_entries_that_touch_become_one_span():
    events = ("DTSTART:20260310T100000Z\nDURATION:PT1H", "DTSTART:20260310T110000Z\nDURATION:PT1H")
    assert busy(*events) == ["10.03. 10:00 - 10.03. 12:00"]


def test_only_whole_days_also_as_some_programs_write_them():
    day = "DTSTART;VALUE=DATE:20260310"
    hour = "DTSTART:20260315T100000Z\nDURATION:PT1H"
    midnights = "DTSTART;TZID=Europe/Berlin:20260320T000000\nDTEND;TZID=Europe/Berlin:20260321T000000"
    assert busy(day, hour, midnights, mode=ical.DAYS) == ["09.03. 23:00 - 10.03. 23:00", "19.03. 23:00 - 20.03. 23:00"]


def test_only_titles_with_a_word():
    away = "SUMMARY:Summer VACATION\\, at last\nDTSTART;VALUE=DATE:20260310"
    call = "SUMMARY:Call Heiner\nDTSTART:20260315T100000Z\nDURATION:PT1H"
    assert busy(away, call, mode=ical.WORDS, words=["Urlaub", "vacation"]) == ["09.03. 23:00 - 10.03. 23:00"]
    assert busy(away, call, mode=ical.WORDS, words=["Ferien"]) == []


def test_free_busy_of_servers_that_tell_no_more():
    free_busy = (
        "BEGIN:VFREEBUSY\nUID:f\nDTSTAMP:20260101T000000Z\n"
        "FREEBUSY;FBTYPE=BUSY:20260310T100000Z/20260310T110000Z,20260311T100000Z/PT2H\n"
        "FREEBUSY;FBTYPE=FREE:20260312T100000Z/20260312T110000Z\nEND:VFREEBUSY"
    )
    assert busy(more=free_busy) == ["10.03. 10:00 - 10.03. 11:00", "11.03. 10:00 - 11.03. 12:00"]
    assert busy(more=free_busy, mode=ical.DAYS) == []


@pytest.mark.parametrize(
    "rule",
    [
        "DTSTART:19700101T000000Z\nDURATION:PT1S\nRRULE:FREQ=SECONDLY",
        "DTSTART:20200101T000000Z\nDURATION:PT1M\nRRULE:FREQ=MINUTELY",
        "DTSTART:20200101T000000Z\nDURATION:PT1M\nRRULE:FREQ=HOURLY",
        "DTSTART:20200101T000000Z\nDURATION:PT1M\nRRULE:FREQ=DAILY;BYMINUTE=0,1,2,3,4;BYSECOND=1,2,3",
        "DTSTART:00010101T000000Z\nDURATION:PT1M\nRRULE:FREQ=DAILY",
    ],
)
def test_a_series_without_measure_is_left_out_in_no_time(rule):
    good = "DTSTART:20260310T100000Z\nDURATION:PT1H"
    assert busy(rule, good) == ["10.03. 10:00 - 10.03. 11:00"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"BEGIN:VCALENDAR",
        b"\xff\xfe\x00",
        b'{"a": 1}',
        b"BEGIN:VCALENDAR\nEND:VEVENT",
        calendar("DTSTART:20260310T100000Z")[:-5],
        b"END:VCALENDAR",
    ],
)
def test_what_is_no_calendar_is_told(body):
    with pytest.raises(ical.UnreadableError) as caught:
        ical.busy(body, zone="UTC", window=MARCH, mode=ical.ALL)
    assert str(caught.value) == "not_a_calendar"


def test_a_calendar_too_large_is_told():
    with pytest.raises(ical.UnreadableError, match="too_many"):
        ical.busy(calendar(*["DTSTART:20260310T100000Z"] * 5001), zone="UTC", window=MARCH, mode=ical.ALL)
