"""Asks providers about new leads and lands what they say: in time before routing, late for one more look."""

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.core.cache import cache
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F

from config.lib import breaker
from leads import signals, timeline
from leads.arrival import Arrival
from leads.connector import UnansweredError, UnreadableError
from leads.life import EventKind, Kind, State
from leads.models import EnrichmentAnswer, Lead, LeadEvent, LeadFacts, LeadPrivate, Lookup
from leads.outside import Outside
from leads.qualify import enrich, match, normalise, ready
from leads.qualify.judge import DISQUALIFIED, judge, person_of
from leads.qualify.said import said_in

log = logging.getLogger(__name__)

AT_ONCE = 16  # leads that are asked about at the same time
EACH = 5.0  # seconds one provider may take, however late; beyond it counts as a failure
_LEASE = timedelta(seconds=60)
# A lead nobody got round to ask about for so long is worked on by now.
_TOO_OLD = timedelta(hours=1)
_ALONE = "leads.lookup.alone"

# Nobody has it yet, and it never had an owner.
_FREE = (State.POOLED, State.HELD, State.DESK)


@dataclass(slots=True)
class Flight:
    """One lead on its way through its providers; the thread adds what was said, nobody takes away."""

    lead: int
    until: datetime
    found: list[enrich.Found] = field(default_factory=list)
    asked: list[tuple[enrich.Configuration, str]] = field(default_factory=list)  # with whom it was asked about
    landed: bool = False


def drain(*, clock: Callable[[], datetime]) -> int:
    """Ask about every lead that waits, many at once, until none is left; returns how many. One process at a time."""
    if not _alone():
        return 0
    count = 0
    flying: dict[Future[None], Flight] = {}
    try:
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="lookup") as pool:
            while True:
                for flight, todo in _take(AT_ONCE - len(flying), clock()):
                    flying[pool.submit(_ask_all, flight, todo)] = flight
                    count += 1
                if not flying:
                    return count
                done, _still = wait(flying, timeout=0.05, return_when=FIRST_COMPLETED)
                for future in done:
                    _land_safely(flying.pop(future), clock(), final=True)
                for flight in flying.values():
                    if not flight.landed and flight.until <= clock():
                        _land_safely(flight, clock(), final=False)
                _still_alone()
    finally:
        _next_may()


def _alone() -> bool:
    """Whether nobody else asks just now; without the cache two may, and leases keep them apart."""
    try:
        return bool(cache.add(_ALONE, 1, timeout=15))
    except Exception as error:  # noqa: BLE001 - whatever its client raises
        log.warning("The cache did not answer: %s", error)
        return True


def _still_alone() -> None:
    try:
        cache.touch(_ALONE, 15)
    except Exception:  # noqa: BLE001 - as above
        log.debug("The cache did not answer")


def _next_may() -> None:
    """Let the next one ask."""
    try:
        cache.delete(_ALONE)
    except Exception:  # noqa: BLE001 - as above
        log.debug("The cache did not answer")


# --- which leads -----------------------------------------------------------------------------------------------------


def _take(most: int, now: datetime) -> list[tuple[Flight, list[tuple[enrich.Configuration, Any]]]]:
    """Lease leads that wait, the most urgent first, each with whom to ask; one that cannot be asked about is let go."""
    rows = _leased(most, now) if most > 0 else []
    by_lead = {one.lead.pk: one for one in stored([row.pk for row in rows])} if rows else {}
    taken = []
    for row in rows:
        try:
            with transaction.atomic():
                taken.append(_flight(row, by_lead[row.pk], now))
        except Exception:
            # The sweeper makes it ready without them; the others must not wait behind it.
            log.exception("Nobody can be asked about lead %d", row.pk)
            Lookup.objects.filter(pk=row.pk).update(done_at=now, leased_until=None)
    return taken


@transaction.atomic
def _leased(most: int, now: datetime) -> list[Lookup]:
    rows = list(
        Lookup.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(done_at=None)
        .exclude(leased_until__gt=now)
        .order_by("until")[:most]
    )
    Lookup.objects.filter(pk__in=[row.pk for row in rows]).update(leased_until=now + _LEASE)
    return rows


def _flight(row: Lookup, one: "Stored", now: datetime) -> tuple[Flight, list[tuple[enrich.Configuration, Any]]]:
    division = one.lead.division_id
    known = [] if row.until < now - _TOO_OLD else enrich.set_up(said_in(division).enrichers, now=now)
    asked = enrich.asked_of(one.as_typed(), division)
    (at_once,) = enrich.at_once([one.as_typed()], division, known, now=now)
    return Flight(row.pk, row.until, list(at_once.found)), [(provider, asked) for provider in at_once.open]


