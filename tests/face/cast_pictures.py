"""What the pictures of the reports are given: a usual week, nothing at all, one lead, and a house of forty reps."""

from datetime import date, timedelta
from math import log
from random import Random
from typing import Any

from reporting.pictures.fairness import Fairness, Portion
from reporting.pictures.flow import DayFlow, Hour
from reporting.pictures.frame import Picture
from reporting.pictures.funnel import Funnel, Stage
from reporting.pictures.funnel_plot import Dot, FunnelPlot
from reporting.pictures.heat import Day, Heat
from reporting.pictures.heat import Hour as HeatHour
from reporting.pictures.intervals import Interval, Intervals
from reporting.pictures.survival import Curve, Survival, curve_of
from reporting.pictures.trend import Point, Trend
from reporting.statistics.survival import kaplan_meier
from tests.face.cast import manager_shell

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FIRST, LAST = (
    ("Ana", "Ben", "Kim", "Emil", "Lea", "Marco", "Pavel", "Sofia", "Jonas", "Priya"),
    ("Lindqvist", "Okafor", "von Hohenfels-Straßberger", "Sørensen"),
)
NAMES = [f"{first} {last}" for last in LAST for first in FIRST]
INSIDE = "working time since assigned"


def curve(name: str, n: int, median: float, seed: int, *, answered: float = 0.96) -> Curve:
    """Of made-up times; some leads move on before anybody answers."""
    lot = Random(seed)
    ends = [
        (median * -log(1 - lot.random()) / log(2), 1, 0) if lot.random() < answered else (lot.random() * 3600, 0, 1)
        for _ in range(n)
    ]
    return curve_of(name, kaplan_meier(ends))


