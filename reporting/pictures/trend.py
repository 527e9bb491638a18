"""A figure day by day or week by week, with the period before behind it and, where given, how sure it is."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from reporting.pictures import ticks
from reporting.pictures.frame import Cell, Picture, Row, Table, cells, nothing
from reporting.pictures.scale import Scale, percents, put
from reporting.pictures.words import marked, span, worded

TOP, PLOT, WIDE = 16, 176, 1000
# As many dots as can be told apart on a phone; more would be a rope.
_DOTS = 31
_LABELS = 8

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Point:
    """A day or a week: `short` under the axis, `label` in full; no value where there was nothing to measure."""

    label: str
    short: str
    value: float | None
    low: float | None = None
    high: float | None = None
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Trend(Picture):
    """`before` stands point by point under `points`: the first day of the period before under its first day."""

    template: ClassVar[str] = "reporting/pictures/trend.html"

    unit: str
    points: tuple[Point, ...]
    before: tuple[float | None, ...] = ()
    now_is: str = ""
    before_is: str = ""

    @property
    def empty(self) -> str:
        """Without a single value there is no line."""
        return "" if any(point.value is not None for point in self.points) else nothing()

    def says(self) -> str:
        """The last value, with the lowest and the highest."""
        known = [point for point in self.points if point.value is not None]
        values = [point.value for point in known if point.value is not None]
        told = {"last": worded(values[-1], self.unit), "at": known[-1].label}
        if len(values) == 1:
            return _("%(last)s on %(at)s.") % told
        ends = {"low": worded(min(values), self.unit), "high": worded(max(values), self.unit)}
        return _("From %(low)s to %(high)s; last %(last)s on %(at)s.") % {**told, **ends}

    def drawn(self) -> dict[str, Any]:
        """Lines, band, dots and axes."""
        y_ticks = self._y_ticks()
        y = Scale(y_ticks[0], y_ticks[-1], PLOT, 0)
        here = [(self._x(n), y.held(p.value)) for n, p in enumerate(self.points) if p.value is not None]
        last_x, last_y = here[-1]
        few = len(self.points) <= _DOTS
        return {
            "top": TOP,
            "plot": PLOT,
            "wide": WIDE,
            "height": TOP + PLOT + 26,
            "y_ticks": [
                {"y": put(TOP + y(tick)), "words": words}
                for tick, words in zip(y_ticks, marked(y_ticks, self.unit), strict=True)
            ],
            "x_ticks": self._x_ticks(),
            "now": "".join(_line(run) for run in self._runs([p.value for p in self.points], y)),
            "before": "".join(_line(run) for run in self._runs(self.before[: len(self.points)], y)),
            "band": "".join(self._bands(y)),
            "dots": [{"x": percents(x), "y": put(TOP + at)} for x, at in (here if few else here[-1:])],
            "last": {"x": percents(last_x), "y": put(TOP + last_y + 4), "words": self._last()},
            "now_is": self.now_is or _("this period"),
            "before_is": self.before_is or _("the period before"),
        }

    def table(self) -> Table:
        """A row for each point; the value opens its leads."""
        sure = any(point.low is not None for point in self.points)
        heads = [_("When"), self.now_is or _("This period")]
        heads += [_("95 % interval")] if sure else []
        heads += [self.before_is or _("The period before")] if self.before else []
        return Table(tuple(heads), tuple(self._row(n, point, sure=sure) for n, point in enumerate(self.points)))

    def _row(self, n: int, point: Point, *, sure: bool) -> Row:
        found: list[str | Cell] = [point.label, Cell(worded(point.value, self.unit), point.url)]
        if sure:
            found.append(span(point.low, point.high, self.unit) or "-")
        if self.before:
            found.append(worded(self.before[n] if n < len(self.before) else None, self.unit))
        return Row(cells(*found), put(self._x(n)))

    def _last(self) -> str:
        value = next(point.value for point in reversed(self.points) if point.value is not None)
        return worded(value, self.unit)

    def _x(self, n: int) -> float:
        return Scale(0, len(self.points) - 1, 0, 100)(n)

    def _y_ticks(self) -> tuple[float, ...]:
        of_points = [value for p in self.points for value in (p.value, p.low, p.high) if value is not None]
        values = [*of_points, *(value for value in self.before if value is not None)]
        low, high = min(values), max(values)
        # From zero, unless all of it is far above, where from zero a change could not be seen.
        low = low if low > 0.6 * high else min(0, low)
        if self.unit == "seconds":
            return ticks.durations(high, most=4)
        found = ticks.numbers(low, high, most=4, whole=self.unit == "count")
        return tuple(tick for tick in found if tick <= 1) if self.unit == "share" and high <= 1 < found[-1] else found

    def _x_ticks(self) -> list[dict[str, Any]]:
        every = max(1, -(-len(self.points) // _LABELS))
        return [
            {"x": percents(self._x(n)), "words": point.short, "more": bool((n // every) % 2)}
            for n, point in enumerate(self.points)
            if n % every == 0
        ]

    def _runs(self, values: Sequence[float | None], y: Scale) -> Iterator[list[Place]]:
        """Stretches without a gap, as places."""
        run: list[Place] = []
        for n, value in enumerate(values):
            if value is not None:
                run.append((self._x(n) * WIDE / 100, y.held(value)))
            elif run:
                yield run
                run = []
        if run:
            yield run

    def _bands(self, y: Scale) -> Iterator[str]:
        lows = [p.low if p.high is not None else None for p in self.points]
        highs = [p.high if p.low is not None else None for p in self.points]
        for below, above in zip(self._runs(lows, y), self._runs(highs, y), strict=True):
            yield _line([*above, *reversed(below)]) + "Z"


def _line(run: Iterable[Place]) -> str:
    return "M" + "L".join(f"{put(x)} {put(at)}" for x, at in run)
