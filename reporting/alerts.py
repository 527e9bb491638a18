"""Alerts on what a rep reaches of their leads: a risk-adjusted CUSUM for each rep, group and measure, fed once a day.

Each lead counts once, when it has had its time: a first contact when it was due, a meeting or a win when nine of ten
that came there had come. Its chance is that of leads of its source and quarter of the score over half a year. Where a
chart stands is kept (`AlertState`), so a lead is fed once and in its order; what it was when the alarm sounded stands
with it, and what routing did for the rep before and after. docs: reports.md.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import connection, transaction

from leads.models import Delivery
from reporting.duty_hours import hours_on_duty
from reporting.models import AlertState
from reporting.spells import keep
from reporting.statistics.cusum import CHARTS, Alarm, Chart, Measure, State, step
from reporting.statistics.run_length import mean_run

# Leads between two false alarms of one chart, about; what it really comes to is told beside each alert.
_EVERY = 3_000
# Of how long ago leads tell the chance of others, and from when on a chart is fed at first.
_USUAL, _FIRST = timedelta(days=180), timedelta(days=90)
_SHOWN = timedelta(days=28)
_LEAST_SIDE = timedelta(days=14)
# A lead whose rows commit late may come after younger ones.
_LATE = timedelta(days=2)
_AGAIN = timedelta(hours=20)
_PSEUDO, _RARE = 20.0, 0.01
_KEPT_ALARMS = 20
_ALONE = 0xA1E27  # the number of the lock that lets one feeder work at a time


class Fed(NamedTuple):
    """A lead whose time has come."""

    rep: int
    group: int
    at: datetime
    assignment: int
    success: bool
    source: str
    quarter: int


class Chances(NamedTuple):
    """The chance of each kind of lead, how many there were of it, and how many there were a day."""

    of: Mapping[tuple[str, int], float]
    leads: Mapping[tuple[str, int], int]
    overall: float
    a_day: float

    def chance(self, fed: Fed) -> float:
        """Of one lead; of a kind not seen before as of all."""
        return self.of.get((fed.source, fed.quarter), self.overall)

    def mix(self) -> dict[float, float]:
        """How often leads have which chance."""
        found: dict[float, float] = defaultdict(float)
        for kind, leads in self.leads.items():
            found[round(self.of[kind], 3)] += leads
        return dict(found)


@dataclass(frozen=True, slots=True)
class Side:
    """What routing did for the rep over a time: what a lead promised, hours on duty and notices, in a week."""

    promised: float | None
    hours: float
    told: int
    failed: int

    @property
    def missed(self) -> float:
        """The share of notices that did not arrive."""
        return self.failed / self.told if self.told else 0.0


@dataclass(frozen=True, slots=True)
class Alert:
    """An alarm that sounded, as it is shown."""

    rep: int
    group: int | None
    measure: Measure
    raised_at: datetime
    since: datetime
    run: int
    observed: int
    expected: float
    every: float
    before: Side
    after: Side

    @property
    def moved(self) -> tuple[str, ...]:
        """What changed in routing: leads, hours, notices; nothing where it gave the rep the same as before."""
        found = []
        if (
            self.before.promised
            and self.after.promised is not None
            and self.after.promised < 0.9 * self.before.promised
        ):
            found.append("leads")
        if self.before.hours and abs(self.after.hours / self.before.hours - 1) >= 0.25:
            found.append("hours")
        if self.after.missed - self.before.missed >= 0.1:
            found.append("notices")
        return tuple(found)


def watch_daily(*, now: datetime) -> int | None:
    """Feed all charts once a day; how many alarms sounded, nothing where it was done lately."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ALONE])
        last, _new = AlertState.objects.get_or_create(metric="", cut="run", key=None)
        if last.raised_at and now - last.raised_at < _AGAIN:
            return None
        last.raised_at = now
        last.save(update_fields=["raised_at"])
        return watch(now=now)


def watch(*, now: datetime) -> int:
    """Feed every chart the leads whose time has come since it was fed last."""
    keep.refresh_all()
    return sum(_watch(measure, now) for measure in Measure)


def shown(*, groups: Sequence[int] | None, now: datetime) -> list[Alert]:
    """The alerts of the last four weeks for charts of these groups (None: all), newest first."""
    rows = AlertState.objects.filter(raised_at__gt=now - _SHOWN).exclude(metric="")
    if groups is not None:
        rows = rows.filter(cut__in=[_cut(group) for group in groups])
    return [_alert(row) for row in rows.order_by("-raised_at", "pk")]


class _Watched(NamedTuple):
    """What is watched, how long a lead has for it, and where the quarters of the score part."""

    measure: Measure
    takes: timedelta
    cuts: list[int] | None


