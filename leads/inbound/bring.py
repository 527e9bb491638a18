"""What a delivery holds becomes leads, contacts and remarks, each once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from leads import capture, copies, heard, incoming, refill
from leads.connector import Contacted, Copied, Ignored, NewLead, News, Noted, Source, UnreadableError
from leads.inbound import ends
from leads.life import State
from leads.models import Inbound, Intake
from leads.qualify.freeze import catalogue_of


@transaction.atomic
def bring(inbound: Inbound, source: Source, news: Sequence[News], now: datetime) -> Inbound:
    """All of it in one transaction with the row's own end, so that no half of it is ever there."""
    if not ends.still(inbound).select_for_update().exists():
        return inbound
    problems = _bring_leads(inbound, source, [one for one in news if isinstance(one, NewLead)], now)
    for one in news:
        if isinstance(one, Contacted):
            problems += _bring_contact(inbound, source, one, now)
            if not problems and _waits_for_owner(inbound, one):
                return ends.for_owner(inbound, now)
        elif isinstance(one, Noted):
            heard.note(inbound=inbound, noted=one, now=now)
        elif isinstance(one, Copied):
            copies.take(inbound=inbound, copied=one, now=now)
        elif isinstance(one, Ignored):
            heard.keep_intake(inbound, "", Intake.Outcome.IGNORED, now, error=one.reason)
    if not news:
        heard.keep_intake(inbound, "", Intake.Outcome.IGNORED, now, error=_("There is no news in it."))
    nothing = bool(problems) and len(problems) == len(news)
    return ends.end(
        inbound, Inbound.State.REFUSED if nothing else Inbound.State.HANDLED, " | ".join(dict.fromkeys(problems)), now
    )


def _bring_leads(inbound: Inbound, source: Source, leads: Sequence[NewLead], now: datetime) -> list[str]:
    """Capture those that can be read; the others are told and harm nobody."""
    connection = inbound.connection
    catalogue = catalogue_of(connection.division_id)
    arrivals, problems = [], []
    for n, new in enumerate(leads):
        # Without an id of the vendor the delivery gives one, so that running it again makes nothing twice.
        known_by = new if new.id else replace(new, id=f"{inbound.uid}:{n}")
        try:
            arrivals.append(incoming.read(known_by, connection=connection, source=source, catalogue=catalogue))
        except UnreadableError as error:
            problems.append(str(error))
            heard.keep_intake(inbound, new.id, Intake.Outcome.REFUSED, now, error=str(error), facts=new.facts)
    if arrivals:
        done = capture.capture(connection=connection, arrivals=arrivals, now=now, inbound=inbound)
        for one in done if inbound.replayed_at else ():
            if one.outcome is Intake.Outcome.REPEATED:
                refill.refill(lead=one.lead, arrival=one.arrival, now=now)
    return problems


def _bring_contact(inbound: Inbound, source: Source, contacted: Contacted, now: datetime) -> list[str]:
    """A contact with somebody nobody knows makes them a lead first, where the source says so."""
    problems = []
    if contacted.stranger and not heard.known(inbound.connection, contacted.who):
        problems = _bring_leads(inbound, source, [contacted.stranger], now)
    if not problems and not _waits_for_owner(inbound, contacted):
        heard.log_contact(inbound=inbound, contacted=contacted, now=now)
    return problems


def _waits_for_owner(inbound: Inbound, contacted: Contacted) -> bool:
    """Whether its lead came just now and is about to get an owner: the contact is theirs, so it is logged then."""
    lead = heard.known(inbound.connection, contacted.who) if contacted.stranger else None
    return lead is not None and lead.state in {State.NEW, State.READY} and inbound.unanswered < ends.LOOKS_FOR_OWNER
