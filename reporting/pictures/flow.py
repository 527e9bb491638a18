"""The flow of a day: leads by the hour they came, and what became of each hour's so far."""

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reporting.pictures import ticks
from reporting.pictures.frame import Cell, Picture, Row, Table, cells
from reporting.pictures.scale import Scale, percents, put
from reporting.pictures.words import marked, worded

TOP, PLOT, WIDE = 18, 160, 1000


@dataclass(frozen=True, slots=True)
class Hour:
    """Of the leads that came in this hour: assigned by now, waiting still, and the rest. `usual` is a usual day's."""

    label: str
    assigned: int
    waiting: int = 0
    other: int = 0
    usual: float | None = None
    url: str = ""

    @property
    def arrived(self) -> int:
        return self.assigned + self.waiting + self.other


@dataclass(frozen=True, kw_only=True)
class DayFlow(Picture):
    """`hours` in order; `begun` of them have: a line stands there, and what follows is drawn as usual only."""

    template: ClassVar[str] = "reporting/pictures/flow.html"

    hours: tuple[Hour, ...]
    begun: int | None = None
    other_is: str = ""

    @property
    def empty(self) -> str:
        """A day may begin quietly."""
        return "" if any(hour.arrived for hour in self.hours) else _("No lead has come yet.")

    def says(self) -> str:
        """How many came, are assigned and wait; when most came."""
        most = max(self.hours, key=lambda hour: hour.arrived)
        arrived = sum(hour.arrived for hour in self.hours)
        return ngettext(
            "%(n)s lead came, %(assigned)s assigned, %(waiting)s waiting; most at %(at)s.",
            "%(n)s leads came, %(assigned)s assigned, %(waiting)s waiting; most at %(at)s.",
            arrived,
        ) % {
            "n": worded(arrived, "count"),
            "assigned": worded(sum(hour.assigned for hour in self.hours), "count"),
            "waiting": worded(sum(hour.waiting for hour in self.hours), "count"),
            "at": most.label,
        }

    def drawn(self) -> dict[str, Any]:
        """Bars in parts, the usual day as a line of steps, axes."""
        most = max([hour.arrived for hour in self.hours] + [hour.usual or 0 for hour in self.hours])
        y_ticks = ticks.numbers(0, most, most=4, whole=True)
        y = Scale(0, y_ticks[-1], PLOT, 0)
        each = 100 / len(self.hours)
        every = 1 if len(self.hours) <= 12 else 3 if len(self.hours) <= 24 else 6
        return {
            "top": TOP,
            "plot": PLOT,
            "wide": WIDE,
            "height": TOP + PLOT + 26,
            "base": TOP + PLOT,
            "y_ticks": [
                {"y": put(TOP + y(tick)), "words": words}
                for tick, words in zip(y_ticks, marked(y_ticks, "count"), strict=True)
            ],
            "x_ticks": [
                {
                    "x": percents(n * each),
                    "words": hour.label,
                    "more": every == 1 and len(self.hours) > 6 and n % 2 == 1,
                }
                for n, hour in enumerate(self.hours)
                if n % every == 0
            ],
            "parts": [part for n, hour in enumerate(self.hours) for part in _parts(n, hour, each, y)],
            "usual": self._usual(y),
            "now": percents(self.begun * each) if self.begun and self.begun < len(self.hours) else "",
            "late_now": bool(self.begun and self.begun > 0.8 * len(self.hours)),
            "waits": any(hour.waiting for hour in self.hours),
            "other_is": self.other_is or _("not qualified"),
            "others": any(hour.other for hour in self.hours),
        }

    def table(self) -> Table:
        """A row for each hour."""
        usual = any(hour.usual is not None for hour in self.hours)
        heads = [_("Hour"), _("Came"), _("Assigned"), _("Waiting"), self.other_is or _("Not qualified")]
        heads += [_("Usual")] if usual else []
        return Table(tuple(heads), tuple(_row(hour, usual=usual) for hour in self.hours))

    def _usual(self, y: Scale) -> str:
        if all(hour.usual is None for hour in self.hours):
            return ""
        each, path = WIDE / len(self.hours), ""
        for n, hour in enumerate(self.hours):
            if hour.usual is not None:
                goes = "V" if path and self.hours[n - 1].usual is not None else f"M{put(n * each)} "
                path += f"{goes}{put(y(hour.usual))}H{put((n + 1) * each)}"
        return path


def _parts(n: int, hour: Hour, each: float, y: Scale) -> list[dict[str, str]]:
    """The bar of an hour from below: assigned, waiting, other."""
    found, below = [], 0
    for tone, count in (("pri", hour.assigned), ("due", hour.waiting), ("quiet", hour.other)):
        if count:
            height = y(below) - y(below + count)
            place = {"x": percents(n * each + each * 0.1), "width": percents(each * 0.8)}
            found.append(
                {**place, "y": put(TOP + y(below + count)), "height": put(max(height - 0.5, 0.5)), "tone": tone}
            )
            below += count
    return found


def _row(hour: Hour, *, usual: bool) -> Row:
    counts = [worded(count, "count") for count in (hour.assigned, hour.waiting, hour.other)]
    more = [worded(hour.usual, "number")] if usual else []
    return Row(cells(hour.label, Cell(worded(hour.arrived, "count"), hour.url), *counts, *more))