def _ask_all(flight: Flight, todo: Sequence[tuple[enrich.Configuration, Any]]) -> None:
    """In a thread: no database. One after the other, so that the order of ops is also the order of what they cost."""
    for provider, asked in todo:
        name = enrich.breaker_of(provider)
        if not breaker.may_call(name):
            continue
        try:
            values = provider.enricher.lookup(asked, provider.configured, Outside(seconds=EACH))
        except (UnansweredError, UnreadableError) as error:
            log.warning("The enricher %s did not answer: %s", provider.label, error)
            breaker.failed(name)
            continue
        except Exception as error:  # noqa: BLE001 - an answer of a shape nobody foresaw must not cost the others
            log.warning("The answer of the enricher %s could not be read: %s", provider.label, type(error).__name__)
            breaker.failed(name)
            continue
        breaker.succeeded(name)
        flight.asked.append((provider, provider.enricher.about(asked, provider.configured)))
        flight.found.append(enrich.Found(provider, values))


# --- what they said --------------------------------------------------------------------------------------------------


def _land_safely(flight: Flight, now: datetime, *, final: bool) -> None:
    try:
        land(flight, now=now, final=final)
    except (OperationalError, InterfaceError) as error:
        # Nothing is wrong with the lead: it is asked about again when the lease is over.
        log.warning("What is known of lead %d waits for the database: %s", flight.lead, error)
        flight.landed = True
    except Exception:
        # The lead goes on without it: the sweeper makes it ready.
        log.exception("What is known of lead %d could not be added", flight.lead)
        flight.landed = True
        if final:  # else its providers would be asked, and paid, again every minute
            Lookup.objects.filter(lead=flight.lead, done_at=None).update(done_at=now, leased_until=None)


@transaction.atomic
def land(flight: Flight, *, now: datetime, final: bool) -> None:
    """Add what was said, judge anew; a lead that waited for it is ready, one that was late is looked at once more.

    Whoever has it by now keeps it. Not final: the time is over and others are still asked.
    """
    found, flight.landed = list(flight.found), True
    # The lead is locked before its lookup, as routing does.
    rows = stored([flight.lead], lock=True)
    if final:
        _keep_answers(flight, now)
        if not Lookup.objects.filter(lead=flight.lead, done_at=None).update(done_at=now, leased_until=None):
            return
    if not rows or rows[0].lead.state == State.ERASED:
        return
    (one,) = rows
    lead, before = one.lead, one.facts
    arrival = one.as_typed()
    said = said_in(lead.division_id)
    provenance = enrich.fill(arrival, sorted(found, key=lambda f: (f.by.order, f.by.number)), said.catalogue)
    (account,) = match.match_accounts(lead.division, [arrival])
    account = account if account.account else match.AccountMatch(lead.account, lead.account_how, lead.account_score)
    judged = judge(
        arrival=arrival,
        account=account.account,
        division=lead.division,
        arrived_at=lead.arrived_at,
        stage=before.facts.get("stage", lead.stage.name),
        said=said if lead.kind != Kind.HISTORY else said.past,
        person=person_of(before.judged),
        provenance=provenance,
        before=before.facts,
    )
    waited = lead.state == State.NEW
    changed = judged.folded != before.folded
    if changed or judged.kept != before.judged:
        write_parts(one, arrival, account, judged)
        new = {"facts": judged.facts, "folded": judged.folded, "judged": judged.kept}
        if waited:
            LeadFacts.objects.filter(pk=before.pk).update(at=now, **new)
        else:
            LeadFacts.objects.create(lead=lead, n=before.n + 1, at=now, **new)
    if waited:
        Lead.objects.filter(pk=lead.pk).update(state=State.READY.value, ready_at=now, ready_by=None)
        transaction.on_commit(partial(signals.ring, division_id=lead.division_id))
    elif changed:
        look_again(one, judged)
    sources = (provenance.get("sources") or {}).values()
    news = waited or changed or (final and not LeadEvent.objects.filter(lead=lead, kind=EventKind.QUALIFIED).exists())
    if (judged.spoken or sources) and news:
        timeline.record([ready.news(lead, judged, at=now, sources=list(sources), late=not waited)])


