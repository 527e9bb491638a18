"""Fills what is empty on a lead from its own delivery, run again by a better mapping; what is there stays as it is."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from leads import lookup, timeline
from leads.arrival import Arrival
from leads.life import EventKind, Kind, State
from leads.models import Lead, LeadFacts, LeadPrivate
from leads.qualify import enrich, match, ready
from leads.qualify.judge import judge, person_of
from leads.qualify.said import said_in

# Beside what enrichers may fill: what only the person can have said.
_ALSO = ("email", "handle", "message", "product", "deal_amount", "deal_currency")
_OF_LEAD = ("campaign", "intent")


@transaction.atomic
def refill(*, lead: Lead, arrival: Arrival, now: datetime) -> list[str]:
    """Write the fields that were empty, judge anew, and say so on the timeline; returns their names.

    Whoever has the lead keeps it; one that never had an owner is looked at once more, as after a late answer.
    """
    rows = lookup.stored([lead.pk], lock=True)
    if not rows or rows[0].lead.state in {State.ERASED, State.CLOSED}:
        return []
    (one,) = rows
    typed = one.as_typed()
    ready.tidy(arrival, one.lead.division)
    filled = _fill(typed, arrival)
    if not filled:
        return []
    said = said_in(one.lead.division_id)
    (at_once,) = enrich.at_once([typed], one.lead.division_id, enrich.set_up(said.enrichers, now=now), now=now)
    provenance = enrich.fill(typed, at_once.found, said.catalogue)
    (account,) = match.match_accounts(one.lead.division, [typed])
    judged = judge(
        arrival=typed,
        account=account.account,
        division=one.lead.division,
        arrived_at=one.lead.arrived_at,
        stage=one.facts.facts.get("stage", one.lead.stage.name),
        said=said if one.lead.kind != Kind.HISTORY else said.past,
        person=person_of(one.facts.judged),
        provenance=provenance,
        before=one.facts.facts,
    )
    lookup.write_parts(one, typed, account, judged)
    LeadPrivate.objects.filter(pk=one.lead.pk).update(
        **{name: getattr(typed, name) for name in _ALSO}, answers=typed.answers, tracking=typed.tracking
    )
    (contact,) = match.match_contacts(one.lead.division_id, [typed])
    Lead.objects.filter(pk=one.lead.pk).update(
        **{name: getattr(typed, name) for name in _OF_LEAD}, contact_id=one.lead.contact_id or contact
    )
    new = {"facts": judged.facts, "folded": judged.folded, "judged": judged.kept}
    LeadFacts.objects.create(lead=one.lead, n=one.facts.n + 1, at=now, **new)
    if judged.folded != one.facts.folded:
        lookup.look_again(one, judged)
    timeline.record([_news(one.lead, filled, now)])
    return filled


def _fill(typed: Arrival, arrival: Arrival) -> list[str]:
    names = [*enrich.FIELDS, *_ALSO, *_OF_LEAD, "phone_e164", "domain"]
    filled = [name for name in names if getattr(typed, name) in ("", None) and getattr(arrival, name) not in ("", None)]
    for name in filled:
        setattr(typed, name, getattr(arrival, name))
    answers = {name: value for name, value in arrival.answers.items() if name not in typed.answers}
    attributes = {name: value for name, value in arrival.attributes.items() if name not in typed.attributes}
    typed.answers = {**typed.answers, **answers}
    typed.attributes = {**typed.attributes, **attributes}
    typed.asked = {**arrival.asked, **typed.asked}
    typed.tracking = {**arrival.tracking, **typed.tracking}
    return [*(name for name in filled if name not in {"phone_e164", "domain"}), *answers, *attributes]


def _news(lead: Lead, filled: list[str], now: datetime) -> timeline.News:
    told = _("Filled in from its delivery, which was run again: %s.") % ", ".join(filled)
    return timeline.News(
        lead=lead.pk, kind=EventKind.NOTED, at=now, rep=lead.owner_id, hop=lead.hop, private={"text": told[:2000]}
    )
