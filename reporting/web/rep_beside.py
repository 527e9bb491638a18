"""A rep beside the team on the report of a rep: every figure, hours on duty among them, and the fair share drawn."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from reporting import tables
from reporting.cohort import Figures
from reporting.duty_hours import hours_of, members
from reporting.metric import Answer
from reporting.metrics import own_shelf, shelf
from reporting.metrics.leads_per_hour import given
from reporting.period import Period
from reporting.pictures.fairness import Fairness, Portion
from reporting.scope import Scope
from reporting.web import metric_words
from reporting.web.all_figures import row_of
from reps import availability
from reps.models import Group, Rep
from routing import standing


@dataclass(frozen=True, slots=True)
class Links:
    """Where the name of a figure and its value lead; no words where nowhere."""

    figure: Callable[[str], str]
    leads: Callable[[str], str]


NO_LINKS = Links(lambda _name: "", lambda _name: "")


@dataclass(frozen=True, slots=True)
class Beside:
    """A rep's figures, those of the period before, and the team's."""

    own: Figures
    before: Figures
    everybody: Figures


_OF_HOURS = ("hours_on_duty", "leads_per_hour")


def beside(*, rep: Rep, scope: Scope, team: Scope, period: Period, now: datetime) -> Beside:
    """All of them; the calendars of the team are read once for both periods."""
    names = [name for name in (*shelf(), *own_shelf()) if name not in _OF_HOURS]
    span: dict[str, Any] = {"since": period.since, "until": period.until, "now": now, "names": names}
    earlier = {**span, "since": period.before_since, "until": period.before_until}
    own, was = tables.whole(scope=scope, **span), tables.whole(scope=scope, **earlier)
    everybody = tables.whole(scope=team, **span)
    until = min(period.until, now)
    calendars = availability.calendars({*members(team, now=now), rep.pk}, since=period.before_since, until=until)
    hours = hours_of(calendars, since=period.since, until=until)
    hours_before = hours_of(calendars, since=period.before_since, until=period.before_until)[rep.pk]
    return Beside(
        _with_hours(own, hours[rep.pk], own.counts["leads"] / hours[rep.pk] if hours[rep.pk] else None, 1),
        _with_hours(was, hours_before, was.counts["leads"] / hours_before if hours_before else None, 1),
        _of_all(everybody, hours, given(team, since=period.since, until=period.until, now=now)),
    )


def _of_all(found: Figures, hours: Mapping[int, float], leads: Mapping[int, int]) -> Figures:
    """Of hours on duty the mean of those who had any, as a sum stands beside nobody."""
    there = {rep: each for rep, each in hours.items() if each}
    whole = sum(there.values())
    rate = sum(leads.get(rep, 0) for rep in there) / whole if whole else None
    return _with_hours(found, whole / len(there) if there else None, rate, len(there))


def _with_hours(found: Figures, hours: float | None, rate: float | None, n: int) -> Figures:
    leads = found.counts["leads"]
    more = {"hours_on_duty": Answer(hours, n), "leads_per_hour": Answer(rate, leads, leads)}
    return Figures(found.counts, {**found.answers, **more})


def sections(request: HttpRequest, found: Beside, *, links: Links) -> list[dict[str, Any]]:
    """Every metric as All figures shows it, in its sections."""
    return [
        {
            "label": label,
            "note": metric_words.NOTES.get(names[0], ""),
            "rows": [
                row_of(request, name, found.own, found.before, found.everybody)
                | {"url": links.figure(name), "leads": links.leads(name), "team_of": _interval(name, found.everybody)}
                for name in names
            ],
        }
        for label, names in metric_words.SECTIONS
    ]


def _interval(name: str, everybody: Figures) -> str:
    answer = everybody.answers.get(name)
    return metric_words.interval(name, answer) if answer else ""


def fairness(rep: Rep | None, group: Group, standings: Sequence[standing.Standing], *, now: datetime) -> Fairness:
    """Everybody of a group over all time, with how far off anybody can ever be; the rep stands out, if one is meant."""
    portions = tuple(
        Portion(one.rep.name, one.had, one.fair_share, me=rep is not None and one.rep.pk == rep.pk)
        for one in sorted(standings, key=lambda one: one.rep.name.casefold())
    )
    bound = standing.bound_of(group, now=now)
    behind, ahead = bound.told if bound else (None, None)
    title = _("Leads by turns in %s against the fair share, over all time") % group.name
    return Fairness(name="fair-share", title=title, portions=portions, behind=behind, ahead=ahead)
