"""Kaplan-Meier pictures: the steps as given, an honest end, the median or that it is not reached, who is at risk."""

import pytest

from reporting.pictures.survival import PLOT, Curve, Step, Survival, curve_of
from reporting.statistics.survival import kaplan_meier
from tests.face.cast_pictures import curve

# Four leads: contacted after 5 and 10 min, moved on after 12 min, contacted after 20 min.
FOUR = Curve(
    "Ana",
    4,
    (
        Step(300, 0.75, 0.4, 0.95, 4),
        Step(600, 0.5, 0.1, 0.8, 3),
        Step(1200, 0.0, None, None, 1),
    ),
    median=600,
    median_low=300,
    median_high=None,
    censored=(720,),
)  # fmt: skip
HALF_OPEN = Curve("Ben", 3, (Step(300, 2 / 3, 0.1, 0.9, 3),), censored=(900, 900))


def picture(*curves: Curve, **more: object) -> Survival:
    return Survival(name="s", title="t", curves=curves, done="contacted", clock="", **more)  # type: ignore[arg-type]


def test_curve_goes_by_the_steps_given() -> None:
    drawn = picture(FOUR, until=2000).drawn()

    assert [tick["words"] for tick in drawn["x_ticks"]] == ["0", "10 min", "20 min", "30 min", "40 min"]
    assert drawn["curves"][0]["path"] == "M0 200H125V150H250V100H500V0H500"


def test_band_is_closed_and_holds_the_curve() -> None:
    band = picture(FOUR, until=2000).drawn()["curves"][0]["band"]

    # There: at most 60 and 90 % are contacted; back: at least 20 and 5 %.
    assert band == "M125 200H125V80H250V20H500V160H250V190H125Z"


def test_a_curve_ends_with_its_last_lead() -> None:
    drawn = picture(HALF_OPEN, until=1800).drawn()

    assert drawn["curves"][0]["path"].endswith("H500")
    assert drawn["ends"] == []


def test_median_or_that_it_is_not_reached() -> None:
    drawn = picture(FOUR, HALF_OPEN, until=1800).drawn()

    assert [one["half"] for one in drawn["curves"]] == [
        "half within 10 min (at least 5 min)",
        "half not reached within 15 min",
    ]
    assert drawn["curves"][0]["median"]["y"] == "114"
    assert not drawn["curves"][1]["median"]


def test_at_risk_are_those_still_open() -> None:
    drawn = picture(FOUR, until=2000).drawn()

    assert [count["n"] for count in drawn["risks"][0]["counts"]] == ["4", "3", "1", "0", "0"]


def test_who_left_counts_as_open_until_then() -> None:
    assert [HALF_OPEN.at_risk(at) for at in (0, 300, 301, 900, 901)] == [3, 3, 2, 2, 0]


def test_censored_leads_are_ticks_on_the_curve() -> None:
    marks = picture(FOUR, until=2000).drawn()["curves"][0]["censored"]

    assert [(mark["x"], mark["above"], mark["below"]) for mark in marks] == [("30%", "110", "118")]


def test_axis_holds_limit_and_medians_and_no_long_tail() -> None:
    long = Curve(
        "Kim",
        50,
        (*(Step(60 * n, 1 - n / 50, None, None, 50 - n) for n in range(1, 49)), Step(9e6, 0, None, None, 1)),
        1500,
    )

    assert picture(long, limit=900).drawn()["x_ticks"][-1]["words"] == "1 h 15 min"
    assert picture(FOUR, limit=5400).drawn()["limit"]["x"] == "75%"
    assert picture(FOUR, limit=900).drawn()["limit"]["share"] == "50 % in time"


def test_tenfold_axis_shows_seconds_and_hours() -> None:
    words = [tick["words"] for tick in picture(curve("Ana", 300, 900, 1), tenfold=True).drawn()["x_ticks"]]

    assert words[0] in {"1 s", "10 s"}
    assert words[-1] in {"6 h", "24 h"}


def test_words_beside_the_limit_keep_clear_of_the_curves() -> None:
    for seed in range(12):
        shown = picture(curve("Ana", 140, 200 + 90 * seed, seed), curve("All", 300, 500, seed + 1), limit=900)
        drawn = shown.drawn()
        if drawn["limit"]["words_y"]:
            top = float(drawn["limit"]["words_y"]) - 14 - 11
            for one in shown.curves:
                assert not top < PLOT * one.at(900).share < top + 28


def test_forty_curves_are_four_and_a_background() -> None:
    drawn = picture(*(curve(f"Rep {n}", 30, 300, n) for n in range(40))).drawn()

    assert (len(drawn["curves"]), drawn["more"], drawn["behind"].count("M")) == (4, 36, 36)


@pytest.mark.parametrize("curves", [(), (Curve("Ana", 0, ()),)])
def test_nothing_is_said_to_be_nothing(curves: tuple[Curve, ...]) -> None:
    assert picture(*curves).empty == "Nothing to draw in this period."


def test_table_tells_what_is_drawn() -> None:
    table = picture(FOUR, until=2000).table()

    assert table.heads == ("By", "Ana", "Ana: still open")
    told = {row.cells[0].text: [cell.text for cell in row.cells[1:]] for row in table.rows}
    assert told["10 min"] == ["50 % (20 to 90 %)", "3"]
    assert told["20 min"] == ["100 %", "1"]


def test_curves_of_the_statistics_are_drawn_as_they_are() -> None:
    found = curve_of("Ana", kaplan_meier([(300, 1, 0), (600, 1, 0), (720, 0, 1), (1200, 1, 0)]))

    assert [(step.at, step.share, step.at_risk) for step in found.steps] == [
        (300, 0.75, 4),
        (600, 0.5, 3),
        (1200, 0, 1),
    ]
    assert (found.n, found.median, found.median_low, found.censored) == (4, 600, 300, (720,))
    assert all(step.low is not None and step.low < step.share < (step.high or 0) for step in found.steps[:2])
