"""Each picture of the reports: its parts stand where their figures say, and nothing or one lead is drawn as well."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from django.template import Context, Template

from reporting.pictures.fairness import Fairness, Portion
from reporting.pictures.flow import PLOT, TOP, DayFlow, Hour
from reporting.pictures.frame import Picture
from reporting.pictures.funnel import Funnel, Stage
from reporting.pictures.funnel_plot import Dot, FunnelPlot
from reporting.pictures.heat import Day, Heat
from reporting.pictures.heat import Hour as HeatHour
from reporting.pictures.intervals import Interval, Intervals
from reporting.pictures.scale import put
from reporting.pictures.trend import Point, Trend
from reps.templatetags.face import MINUS
from tests.face import cast_pictures


def html(picture: Picture) -> str:
    return Template("{% load report_pictures %}{% picture one %}").render(Context({"one": picture}))


class Reader(HTMLParser):
    """Tags and attributes of a fragment; `open` holds what was never closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.attributes: list[tuple[str, str]] = []

    @classmethod
    def of(cls, text: str) -> "Reader":
        reader = cls()
        reader.feed(text)
        return reader

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(key, value or "") for key, value in attrs if key != "class"]
        self.seen.add(tag)
        if tag != "col":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def pictures(cast: dict) -> list[Picture]:
    return [picture for row in cast["rows"] for picture in row]


def trend(*values: float | None, unit: str = "count", **more: object) -> Trend:
    points = tuple(Point(f"day {n}", str(n), value) for n, value in enumerate(values))
    return Trend(name="t", title="t", unit=unit, points=points, **more)  # type: ignore[arg-type]


class TestFlow:
    def test_parts_of_an_hour_are_as_high_as_they_came(self) -> None:
        drawn = DayFlow(name="f", title="t", hours=(Hour("09", 6, 2, 2), Hour("10", 0))).drawn()

        assert [(part["tone"], part["y"]) for part in drawn["parts"]] == [
            ("pri", put_y(6)), ("due", put_y(8)), ("quiet", put_y(10)),
        ]  # fmt: skip
        assert [part["x"] for part in drawn["parts"]] == ["5%"] * 3

    def test_usual_day_is_broken_where_nothing_is_known(self) -> None:
        hours = (Hour("09", 4, usual=2), Hour("10", 0), Hour("11", 0, usual=4), Hour("12", 1, usual=1))
        drawn = DayFlow(name="f", title="t", hours=hours).drawn()

        assert drawn["usual"] == "M0 80H250M500 0H750V120H1000"

    def test_says_what_came(self) -> None:
        said = DayFlow(name="f", title="t", hours=(Hour("09", 6, 2, 2), Hour("10", 1))).says()

        assert said == "11 leads came, 7 assigned, 2 waiting; most at 09."


def put_y(count: int) -> str:
    """The top of so many of the 10 leads that the axis holds."""
    return put(TOP + PLOT - PLOT * count / 10)


class TestTrend:
    def test_line_breaks_where_nothing_was_measured(self) -> None:
        drawn = trend(0, 10, None, 5, 10).drawn()

        assert drawn["now"].count("M") == 2
        assert drawn["now"].startswith("M0 176L250 0M750 88")

    def test_shares_far_above_zero_show_their_change(self) -> None:
        words = [tick["words"] for tick in trend(0.84, 0.9, unit="share").drawn()["y_ticks"]]

        assert words[0] == "84 %"
        assert next(tick["words"] for tick in trend(0.1, 0.9, unit="share").drawn()["y_ticks"]) == "0 %"

    def test_shares_never_exceed_all(self) -> None:
        assert trend(0.7, 0.99, unit="share").drawn()["y_ticks"][-1]["words"] == "100 %"

    def test_one_point_stands_in_the_middle(self) -> None:
        drawn = trend(7).drawn()

        assert drawn["dots"] == [{"x": "50%", "y": drawn["dots"][0]["y"]}]
        assert drawn["last"]["words"] == "7"

    def test_many_points_have_few_labels(self) -> None:
        assert len(trend(*range(90)).drawn()["x_ticks"]) <= 8
        assert len(trend(*range(90)).drawn()["dots"]) == 1

    def test_band_holds_low_and_high(self) -> None:
        points = (Point("a", "a", 5, 0, 10), Point("b", "b", 5, 0, 10))

        drawn = Trend(name="t", title="t", unit="number", points=points).drawn()

        assert drawn["band"] == "M0 0L1000 0L1000 176L0 176Z"

    def test_period_before_stands_beside(self) -> None:
        table = trend(1, 2, before=(3.0,)).table()

        assert [[cell.text for cell in row.cells] for row in table.rows] == [["day 0", "1", "3"], ["day 1", "2", "-"]]


