"""What follows an assignment, a moment after it: the first reply, the steps of the plan, the clock of silence."""

from datetime import datetime

from django.db import transaction

from leads import dispatch, due, first_reply, steps
from leads.life import Kind, State
from leads.models import Lead, WorkPlan
from routing import quiet
from routing.assign import write_timers
from routing.models import Assignment

MOST = 200


def follow(division_id: int, *, now: datetime) -> int:
    """Set what is to follow the spells of ownership that nobody has looked at; returns how many they were.

    A spell is marked in the transaction that writes its steps, so each is looked at once, and one whose process died
    is found again. A spell or lead that somebody holds just now is left for the next round.
    """
    with transaction.atomic():
        rows = Assignment.objects.filter(followed_at=None, ends_at=None, lead__division=division_id).order_by("pk")
        rows = rows.select_for_update(of=("self",), skip_locked=True)
        spells = list(rows.select_related("rep__user", "rep__division")[:MOST])
        if not spells:
            return 0
        leads = Lead.objects.filter(pk__in=[spell.lead_id for spell in spells])
        leads = leads.select_related("stage", "connection", "division")
        held = {lead.pk: lead for lead in leads.order_by("pk").select_for_update(of=("self",), skip_locked=True)}
        looked_at = [spell for spell in spells if spell.lead_id in held]
        _set(looked_at, held, now)
        _reply(looked_at, held, now)
        Assignment.objects.filter(pk__in=[spell.pk for spell in looked_at]).update(followed_at=now)
    return len(looked_at)


def _set(spells: list[Assignment], leads: dict[int, Lead], now: datetime) -> None:
    plans = {
        plan.group_id: plan
        for plan in WorkPlan.objects.filter(group__in={spell.group_id for spell in spells})
        .select_related("stop_from")
        .prefetch_related("steps")
    }
    wanted = [
        (spell, leads[spell.lead_id], plans[spell.group_id])
        for spell in spells
        if spell.group_id in plans and _stands(spell, leads[spell.lead_id])
    ]
    if not wanted:
        return
    days = max((step.day for _s, _l, plan in wanted for step in plan.steps.all()), default=0)
    hours = due.hours_of([spell.rep for spell, _l, _p in wanted], since=now, days=days)
    for spell, lead, plan in wanted:
        steps.start(lead=lead, rep=spell.rep, plan=plan, since=spell.starts_at, hours=hours[spell.rep_id], now=now)
    found = quiet.silences([lead.pk for _s, lead, _p in wanted], now=now)
    write_timers([(lead.pk, lead.hop, a) for _s, lead, _p in wanted if lead.pk in found for a in found[lead.pk].alarms])


def _reply(spells: list[Assignment], leads: dict[int, Lead], now: datetime) -> None:
    """The reply to those who have a rep for the first time."""
    mine = [spell for spell in spells if _stands(spell, leads[spell.lead_id])]
    rows = Assignment.objects.filter(lead__in=[spell.lead_id for spell in mine]).order_by("lead", "pk")
    first = set(rows.distinct("lead").values_list("pk", flat=True)) if mine else set()
    given = [
        first_reply.Given(leads[spell.lead_id], spell.rep, spell.group_id, spell.starts_at)
        for spell in mine
        if spell.pk in first
    ]
    if first_reply.plan(given, now=now):
        transaction.on_commit(dispatch.ring)


def _stands(spell: Assignment, lead: Lead) -> bool:
    """Whether the lead is still the rep's, and is worked: one from the past is not, unless it is given anew."""
    same = (lead.owner_id, lead.hop) == (spell.rep_id, spell.hop) and lead.state == State.ASSIGNED
    return same and not (spell.how == Assignment.How.HISTORY and lead.kind == Kind.HISTORY)
