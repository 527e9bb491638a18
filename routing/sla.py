"""Response times: what is due while an owner stays silent, and what is done when it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from leads import dispatch, signals, timeline
from leads.life import EventKind, State
from leads.models import Lead, LeadEvent, Touch
from reps import availability
from reps.models import Group, Rep
from routing import quiet
from routing.assign import Errand, Move, turn, write, write_timers
from routing.models import Assignment, Timer
from routing.terms import hours_of, waiting_alarm

MOST = 200
# How often managers are told again of one lead.
MOST_WAITING = 6
WAITS = (State.DESK, State.POOLED, State.HELD, State.SET_ASIDE)


@dataclass(frozen=True, slots=True)
class Due:
    """A timer that ran out, with its lead as it stands, locked."""

    timer: int
    kind: str
    n: int
    lead: int
    hop: int
    state: State
    owner: int | None
    group: int | None
    current: bool  # the timer is of this spell, and nothing but silence came since


def overdue(division_id: int, *, now: datetime) -> bool:
    """Whether some timer of the division ran out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM routing_timer t JOIN leads_lead l ON l.id = t.lead_id"
            " WHERE t.fired_at IS NULL AND t.due_at <= %s AND l.division_id = %s)",
            [now, division_id],
        )
        return bool(cursor.fetchone()[0])


def fire(division_id: int) -> int:
    """Do what is due; a contact that committed before stops it, as both lock the lead. Returns how many ran out."""
    with turn(division_id, errand=Errand.TIME_OUT) as held:
        if held is None:
            return 0
        due = _lock_due(division_id, held.now)
        _mark(due, held.now)
        by_kind = {kind: [one for one in due if one.current and one.kind == kind] for kind in Timer.Kind.values}
        _note_warnings([*by_kind[Timer.Kind.REMIND], *by_kind[Timer.Kind.WARN]], held.now)
        _remind(by_kind[Timer.Kind.REMIND], held.now)
        _warn(by_kind[Timer.Kind.WARN], held.now)
        _tell_waiting(by_kind[Timer.Kind.WAITING], held.now)
        # Whoever is both released and reminded by now only needs the last.
        released = {one.lead: _released(one) for one in by_kind[Timer.Kind.RELEASE]}
        silent = [one for kind in quiet.KINDS for one in by_kind[kind] if one.owner and one.lead not in released]
        gone = quiet.settle([(one.lead, one.hop, one.owner or 0, one.kind) for one in silent], now=held.now)
        write(held, [*released.values(), *gone])
        if released or gone:
            transaction.on_commit(partial(signals.ring, division_id=division_id))
        transaction.on_commit(dispatch.ring)
    switch_off_silent(division_id)
    return len(due)


def note_breaches(division_id: int, *, now: datetime) -> int:
    """Write on the timeline whose response time ran out without a contact, once for each spell of ownership.

    Looked for where it may have happened within a day, so that a sweeper that stood still makes up for it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_BREACHED, {"division": division_id, "now": now, "since": now - _BREACHES_KNOWN, "most": MOST})
        pks = [row[0] for row in cursor.fetchall()]
    if not pks:
        return 0
    with transaction.atomic():
        # Locked, as a contact locks them: whoever was in touch meanwhile is no longer waited for.
        noted = LeadEvent.objects.filter(lead=OuterRef("pk"), hop=OuterRef("hop"), kind=EventKind.SLA_BREACHED)
        rows = Lead.objects.awaiting_contact().filter(~Exists(noted), pk__in=pks, due_at__lte=now)
        late = list(rows.select_for_update(of=("self",), skip_locked=True).order_by("pk"))
        timeline.record(
            timeline.News(one.pk, EventKind.SLA_BREACHED, one.due_at or now, one.owner_id, hop=one.hop) for one in late
        )
    return len(late)


_BREACHES_KNOWN = timedelta(days=1)
# By the index of owners: there are few reps, and of each few leads whose time ran out of late.
_BREACHED = """
    SELECT l.id FROM reps_rep r CROSS JOIN LATERAL (
        SELECT l.id, l.hop, l.responded_at, l.assigned_at FROM leads_lead l
        WHERE l.owner_id = r.id AND l.state = 'assigned' AND l.due_at > %(since)s AND l.due_at <= %(now)s
            AND l.division_id = %(division)s) l
    WHERE (l.responded_at IS NULL OR l.responded_at < l.assigned_at)
        AND NOT EXISTS (SELECT FROM leads_touch t WHERE t.lead_id = l.id AND t.hop = l.hop)
        AND NOT EXISTS (SELECT FROM leads_leadevent e
            WHERE e.lead_id = l.id AND e.kind = 'sla_breached' AND e.hop = l.hop)
    LIMIT %(most)s
