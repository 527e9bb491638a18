"""A table of leads worked by hand: one line a lead, and the rows that make it true, all of it in the past."""

from datetime import timedelta
from uuid import uuid4

from django.db.models import F
from django.utils import timezone

from leads import respond
from leads.life import CallOutcome, TouchKind
from leads.models import Lead, Stage
from routing import hand, live
from routing.models import Assignment, RuleSet
from tests import factories as make

NOW_AGO = timedelta(days=3)


def team(*names, name="DACH", manager=None, **fields):
    """A group of reps on duty around the clock that shares in turns, with a manager; the first gets all new leads."""
    reps = [make.rep(each) for each in names]
    group = make.group(name, reps, **fields)
    group.managers.add(manager or make.user(f"Manager of {name}", time_zone="Europe/Berlin"))
    if not RuleSet.objects.exists():
        make.publish(make.rule(group))
    return group, reps


def given(rep, group, *, ago=NOW_AGO, allowed=15, source="Web form", kind=None):
    """A lead that came so long ago, was assigned to the rep 10 seconds later, and is due after so many minutes."""
    lead = make.arrive(source=source)
    live.route_ready(lead.division_id)
    lead.refresh_from_db()
    if lead.owner_id != rep.pk:
        hand.give(lead=lead, rep=rep, group=group, by=rep.user)
        Assignment.objects.filter(lead=lead, ends_at__isnull=False).delete()
        Assignment.objects.filter(lead=lead).update(hop=1, how="rule")
        Lead.objects.filter(pk=lead.pk).update(hop=1)
    at = timezone.now() - ago
    began, due = at + timedelta(seconds=10), at + timedelta(seconds=10, minutes=allowed)
    Assignment.objects.filter(lead=lead).update(starts_at=began, due_at=due, group=group)
    Lead.objects.filter(pk=lead.pk).update(
        arrived_at=at, assigned_at=began, due_at=due, group=group, **({"kind": kind} if kind else {})
    )
    lead.refresh_from_db()
    return lead


def called(lead, rep, *, after, reached=False):
    """A call so many seconds after the assignment."""
    outcome = CallOutcome.CONNECTED if reached else CallOutcome.NO_ANSWER
    at = lead.assigned_at + timedelta(seconds=after)
    lead.refresh_from_db()
    return respond.touch(
        lead=lead, rep=rep, by=rep.user, kind=TouchKind.CALL, outcome=outcome, now=timezone.now(), at=at
    )


def moved(lead, rep, *keys, after=timedelta(hours=1)):
    """Through these stages."""
    for key in keys:
        lead.refresh_from_db()
        respond.move_stage(
            lead=lead,
            stage=Stage.objects.get(key=key),
            by=rep.user,
            now=lead.assigned_at + after,
            reason="Worked out so",
        )


def many(rep, group, count, *, ago=NOW_AGO):
    """Plain leads of a rep without any contact, quickly: copies of one."""
    first = given(rep, group, ago=ago)
    spell = Assignment.objects.get(lead=first)
    leads = []
    for _ in range(count - 1):
        lead = Lead.objects.get(pk=first.pk)
        lead.pk, lead.uid, lead.contact, lead.external_id, lead.sole = None, uuid4(), None, "", False
        leads.append(lead)
    Lead.objects.bulk_create(leads)
    spells = []
    for lead in leads:
        copy = Assignment(**{f.attname: getattr(spell, f.attname) for f in spell._meta.fields})
        copy.pk, copy.uid, copy.lead = None, uuid4(), lead
        spells.append(copy)
    Assignment.objects.bulk_create(spells)
    return [first, *leads]


def met(leads, *, after=timedelta(hours=1)):
    """They stand at a booked meeting since so long after they were assigned, as imports leave them; quickly."""
    stage = Stage.objects.get(key="meeting-booked")
    at = F("assigned_at") + after
    Lead.objects.filter(pk__in=[lead.pk for lead in leads]).update(stage=stage, stage_at=at)
