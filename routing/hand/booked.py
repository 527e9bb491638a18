"""Leads whose source gave them to a rep already: the host of a booked meeting, or who took the call, keeps them."""

from django.db import transaction
from django.utils.translation import gettext as _

from leads import dispatch
from leads.life import State
from leads.models import Lead
from reps.models import Rep
from routing.assign import turn
from routing.hand.give import give_all, groups_for, may_get
from routing.live import stands_still

_MOST = 200


def give_booked(division_id: int) -> int:
    """Give each to its rep, counted as the group says; whose rep has left goes by the rules. Returns how many."""
    waiting = Lead.objects.filter(division=division_id, state=State.READY.value, booked_with__isnull=False)
    pks = list(waiting.order_by("pk").values_list("pk", flat=True)[:_MOST])
    if not pks or stands_still(division_id):
        return 0
    with turn(division_id) as held:
        if held is None:
            return 0
        rows = Lead.objects.select_for_update(of=("self",)).filter(pk__in=pks, state=State.READY.value).order_by("pk")
        by_rep: dict[Rep, list[Lead]] = {}
        for lead in rows.select_related("booked_with__user", "booked_with__division"):
            if lead.booked_with:
                by_rep.setdefault(lead.booked_with, []).append(lead)
        for rep, leads in by_rep.items():
            if may_get(rep, division_id):
                groups = groups_for(rep, leads, held)
                why = _("The source gave it to you: you are the host of the meeting, or took the call.")
                give_all(held, [(lead, groups[lead.pk]) for lead in leads], rep=rep, by=None, why=why)
        # Given or not, it was looked at: what comes later is up to the rules.
        Lead.objects.filter(pk__in=pks).update(booked_with=None)
        transaction.on_commit(dispatch.ring)
    return len(pks)