"""


def switch_off_silent(division_id: int) -> int:
    """Switch off whose silence was found; outside of the turn, as a change of the roster waits for turns to end."""
    rows = Timer.objects.filter(confirmed_at__isnull=False, fired_at=None, lead__division=division_id)
    found = list(rows.order_by("pk").values_list("pk", "lead_id", "hop", "confirmed_at")[:MOST])
    spells = Assignment.objects.filter(lead__in={row[1] for row in found}).select_related("rep")
    reps = {(spell.lead_id, spell.hop): spell.rep for spell in spells}
    for pk, lead, hop, at in found:
        assert at is not None  # noqa: S101 - asked for
        with transaction.atomic():
            rep = reps.get((lead, hop))
            if Timer.objects.filter(pk=pk, fired_at=None).update(fired_at=at) and rep is not None and rep.active:
                _switch_off(rep, at)
    return len(found)


def _lock_due(division_id: int, now: datetime) -> list[Due]:
    """Locks timers and leads first, and asks for contacts afterwards: one that committed meanwhile is seen."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT t.id, t.kind, t.n, l.id, l.hop, l.state, l.owner_id, l.group_id, l.hop = t.hop
            FROM routing_timer t JOIN leads_lead l ON l.id = t.lead_id
            WHERE t.fired_at IS NULL AND t.confirmed_at IS NULL AND t.due_at <= %s AND l.division_id = %s
            ORDER BY t.due_at, t.id LIMIT %s FOR UPDATE OF t, l SKIP LOCKED
            """,
            [now, division_id, MOST],
        )
        rows = cursor.fetchall()
    made = Touch.objects.filter(lead__in={row[3] for row in rows}).values_list("lead_id", "hop", "rep_id")
    contacted = set(made) if rows else set()
    return [
        Due(
            timer, kind, n, lead, hop, State(state), owner, group,
            current and _silent(kind, State(state), contacted=(lead, hop, owner) in contacted),
        )
        for timer, kind, n, lead, hop, state, owner, group, current in rows
    ]  # fmt: skip


def _silent(kind: str, state: State, *, contacted: bool) -> bool:
    """Whether the timer still means something: the lead waits, or its owner has not been in touch."""
    if kind == Timer.Kind.WAITING:
        return state in WAITS
    if kind in quiet.KINDS:  # which signs of life there were is asked by `quiet`
        return state is State.ASSIGNED
    return state is State.ASSIGNED and not contacted


def _mark(due: Sequence[Due], now: datetime) -> None:
    """All have run out; those that switch somebody off stay open until that is done."""
    off = [one.timer for one in due if one.current and one.kind == Timer.Kind.PAUSE]
    Timer.objects.filter(pk__in=off).update(confirmed_at=now)
    Timer.objects.filter(pk__in=[one.timer for one in due if one.timer not in set(off)]).update(fired_at=now)


def _note_warnings(due: Sequence[Due], now: datetime) -> None:
    """On the timeline, while the response time still runs."""
    if not due:
        return
    found = {one.lead: one for one in due}
    ahead = Lead.objects.filter(pk__in=found, due_at__gt=now).order_by("pk").values_list("pk", flat=True)
    timeline.record(timeline.News(pk, EventKind.SLA_WARNING, now, found[pk].owner, hop=found[pk].hop) for pk in ahead)


def _remind(due: Sequence[Due], now: datetime) -> None:
    """The owner is told that the lead still waits for them."""
    by = {lead.pk: lead.due_at for lead in Lead.objects.filter(pk__in=[one.lead for one in due])}
    dispatch.plan(
        (
            dispatch.Word(
                one.lead,
                one.hop,
                one.owner,
                "reminder",
                ref=str(one.n),
                payload={"due": due_at.isoformat()} if (due_at := by.get(one.lead)) else None,
            )
            for one in due
        ),
        now=now,
    )


def _warn(due: Sequence[Due], now: datetime) -> None:
    """The group's managers are told who stays silent, and for how long."""
    by_n: dict[int, list[Due]] = {}
    for one in due:
        by_n.setdefault(one.n, []).append(one)
    for n, found in by_n.items():
        minutes = _silent_minutes([one.lead for one in found], now)
        each = {one.lead: {"rep": one.owner, "minutes": minutes.get(one.lead, 0)} for one in found}
        dispatch.tell_managers([one.lead for one in found], "late", now, each=each, ref=str(n))


