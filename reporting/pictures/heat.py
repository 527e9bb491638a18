"""Arrivals against duty: the week hour by hour, darker where more leads came, outlined where nobody was on duty."""

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from reporting.pictures.frame import Picture, Row, Table, cells
from reporting.pictures.words import worded
from reps.templatetags.face import percent
from reps.web import heat

_BUSY = 0.95


@dataclass(frozen=True, slots=True)
class Hour:
    """Leads of an hour of the week; of them `missed` came with nobody on duty; `empty` is the part of its time so."""

    leads: int
    missed: int = 0
    empty: float = 0.0
    reps: float = 0.0


@dataclass(frozen=True, slots=True)
class Day:
    """A weekday and its 24 hours."""

    label: str
    short: str
    hours: tuple[Hour, ...]


@dataclass(frozen=True, kw_only=True)
class Heat(Picture):
    """Monday first."""

    template: ClassVar[str] = "reporting/pictures/heat.html"

    days: tuple[Day, ...]

    @property
    def empty(self) -> str:
        """Duty alone is no picture of arrivals."""
        return "" if any(hour.leads for hour in self._hours) else _("No leads came in these weeks.")

    def says(self) -> str:
        """How many came with nobody there."""
        leads, missed = sum(hour.leads for hour in self._hours), sum(hour.missed for hour in self._hours)
        if not missed:
            return _("Somebody was on duty whenever a lead came.")
        told = {"share": percent(missed / leads), "n": worded(missed, "count"), "all": worded(leads, "count")}
        return _("%(share)s of leads came while nobody was on duty: %(n)s of %(all)s.") % told

    def drawn(self) -> dict[str, Any]:
        """What components/heat_map.html asks for."""
        most = self._most
        rows = [
            {
                "day": day.label,
                "short": day.short,
                "hours": [
                    heat.hour(leads=hour.leads, missed=hour.missed, empty=hour.empty, most=most) for hour in day.hours
                ],
            }
            for day in self.days
        ]
        return {"hours": range(24), "rows": rows, "most": most}

    def table(self) -> Table:
        """A row for each hour in which a lead came."""
        heads = (_("Day"), _("Hour"), _("Leads"), _("With nobody on duty"), _("On duty, on average"))
        rows = (
            Row(
                cells(
                    day.label,
                    f"{n:02d}:00",
                    worded(hour.leads, "count"),
                    worded(hour.missed, "count"),
                    worded(hour.reps, "number"),
                )
            )
            for day in self.days
            for n, hour in enumerate(day.hours)
            if hour.leads
        )
        return Table(heads, tuple(rows))

    @property
    def _hours(self) -> list[Hour]:
        return [hour for day in self.days for hour in day.hours]

    @property
    def _most(self) -> int:
        """Leads of a busy hour: one in twenty has more, so that a single wave does not pale all others."""
        some = sorted(hour.leads for hour in self._hours if hour.leads)
        return some[int(_BUSY * (len(some) - 1))] if some else 0
