"""Leads on which nothing is done: when that is so, whom it is told, and who loses the lead for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max
from django.utils.translation import ngettext

from leads import dispatch, due, timeline
from leads.life import EventKind, State
from leads.models import Lead, LeadEvent, Task, Touch
from reps.models import Group
from routing.assign import Alarm, Move, write_timers
from routing.models import Assignment, Timer

KINDS = (Timer.Kind.QUIET_SOON, Timer.Kind.QUIET)
# Contacts are asked by themselves: one that was taken back is none.
_SIGNS = (EventKind.NOTED, EventKind.STAGE_CHANGED, EventKind.STEP_DONE)


@dataclass(frozen=True, slots=True)
class Silence:
    """How long a lead may be silent, and when the owner is warned and loses it."""

    days: int
    since: datetime
    warn_at: datetime
    ends_at: datetime
    hours: due.Hours

    def grace(self, now: datetime) -> datetime:
        """A working day from now, for whom nobody warned; a day before the end there is as much anyway."""
        if self.warn_at <= now < self.ends_at:
            return self.ends_at
        return due.after(self.hours, start=now, days=1, at=now.astimezone(self.hours.zone).time())

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """Its two timers."""
        return (
            Alarm(Timer.Kind.QUIET_SOON.value, 0, self.warn_at),
            Alarm(Timer.Kind.QUIET.value, 0, self.ends_at),
        )


def silence(hours: due.Hours, *, since: datetime, days: int) -> Silence:
    """`days` working days of the owner after the last sign of life, at the same time of day; a warning one day before.

    Where one day is all there is, the warning comes when that day begins.
    """
    at = since.astimezone(hours.zone).time()
    ends_at = due.after(hours, start=since, days=days, at=at)
    warn_at = due.after(hours, start=since, days=days - 1, at=at) if days > 1 else due.after(hours, start=since, days=1)
    return Silence(days, since, min(warn_at, ends_at), ends_at, hours)


def silences(leads: Sequence[int], *, now: datetime) -> dict[int, Silence]:
    """Of the owned leads whose group takes quiet ones back: how their silence stands."""
    rows = list(
        Lead.objects.filter(pk__in=leads, state=State.ASSIGNED.value, group__work_plan__quiet_days__isnull=False)
        .select_related("owner", "group__work_plan")
        .order_by("pk")
    )
    if not rows:
        return {}
    days = {row.pk: row.group.work_plan.quiet_days or 0 for row in rows if row.group}
    signs = last_signs(rows)
    since = min(signs.values())
    most = max(days.values()) + (now - since).days
    hours = due.hours_of([row.owner for row in rows if row.owner], since=since, days=most)
    return {
        row.pk: silence(hours[row.owner_id], since=signs[row.pk], days=days[row.pk]) for row in rows if row.owner_id
    }


def last_signs(rows: Sequence[Lead]) -> dict[int, datetime]:
    """The last sign of life in each lead's present spell; a step still ahead counts when it is due."""
    hops = {row.pk: row.hop for row in rows}
    found = {row.pk: row.assigned_at for row in rows if row.assigned_at}
    signs = [
        *Touch.objects.filter(lead__in=hops).values_list("lead", "hop").annotate(at=Max("at")),
        *LeadEvent.objects.filter(lead__in=hops, kind__in=[kind.value for kind in _SIGNS])
        .values_list("lead", "hop")
        .annotate(at=Max("occurred_at")),
        *Task.objects.filter(lead__in=hops, done_at=None, stopped_at=None)
        .values_list("lead", "hop")
        .annotate(at=Max("due_at")),
    ]
    for lead, hop, at in signs:
        if hops[lead] == hop:
            found[lead] = max(found.get(lead, at), at)
    return found


def set_for(group: Group, *, now: datetime) -> int:
    """Set the clocks of the group's owned leads, when its plan began to ask for them or asks for other days."""
    pks = list(Lead.objects.filter(group=group, state=State.ASSIGNED.value).values_list("pk", "hop"))
    found = silences([pk for pk, _hop in pks], now=now)
    write_timers([(pk, hop, alarm) for pk, hop in pks if pk in found for alarm in found[pk].alarms])
    return len(found)


def settle(found: Sequence[tuple[int, int, int, str]], *, now: datetime) -> list[Move]:
    """What is done about (lead, hand-over number, owner, kind) whose timer ran out; run under the turn, leads locked.

    Where there was a sign of life in between, the timer is set anew; else the owner is warned, or loses the lead.
    Nobody loses one unwarned: who could not be warned in time has one more day.
    """
    stand = silences([lead for lead, *_rest in found], now=now)
    warned = _warned(stand)
    moves: list[Move] = []
    alarms: dict[tuple[int, str], tuple[int, int, Alarm]] = {}
    warn: dict[int, tuple[int, int, datetime]] = {}
    for lead, hop, owner, kind in found:
        if (silent := stand.get(lead)) is None:  # the group no longer asks
            continue
        alarm = silent.alarms[kind == Timer.Kind.QUIET]
        if alarm.due_at > now:
            alarms[lead, kind] = (lead, hop, alarm)
        elif kind == Timer.Kind.QUIET and lead in warned:
            moves.append(_release(lead, hop, owner, silent.days))
        elif lead not in warned:
            until = max(silent.ends_at, silent.grace(now))
            warn[lead] = (hop, owner, until)
            # A sign of life after the warning begins another silence, with a warning of its own.
            alarms |= {(lead, a.kind): (lead, hop, a._replace(due_at=until)) for a in silent.alarms}
    _warn(warn, now)
    write_timers(list(alarms.values()))
    return moves


def _warned(stand: Mapping[int, Silence]) -> set[int]:
    """Whose owner was warned since the last sign of life."""
    rows = LeadEvent.objects.filter(lead__in=stand, kind=EventKind.REMINDED, payload__why="quiet")
    last = rows.values_list("lead").annotate(at=Max("occurred_at"))
    return {lead for lead, at in last if at >= stand[lead].since}


def _warn(leads: Mapping[int, tuple[int, int, datetime]], now: datetime) -> None:
    told = {lead: {"until": until.isoformat()} for lead, (_hop, _owner, until) in leads.items()}
    dispatch.plan(
        (
            dispatch.Word(lead, hop, owner, "quiet_soon", ref=told[lead]["until"], payload=told[lead])
            for lead, (hop, owner, _until) in leads.items()
        ),
        now=now,
    )
    timeline.record(
        timeline.News(lead, EventKind.REMINDED, now, owner, hop=hop, payload={"why": "quiet"} | told[lead])
        for lead, (hop, owner, _until) in leads.items()
    )


def _release(lead: int, hop: int, owner: int, days: int) -> Move:
    says = ngettext("Nothing was done for %d day.", "Nothing was done for %d days.", days) % days
    return Move(
        lead=lead,
        hop=hop,
        before=State.ASSIGNED,
        state=State.READY,
        reason="gone_quiet",
        event=EventKind.GONE_QUIET,
        end=Assignment.End.GONE_QUIET.value,
        about=owner,
        decided=False,
        words=(dispatch.Word(lead, hop, owner, "taken_back", why=says),),
        payload={"days": days},
    )
