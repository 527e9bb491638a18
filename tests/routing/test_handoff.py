"""Handoffs: at a stage the lead goes on to the next rep; the first stays as its source."""

import pytest
from django.utils import timezone

from leads import respond
from leads.life import TouchKind
from leads.models import Delivery, Lead, LeadEvent, Stage
from routing import live, rulesets
from routing.models import Assignment, Decision, Rule, RuleSet
from routing.sweep import Sweep
from routing.watch import audit
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def relay(db):
    """New leads go to openers; with a meeting booked, to closers."""
    opener, closer = make.rep("Ana"), make.rep("Ben")
    first, then = make.group("Openers", [opener]), make.group("Closers", [closer], respond_within=60)
    make.publish(make.rule(first, name="New"))
    stage = Stage.objects.get(metric=Stage.Metric.MEETING_BOOKED)
    later = RuleSet.objects.create(name="To the closers", runs_on=RuleSet.RunsOn.STAGE, stage=stage)
    later.rules.create(name="Booked", position=1, to=Rule.To.GROUP, group=then)
    rulesets.publish(rule_set=later, by=None, comment="", now=timezone.now())
    return opener, closer, stage


def booked(opener, stage):
    lead = make.arrive()
    live.route_ready(1)
    lead = Lead.objects.select_related("stage", "division", "group").get(pk=lead.pk)
    respond.touch(lead=lead, rep=opener, by=opener.user, kind=TouchKind.EMAIL, now=timezone.now())
    lead.refresh_from_db()
    respond.move_stage(lead=lead, stage=stage, by=opener.user, now=timezone.now())
    return lead


def sound():
    return [line for finding in audit() for line in finding.broken] == []


def test_the_lead_goes_on_and_the_first_rep_stays_its_source(relay):
    opener, closer, stage = relay
    lead = booked(opener, stage)

    live.hand_off(1)
    lead.refresh_from_db()

    spells = list(Assignment.objects.filter(lead=lead).order_by("hop").values_list("hop", "rep", "how", "end"))
    assert (lead.owner, lead.sourced_by, lead.stage, lead.hop) == (closer, opener, stage, 2)
    assert spells == [(1, opener.pk, "rule", "handoff"), (2, closer.pk, "handoff", "")]
    assert list(Decision.objects.filter(lead=lead).order_by("pk").values_list("rule_name", flat=True)) == [
        "New", "Booked",
    ]  # fmt: skip
    assert sound()


def test_both_are_told(relay):
    opener, closer, stage = relay
    lead = booked(opener, stage)
    Delivery.objects.all().delete()

    live.hand_off(1)

    told = set(Delivery.objects.filter(lead=lead, channel="email").values_list("rep", "event"))
    assert told == {(closer.pk, "assigned"), (opener.pk, "handoff")}
    assert Delivery.objects.filter(event="handoff").first().payload == {"rep": closer.pk}


def test_each_keeps_the_credit_of_their_own_stages(relay):
    """Reports read the rows: who owned it when it was contacted, and who since."""
    opener, closer, stage = relay
    lead = booked(opener, stage)
    live.hand_off(1)
    lead = Lead.objects.select_related("stage", "division", "group").get(pk=lead.pk)
    held = Stage.objects.get(metric=Stage.Metric.MEETING_HELD)

    respond.move_stage(lead=lead, stage=held, by=closer.user, now=timezone.now())

    first, second = Assignment.objects.filter(lead=lead).order_by("hop")
    moved = LeadEvent.objects.filter(lead=lead, kind="stage_changed").order_by("pk")
    _contacted_at, booked_at, held_at = moved.values_list("occurred_at", flat=True)
    assert first.rep == opener
    assert first.starts_at <= booked_at <= first.ends_at == second.starts_at <= held_at
    assert second.rep == closer


def test_a_stage_is_handed_on_once_and_found_without_a_bell(relay):
    opener, closer, stage = relay
    lead = booked(opener, stage)

    for _round in range(3):
        Sweep().once()
    lead.refresh_from_db()

    assert lead.owner == closer
    assert Assignment.objects.filter(lead=lead).count() == 2


def test_other_stages_hand_nothing_on(relay):
    opener, _closer, _stage = relay
    lead = booked(opener, Stage.objects.exclude(metric=Stage.Metric.MEETING_BOOKED).filter(open_load=True).last())

    live.hand_off(1)
    lead.refresh_from_db()

    assert lead.owner == opener
    assert lead.sourced_by is None


def test_with_nobody_to_close_it_waits_and_keeps_its_source(relay):
    opener, closer, stage = relay
    closer.shifts.all().delete()
    lead = booked(opener, stage)

    live.hand_off(1)
    lead.refresh_from_db()

    assert (lead.state, lead.owner, lead.sourced_by) == ("desk", None, opener)
    assert Delivery.objects.filter(lead=lead, event="handoff").count() == 0
    assert sound()
