"""The pictures of one figure: its trend with the period before, its curve, and its parts with their intervals."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Protocol

from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reporting import cohort, tables
from reporting.cohort import Figures
from reporting.metric import Answer
from reporting.metrics import own_shelf, shelf
from reporting.period import Period
from reporting.pictures.intervals import Interval, Intervals
from reporting.pictures.survival import Survival, curve_of
from reporting.pictures.trend import Point, Trend
from reporting.scope import Scope
from reporting.statistics.survival import kaplan_meier
from reporting.tables import Part
from reporting.web import metric_words
from reporting.web.figures_asked import CUTS, Asked, query

_MANY_DAYS = timedelta(days=32)
# Above so many leads the times of a curve are taken by the minute, as nobody sees the seconds any more.
_EXACT = 5_000
MOST_ROWS = 40


class Spanned(Protocol):
    """A request, read, whatever else it asks: of whom, over what time."""

    @property
    def scope(self) -> Scope: ...
    @property
    def period(self) -> Period: ...
    @property
    def span(self) -> dict[str, Any]: ...
    @property
    def before(self) -> dict[str, Any]: ...


def trend(name: str, what: Spanned) -> Trend:
    """By day, over more than a month by week, with the period before behind it."""
    length = what.period.until - what.period.since
    cut, step = ("week", 7) if length > _MANY_DAYS else ("day", 1)
    now = {part.key: part.figures for part in _in_time(name, cut, what, what.span)}
    was = {part.key: part.figures for part in _in_time(name, cut, what, what.before)}
    first = timezone.localdate(what.period.since)
    first -= timedelta(days=first.weekday() if step == 7 else 0)
    old = timezone.localdate(what.period.before_since)
    old -= timedelta(days=old.weekday() if step == 7 else 0)
    points, behind = [], []
    day = first
    while day <= timezone.localdate(what.period.until - timedelta(microseconds=1)):
        answer = now[day].answers[name] if day in now else None
        behind_it = was.get(old + (day - first))
        points.append(
            Point(
                date_format(day, "D j F"),
                date_format(day, "j M"),
                answer.value if answer else None,
                *(_ends(answer, answer.value) if answer else (None, None)),
            )
        )
        behind.append(behind_it.answers[name].value if behind_it else None)
        day += timedelta(days=step)
    return Trend(
        name="trend",
        title=str(metric_words.LABELS[name]),
        unit=_picture_unit(name),
        points=tuple(points),
        before=tuple(behind),
        now_is=_("this period"),
        before_is=_("the period before"),
    )


def curve(name: str, pairs: Sequence[tuple[str, Figures]]) -> Survival | None:
    """How many were done by when, a curve each; of what is measured with those that still wait."""
    counts = list(shelf()[name].counts) if name in shelf() else []
    if metric_words.unit_of(name) != "seconds" or len(counts) < 2:
        return None
    curves = []
    for label, figures in pairs:
        ended, waiting = (figures.counts[count] or () for count in counts[:2])
        if ended:
            exact = len(ended) + len(waiting) <= _EXACT
            rows = [(_minute(t, exact), 1, 0) for t in ended] + [(_minute(t, exact), 0, 1) for t in waiting]
            curves.append(curve_of(label, kaplan_meier(rows)))
    if not curves:
        return None
    clock = _("working time since assigned") if name == "response_time" else _("time since arrival")
    return Survival(
        name="curve", title=str(metric_words.LABELS[name]), curves=tuple(curves), done=_("contacted"), clock=clock,
        limit=None, tenfold=True,
    )  # fmt: skip


def intervals(request: HttpRequest, name: str, rows: list[Part], own: Figures, what: Asked) -> Intervals:
    shown = sorted(rows[:MOST_ROWS], key=lambda part: part.label if what.cut in {"day", "week"} else "")
    return Intervals(
        name="parts",
        title=_("%(figure)s, %(cut)s")
        % {"figure": metric_words.LABELS[name], "cut": str(dict(CUTS)[what.cut]).lower()},
        unit=_picture_unit(name),
        rows=tuple(_interval(request, name, part, what.cut) for part in shown),
        label_is=str(dict(CUTS)[what.cut]),
        value_is=str(metric_words.LABELS[name]),
        mark=own.answers[name].value if name in own.answers else None,
        mark_is=_("all together"),
        level=_("95 % interval"),
    )


def can_cut(name: str, cut: str) -> bool:
    return name in shelf() or cut in own_shelf()[name].cuts


def _in_time(name: str, cut: str, what: Spanned, span: dict[str, Any]) -> list[Part]:
    return [part for part in tables.parts(cut, scope=what.scope, **span, names=(name,)) if name in part.figures.answers]


def _minute(seconds: float, exact: bool) -> float:  # noqa: FBT001 - read once, above
    return seconds if exact else float(round(seconds / 60) * 60)


def _interval(request: HttpRequest, name: str, part: Part, cut: str) -> Interval:
    answer = part.figures.answers[name]
    early = metric_words.is_too_early(name, answer)
    shown = None if early or answer.value is None else answer.value
    note = "" if shown is not None else metric_words.of(name, answer) if early else metric_words.value(name, answer)
    return Interval(
        part.label,
        shown,
        *_ends(answer, shown),
        n=answer.n,
        note=note,
        url=_part_url(request, part, cut),
    )


def _ends(answer: Answer, shown: float | None) -> tuple[float | None, float | None]:
    """The interval as it is drawn: not at all where an end is open."""
    if shown is None or answer.low is None or answer.high is None:
        return None, None
    return answer.low, answer.high


def _part_url(request: HttpRequest, part: Part, cut: str) -> str:
    """The same page narrowed to the part."""
    if cut in {"rep", "group"}:
        return f"{request.path}?{query(request, **{cut: part.uid})}" if part.uid else ""
    if cut == "territory":
        return f"{request.path}?{query(request, territory=part.uid)}"
    if cut == "source":
        source, _mark, channel = part.key.partition(cohort.JOINED)
        return f"{request.path}?{query(request, source=source, channel=channel)}"
    if cut in {"campaign", "rule", "band"} and part.key is not None:
        return f"{request.path}?{query(request, **{cut: part.key})}"
    return ""


def _picture_unit(name: str) -> str:
    unit = metric_words.unit_of(name)
    return unit if unit in {"count", "share", "seconds", "number"} else "number"
