"""Kaplan-Meier curves: how many are done by when, leads still open counted in; median, limit, and who is at risk."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
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
# How far a curve must go to be named at the edge; and what words beside the limit take of the width, and in height.
_REACHES = 0.94
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

    `censored` holds when leads left still open, one time for each of them.
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
        first = Step(0, 1.0, 1.0, 1.0, self.n)
        return next((step for step in reversed(self.steps) if step.at <= seconds), first)

    def at_risk(self, seconds: float) -> int:
        """How many were still open just before: those of the next step, and who left open until it."""
        following = next((step for step in self.steps if step.at >= seconds), None)
        until = following.at if following else inf
        return (following.at_risk if following else 0) + sum(seconds <= at < until for at in self.censored)

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

    @property
    def _shown(self) -> tuple[Curve, ...]:
        return tuple(curve for curve in self.curves if curve.n and curve.steps)

    @property
    def _end(self) -> float:
        return self._ticks[-1]

    @property
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
        """The steps on the axis, one for each place that can be told apart."""
        x, seen = self._x(WIDE), -1
        inside = [step for step in curve.steps if step.at <= self._end]
        for step, following in pairwise([*inside, None]):
            if step is not None and (following is None or round(x(following.at)) > round(x(step.at)) > seen):
                seen = round(x(step.at))
                yield step

    def _path(self, curve: Curve, y: Scale) -> str:
        return "M0 " + put(y(0)) + self._along(curve, y, "share") + f"H{put(self._until(curve))}"

    def _along(self, curve: Curve, y: Scale, what: str) -> str:
        x = self._x(WIDE)
        return "".join(
            f"H{put(x(step.at))}V{put(y(1 - value))}"
            for step in self._steps(curve)
            if (value := getattr(step, what)) is not None
        )

    def _until(self, curve: Curve) -> float:
        """A curve ends with its last lead, never goes on as if it knew."""
        return self._x(WIDE).held(curve.last)

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
        x = self._x(WIDE)
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
        x = self._x(WIDE)
        inside = [step.share for step in curve.steps if x(step.at) <= place]
        return inside[-1] if inside else 1.0


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
