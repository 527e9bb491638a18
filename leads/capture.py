"""Turns what came through a door into leads: kept raw, matched, made ready, never doubled."""

import operator
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Least

from leads import dispatch, signals, steps, timeline
from leads.arrival import Arrival
from leads.life import EventKind, Kind, State
from leads.models import Connection, Inbound, Intake, Lead, LeadEvent, LeadFacts, LeadPrivate, Lookup, Stage, Task
from leads.qualify import enrich, match, normalise, ready
from leads.qualify.judge import QUALIFIED
from leads.qualify.said import Said, said_in
from reps import access
from reps.models import Rep, User

_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Captured:
    """What became of one arrival: a new lead, an enquiry on an open one, or one known already."""

    arrival: Arrival
    lead: Lead
    outcome: Intake.Outcome
    made: ready.Ready | None = None  # of a new lead: how it was judged

    @property
    def account(self) -> match.AccountMatch:
        """The known account of a new lead."""
        return self.made.account if self.made else match.NOBODY


@dataclass(frozen=True, slots=True)
class Hand:
    """Who adds leads by hand. What they add is an enquiry `onto` a lead, else new, whatever else is open of its person.

    They asked before and were told of each lead they may know of; one they may not know of stays hidden, since the new
    one stands beside it.
    """

    by: User
    onto: Lead | None = None


class NotCapturedError(Exception):
    """Another door kept bringing the same leads at the same time; nothing was written and the caller may try again."""


@transaction.atomic
def capture(
    *,
    connection: Connection,
    arrivals: Sequence[Arrival],
    now: datetime,
    inbound: Inbound | None = None,
    hand: Hand | None = None,
) -> list[Captured]:
    """Write all arrivals, in order, and wake the router when they commit.

    Known already: the same external id came through the same connection. Enquiry: the person has an open lead and the
    division keeps one open lead per person. `inbound` is the kept delivery they came in, `hand` who adds them by hand.
    """
    division = connection.division
    said = said_in(division.pk)
    for arrival in arrivals:
        ready.tidy(arrival, division)
    contacts = match.match_contacts(division.pk, arrivals)
    done: dict[int, Captured] = {}
    for _round in range(_ROUNDS):
        rest = [n for n in range(len(arrivals)) if n not in done]
        if not rest:
            break
        done |= _settle_known(connection, arrivals, contacts, rest, now, hand)
        # Sorted, so that two batches with the same people wait for each other instead of deadlocking.
        fresh = sorted((n for n in rest if n not in done), key=lambda n: (contacts[n] or 0, arrivals[n].external_id))
        done |= _insert(connection, [(n, arrivals[n], contacts[n]) for n in fresh], said, now, hand)
    if len(done) < len(arrivals):
        raise NotCapturedError
    captured = [done[n] for n in range(len(arrivals))]
    _tell(connection, captured, now, inbound, hand)
    states = {c.lead.state for c in captured if c.outcome is Intake.Outcome.NEW}
    if State.READY in states:
        transaction.on_commit(partial(signals.ring, division_id=division.pk))
    if State.NEW in states:
        transaction.on_commit(enrich.ring)
    return captured


def _settle_known(  # noqa: PLR0917 - of this module alone
    connection: Connection,
    arrivals: Sequence[Arrival],
    contacts: Sequence[int | None],
    rest: list[int],
    now: datetime,
    hand: Hand | None,
) -> dict[int, Captured]:
    """Those that need no new row, against what is stored; an enquiry is known again by its external id, too."""
    by_id = _by_external_id(connection, {arrivals[n].external_id for n in rest} - {""})
    by_person = {} if hand else _open_leads(connection, {contacts[n] for n in rest}, now)
    found = {}
    for n in rest:
        arrival = arrivals[n]
        if lead := by_id.get(arrival.external_id):
            found[n] = Captured(arrival, lead, Intake.Outcome.REPEATED)
        elif hand and hand.onto:
            found[n] = Captured(arrival, hand.onto, Intake.Outcome.ENQUIRY)
        elif arrival.kind is Kind.NEW and (lead := by_person.get(contacts[n])):
            found[n] = Captured(arrival, lead, Intake.Outcome.ENQUIRY)
            if arrival.external_id:
                by_id[arrival.external_id] = lead
    return found