def _silent_minutes(leads: Sequence[int], now: datetime) -> dict[int, int]:
    """Working minutes since each lead was given."""
    rows = Lead.objects.filter(pk__in=leads).select_related("owner")
    return {
        row.pk: availability.working_seconds(row.owner, start=row.assigned_at, end=now) // 60
        for row in rows
        if row.owner and row.assigned_at
    }


def _tell_waiting(due: Sequence[Due], now: datetime) -> None:
    """The managers are told of leads that still wait, and the next reminder is set."""
    groups = Group.objects.in_bulk({one.group for one in due if one.group})
    rows = Lead.objects.in_bulk([one.lead for one in due])
    for n in sorted({one.n for one in due}):
        found = [one for one in due if one.n == n]
        each = {one.lead: {**waits_payload(rows[one.lead]), "again": n > 0} for one in found}
        dispatch.tell_managers([one.lead for one in found], "waiting", now, each=each, ref=f"{now:%Y%m%d%H%M%S}")
    hours = {pk: hours_of(group, now) for pk, group in groups.items()}
    minutes = {pk: group.wait_alert for pk, group in groups.items()}
    write_timers(
        [
            (one.lead, one.hop, waiting_alarm(hours.get(place), minutes=minutes.get(place), now=now, n=one.n + 1))
            for one in due
            if one.n < MOST_WAITING
            for place in [one.group or 0]
        ]
    )


def waits_payload(lead: Lead) -> dict[str, str]:
    """Where and since when a lead waits, for the word to its managers."""
    return {"state": lead.state, "reason": lead.reason, "since": lead.waiting_since.isoformat()}


def _released(one: Due) -> Move:
    word = dispatch.Word(one.lead, one.hop, one.owner, "taken_back", why=_("No contact was made in time."))
    return Move(
        lead=one.lead,
        hop=one.hop,
        before=State.ASSIGNED,
        state=State.READY,
        reason="timed_out",
        event=EventKind.TIMED_OUT,
        end=Assignment.End.TIMED_OUT.value,
        about=one.owner,
        decided=False,
        words=(word,),
    )


def _switch_off(rep: Rep, now: datetime) -> None:
    """Silent reps get nothing more until they switch on again."""
    with transaction.atomic():
        if availability.pause_silent(rep=rep, now=now):
            word = dispatch.Word(None, 0, rep.pk, "switched_off", ref=f"{now:%Y%m%d%H%M%S}")
            dispatch.plan([word], now=now)
            transaction.on_commit(dispatch.ring)