def look_again(one: "Stored", judged: Any) -> None:
    """Late facts of a lead that never had an owner: its place in the queue, or the rules, once more."""
    lead = one.lead
    if lead.state == State.READY:
        Lead.objects.filter(pk=lead.pk).update(band=F("set_band"))
        return
    was = (one.facts.judged.get("verdict") or {}).get("says")
    let_go = lead.state == State.REJECTED and was == DISQUALIFIED and judged.facts.get("verdict") != DISQUALIFIED
    if lead.hop == 0 and (lead.state in _FREE or let_go):
        Lookup.objects.filter(lead=lead.pk).update(again=True)


def promote(*, now: datetime) -> int:
    """Make ready whoever waited for providers long enough, on what is known; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE leads_lead SET state = 'ready', ready_at = %s, ready_by = NULL"
            " WHERE id IN (SELECT id FROM leads_lead WHERE state = 'new' AND ready_by <= %s FOR UPDATE SKIP LOCKED)",
            [now, now],
        )
        return int(cursor.rowcount)


def unheard(*, now: datetime) -> bool:
    """Whether leads wait whose ring nobody heard, or whose asker died."""
    rows = Lookup.objects.filter(done_at=None, until__lte=now)
    return rows.exclude(leased_until__gt=now).exists()


# --- the lead as it is stored ----------------------------------------------------------------------------------------


@dataclass(slots=True)
class Stored:
    """A lead's rows, and the arrival they were made of."""

    lead: Lead
    private: LeadPrivate
    facts: LeadFacts

    def as_typed(self) -> Arrival:
        """The arrival as the person wrote it, without what enrichers filled in and without points of ours."""
        lead, private = self.lead, self.private
        catalogue = said_in(lead.division_id).catalogue
        answers = self.facts.judged.get("answers") or {}
        arrival = Arrival(
            uid=lead.uid,
            kind=Kind(lead.kind),
            external_id=lead.external_id,
            arrived_at=lead.arrived_at,
            **{name: getattr(lead, name) for name in _OF_LEAD},
            **{name: getattr(private, name) for name in _OF_PRIVATE},
            attributes=dict(private.attributes),
            asked={f.key: self.facts.facts[f.key] for f in catalogue if f.question and f.key in self.facts.facts},
            verdict=answers.get("says", ""),
            verdict_reason=answers.get("reason", ""),
        )
        score = self.facts.judged.get("score")
        arrival.score = score["given"] if score else private.score
        arrival.answer_points = score.get("answers", 0) if score else 0
        enrich.unfill(arrival, self.facts.judged)
        return arrival


_OF_LEAD = ("source", "channel", "campaign", "intent", "country", "region", "industry")
_OF_PRIVATE = (
    "name", "job_title", "email", "phone", "phone_e164", "company", "domain", "website", "profile_url", "handle",
    "language", "city", "postal_code", "time_zone", "segment", "employees", "product", "deal_amount", "deal_currency",
    "message", "answers",
)  # fmt: skip


def stored(leads: Sequence[int], *, lock: bool = False) -> list[Stored]:
    """Of these leads, each with its newest facts; locked in the order of their numbers."""
    rows = Lead.objects.filter(pk__in=leads).order_by("pk")
    rows = rows.select_for_update(of=("self",)) if lock else rows
    found = list(rows.select_related("division", "stage", "account__owner__user"))
    private = LeadPrivate.objects.in_bulk(leads)
    facts: Mapping[int, LeadFacts] = {
        row.lead_id: row for row in LeadFacts.objects.filter(lead__in=leads).order_by("n")
    }
    return [Stored(lead, private[lead.pk], facts[lead.pk]) for lead in found]


def write_parts(one: Stored, arrival: Arrival, account: match.AccountMatch, judged: Any) -> None:
    Lead.objects.filter(pk=one.lead.pk).update(
        country=arrival.country,
        region=arrival.region,
        industry=arrival.industry,
        size_band=normalise.size_band(arrival.employees),
        account=account.account,
        account_how=account.how,
        account_score=account.score,
        score_band=judged.band,
    )
    names = {*enrich.FIELDS, "phone_e164", "domain"} & set(_OF_PRIVATE)
    values = {name: getattr(arrival, name) for name in names}
    LeadPrivate.objects.filter(pk=one.lead.pk).update(**values, attributes=arrival.attributes, score=judged.score)


def _keep_answers(flight: Flight, now: datetime) -> None:
    """So that the next lead of the same company costs nothing."""
    told = {found.by.number: found.values for found in flight.found}
    EnrichmentAnswer.objects.bulk_create(
        (
            EnrichmentAnswer(connection_id=one.number, about=about, at=now, found=dict(told[one.number]))
            for one, about in flight.asked
        ),
        update_conflicts=True,
        unique_fields=["connection", "about"],
        update_fields=["at", "found"],
    )
