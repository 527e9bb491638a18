"""What sources tell of people we know, by their address, number or id: contacts made with them, and remarks."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from leads import dispatch, respond, timeline
from leads.connector import Contacted, Noted, Who
from leads.life import OPEN, CallOutcome, EventKind, TouchKind
from leads.models import Connection, ContactKey, Inbound, Intake, Lead
from leads.qualify import normalise
from reps.models import Rep


def known(connection: Connection, who: Who) -> Lead | None:
    """The lead it is about: the one this connection brought under the id, else the person's newest, open ones first."""
    leads = Lead.objects.filter(division=connection.division_id).select_related("owner__user", "division", "stage")
    if who.lead_id and (lead := leads.filter(connection=connection, external_id=who.lead_id).first()):
        return _going_on(lead)
    keys = [("email", who.email.strip().casefold()), ("phone", normalise.phone(who.phone, "") if who.phone else "")]
    for kind, value in keys:
        found = ContactKey.objects.filter(division=connection.division_id, kind=kind, value=value).first()
        if value and found:
            of_person = leads.filter(contact=found.contact_id).order_by("-pk")
            return of_person.filter(state__in=[s.value for s in OPEN]).first() or of_person.first()
    return None


def _going_on(lead: Lead) -> Lead:
    """The lead itself, or the one it was merged into."""
    while lead.merged_into is not None:
        lead = Lead.objects.select_related("owner__user", "division", "stage").get(pk=lead.merged_into.pk)
    return lead


def log_contact(*, inbound: Inbound, contacted: Contacted, now: datetime) -> None:
    """Log it as the owner's contact, once; what somebody else did is a remark on the timeline and stops no clock."""
    connection = inbound.connection
    if _was_here(connection, contacted.id):
        keep_intake(inbound, contacted.id, Intake.Outcome.REPEATED, now)
        return
    lead = known(connection, contacted.who)
    if lead is None:
        keep_intake(inbound, "", Intake.Outcome.IGNORED, now, error=_("Nobody here knows this person."))
        return
    rep = _rep(connection, contacted.by)
    if rep is None or lead.owner_id != rep.pk:
        said = _("%(who)s was in touch: %(what)s.") % {
            "who": rep.name if rep else _("Somebody"),
            "what": _what(contacted),
        }
        _write_note(lead, said, contacted.at, by=rep)
        keep_intake(inbound, contacted.id, Intake.Outcome.NOTED, now, lead=lead)
        return
    try:
        with transaction.atomic():
            respond.touch(
                lead=lead,
                rep=rep,
                by=rep.user,
                kind=TouchKind(contacted.kind),
                now=now,
                at=contacted.at,
                outcome=CallOutcome(contacted.outcome) if contacted.outcome else None,
                duration_seconds=contacted.seconds,
            )
    except respond.NotDoneError as error:
        keep_intake(inbound, "", Intake.Outcome.IGNORED, now, lead=lead, error=str(error))
        return
    keep_intake(inbound, contacted.id, Intake.Outcome.TOUCHED, now, lead=lead)


def note(*, inbound: Inbound, noted: Noted, now: datetime) -> None:
    """Keep a remark on the lead's timeline, once; the owner gets word where it asks for that, else the managers."""
    connection = inbound.connection
    if _was_here(connection, noted.id):
        keep_intake(inbound, noted.id, Intake.Outcome.REPEATED, now)
        return
    lead = known(connection, noted.who)
    if lead is None:
        keep_intake(inbound, "", Intake.Outcome.IGNORED, now, error=_("Nobody here knows this person."))
        return
    event = _write_note(lead, noted.text, now)
    if noted.tell:
        _tell(lead, event, now)
    keep_intake(inbound, noted.id, Intake.Outcome.NOTED, now, lead=lead)


def keep_intake(
    inbound: Inbound,
    external_id: str,
    outcome: Intake.Outcome,
    now: datetime,
    *,
    lead: Lead | None = None,
    error: str = "",
    facts: Mapping[str, Any] | None = None,
) -> None:
    """One line of what became of a delivery."""
    Intake.objects.create(
        connection=inbound.connection,
        inbound=inbound,
        external_id=external_id[:200],
        received_at=now,
        lead=lead,
        outcome=outcome,
        body=dict(facts) if facts else None,
        error=error,
    )


def _was_here(connection: Connection, external_id: str) -> bool:
    done = (Intake.Outcome.TOUCHED, Intake.Outcome.NOTED)
    rows = Intake.objects.filter(connection=connection, external_id=external_id, outcome__in=done)
    return bool(external_id) and rows.exists()


def _rep(connection: Connection, by: Who) -> Rep | None:
    if not by.email:
        return None
    reps = Rep.objects.filter(division=connection.division_id, active=True).select_related("user")
    return reps.filter(user__email=by.email.strip().lower()).first()


def _what(contacted: Contacted) -> str:
    """The contact in words, for the timeline."""
    words = {
        TouchKind.CALL: _("a call"),
        TouchKind.INBOUND_CALL: _("an answered call"),
        TouchKind.EMAIL: _("a mail"),
        TouchKind.MESSAGE: _("a message"),
        TouchKind.MEETING: _("a meeting"),
    }
    said = words[TouchKind(contacted.kind)]
    return _("%(what)s of %(n)d s") % {"what": said, "n": contacted.seconds} if contacted.seconds else said


def _write_note(lead: Lead, text: str, at: datetime, *, by: Rep | None = None) -> int:
    (event,) = timeline.record(
        [
            timeline.News(
                lead=lead.pk,
                kind=EventKind.NOTED,
                at=at,
                rep=by.pk if by else lead.owner_id,
                hop=lead.hop,
                private={"text": text[:10_000]},
            )
        ]
    )
    return event


def _tell(lead: Lead, event: int, now: datetime) -> None:
    if lead.owner_id:
        words = [dispatch.Word(lead.pk, lead.hop, lead.owner_id, "noted", ref=str(event))]
        planned = dispatch.plan(words, now=now)
    else:
        planned = dispatch.tell_managers([lead.pk], "noted_unowned", now, ref=str(event))
    if planned:
        transaction.on_commit(dispatch.ring)
