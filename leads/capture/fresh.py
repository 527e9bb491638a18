"""Arrivals that become leads: the rows of each, written where nobody else was first."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from leads.arrival import Arrival
from leads.capture.captured import Captured, Hand
from leads.capture.known import open_leads
from leads.life import Kind, State
from leads.models import Connection, Intake, Lead, LeadFacts, LeadPrivate, Lookup, Stage
from leads.qualify import normalise, ready
from leads.qualify.judge import QUALIFIED
from leads.qualify.said import Said
from reps import access
from reps.models import Rep


def insert(
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
    beside = open_leads(connection, {contact for _n, _a, contact in fresh}, now) if hand else {}
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
