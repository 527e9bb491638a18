"""When reps worked and were away in a span of the past: shifts, time off, and pauses as they were known then."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from reps import availability, schedule
from reps.models import Pause, Rep, Shift
from routing.engine import world as w
from routing.simulate.histories import History

_DAY = timedelta(days=1)


class Hours:
    """The calendars of `people` from `since` until `until`; with `today` every week is as the week then."""

    def __init__(self, people: Sequence[int], *, since: datetime, until: datetime, today: datetime | None) -> None:
        self._people, self._today = people, today
        span = since - _DAY, until + availability.HORIZON
        self.pauses = self._pause_histories(*span)
        self.zones = dict(Rep.objects.filter(pk__in=people).values_list("pk", "time_zone"))
        found = availability.calendars(people, since=span[0], until=span[1])
        weeks = self._weeks(today) if today else {}
        self._shifts: dict[int, tuple[schedule.Span, ...]] = {}
        self._planned: dict[int, tuple[w.Absence, ...]] = {}
        for pk, zone in self.zones.items():
            self._shifts[pk] = found[pk].shifts
            if today:
                week = [schedule.Week(tuple(weeks.get(pk, ())))]
                self._shifts[pk] = schedule.compile_shifts(zone=zone, weeks=week, horizon=span)
            self._planned[pk] = tuple(
                w.Absence(a.start, a.end, w.AbsenceKind(a.kind))
                for a in found[pk].absences
                if a.kind != availability.PAUSED
            )

    def __contains__(self, rep: int) -> bool:
        return rep in self.zones

    def shifts(self, rep: int) -> tuple[schedule.Span, ...]:
        """The whole span's, whenever they were entered."""
        return self._shifts[rep]

    def absences_at(self, rep: int, at: datetime) -> tuple[w.Absence, ...]:
        """Planned absences, and the pauses that were known of at the instant."""
        return (*self._planned[rep], *self._pauses_at(rep, at))

    def _weeks(self, today: datetime) -> dict[int, list[schedule.Shift]]:
        found: dict[int, list[schedule.Shift]] = {}
        for row in Shift.objects.at(today).filter(rep__in=self._people):
            found.setdefault(row.rep_id, []).append(schedule.Shift(row.weekday, row.begins, row.ends))
        return found

    def _pause_histories(self, since: datetime, until: datetime) -> dict[int, list[tuple[datetime, History]]]:
        """By rep, each pause that touches the span and from when which end was known."""
        rows = {row.pk: row for row in Pause.objects.within(since, until).filter(rep__in=self._people)}
        kept: dict[int, History] = {}
        if self._today is None:
            for event in Pause.pgh_event_model.objects.filter(id__in=rows).order_by("pgh_id"):  # type: ignore[attr-defined]  # added by pghistory
                history = kept.setdefault(event.id, History())
                history.since.append(event.pgh_created_at)
                history.rows.append(event)
        found: dict[int, list[tuple[datetime, History]]] = {}
        for pk, row in sorted(rows.items()):
            found.setdefault(row.rep_id, []).append((row.starts_at, kept.get(pk) or History([row.starts_at], [row])))
        return found

    def _pauses_at(self, rep: int, at: datetime) -> list[w.Absence]:
        """Pauses that had begun or were entered by then, with the end that was known: a later one surprises all."""
        return [
            w.Absence(start, history.at(max(at, start)).ends_at, w.AbsenceKind.PAUSED)
            for start, history in self.pauses.get(rep, ())
            if min(start, history.since[0]) <= at
        ]
