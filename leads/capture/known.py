"""Arrivals that need no new lead: brought before, or an enquiry on the one open lead of their person."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from leads.arrival import Arrival
from leads.capture.captured import Captured, Hand
from leads.life import EventKind, Kind
from leads.models import Connection, Intake, Lead, LeadEvent


def settle_known(  # noqa: PLR0917 - of this module alone
    connection: Connection,
    arrivals: Sequence[Arrival],
    contacts: Sequence[int | None],
    rest: list[int],
    now: datetime,
    hand: Hand | None,
) -> dict[int, Captured]:
    """Those that need no new row, against what is stored; an enquiry is known again by its external id, too."""
    by_id = _by_external_id(connection, {arrivals[n].external_id for n in rest} - {""})
    by_person = {} if hand else open_leads(connection, {contacts[n] for n in rest}, now)
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


def open_leads(connection: Connection, contacts: set[int | None], now: datetime) -> dict[int | None, Lead]:
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