def _watch(measure: Measure, now: datetime) -> int:
    watched = _Watched(measure, _takes(measure, now), _cuts(now))
    usual = _chances(watched, now)
    if usual is None or not _RARE <= usual.overall <= 1 - _RARE:
        return 0
    chart = CHARTS[measure, _EVERY]
    states = {(row.cut, row.key): row for row in AlertState.objects.filter(metric=measure.value)}
    since = max((_read(row)[0] - _LATE for row in states.values()), default=now - _FIRST)
    changed, sounded, every = [], 0, 0.0
    for (rep, group), leads in groupby(_fed(watched, since, now), key=attrgetter("rep", "group")):
        row = states.get((_cut(group), rep)) or AlertState(metric=measure.value, cut=_cut(group), key=rep)
        alarms = _feed(row, leads, usual, chart)
        if alarms:
            every = every or mean_run(chart, usual.mix())
            row.state["every"] = every
            _raise(row, alarms[-1], watched, usual)
        sounded += len(alarms)
        changed.append(row)
    AlertState.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["metric", "cut", "key"],
        update_fields=["state", "raised_at"],
        batch_size=1_000,
    )
    return sounded


class _Sounded(NamedTuple):
    alarm: Alarm
    at: datetime
    since: datetime


def _feed(row: AlertState, leads: Iterable[Fed], usual: Chances, chart: Chart) -> list[_Sounded]:
    """Take in the leads after where the chart has read to; where it stands then is in the row."""
    kept = row.state or {}
    state = State(**kept.get("chart", {}))
    since = datetime.fromisoformat(kept["since"]) if kept.get("since") else None
    read, found = _read(row), []
    for lead in leads:
        if (lead.at, lead.assignment) <= read:
            continue
        before = state
        state, alarm = step(state, success=lead.success, chance=usual.chance(lead), chart=chart)
        if not before.run or since is None:
            since = lead.at
        if alarm:
            found.append(_Sounded(alarm, lead.at, since))
        read = (lead.at, lead.assignment)
    row.state = {
        **kept,
        "chart": asdict(state),
        "since": since.isoformat() if since and state.run else "",
        "read": [read[0].isoformat(), read[1]],
    }
    return found


def _raise(row: AlertState, sounded: _Sounded, watched: _Watched, usual: Chances) -> None:
    """Write down the alarm with its evidence and what routing did before and after."""
    alarm, at, since = sounded
    length = max(at - since, _LEAST_SIDE)
    known = at + watched.takes
    told = {
        "at": known.isoformat(),
        "since": since.isoformat(),
        "run": alarm.run,
        "observed": alarm.observed,
        "expected": alarm.expected,
        "every": row.state["every"],
        "before": asdict(_side(row, watched, usual, (since - length, since))),
        "after": asdict(_side(row, watched, usual, (since, since + length))),
    }
    row.raised_at = known
    row.state = {**row.state, "alarms": [*row.state.get("alarms", []), told][-_KEPT_ALARMS:]}


def _side(row: AlertState, watched: _Watched, usual: Chances, span: tuple[datetime, datetime]) -> Side:
    """What routing did for the rep of a chart, by leads that were theirs or due in the span."""
    (start, end), rep, group = span, row.key or 0, int(row.cut.split(":")[1])
    fed = _fed(watched, start, end + watched.takes, rep=rep, group=group)
    chances = [usual.chance(lead) for lead in fed]
    weeks = (end - start) / timedelta(weeks=1)
    told = Delivery.objects.filter(rep=rep, created_at__gte=start, created_at__lt=end)
    return Side(
        sum(chances) / len(chances) if chances else None,
        hours_on_duty([rep], since=start, until=end).get(rep, 0.0) / weeks,
        told.count(),
        told.filter(failed_at__isnull=False).count(),
    )


def _alert(row: AlertState) -> Alert:
    told = row.state["alarms"][-1]
    group = int(row.cut.split(":")[1])
    return Alert(
        rep=row.key or 0,
        group=group or None,
        measure=Measure(row.metric),
        raised_at=datetime.fromisoformat(told["at"]),
        since=datetime.fromisoformat(told["since"]),
        run=told["run"],
        observed=told["observed"],
        expected=told["expected"],
        every=told["every"],
        before=Side(**told["before"]),
        after=Side(**told["after"]),
    )


def _cut(group: int | None) -> str:
    return f"group:{group or 0}"


def _read(row: AlertState) -> tuple[datetime, int]:
    at, assignment = (row.state or {}).get("read") or ("1970-01-01T00:00:00+00:00", 0)
    return datetime.fromisoformat(at), assignment


