"""The assignment log: each spell of ownership with its instants and clocks, told as far as the reader may read."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from django.db.models import F, Min, Q, QuerySet

from leads.life import EventKind
from leads.models import Delivery, Lead, LeadEvent
from leads.web.show import title_of
from reporting.cohort import Scope
from reporting.models import Spell
from reps.models import User
from routing.models import Assignment, Decision

OPEN = "open"  # the rep has it still
_AT_ONCE = 1_000
_TOLD = ("assigned", "offered")


@dataclass(frozen=True, slots=True)
class Line:
    """One assignment. Without a title the reader may know of the lead no more than what stands here."""

    uid: UUID
    title: str
    source: str
    channel: str
    rule: str
    how: str
    rep: str
    rep_uid: UUID
    group: str
    arrived_at: datetime
    assigned_at: datetime
    told_at: datetime | None
    opened_at: datetime | None
    contacted_at: datetime | None
    waited: timedelta | None
    took: int | None
    within: bool | None
    outcome: str
    ended_at: datetime | None

    @property
    def number(self) -> str:
        """What a lead without a name is called by."""
        return self.uid.hex[:8]


def spells(*, scope: Scope, reader: User, now: datetime) -> "QuerySet[Spell]":
    """Those the reader oversees; none of a lead that they may yet claim, which they must not know before."""
    rows = Spell.objects.select_related("rep__user", "group")
    if scope.groups is not None:
        rows = rows.filter(Q(group__in=scope.groups) | Q(group=None, rep__in=scope.members))
    if scope.unclaimed:
        rows = rows.exclude(lead__in=Lead.objects.hidden_from(reader, now=now).values("pk"))
    return rows


def within(kept: str, *, now: datetime) -> Q:
    """Spells by their response time: kept, missed (late, or due without a contact), or not decided."""
    silent = Q(touches=0) & (Q(ended_at=None, due_at__lt=now) | Q(ended_at__gt=F("due_at")))
    if kept == "yes":
        return Q(within_sla=True)
    return Q(within_sla=False) | silent if kept == "no" else Q(within_sla=None) & ~silent


# When what is counted day by day happened, and of which spells, as reporting.spells.daily has it.
HAPPENED = {
    "arrived": ("arrived_at", Q(first=True)),
    "assigned": ("starts_at", Q()),
    "responded": ("first_touch_at", Q(first_touch_at__isnull=False)),
    "meetings": ("booked_at", Q(booked_at__isnull=False)),
    "opportunities": ("opportunity_at", Q(opportunity_at__isnull=False)),
    "won": ("closed_at", Q(ending="won")),
}


def behind(figure: str, rows: "QuerySet[Spell]", *, now: datetime) -> "QuerySet[Spell]":
    """Those of the spells that a metric counts at all: as many as it says it is of."""
    if figure == "response_sla":
        return rows.filter(within("yes", now=now) | within("no", now=now))
    rows = rows.filter(_COUNTED.get(figure, Q()))
    if figure not in ONCE:
        return rows
    # Each lead stands there once, by its latest.
    latest = rows.order_by("lead_id", "-starts_at", "-pk").distinct("lead_id")
    return rows.filter(pk__in=latest.values("pk"))


_COUNTED = {
    "first_call": Q(first_call__isnull=False),
    "call_duration": ~Q(talks=[]),
    "touches_to_reach": Q(touches__gt=0),
    "response_time": Q(response_seconds__isnull=False) | (Q(touches=0) & ~Q(how=Assignment.How.HISTORY)),
    "time_to_close": Q(ending="won"),
    "won_money": Q(ending="won"),
    "close_rate": Q(ending__in=["won", "lost"]),
}
ONCE = frozenset(
    {"leads", "responded", "reached", "meetings", "meetings_held", "opportunities", "close_rate", "assigned_to_close"}
)
BEHIND = frozenset({*ONCE, *_COUNTED, "response_sla", "return_rate"})


def outcome(key: str) -> Q:
    """Spells that came to it."""
    if key == OPEN:
        return Q(ended_at=None)
    return Q(ending=key) if key in {"won", "lost", "unqualified"} else Q(ending="", end=key)


def lines(found: Iterable[Spell], *, reader: User, now: datetime) -> Iterator[Line]:
    """Each in words and instants; asks as often for a thousand as for one."""
    rest = iter(found)
    while some := list(islice(rest, _AT_ONCE)):
        yield from _some(some, reader, now)


def _some(found: Sequence[Spell], reader: User, now: datetime) -> Iterator[Line]:
    leads = {spell.lead_id for spell in found}
    read = Lead.objects.filter(pk__in=leads).visible_to(reader, now=now).select_related("private")
    known = _Known(
        uids=dict(Lead.objects.filter(pk__in=leads).values_list("pk", "uid")),
        titles={lead.pk: title_of(lead, lead.private) for lead in read},
        rules=_rules(leads, {spell.rule for spell in found if spell.rule}),
        told=_told(leads),
        opened=_opened(leads),
    )
    for spell in found:
        if spell.lead_id in known.uids:
            yield known.line(spell, now)


@dataclass(frozen=True, slots=True)
class _Known:
    """What was looked up for some spells at once: by lead; by lead and hand-over number; and by rep, too."""

    uids: dict[int, UUID]
    titles: dict[int, str]
    rules: dict[str, str]
    told: dict[tuple[int, int, int], datetime]
    opened: dict[tuple[int, int], datetime]

    def line(self, spell: Spell, now: datetime) -> Line:
        """Of one spell."""
        return Line(
            uid=self.uids[spell.lead_id],
            title=self.titles.get(spell.lead_id, ""),
            source=spell.source,
            channel=spell.channel,
            rule=self.rules.get(spell.rule, ""),
            how=spell.how,
            rep=spell.rep.name,
            rep_uid=spell.rep.uid,
            group=spell.group.name if spell.group else "",
            arrived_at=spell.arrived_at,
            assigned_at=spell.starts_at,
            told_at=self._told_at(spell),
            opened_at=self.opened.get((spell.lead_id, spell.hop)),
            contacted_at=spell.first_touch_at,
            waited=spell.responded_at - spell.arrived_at if spell.responded_at else None,
            took=spell.response_seconds,
            within=_kept(spell, now),
            outcome=spell.ending or (spell.end if spell.ended_at else OPEN),
            ended_at=spell.ended_at,
        )

    def _told_at(self, spell: Spell) -> datetime | None:
        """Who accepted an offer was told by it, while the lead was nobody's."""
        offered = spell.how == Assignment.How.OFFER
        hops = (spell.hop - 1, spell.hop) if offered else (spell.hop,)
        found = (self.told.get((spell.lead_id, hop, spell.rep_id)) for hop in hops)
        return next((at for at in found if at), None)