class TestFunnelPlot:
    def test_limits_are_those_of_chance(self) -> None:
        plot = FunnelPlot(name="p", title="t", dots=())

        assert [plot.outside(Dot("x", observed, 16)) for observed in (23, 24, 28, 29)] == [0, 1, 1, 2]
        assert replace(plot, spread=4).outside(Dot("x", 29, 16)) == 0

    def test_names_of_who_is_outside_are_told(self) -> None:
        dots = (Dot("Ana", 40, 16), Dot("Ben", 16, 16), Dot("New", 0, 0))
        plot = FunnelPlot(name="p", title="t", dots=dots)

        assert plot.says() == "Further off than chance does in 95 of 100 cases: Ana."
        assert [row.cells[0].text for row in plot.table().rows] == ["Ana", "Ben"]

    def test_a_ratio_beyond_the_axis_stands_at_its_end(self) -> None:
        drawn = FunnelPlot(name="p", title="t", dots=(Dot("Ana", 60, 2),)).drawn()

        assert drawn["y_ticks"][-1]["words"] == "400 %"
        assert drawn["dots"][0]["y"] == "12"


def test_funnel_shares_are_of_the_first_stage_and_of_the_one_before() -> None:
    stages = (Stage("Assigned", 40), Stage("Contacted", 20, 0.6), Stage("Won", 6))
    table = Funnel(name="f", title="t", stages=stages).table()

    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["Assigned", "40", "100 %", "-", "-"], ["Contacted", "20", "50 %", "50 %", "60 %"],
        ["Won", "6", "15 %", "30 %", "-"],
    ]  # fmt: skip


def test_fairness_tells_bounds_only_where_there_are_any() -> None:
    free = Fairness(name="f", title="t", portions=(Portion("Ana", 3, 2.5), Portion("Ben", 1, 2)))

    assert free.says() == f"Furthest from the fair share: Ben, {MINUS}1.0."
    assert replace(free, behind=1.2, ahead=1.3).says().endswith("dashed lines: 1.2 behind, 1.3 ahead.")


def test_heat_is_darkest_at_a_busy_hour_and_outlined_where_leads_met_nobody() -> None:
    hours = tuple(HeatHour(*hour) for hour in ((8, 0, 0.0), (2, 2, 1.0), (0, 0, 1.0)))
    drawn = Heat(name="h", title="t", days=(Day("Monday", "Mon", hours),)).drawn()

    assert [(hour["tone"], hour["empty"]) for hour in drawn["rows"][0]["hours"]] == [(4, False), (4, True), (0, False)]


def test_intervals_stand_on_one_round_axis() -> None:
    rows = (Interval("Ana", 0.17, 0.12, 0.22), Interval("Ben", None, note="too early"))
    drawn = Intervals(
        name="i", title="t", unit="per_100", rows=rows, label_is="Rep", value_is="Wins", mark=0.134
    ).drawn()

    assert (drawn["low"], drawn["high"]) == (0.12, 0.22)
    assert [tick["words"] for tick in drawn["ticks"]] == ["12", "14", "16", "18", "20", "22"]


@pytest.mark.parametrize("cast", ["typical", "empty", "tiny", "crowded"])
def test_every_picture_is_sound_markup(cast: str) -> None:
    for picture in pictures(getattr(cast_pictures, cast)()):
        found = Reader.of(html(picture))
        assert found.attributes[0] == ("id", picture.name)
        assert "style" not in dict(found.attributes)
        places = [value for key, value in found.attributes if key in {"x", "y", "x1", "y1", "d", "cx", "cy", "height"}]
        assert not [value for value in places if not re.fullmatch(r"[MLHVZ\d. %-]+", value)]
        assert found.open == []
        if not picture.empty:
            assert "table" in found.seen
            assert picture.says()


def test_words_of_people_are_escaped() -> None:
    shown = html(Funnel(name="f", title="<b>t", stages=(Stage("<script>", 3),)))

    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