# By what leads are put in their order, and whether one came there in its time; `x` are rows of spells.
_AT = {Measure.ANSWERED: "x.due_at", Measure.MEETING: "x.starts_at", Measure.CLOSED: "x.starts_at"}
_SUCCESS = {
    Measure.ANSWERED: "x.within_sla IS TRUE",
    Measure.MEETING: "COALESCE(x.booked_at <= x.starts_at + %(takes)s::interval, false)",
    Measure.CLOSED: "COALESCE(x.ending = 'won' AND x.closed_at <= x.starts_at + %(takes)s::interval, false)",
}
# What counts: a contact that was due while the rep had the lead, a lead kept for its time or closed in it.
_COUNTS = {
    Measure.ANSWERED: "x.due_at IS NOT NULL AND (x.touches > 0 OR x.due_at < COALESCE(x.ended_at, %(until)s))",
    Measure.MEETING: """x."end" NOT IN ('returned', 'put_back', 'hand_over', 'released', 'left')""",
    Measure.CLOSED: """x."end" NOT IN ('returned', 'put_back', 'hand_over', 'released', 'left', 'handoff')""",
}
_CAME = {Measure.MEETING: "x.booked_at", Measure.CLOSED: "CASE WHEN x.ending = 'won' THEN x.closed_at END"}
_ROWS = """
WITH fed AS (
    SELECT x.rep_id, COALESCE(x.group_id, 0) AS group_id, {at} AS at, x.assignment_id, {success} AS success, x.source,
        CASE WHEN x.score IS NULL THEN 0
            ELSE 1 + (x.score > c.cuts[1])::int + (x.score > c.cuts[2])::int + (x.score > c.cuts[3])::int END
            AS quarter
    FROM reporting_spell x CROSS JOIN (SELECT %(cuts)s::int[] AS cuts) c
    WHERE (%(rep)s::bigint IS NULL OR (x.rep_id = %(rep)s AND COALESCE(x.group_id, 0) = %(group)s))
        AND x.starts_at >= %(since)s::timestamptz - interval '30 days' AND x.starts_at < %(until)s
        AND x.how <> 'history'
        AND {at} >= %(since)s AND {at} < %(until)s::timestamptz - %(takes)s::interval AND {counts}
)
"""
_BY_KIND = "SELECT source, quarter, count(*), count(*) FILTER (WHERE success) FROM fed GROUP BY source, quarter"
_IN_ORDER = "SELECT * FROM fed ORDER BY rep_id, group_id, at, assignment_id"


def _takes(measure: Measure, now: datetime) -> timedelta:
    """In how long nine of ten leads came there, of those that did."""
    came = _CAME.get(measure)
    if came is None:
        return timedelta()
    rows = _asked(
        f"""SELECT percentile_disc(0.9) WITHIN GROUP (ORDER BY {came} - x.starts_at) FROM reporting_spell x
        WHERE x.starts_at >= %(usual)s AND {came} >= x.starts_at AND x.how <> 'history'""",  # noqa: S608 - ours
        {"usual": now - _USUAL},
    )
    return next((took for (took,) in rows if took is not None), timedelta())


def _cuts(now: datetime) -> list[int] | None:
    """The scores that part quarters; nothing where no lead has one."""
    rows = _asked(
        """SELECT percentile_disc(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY score) FROM reporting_spell
        WHERE score IS NOT NULL AND starts_at >= %(usual)s""",
        {"usual": now - _USUAL},
    )
    return next((cuts for (cuts,) in rows), None)


def _chances(watched: _Watched, now: datetime) -> Chances | None:
    sql = _ROWS + _BY_KIND
    rows = list(_asked(_filled(sql, watched.measure), _params(watched, now - _USUAL, now)))
    leads = sum(row[2] for row in rows)
    if not leads:
        return None
    overall = sum(row[3] for row in rows) / leads
    of = {(source, quarter): (came + _PSEUDO * overall) / (n + _PSEUDO) for source, quarter, n, came in rows}
    return Chances(of, {(row[0], row[1]): row[2] for row in rows}, overall, leads / (_USUAL / timedelta(days=1)))


def _fed(
    watched: _Watched, since: datetime, until: datetime, *, rep: int | None = None, group: int = 0
) -> Iterator[Fed]:
    """The leads whose time came in the span, by rep and group, in their order."""
    sql = _filled(_ROWS + _IN_ORDER, watched.measure)
    return (Fed(*row) for row in _asked(sql, {**_params(watched, since, until), "rep": rep, "group": group}))


def _filled(sql: str, measure: Measure) -> str:
    return sql.format(at=_AT[measure], success=_SUCCESS[measure], counts=_COUNTS[measure])


def _params(watched: _Watched, since: datetime, until: datetime) -> dict[str, Any]:
    span = {"takes": watched.takes, "since": since, "until": until}
    return {**span, "cuts": watched.cuts, "rep": None, "group": 0}


def _asked(sql: str, params: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        while rows := cursor.fetchmany(5_000):
            yield from rows
