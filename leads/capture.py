"""Turns what came through a door into leads: kept raw, matched, made ready, never doubled."""

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q

from leads import dispatch, signals, timeline
from leads.arrival import Arrival
from leads.life import EventKind, Kind, State
from leads.models import Account, Connection, Inbound, Intake, Lead, LeadFacts, LeadPrivate, Stage
from leads.qualify import match, normalise
from leads.qualify.freeze import catalogue_of, facts_of

_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Captured:
    """What became of one arrival: a new lead, an enquiry on an open one, or one known already."""

    arrival: Arrival
    lead: Lead
    outcome: Intake.Outcome
    account: match.AccountMatch = match.NOBODY


class NotCapturedError(Exception):
    """Another door kept bringing the same leads at the same time; nothing was written and the caller may try again."""


@transaction.atomic
def capture(
    *, connection: Connection, arrivals: Sequence[Arrival], now: datetime, inbound: Inbound | None = None
) -> list[Captured]:
    """Write all arrivals, in order, and wake the router when they commit.

    Known already: the same external id came through the same connection. Enquiry: the person has an open lead and the
    division keeps one open lead per person. What came in a kept delivery (`inbound`) has its raw body there.
    """
    division = connection.division
    contacts = match.match_contacts(division.pk, arrivals)
    done: dict[int, Captured] = {}
    for _round in range(_ROUNDS):
        rest = [n for n in range(len(arrivals)) if n not in done]
        if not rest:
            break
        done |= _settle_known(connection, arrivals, contacts, rest)
        # Sorted, so that two batches with the same people wait for each other instead of deadlocking.
        fresh = sorted((n for n in rest if n not in done), key=lambda n: (contacts[n] or 0, arrivals[n].external_id))
        done |= _insert(connection, [(n, arrivals[n], contacts[n]) for n in fresh], now)
    if len(done) < len(arrivals):
        raise NotCapturedError
    captured = [done[n] for n in range(len(arrivals))]
    _tell(connection, captured, now, inbound)
    if any(c.outcome is Intake.Outcome.NEW and c.lead.state == State.READY for c in captured):
        transaction.on_commit(partial(signals.ring, division_id=division.pk))
    return captured


def _settle_known(
    connection: Connection, arrivals: Sequence[Arrival], contacts: Sequence[int | None], rest: list[int]
) -> dict[int, Captured]:
    """Those that need no new row, against what is stored; an enquiry is known again by its external id, too."""
    by_id = _by_external_id(connection, {arrivals[n].external_id for n in rest} - {""})
    people = {contacts[n] for n in rest} - {None}
    open_leads = Lead.objects.open().filter(contact__in=people, sole=True) if people else Lead.objects.none()
    by_person = {lead.contact_id: lead for lead in open_leads} if connection.division.enquiries else {}
    found = {}
    for n in rest:
        arrival = arrivals[n]
        if lead := by_id.get(arrival.external_id):
            found[n] = Captured(arrival, lead, Intake.Outcome.REPEATED)
        elif arrival.kind is Kind.NEW and (lead := by_person.get(contacts[n])):
            found[n] = Captured(arrival, lead, Intake.Outcome.ENQUIRY)
            if arrival.external_id:
                by_id[arrival.external_id] = lead
    return found


def _by_external_id(connection: Connection, ids: set[str]) -> dict[str, Lead]:
    """The leads these ids came to through this connection."""
    if not ids:
        return {}
    leads = {lead.external_id: lead for lead in Lead.objects.filter(connection=connection, external_id__in=ids)}
    enquiries = Intake.objects.filter(
        connection=connection, external_id__in=ids - set(leads), outcome=Intake.Outcome.ENQUIRY
    )
    return leads | {row.external_id: row.lead for row in enquiries.select_related("lead") if row.lead}


def _insert(connection: Connection, fresh: list[tuple[int, Arrival, int | None]], now: datetime) -> dict[int, Captured]:
    """Insert what is new; rows another transaction was first with are left for the next round."""
    if not fresh:
        return {}
    division = connection.division
    stage = Stage.objects.filter(division=division).earliest("position")
    matches = match.match_accounts(division, [arrival for _n, arrival, _contact in fresh])
    accounts = {n: found for (n, _a, _c), found in zip(fresh, matches, strict=True)}
    # Of two rows by the same person or with the same id, the first is a lead; the next round settles the other.
    seen: set[object] = set()
    rows = []
    for n, arrival, contact in fresh:
        marks: set[tuple[str, object]] = {("id", arrival.external_id)} if arrival.external_id else set()
        if division.enquiries and contact and arrival.kind is Kind.NEW:
            marks.add(("person", contact))
        if not seen & marks:
            lead = _lead(connection, arrival, contact=contact, account=accounts[n], stage=stage, now=now)
            rows.append((n, arrival, lead))
        seen |= marks
    Lead.objects.bulk_create((lead for _n, _a, lead in rows), ignore_conflicts=True)
    pks = dict(Lead.objects.filter(uid__in=[lead.uid for _n, _a, lead in rows]).values_list("uid", "pk"))
    written = [(n, arrival, lead) for n, arrival, lead in rows if lead.uid in pks]
    for _n, _arrival, lead in written:
        lead.pk = pks[lead.uid]
    LeadPrivate.objects.bulk_create(_private(arrival, lead) for _n, arrival, lead in written)
    _freeze(connection, [(arrival, lead, accounts[n].account) for n, arrival, lead in written], now)
    return {n: Captured(arrival, lead, Intake.Outcome.NEW, accounts[n]) for n, arrival, lead in written}


