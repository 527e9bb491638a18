"""Rows of a point with its interval against one line for all: told apart only where intervals part."""

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from reporting.pictures import ticks
from reporting.pictures.frame import Cell, Picture, Row, Table, cells, nothing
from reporting.pictures.scale import Scale, percents
from reporting.pictures.words import marked, span, worded


@dataclass(frozen=True, slots=True)
class Interval:
    """One row; no point where there is too little to tell, and `note` says so. `quiet` draws it behind the others."""

    label: str
    point: float | None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    rank: int | None = None
    note: str = ""
    url: str = ""
    quiet: bool = False
    me: bool = False


@dataclass(frozen=True, kw_only=True)
class Intervals(Picture):
    """`mark` is what all are held against, drawn through every row; `level` says what the intervals are."""

    template: ClassVar[str] = "reporting/pictures/intervals.html"

    unit: str
    rows: tuple[Interval, ...]
    label_is: str
    value_is: str
    mark: float | None = None
    mark_is: str = ""
    level: str = ""

    @property
    def empty(self) -> str:
        """Rows that all are too early still say so."""
        return "" if self.rows else nothing()

    def says(self) -> str:
        """The highest and the lowest, and what all are held against."""
        known = [row for row in self.rows if row.point is not None]
        if not known:
            return _("Too early for all of them.")
        best, last = max(known, key=lambda r: r.point or 0), min(known, key=lambda r: r.point or 0)
        said = _("Highest: %(name)s, %(value)s.") % {"name": best.label, "value": worded(best.point, self.unit)}
        if last is not best:
            low = {"name": last.label, "value": worded(last.point, self.unit)}
            said = f"{said} " + _("Lowest: %(name)s, %(value)s.") % low
        return said

    def drawn(self) -> dict[str, Any]:
        """Every row's interval on one axis."""
        times = self._ticks()
        low, high = times[0], times[-1]
        words = marked(times, self.unit)
        x = Scale(low, high, 0, 100)
        return {
            "rows": [
                {
                    "row": row,
                    "value": worded(row.point, self.unit),
                    "drawn": row.point is not None,
                    # Without an interval the point stands alone.
                    "ends": (row.point, row.point) if row.low is None or row.high is None else (row.low, row.high),
                }
                for row in self.rows
            ],
            "low": low,
            "high": high,
            "mark": self.mark,
            "level": self.level or _("95 % interval"),
            "mark_says": f"{self.mark_is or _('all reps')} {worded(self.mark, self.unit)}"
            if self.mark is not None
            else "",
            "ticks": [
                {"x": percents(x(at)), "words": text, "more": len(times) > 4 and n % 2 == 1}
                for n, (at, text) in enumerate(zip(times, words, strict=True))
                if any(row.point is not None for row in self.rows)
            ],
            "ranked": any(row.rank for row in self.rows),
            "notes": any(row.note for row in self.rows),
            "label_is": self.label_is,
            "value_is": self.value_is,
        }

    def table(self) -> Table:
        """Value, interval, of how many."""
        heads = (self.label_is, self.value_is, self.level or _("95 % interval"), _("Of"), "")
        rows = (
            Row(
                cells(
                    row.label,
                    Cell(worded(row.point, self.unit), row.url),
                    span(row.low, row.high, self.unit) or "-",
                    worded(row.n, "count"),
                    row.note,
                )
            )
            for row in self.rows
        )
        return Table(heads, tuple(rows))

    def _ticks(self) -> tuple[float, ...]:
        found = [value for row in self.rows for value in (row.low, row.point, row.high) if value is not None]
        found += [self.mark] if self.mark is not None else []
        if not found:
            return (0.0, 1.0)
        if self.unit == "seconds":
            return ticks.durations(max(found), most=5)
        return ticks.numbers(min(found), max(found), most=5)