def _kept(spell: Spell, now: datetime) -> bool | None:
    """As the metric `response_sla` counts it."""
    if spell.within_sla is not None:
        return spell.within_sla
    missed = not spell.touches and spell.due_at is not None and spell.due_at < (spell.ended_at or now)
    return False if missed else None


def _rules(leads: Iterable[int], keys: Iterable[str]) -> dict[str, str]:
    """The names that rules had when they decided these leads."""
    rows = Decision.objects.filter(lead__in=leads, rule__in=keys).order_by("at", "pk")
    return dict(rows.values_list("rule", "rule_name"))


def _told(leads: Iterable[int]) -> dict[tuple[int, int, int], datetime]:
    """When the rep was first told, by whatever way arrived first."""
    rows = Delivery.objects.filter(lead__in=leads, event__in=_TOLD, rep__isnull=False, sent_at__isnull=False)
    found = rows.values_list("lead_id", "hop", "rep_id").annotate(at=Min("sent_at")).order_by()
    return {(lead, hop, rep): at for lead, hop, rep, at in found}


def _opened(leads: Iterable[int]) -> dict[tuple[int, int], datetime]:
    rows = LeadEvent.objects.filter(lead__in=leads, kind=EventKind.OPENED)
    found = rows.values_list("lead_id", "hop").annotate(at=Min("occurred_at")).order_by()
    return {(lead, hop): at for lead, hop, at in found}
