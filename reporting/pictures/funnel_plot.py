"""Funnel plot: what each rep brought against what their leads promised, inside limits that chance seldom leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from reporting.pictures import ticks
from reporting.pictures.frame import Cell, Picture, Row, Table, cells
from reporting.pictures.labels import Spot, beside, shortened
from reporting.pictures.scale import Scale, percents, put
from reporting.pictures.words import marked, span, worded
from reporting.statistics.funnel_plot import INNER, OUTER, Funnel
from reps.templatetags.face import percent

TOP, PLOT, WIDE = 12, 264, 1000
# For which widths of the plot names are laid out: where a place is wider, they only move apart (css/pictures.css).
_NAMES = {"roomy": 820, "middle": 440, "tight": 250}
_CURVE = 80
_HIGHEST = 4.0


@dataclass(frozen=True, slots=True)
class Dot:
    """What somebody brought (`observed`) and what their leads promised (`expected`); `me` is the reader."""

    name: str
    observed: float
    expected: float
    url: str = ""
    me: bool = False

    @property
    def ratio(self) -> float:
        return self.observed / self.expected


@dataclass(frozen=True, kw_only=True)
class FunnelPlot(Picture):
    """`spread` widens the limits where reps differ more than by chance (the over-dispersion factor, 1 or more)."""

    template: ClassVar[str] = "reporting/pictures/funnel_plot.html"

    dots: tuple[Dot, ...]
    spread: float = 1.0
    what: str = ""

    @property
    def empty(self) -> str:
        """Where nothing is to be expected yet, nothing can be compared."""
        return "" if self._shown else _("Too early: these leads promise nothing yet.")

    def says(self) -> str:
        """Who is outside of what chance does."""
        names = [dot.name for dot in self._shown if self.outside(dot)]
        if not names:
            return _("Everybody is within what chance does.")
        return _("Further off than chance does in 95 of 100 cases: %s.") % ", ".join(names)

    def outside(self, dot: Dot) -> int:
        """0 within the inner limits, 1 beyond them, 2 beyond the outer ones too."""
        return sum(not low <= dot.ratio <= high for low, high in (self._at(dot.expected, z) for z in (INNER, OUTER)))

    def drawn(self) -> dict[str, Any]:
        """Limits, points and names, laid out for a wide and for a narrow page."""
        x_ticks = ticks.numbers(0, max(dot.expected for dot in self._shown), most=6)
        top = min(_HIGHEST, max([1.8, *(1.12 * dot.ratio for dot in self._shown)]))
        y_ticks = ticks.numbers(0, top, most=5)
        x, y = Scale(0, x_ticks[-1], 0, 100), Scale(0, y_ticks[-1], PLOT, 0)
        return {
            "top": TOP,
            "plot": PLOT,
            "wide": WIDE,
            "height": TOP + PLOT + 26,
            "y_ticks": [
                {"y": put(TOP + y(tick)), "words": words}
                for tick, words in zip(y_ticks, marked(y_ticks, "share"), strict=True)
            ],
            "x_ticks": [
                {"x": percents(x(tick)), "words": words, "more": len(x_ticks) > 5 and n % 2 == 1}
                for n, (tick, words) in enumerate(zip(x_ticks, marked(x_ticks, "number"), strict=True))
            ],
            "par": put(TOP + y(1)),
            "inner": self._limits(INNER, x_ticks[-1], y),
            "outer": self._limits(OUTER, x_ticks[-1], y),
            "dots": [
                {
                    "x": percents(x(d.expected)),
                    "y": put(TOP + y.held(d.ratio)),
                    "tone": self._tone(d),
                    "says": self._one(d),
                }
                for d in self._drawn_last(self._shown)
            ],
            "names": [{"css": css, "names": self._names(x, y, width)} for css, width in _NAMES.items()],
            "me": next((dot.name for dot in self._shown if dot.me), ""),
            "what": self.what or _("wins"),
            "spread": self.spread > 1,
        }

    def table(self) -> Table:
        """Observed, expected, their ratio with the limits around par, and where that stands."""
        heads = (
            _("Rep"), _("Brought"), _("To be expected"), _("Of what is expected"), _("95 % limits"), _("Stands")
        )  # fmt: skip
        rows = []
        for dot in self._shown:
            limits = span(*self._at(dot.expected, INNER), "share")
            words = (_("within"), _("beyond 95 %"), _("beyond 99.8 %"))[self.outside(dot)]
            first: tuple[str | Cell, ...] = (dot.name, Cell(worded(dot.observed, "count"), dot.url))
            rows.append(Row(cells(*first, worded(dot.expected, "number"), percent(dot.ratio), limits, words)))
        return Table(heads, tuple(rows))

    @property
    def _shown(self) -> tuple[Dot, ...]:
        return tuple(dot for dot in self.dots if dot.expected > 0)

    def _at(self, expected: float, z: float) -> tuple[float, float]:
        return Funnel((), self.spread).limits(expected, z=z)

    def _tone(self, dot: Dot) -> str:
        return "me" if dot.me else ("in", "out", "far")[self.outside(dot)]

    def _drawn_last(self, dots: Sequence[Dot]) -> list[Dot]:
        """Who matters lies on top."""
        return sorted(dots, key=lambda dot: (dot.me, self.outside(dot)))

    def _one(self, dot: Dot) -> str:
        told = {"observed": worded(dot.observed, "count"), "expected": worded(dot.expected, "number")}
        return f"{dot.name}: " + _("%(observed)s brought, %(expected)s to be expected") % told

    def _limits(self, z: float, most: float, y: Scale) -> dict[str, str]:
        """Both curves of a limit; closer points where they bend."""
        places = [most * (n / _CURVE) ** 2 for n in range(1, _CURVE + 1)]
        x = Scale(0, most, 0, WIDE)
        ends = [self._at(expected, z) for expected in places]
        lower, upper = ([(x(e), y(end[n])) for e, end in zip(places, ends, strict=True)] for n in (0, 1))
        return {"upper": _line(upper), "lower": _line(lower), "area": _line([*upper, *reversed(lower)]) + "Z"}

    def _names(self, x: Scale, y: Scale, width: float) -> list[dict[str, str]]:
        spots = [
            Spot(
                x(dot.expected) * width / 100,
                y.held(dot.ratio),
                shortened(dot.name, 18),
                10 * dot.me + 3 * self.outside(dot) + abs(dot.ratio - 1) * sqrt(dot.expected) / 10,
            )
            for dot in self._shown
        ]
        return [
            {
                "x": percents(x(self._shown[found.spot].expected)),
                "y": put(TOP + spots[found.spot].y + found.dy),
                "dx": put(found.dx),
                "anchor": found.anchor,
                "words": spots[found.spot].text,
                "tone": self._tone(self._shown[found.spot]),
            }
            for found in beside(spots, width=width, height=PLOT)
        ]


def _line(places: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{put(x)} {put(y)}" for x, y in places)