def _lead(
    connection: Connection,
    arrival: Arrival,
    *,
    contact: int | None,
    account: match.AccountMatch,
    stage: Stage,
    now: datetime,
) -> Lead:
    routed = arrival.kind is not Kind.HISTORY
    return Lead(
        uid=arrival.uid,
        division=connection.division,
        connection=connection,
        external_id=arrival.external_id,
        kind=arrival.kind.value,
        # History is written with its own state by the importer; it never waits for the router.
        state=State.READY.value if routed else State.DESK.value,
        stage=stage,
        contact_id=contact,
        account=account.account,
        account_how=account.how,
        account_score=account.score,
        sole=bool(connection.division.enquiries and contact and arrival.kind is Kind.NEW),
        size_band=normalise.size_band(arrival.employees),
        arrived_at=arrival.arrived_at or now,
        ready_at=now if routed else None,
        **{key: getattr(arrival, key) for key in _PUBLIC},
    )


def _private(arrival: Arrival, lead: Lead) -> LeadPrivate:
    return LeadPrivate(lead=lead, **{key: getattr(arrival, key) for key in _PRIVATE})


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


def _freeze(connection: Connection, rows: Sequence[tuple[Arrival, Lead, Account | None]], now: datetime) -> None:
    catalogue = catalogue_of(connection.division_id)
    found = [
        (
            lead,
            facts_of(
                arrival,
                account=account,
                division=connection.division,
                arrived_at=lead.arrived_at,
                stage=lead.stage.name,
            ),
        )
        for arrival, lead, account in rows
    ]
    LeadFacts.objects.bulk_create(
        LeadFacts(lead=lead, n=1, at=now, facts=facts, folded=catalogue.fold(facts)) for lead, facts in found
    )


def _tell(connection: Connection, captured: Sequence[Captured], now: datetime, inbound: Inbound | None) -> None:
    """Keep the raw deliveries, write the timeline, and tell owners who wrote again."""
    Intake.objects.bulk_create(
        Intake(
            connection=connection,
            external_id=c.arrival.external_id,
            received_at=now,
            inbound=inbound,
            body=c.arrival.raw if inbound is None else None,
            lead=c.lead,
            outcome=c.outcome,
            error="; ".join(f"{name}: {why}" for name, why in c.arrival.problems.items()),
        )
        for c in captured
    )
    again = [c for c in captured if c.outcome is Intake.Outcome.ENQUIRY]
    current = _lock_again({c.lead.pk for c in again}, connection.division.enquiry_band, now)
    told = [c for c in captured if c.outcome in _KINDS]
    told.sort(key=operator.attrgetter("lead.pk"))
    events = timeline.record(_news(c, connection, current, now) for c in told)
    words = [
        dispatch.Word(lead.pk, lead.hop, lead.owner_id, EventKind.ENQUIRY.value, ref=str(event))
        for c, event in zip(told, events, strict=True)
        if c.outcome is Intake.Outcome.ENQUIRY and (lead := current[c.lead.pk]).state == State.ASSIGNED
    ]
    if dispatch.plan(words, now=now):
        transaction.on_commit(dispatch.ring)


_KINDS = {Intake.Outcome.NEW: EventKind.RECEIVED, Intake.Outcome.ENQUIRY: EventKind.ENQUIRY}
# Nobody has them yet, so that one who writes again may come sooner.
_WAITS = (State.READY, State.POOLED, State.HELD, State.DESK)


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
        Lead.objects.filter(Q(band=None) | Q(band__gt=band), pk__in=found, state__in=_WAITS).update(band=band)
    return found


def _news(c: Captured, connection: Connection, current: Mapping[int, Lead], now: datetime) -> timeline.News:
    lead = current.get(c.lead.pk, c.lead)
    payload: dict[str, Any] = {"door": connection.kind, "source": c.arrival.source, "intent": c.arrival.intent}
    if c.account.how:
        payload["account"] = {"how": c.account.how, "score": c.account.score, "asked": c.account.asked}
    return timeline.News(
        lead=lead.pk,
        kind=_KINDS[c.outcome],
        at=c.arrival.arrived_at or now,
        rep=lead.owner_id,
        hop=lead.hop,
        payload=payload,
        private={"message": c.arrival.message} if c.arrival.message else None,
    )