# What shows that a lead is still alive; mails to the owner and looks at the page do not.
_SIGNS = (
    EventKind.RECEIVED, EventKind.ENQUIRY, EventKind.TOUCHED, EventKind.STAGE_CHANGED, EventKind.NOTED,
    EventKind.CLAIMED, EventKind.HANDED_OVER,
)  # fmt: skip


def _open_leads(connection: Connection, contacts: set[int | None], now: datetime) -> dict[int | None, Lead]:
    """The one open lead of each of these people, where the division keeps one; silent ones are let go of."""
    people = contacts - {None}
    if not people or not connection.division.enquiries:
        return {}
    by_person = {lead.contact_id: lead for lead in Lead.objects.open().filter(contact__in=people, sole=True)}
    _let_go_of_silent(by_person, connection.division.enquiry_days, now)
    return by_person


def silent_of(leads: Collection[int], days: int | None, now: datetime) -> set[int]:
    """Those without a sign of life for so long that who writes now is new."""
    if days is None or not leads:
        return set()
    signs = LeadEvent.objects.filter(lead__in=leads, kind__in=_SIGNS, occurred_at__gte=now - timedelta(days=days))
    return set(leads) - set(signs.values_list("lead", flat=True))


def _let_go_of_silent(by_person: dict[int | None, Lead], days: int | None, now: datetime) -> None:
    """Open leads without a sign for so long are no longer the one lead of their person: who writes now is new."""
    gone = silent_of([lead.pk for lead in by_person.values()], days, now)
    silent = {person: lead.pk for person, lead in by_person.items() if lead.pk in gone}
    if silent:
        Lead.objects.filter(pk__in=silent.values()).update(sole=False)
    for person in silent:
        del by_person[person]


def _by_external_id(connection: Connection, ids: set[str]) -> dict[str, Lead]:
    """The leads these ids came to through this connection."""
    if not ids:
        return {}
    leads = {lead.external_id: lead for lead in Lead.objects.filter(connection=connection, external_id__in=ids)}
    enquiries = Intake.objects.filter(
        connection=connection, external_id__in=ids - set(leads), outcome=Intake.Outcome.ENQUIRY
    )
    return leads | {row.external_id: row.lead for row in enquiries.select_related("lead") if row.lead}


def _insert(
    connection: Connection,
    fresh: list[tuple[int, Arrival, int | None]],
    said: Said,
    now: datetime,
    hand: Hand | None,
) -> dict[int, Captured]:
    """Insert what is new; rows another transaction was first with are left for the next round."""
    if not fresh:
        return {}
    division = connection.division
    stage = Stage.objects.filter(division=division).earliest("position")
    arrivals = [arrival for _n, arrival, _contact in fresh]
    made = ready.make_ready(arrivals, division=division, stage=stage.name, said=said, now=now)
    known = {n: one for (n, _a, _c), one in zip(fresh, made, strict=True)}
    # Of two rows by the same person or with the same id, the first is a lead; the next round settles the other.
    seen: set[object] = set()
    hosts = _hosts(division.pk, arrivals)
    # Only one lead of a person is the one that enquiries go to, and another has been that for longer.
    beside = _open_leads(connection, {contact for _n, _a, contact in fresh}, now) if hand else {}
    rows = []
    for n, arrival, contact in fresh:
        marks: set[tuple[str, object]] = {("id", arrival.external_id)} if arrival.external_id else set()
        if division.enquiries and contact and arrival.kind is Kind.NEW:
            marks.add(("person", contact))
        if not seen & marks:
            lead = _lead(connection, known[n], contact=contact, stage=stage, now=now)
            lead.sole = lead.sole and contact not in beside
            lead.sourced_by = access.rep_of(hand.by) if hand else None
            lead.booked_with = hosts.get(arrival.host) if _qualifies(known[n]) else None
            rows.append((n, arrival, lead))
        seen |= marks
    Lead.objects.bulk_create((lead for _n, _a, lead in rows), ignore_conflicts=True)
    pks = dict(Lead.objects.filter(uid__in=[lead.uid for _n, _a, lead in rows]).values_list("uid", "pk"))
    written = [(n, arrival, lead) for n, arrival, lead in rows if lead.uid in pks]
    for _n, _arrival, lead in written:
        lead.pk = pks[lead.uid]
    _add_parts([(known[n], lead) for n, _arrival, lead in written], now)
    return {n: Captured(arrival, lead, Intake.Outcome.NEW, known[n]) for n, arrival, lead in written}


