"""What a whole trial leaves in docs: the page and both pictures."""

from __future__ import annotations

from collections.abc import Mapping

from routing.fairness import picture, report
from routing.fairness.measure import play
from routing.fairness.ours import MostOwed
from routing.fairness.rivals import FewestFirst, Pointer
from routing.fairness.teams import LEADS, Scenario, team
from routing.fairness.trial import OURS, Trial


def documents(trial: Trial) -> dict[str, str]:
    """File name below docs -> text."""
    return {
        "fairness.md": report.page(trial),
        report.BARS: worst({way: float(report.shown(trial.figures(way).worst)) for way in trial.ways}),
        report.LINES: one_team(*trial.furthest(), leads=trial.leads),
    }


def worst(figures: Mapping[str, float]) -> str:
    """The bars, worst first."""
    ordered = dict(sorted(figures.items(), key=lambda row: -row[1]))
    return picture.bars("Leads away from the fair share, worst case (each line: ten times as many)", ordered, OURS)


def one_team(scenario: Scenario, seed: int, *, leads: int = LEADS) -> str:
    """The lines of one team, lead by lead."""
    made = team(scenario, seed, leads)
    ways = {way.name: play(made, way, lines=True).line for way in (FewestFirst, Pointer, MostOwed)}
    title = f"Leads away from the fair share, whoever is furthest off: {len(made.weights)} members, {scenario.value}"
    return picture.lines(title, ways, OURS)
