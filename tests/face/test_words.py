"""Durations, shares and instants as people read them."""

# ruff: noqa: RUF001 - the minus of a statement is a minus
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import timezone

from reps.templatetags import face

NOW = datetime(2026, 11, 19, 9, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (0.4, "0.4 s"),
        (26, "26 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (252, "4 min"),
        (3600, "1 h"),
        (4320, "1 h 12 min"),
        (3900, "1 h 05 min"),
        (172_799, "47 h 59 min"),
        (172_800, "2 days"),
        (timedelta(minutes=4), "4 min"),
        (-90, "1 min"),
        (None, "-"),
    ],
)
def test_duration_in_words(seconds: float, words: str) -> None:
    assert face.duration(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "text"), [(252, "4:12"), (9, "0:09"), (3599, "59:59"), (3600, "1 h"), (-252, "4:12"), (None, "-")]
)
def test_digits_never_mean_hours(seconds: float, text: str) -> None:
    assert face.digits(seconds) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.82, "+0.82"), (-0.65, "−0.65"), (0, "0.00"), (-0.004, "0.00"), (None, "-")]
)
def test_signed(value: float, text: str) -> None:
    assert face.signed(value) == text


@pytest.mark.parametrize(("value", "text"), [(0.93, "93 %"), (0, "0 %"), (1, "100 %"), (None, "-")])
def test_percent(value: float, text: str) -> None:
    assert face.percent(value) == text


@pytest.mark.parametrize(
    ("n", "text"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (11, "11th"),
        (12, "12th"),
        (13, "13th"),
        (21, "21st"),
        (112, "112th"),
    ],
)
def test_ordinal(n: int, text: str) -> None:
    assert face.ordinal(n) == text


@pytest.mark.parametrize(
    ("name", "mark"),
    [
        ("Ana Lindqvist", "AL"),
        ("Dr.-Ing. Hans-Joachim Möllenbeck", "DM"),
        ("Øystein", "Ø"),
        ("", "?"),
        (None, "?"),
        ("  (x) ", "?"),
    ],
)
def test_initials(name: str, mark: str) -> None:
    assert face.initials(name) == mark


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime(2026, 11, 19, 9, 2, 11, tzinfo=UTC), "10:02"),
        (datetime(2026, 11, 20, 8, 15, tzinfo=UTC), "Fri 09:15"),
        (datetime(2026, 6, 3, 9, 0, tzinfo=UTC), "3 Jun"),
        (datetime(2025, 6, 3, 9, 0, tzinfo=UTC), "3 Jun 2025"),
    ],
)
def test_instant_is_short_in_the_readers_zone_and_exact_on_hover(at: datetime, text: str) -> None:
    with timezone.override(ZoneInfo("Europe/Berlin")):
        made = Template("{% load face %}{% instant at %}").render(Context({"at": at, "now": NOW}))

    assert f">{text}</time>" in made
    assert f'datetime="{at.isoformat()}"' in made
    assert ":" in made.partition('title="')[2].partition('"')[0]


@pytest.mark.parametrize(
    ("left", "allowed", "paused", "kind", "share"),
    [
        (400, 900, None, "runs", 56),
        (299, 900, None, "soon", 67),
        (0, 900, None, "soon", 100),
        (-1, 900, None, "late", 100),
        (5000, 900, None, "later", 0),
        (400, 900, NOW, "later", 0),
        (400, None, None, "runs", 0),
        (60, 120, None, "runs", 50),
        (40, 120, None, "soon", 67),
    ],
)
def test_clock_tells_what_is_left(
    left: int, allowed: int | None, paused: datetime | None, kind: str, share: int
) -> None:
    told = face.clock(Context({"now": NOW}), NOW + timedelta(seconds=left), allowed, paused)

    assert (told["kind"], told["share"]) == (kind, share)


def test_names_are_escaped_in_marks() -> None:
    made = Template("{% load face %}{% avatar name %}{% icon name %}").render(Context({"name": '"><script>'}))

    assert "<script>" not in made