def _hosts(division: int, arrivals: Sequence[Arrival]) -> dict[str, Rep]:
    """The reps the sources gave leads to, by mail address."""
    wanted = {arrival.host for arrival in arrivals} - {""}
    if not wanted:
        return {}
    reps = Rep.objects.filter(division=division, active=True, user__is_active=True, user__email__in=wanted)
    return {rep.user.email: rep for rep in reps.select_related("user")}


def _qualifies(made: ready.Ready) -> bool:
    verdict = made.judged.verdict
    return verdict is None or verdict.says == QUALIFIED


def _lead(connection: Connection, made: ready.Ready, *, contact: int | None, stage: Stage, now: datetime) -> Lead:
    arrival, account = made.arrival, made.account
    # While providers are asked it is not ready; it will be when they answered, or without them at that instant.
    ready_by = now + timedelta(seconds=float(connection.division.enrich_seconds)) if made.open else None
    routed = arrival.kind is not Kind.HISTORY
    return Lead(
        uid=arrival.uid,
        division=connection.division,
        connection=connection,
        external_id=arrival.external_id,
        kind=arrival.kind.value,
        # History is written with its own state by the importer; it never waits for the router.
        state=(State.DESK if not routed else State.NEW if ready_by else State.READY).value,
        stage=stage,
        contact_id=contact,
        account=account.account,
        account_how=account.how,
        account_score=account.score,
        sole=bool(connection.division.enquiries and contact and arrival.kind is Kind.NEW),
        size_band=normalise.size_band(arrival.employees),
        arrived_at=arrival.arrived_at or now,
        ready_at=now if routed and ready_by is None else None,
        ready_by=ready_by,
        score_band=made.judged.band,
        **{key: getattr(arrival, key) for key in _PUBLIC},
    )


def _private(made: ready.Ready, lead: Lead) -> LeadPrivate:
    values = {key: getattr(made.arrival, key) for key in _PRIVATE}
    return LeadPrivate(lead=lead, **values | {"score": made.judged.score})


_PUBLIC = ("source", "channel", "campaign", "intent", "country", "region", "industry")
_PRIVATE = [
    "name",
    "job_title",
    "email",
    "phone",
    "phone_e164",
    "company",
    "domain",
    "website",
    "profile_url",
    "handle",
    "tracking",
    "language",
    "city",
    "postal_code",
    "time_zone",
    "segment",
    "employees",
    "score",
    "product",
    "deal_amount",
    "deal_currency",
    "message",
    "answers",
    "attributes",
]


def _add_parts(rows: Sequence[tuple[ready.Ready, Lead]], now: datetime) -> None:
    """What stands beside each lead: the personal part, the frozen facts, and that providers are asked."""
    LeadPrivate.objects.bulk_create(_private(made, lead) for made, lead in rows)
    LeadFacts.objects.bulk_create(
        LeadFacts(lead=lead, n=1, at=now, facts=made.judged.facts, folded=made.judged.folded, judged=made.judged.kept)
        for made, lead in rows
    )
    Lookup.objects.bulk_create(Lookup(lead=lead, until=lead.ready_by) for _made, lead in rows if lead.ready_by)


