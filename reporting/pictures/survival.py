"""Kaplan-Meier curves: how many are done by when, leads still open counted in; median, limit, and who is at risk."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf
from operator import attrgetter
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from reporting.pictures import ticks
from reporting.pictures.frame import Picture, Row, Table, cells, nothing
from reporting.pictures.labels import shortened, spread
from reporting.pictures.scale import LogScale, Scale, percents, put
from reporting.pictures.words import marked, span, worded
from reporting.statistics import survival as kaplan_meier
from reps.templatetags.face import duration, percent

TOP, PLOT, WIDE = 14, 200, 1000
# Of fewer leads the interval of a median says nothing.
_SURE = 3
# The first curves stand out, each in its own manner; further ones are a background.
TONES = ("pri", "quiet", "good", "ink")
_SIGNS = 20
_CENSORED = 60
_AT = attrgetter("at")
# How far a curve must go to be named at the edge; and what words beside the limit take of the width, and in height.
_REACHES = 0.98
_WORDS, _TALL = 340, 40


@dataclass(frozen=True, slots=True)
class Step:
    """From `at` seconds on `share` of one is still not done, with its interval; `at_risk` were open just before."""

    at: float
    share: float
    low: float | None
    high: float | None
    at_risk: int


@dataclass(frozen=True, slots=True)
class Curve:
    """One curve; `median` is nothing where fewer than half were done.

    `censored` holds when leads left still open, one time for each of them, in order.
    """

    name: str
    n: int
    steps: tuple[Step, ...]
    median: float | None = None
    median_low: float | None = None
    median_high: float | None = None
    censored: tuple[float, ...] = ()

    def at(self, seconds: float) -> Step:
        """Where the curve stands then."""
        passed = bisect_right(self.steps, seconds, key=_AT)
        return self.steps[passed - 1] if passed else Step(0, 1.0, 1.0, 1.0, self.n)

    def at_risk(self, seconds: float) -> int:
        """How many were still open just before: those of the next step, and who left open until it."""
        begins = bisect_left(self.steps, seconds, key=_AT)
        coming = self.steps[begins : begins + 1]
        until = coming[0].at if coming else inf
        left_until = bisect_left(self.censored, until) - bisect_left(self.censored, seconds)
        return (coming[0].at_risk if coming else 0) + left_until

    @property
    def last(self) -> float:
        """When its last lead was done or left."""
        return max([*(step.at for step in self.steps[-1:]), *self.censored], default=0)


def curve_of(name: str, found: kaplan_meier.Curve) -> Curve:
    """A curve as reporting.statistics.survival makes it, of times in seconds."""
    steps = []
    for step in found.steps:
        if step.events:
            sure = found.at(step.time)
            steps.append(Step(step.time, step.survival, sure.low, sure.high, step.at_risk))
    censored = tuple(step.time for step in found.steps for _one in range(step.censored))
    median = found.median()
    return Curve(name, found.n, tuple(steps), median.value, median.low, median.high, censored)


@dataclass(frozen=True, kw_only=True)
class Survival(Picture):
    """`done` and `clock` are words: "contacted", "working time since assigned"; `limit` in seconds, drawn across.

    The time axis ends at `until`, or where most of it is told; `tenfold` shows seconds and weeks on one axis.
    """

    template: ClassVar[str] = "reporting/pictures/survival.html"

    curves: tuple[Curve, ...]
    done: str
    clock: str
    limit: float | None = None
    until: float | None = None
    tenfold: bool = False

    @property
    def empty(self) -> str:
        """Without a lead there is no curve."""
        return "" if any(curve.n and curve.steps for curve in self.curves) else nothing()

    def says(self) -> str:
        """Each named curve with its median."""
        return " ".join(f"{curve.name}: {self._half(curve)}." for curve in self._shown[: len(TONES)])

    def drawn(self) -> dict[str, Any]:
        """Curves, bands, marks and axes."""
        times = self._ticks
        x, y = self._x(100), Scale(0, 1, PLOT, 0)
        named = self._shown[: len(TONES)]
        marks = list(zip(times, marked(times, "seconds"), _thinned(len(times)), strict=True))
        return {
            "top": TOP,
            "plot": PLOT,
            "wide": WIDE,
            "axis_y": TOP + PLOT + 18,
            "height": TOP + PLOT + 44 + 17 * len(named),
            "y_ticks": [{"y": put(TOP + y(s)), "words": percent(s)} for s in (0, 0.25, 0.5, 0.75, 1)],
            "x_ticks": [{"x": percents(x(at)), "words": words, "more": more} for at, words, more in marks],
            "clock": self.clock,
            "behind": "".join(self._path(curve, y) for curve in self._shown[len(TONES) :]),
            "curves": [self._curve(curve, tone, y) for curve, tone in zip(named, TONES, strict=False)],
            "ends": self._ends(named, y),
            "limit": self._limit(y),
            "risk_y": TOP + PLOT + 40,
            "risks": [
                {
                    "y": TOP + PLOT + 58 + 17 * n,
                    "key_y": TOP + PLOT + 54 + 17 * n,
                    "tone": tone,
                    "counts": [
                        {"x": percents(x(at)), "n": worded(curve.at_risk(at), "count"), "more": more}
                        for at, _words, more in marks
                    ],
                }
                for n, (curve, tone) in enumerate(zip(named, TONES, strict=False))
            ],
            "more": len(self._shown) - len(named),
        }

    def table(self) -> Table:
        """Where the curves stand at each time of the axis and in between."""
        named = self._shown[: len(TONES)]
        heads = [_("By"), *(curve.name for curve in named for _part in (0, 1))]
        heads[2::2] = [_("%s: still open") % curve.name for curve in named]
        x = self._x(100)
        rows = tuple(Row(cells(duration(at) if at else "0", *self._told(named, at)), put(x(at))) for at in self._fine())
        return Table(tuple(heads), rows)

    def _told(self, curves: Sequence[Curve], at: float) -> Iterator[str]:
        for curve in curves:
            step = curve.at(at)
            sure = span(_other(step.high), _other(step.low), "share")
            yield f"{percent(1 - step.share)} ({sure})" if sure and 0 < step.share < 1 else percent(1 - step.share)
            yield worded(curve.at_risk(at), "count")

    @cached_property
    def _shown(self) -> tuple[Curve, ...]:
        return tuple(curve for curve in self.curves if curve.n and curve.steps)

    @property
    def _end(self) -> float:
        return self._ticks[-1]

    @cached_property
    def _across(self) -> Scale | LogScale:
        return self._x(WIDE)

    @cached_property
    def _ticks(self) -> tuple[float, ...]:
        last = max(curve.steps[-1].at for curve in self._shown)
        if self.tenfold:
            first = min((step.at for curve in self._shown for step in curve.steps if step.at > 0), default=1)
            return ticks.landmarks(first, self.until or max(last, self.limit or 0))
        return ticks.durations(self.until or self._told_by(last), most=6)

    def _told_by(self, last: float) -> float:
        """Where the axis ends by itself: the limit in its middle, medians in it, no long tail."""
        medians = [curve.median for curve in self._shown[: len(TONES)] if curve.median]
        wanted = max([2 * (self.limit or 0), *(2.5 * median for median in medians)])
        return max(min(last, wanted), 1.2 * (self.limit or 0)) if wanted else last

    def _x(self, ends: float) -> Scale | LogScale:
        times = self._ticks
        return LogScale(times[0], times[-1], 0, ends) if self.tenfold else Scale(0, times[-1], 0, ends)

    def _fine(self) -> tuple[float, ...]:
        times = self._ticks
        if self.tenfold:
            return times
        parts = next(parts for parts in (5, 4, 3, 2, 1) if (times[1] - times[0]) % parts == 0)
        each = (times[1] - times[0]) / parts
        return tuple(n * each for n in range(round(times[-1] / each) + 1))

    def _curve(self, curve: Curve, tone: str, y: Scale) -> dict[str, Any]:
        x = self._x(100)
        median = curve.median if curve.median is not None and curve.median <= self._end else None
        return {
            "tone": tone,
            "name": curve.name,
            "half": self._half(curve),
            "path": self._path(curve, y),
            "band": self._band(curve, y) if tone == TONES[0] or (len(self._shown) == 2 and tone != "quiet") else "",
            "median": median is not None and {"x": percents(x(median)), "y": put(TOP + y(0.5))},
            "censored": [
                {
                    "x": percents(x(at)),
                    "above": put(TOP + y(1 - curve.at(at).share) - 4),
                    "below": put(TOP + y(1 - curve.at(at).share) + 4),
                }
                for at in curve.censored[:_CENSORED]
                if at <= self._end and tone == TONES[0]
            ],
        }

    def _half(self, curve: Curve) -> str:
        if curve.median is None:
            return _("half not reached within %s") % duration(curve.last)
        sure = _sure(curve)
        words = _("half within %s") % duration(curve.median)
        return f"{words} ({sure})" if sure else words

    def _steps(self, curve: Curve) -> Iterator[Step]:
        """The steps on the axis, the last one of each place that can be told apart."""
        x, steps = self._across, curve.steps
        at, inside = 0, bisect_right(steps, self._end, key=_AT)
        while at < inside:
            at = bisect_right(steps, round(x(steps[at].at)), at, inside, key=lambda step: round(x(step.at)))
            yield steps[at - 1]

    def _path(self, curve: Curve, y: Scale) -> str:
        return "M0 " + put(y(0)) + self._along(curve, y, "share") + f"H{put(self._until(curve))}"

    def _along(self, curve: Curve, y: Scale, what: str) -> str:
        x = self._across
        return "".join(
            f"H{put(x(step.at))}V{put(y(1 - value))}"
            for step in self._steps(curve)
            if (value := getattr(step, what)) is not None
        )

    def _until(self, curve: Curve) -> float:
        """A curve ends with its last lead, never goes on as if it knew."""
        return self._across.held(curve.last)

    def _band(self, curve: Curve, y: Scale) -> str:
        known = [step for step in self._steps(curve) if step.low is not None and step.high is not None]
        if not known:
            return ""
        x, ends = self._x(WIDE), self._until(curve)
        upper = f"M{put(x(known[0].at))} {put(y(0))}" + self._along(curve, y, "low") + f"H{put(ends)}"
        lower = [(x(step.at), y(_other(step.high) or 0)) for step in known]
        back = f"V{put(lower[-1][1])}" + "".join(
            f"H{put(at)}V{put(before[1])}"
            for (at, _y), before in zip(reversed(lower[1:]), reversed(lower[:-1]), strict=True)
        )
        return upper + back + f"H{put(lower[0][0])}Z"

    def _ends(self, curves: Sequence[Curve], y: Scale) -> list[dict[str, str]]:
        """The names of those curves that reach the right edge, where they do."""
        reaching = [
            (curve, tone) for curve, tone in zip(curves, TONES, strict=False) if self._until(curve) > _REACHES * WIDE
        ]
        wanted = [y(1 - curve.at(self._end).share) for curve, _tone in reaching]
        places = spread(wanted, gap=16, low=0, high=PLOT)
        return [
            {"y": put(TOP + at + 4), "name": shortened(curve.name, _SIGNS), "tone": tone}
            for at, (curve, tone) in zip(places, reaching, strict=True)
        ]

    def _limit(self, y: Scale) -> dict[str, Any] | None:
        """The time allowed, and how many of the first curve were done in it; beside the line where no curve runs."""
        if not self.limit or self.limit > self._end:
            return None
        named = self._shown[: len(TONES)]
        shares = [1 - curve.at(self.limit).share for curve in named]
        room = self._room(named, y)
        return {
            "x": percents(self._x(100)(self.limit)),
            "words": _("%s allowed") % duration(self.limit),
            "dot_y": put(TOP + y(shares[0])),
            "words_y": put(TOP + room[1]) if room else "",
            "left": bool(room and room[0]),
            "share": _("%s in time") % percent(shares[0]),
            "says": _("%(name)s: %(share)s %(done)s in time")
            % {"name": named[0].name, "share": percent(shares[0]), "done": self.done},
            "all": f"{named[1].name} {percent(shares[1])}" if len(named) == 2 else "",
        }

    def _room(self, curves: Sequence[Curve], y: Scale) -> tuple[bool, float] | None:
        """Beside the limit, right of it or left, the highest stretch without a curve: side, and where words begin."""
        x = self._across
        at = x(self.limit or 0)
        for left in (False, True):
            far = at - _WORDS if left else at + _WORDS
            if not 0 <= far <= WIDE:
                continue
            busy = sorted(tuple(sorted(y(1 - self._share(curve, place)) for place in (at, far))) for curve in curves)
            free, above = [], 0.0
            for begins, ends in busy:
                free.append((begins - above, above))
                above = max(above, ends)
            free.append((PLOT - above, above))
            height, begins = max(free)
            if height >= _TALL:
                # Close under what is above, in the middle where it is narrow.
                return left, begins + 14 + min(24, (height - _TALL) / 2)
        return None

    def _share(self, curve: Curve, place: float) -> float:
        """Who is still open at a place across."""
        passed = bisect_right(curve.steps, place, key=lambda step: self._across(step.at))
        return curve.steps[passed - 1].share if passed else 1.0


def _other(share: float | None) -> float | None:
    return None if share is None else 1 - share


def _sure(curve: Curve) -> str:
    if curve.median_low is None or curve.n < _SURE:
        return ""
    if curve.median_high is None:
        return _("at least %s") % duration(curve.median_low)
    return span(curve.median_low, curve.median_high, "seconds")


def _thinned(n: int) -> list[bool]:
    """Which labels a phone leaves out."""
    return [n > 5 and bool(m % 2) for m in range(n)]
