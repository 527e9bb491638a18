"""The trial as text: the tables of docs/fairness.md, and the one line that is looked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from routing.fairness.teams import MOST_MEMBERS, MOST_WEIGHT, Scenario
from routing.fairness.trial import OURS, Figures, Trial

SAMPLED = 2  # teams of each scenario whose figures the page names one by one; a test measures them again
_HEAD = "<!-- Written by `make fairness`. Change the code, then run it again. -->"


def verdict(trial: Trial) -> str:
    """Ours, over everything measured."""
    return f"worst deviation {trial.figures(OURS).worst:.2f} leads"


def tables(trial: Trial) -> Iterator[str]:
    """Worst over / under by scenario, longest row of leads; then the median team."""
    columns = [scenario.value for scenario in Scenario]
    worst = [
        [way, *(pair(trial.figures(way, scenario)) for scenario in Scenario), str(trial.figures(way).streak)]
        for way in trial.ways
    ]
    typical = [[way, *(f"{trial.figures(way, scenario).median:.2f}" for scenario in Scenario)] for way in trial.ways]
    yield from table(["over / under, worst team", *columns, "longest row"], worst)
    yield ""
    yield from table(["furthest off, median team", *columns], typical)


def sampled(trial: Trial, seeds: Iterable[int]) -> Iterator[str]:
    """Some teams one by one."""
    rows = [
        [f"{scenario.value}, {seed}", *(f"{trial.teams[scenario, seed][way].worst:.4f}" for way in trial.ways)]
        for scenario in Scenario
        for seed in seeds
    ]
    yield from table(["team", *trial.ways], rows)


def page(trial: Trial) -> str:
    """docs/fairness.md, of a whole trial."""
    teams = len(trial.teams) // len(Scenario)
    scenario, seed = trial.furthest()
    opening = (
        f"{len(trial.teams)} made-up teams: {teams} in each of {len(Scenario)} situations, 2 to {MOST_MEMBERS} members,"
        f" weights 1 to {MOST_WEIGHT}, {trial.leads:,} leads each. Entitled: of each lead that one could have taken,"
        " one's part by weight. Over and under: received more or less than entitled, in leads, whoever was furthest"
        " off, at whichever lead. A row of leads to one person counts while three or more could have taken each."
    )
    lines = [
        _HEAD,
        "",
        "# Fairness, measured",
        "",
        opening,
        "",
        *tables(trial),
        "",
        verdict(trial),
        "",
        f"![Worst deviation of each way]({BARS})",
        "",
        f"![One team, lead by lead]({LINES})",
        "",
        f"The second picture shows the team to which ours was worst: {scenario.value}, {seed}.",
        "",
        "## Some of the teams",
        "",
        "How far whoever was furthest off, to four places. A test measures these again.",
        "",
        *sampled(trial, range(SAMPLED)),
    ]
    return "\n".join(lines) + "\n"


BARS, LINES = "img/fairness-worst.svg", "img/fairness-team.svg"


def pair(figures: Figures) -> str:
    """Over / under."""
    return f"{shown(figures.over)} / {shown(figures.under)}"


def shown(value: float) -> str:
    """As precise as matters."""
    return f"{value:.0f}" if value >= 100 else f"{value:.2f}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Markdown that also reads well on a terminal."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]

    def line(cells: Sequence[str]) -> str:
        first, *others = (cell.rjust(width) for cell, width in zip(cells, widths, strict=True))
        return f"| {' | '.join([cells[0].ljust(len(first)), *others])} |"

    yield line(head)
    yield f"|{'|'.join(['-' * (widths[0] + 2), *('-' * (width + 1) + ':' for width in widths[1:])])}|"
    yield from map(line, rows)