def _tell(
    connection: Connection,
    captured: Sequence[Captured],
    now: datetime,
    inbound: Inbound | None,
    hand: Hand | None,
) -> None:
    """Keep the raw deliveries, write the timeline, and tell owners who wrote again."""
    Intake.objects.bulk_create(
        Intake(
            connection=connection,
            external_id=c.arrival.external_id,
            received_at=now,
            inbound=inbound,
            body=c.arrival.raw,
            lead=c.lead,
            outcome=c.outcome,
            by=hand.by if hand else None,
            error="; ".join(f"{name}: {why}" for name, why in c.arrival.problems.items()),
        )
        for c in captured
    )
    again = [c for c in captured if c.outcome is Intake.Outcome.ENQUIRY]
    current = _lock_again({c.lead.pk for c in again}, connection.division.enquiry_band, now)
    steps.stop({c.lead.pk for c in again}, why=Task.Why.REPLY, at=now)
    told = [c for c in captured if c.outcome in _KINDS]
    told.sort(key=operator.attrgetter("lead.pk"))
    events = timeline.record(_news(c, connection, current, now, hand) for c in told)
    timeline.record(ready.news(c.lead, c.made.judged, at=now) for c in told if c.made and _is_judged(c))
    words = [
        dispatch.Word(lead.pk, lead.hop, lead.owner_id, EventKind.ENQUIRY.value, ref=str(event))
        for c, event in zip(told, events, strict=True)
        if c.outcome is Intake.Outcome.ENQUIRY
        and (lead := current[c.lead.pk]).state == State.ASSIGNED
        and not (hand and lead.owner == access.rep_of(hand.by))
    ]
    if dispatch.plan(words, now=now):
        transaction.on_commit(dispatch.ring)


def _is_judged(c: Captured) -> bool:
    """Whether something was said of a new lead for good; while providers are asked nothing is."""
    return c.made is not None and c.made.judged.spoken and c.lead.state == State.READY


_KINDS = {Intake.Outcome.NEW: EventKind.RECEIVED, Intake.Outcome.ENQUIRY: EventKind.ENQUIRY}
# Nobody has them yet, so that one who writes again may come sooner.
_WAITS = (State.NEW, State.READY, State.POOLED, State.HELD, State.DESK)


def _lock_again(leads: set[int], band: int | None, now: datetime) -> dict[int, Lead]:
    """The leads somebody wrote about again, as they stand, kept still so that who owns them now is who is told.

    Marked as written about, and lifted in the queue where they wait and the division says so; no clock, no owner and no
    state is touched. Locked in order of their numbers and last of all, so two doors never wait for each other in turn.
    """
    if not leads:
        return {}
    rows = Lead.objects.select_for_update(of=("self",)).filter(pk__in=leads).order_by("pk")
    found = {lead.pk: lead for lead in rows}
    Lead.objects.filter(pk__in=found).update(wrote_again_at=now)
    if band is not None:
        Lead.objects.filter(Q(band=None) | Q(band__gt=band), pk__in=found, state__in=_WAITS).update(
            band=Least(Value(band), F("score_band"))
        )
    return found


def _news(
    c: Captured, connection: Connection, current: Mapping[int, Lead], now: datetime, hand: Hand | None
) -> timeline.News:
    lead = current.get(c.lead.pk, c.lead)
    payload: dict[str, Any] = {"door": connection.kind, "source": c.arrival.source, "intent": c.arrival.intent}
    if c.account.how:
        payload["account"] = {"how": c.account.how, "score": c.account.score, "asked": c.account.asked}
    private = {"message": c.arrival.message} if c.arrival.message else {}
    if hand:
        # What they typed, as later their page tells them that and no more.
        payload["by_hand"] = True
        private["typed"] = c.arrival.name or c.arrival.company or c.arrival.email or c.arrival.phone
    return timeline.News(
        lead=lead.pk,
        kind=_KINDS[c.outcome],
        at=c.arrival.arrived_at or now,
        rep=lead.owner_id,
        user=hand.by.pk if hand else None,
        hop=lead.hop,
        payload=payload,
        private=private or None,
    )