def flow(scale: int) -> DayFlow:
    shape = (0, 0, 0, 0, 0, 1, 2, 6, 14, 22, 26, 24, 18, 20, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    usual = (0, 0, 0, 0, 0, 1, 2, 5, 11, 17, 20, 20, 14, 17, 19, 20, 16, 11, 7, 5, 3, 2, 1, 0)
    hours = tuple(
        Hour(
            f"{n:02d}",
            assigned=scale * (count - count // 9) - (n == 13) * 3 - (n == 14) * 9,
            waiting=(n == 13) * 3 + (n == 14) * 9,
            other=scale * (count // 9),
            usual=float(scale * usual[n]),
            url="/leads/",
        )
        for n, count in enumerate(shape)
    )
    return DayFlow(name="flow", title="Leads by the hour they came", hours=hours, begun=15, csv_url="?csv")


def funnel(*counts: int) -> Funnel:
    labels = ("Assigned", "Contacted", "Reached", "Meeting", "Won")
    shares = (None, 0.92, 0.62, 0.31, 0.13)
    stages = tuple(
        Stage(label, count, share, "good" if label == "Won" else "pri", "/leads/")
        for label, count, share in zip(labels, counts, shares, strict=True)
    )
    return Funnel(name="funnel", title="From lead to win", stages=stages, csv_url="?csv")


def survival(*curves: Curve, name: str = "survival", **more: Any) -> Survival:
    return Survival(
        name=name, title="How soon contact is made", curves=curves, done="contacted", clock=INSIDE, limit=900,
        csv_url="?csv", **more,
    )  # fmt: skip


def heat(scale: int) -> Heat:
    def hour(day: int, n: int) -> HeatHour:
        there = day < 5 and 8 <= n < 18
        leads = max(0, (abs(13 - n) < 8) * (31 - 3 * abs(13 - n)) // (1 if day < 5 else 6)) * scale
        return HeatHour(leads, 0 if there else leads, 0.0 if there else 1.0, 4.5 if there else 0.0)

    days = tuple(Day(day, day[:3], tuple(hour(n, at) for at in range(24))) for n, day in enumerate(DAYS))
    return Heat(name="heat", title="Leads per hour against people on duty", days=days, csv_url="?csv")


def fairness(names: list[str], each: float) -> Fairness:
    offs = (0.6, -0.8, 0.2, 1.4, -1.1, 0.7, -0.4, -0.6)
    portions = tuple(
        Portion(
            name, round(each * (1 + n % 3 / 4) + offs[n % 8]), each * (1 + n % 3 / 4) + offs[n % 8] % 0.3, me=n == 1
        )
        for n, name in enumerate(names)
    )
    return Fairness(
        name="fairness", title="Leads received against the fair share", portions=portions, behind=2.72, ahead=3.2,
        csv_url="?csv",
    )  # fmt: skip


def funnel_plot(names: list[str], seed: int) -> FunnelPlot:
    lot = Random(seed)
    dots = []
    for n, name in enumerate(names):
        expected = 4 + 30 * lot.random() ** 1.5
        skill = (2.1, 0.35)[n] if n < 2 and len(names) > 2 else lot.gauss(1, 0.9 / expected**0.5)
        dots.append(Dot(name, max(0, round(expected * skill)), round(expected, 1), "/leads/", me=n == 3))
    return FunnelPlot(
        name="funnel-plot", title="Wins against what the leads promised", dots=tuple(dots), csv_url="?csv"
    )


def trend(days: int, *, sure: bool = True, name: str = "trend") -> Trend:
    lot, start = Random(days), date(2026, 10, 21)
    points = []
    for n in range(days):
        day = start + timedelta(days=n)
        value = None if days > 7 and day.weekday() == 6 else min(0.99, 0.86 + 0.002 * n + lot.gauss(0, 0.03))
        band = (value - 0.05, min(1.0, value + 0.04)) if sure and value is not None else (None, None)
        points.append(Point(f"{day:%A} {day.day} {day:%B}", f"{day.day} {day:%b}", value, *band, url="/leads/"))
    before = tuple(0.84 + lot.gauss(0, 0.03) for _ in range(days)) if days > 1 else ()
    return Trend(
        name=name, title="Within response time, day by day", unit="share", points=tuple(points), before=before,
        now_is="21 October to 19 November", before_is="the 30 days before", csv_url="?csv",
    )  # fmt: skip


def slow_trend(weeks: int) -> Trend:
    lot = Random(3)
    points = tuple(
        Point(f"Week {n + 1}", f"W{n + 1}", 600 - 30 * n + 90 * lot.random(), url="/leads/") for n in range(weeks)
    )
    before = tuple(700 + 60 * lot.random() for _ in range(weeks))
    return Trend(
        name="slow",
        title="Rep response time, week by week",
        unit="seconds",
        points=points,
        before=before,
        csv_url="?csv",
    )


def intervals(names: list[str]) -> Intervals:
    rows = []
    for n, name in enumerate(names):
        point = 0.174 - 0.0025 * n * (28 / max(28, len(names)))
        note = "too close to call with Ben, Kim" if n < 3 else "near the average of all reps" if n < 5 else ""
        rows.append(
            Interval(name, point, point - 0.05, point + 0.055, 142, n + 1, note, "/leads/", quiet=n > 2, me=n == 0)
        )
    early = Interval("Pavel Novak", None, n=18, note="too early: 18 leads, shown from 30")
    return Intervals(
        name="intervals", title="Wins per 100 leads assigned", unit="per_100", rows=(*rows, early), label_is="Rep",
        value_is="Wins per 100", mark=0.134, level="90 % interval", csv_url="?csv",
    )  # fmt: skip


def page(*rows: tuple[Picture, ...]) -> dict[str, Any]:
    return {**manager_shell("reports"), "rows": rows}


def typical() -> dict[str, Any]:
    ana, everybody = curve("Ana Lindqvist", 142, 240, 1, answered=0.97), curve("All reps", 989, 420, 2, answered=0.92)
    ben, kim = curve("Ben Okafor", 168, 300, 3), curve("Kim Tran", 121, 5200, 4, answered=0.55)
    return page(
        (flow(1),),
        (survival(ana, everybody), funnel(142, 138, 101, 54, 23)),
        (survival(ana, everybody, ben, kim, name="survival-four", tenfold=True),),
        (heat(1),),
        (fairness(NAMES[:6], 40),),
        (funnel_plot(NAMES[:10], 5), trend(30)),
        (slow_trend(12),),
        (intervals(NAMES[:6]),),
    )


def empty() -> dict[str, Any]:
    hours = tuple(Hour(f"{n:02d}", 0) for n in range(24))
    return page(
        (DayFlow(name="flow", title="Leads by the hour they came", hours=hours),),
        (survival(Curve("Ana Lindqvist", 0, ())), funnel(0, 0, 0, 0, 0)),
        (heat(0), fairness([], 0)),
        (FunnelPlot(name="funnel-plot", title="Wins against what the leads promised", dots=()),),
        (Trend(name="trend", title="Day by day", unit="share", points=(Point("Monday", "Mon", None),)),),
        (
            Intervals(
                name="intervals", title="Close rate", unit="share", rows=(), label_is="Rep", value_is="Close rate"
            ),
        ),
    )


def tiny() -> dict[str, Any]:
    one_day = tuple(
        Day(day, day[:3], tuple(HeatHour(int((n, at) == (2, 9)), 0, 0.2, 1.0) for at in range(24)))
        for n, day in enumerate(DAYS)
    )
    one_hour = tuple(Hour(f"{n:02d}", int(n == 9)) for n in range(24))
    early = Interval("Pavel Novak", None, n=1, note="too early: 1 lead, shown from 30")
    return page(
        (DayFlow(name="flow", title="Leads by the hour they came", hours=one_hour, begun=22),),
        (survival(curve("Pavel Novak", 1, 130, 9, answered=1)), funnel(1, 1, 0, 0, 0)),
        (Heat(name="heat", title="Leads per hour against people on duty", days=one_day),),
        (Fairness(name="fairness", title="Leads received", portions=(Portion("Pavel Novak", 1, 0.5),)),),
        (funnel_plot(["Pavel Novak"], 3), trend(1)),
        (
            Intervals(
                name="intervals", title="Close rate", unit="share", rows=(early,), label_is="Rep", value_is="Close rate"
            ),
        ),
    )  # fmt: skip


def crowded() -> dict[str, Any]:
    curves = [curve(name, 60, 200 + 30 * n, n) for n, name in enumerate(NAMES)]
    return page(
        (flow(240),),
        (survival(*curves),),
        (heat(90),),
        (funnel(98_204, 91_337, 60_120, 31_004, 12_991),),
        (fairness(NAMES, 240),),
        (funnel_plot(NAMES, 5),),
        (trend(90),),
        (intervals(NAMES),),
    )
