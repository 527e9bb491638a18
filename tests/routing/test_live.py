"""Live: ready leads are decided by the published rules and written with everything that belongs to them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from leads.models import Delivery, Lead, LeadEvent
from reps import availability
from routing import live
from routing.models import Assignment, Decision, LedgerEntry, Share
from routing.sweep import Sweep
from routing.watch import audit
from tests import factories as make

pytestmark = pytest.mark.django_db


def lead_of(lead):
    return Lead.objects.select_related("owner__user", "group").get(pk=lead.pk)


def sound():
    return [f for f in audit() if f.broken] == []


def test_a_lead_lands_with_a_rep_and_leaves_all_its_rows():
    ana = make.rep("Ana")
    team = make.group("DACH", [ana])
    make.publish(make.rule(team, name="Everything"))
    lead = make.arrive(country="DE")

    routed = live.route_ready(lead.division_id)

    lead = lead_of(lead)
    assert routed.count == 1
    assert (lead.state, lead.owner, lead.group, lead.hop) == ("assigned", ana, team, 1)
    assert Decision.objects.get(lead=lead).rule_name == "Everything"
    assert LedgerEntry.objects.get(lead=lead).winner == ana.pk
    assert Assignment.objects.get(lead=lead, ends_at=None).rep == ana
    assert set(Delivery.objects.filter(lead=lead).values_list("channel", flat=True)) == {"email", "in_app"}
    assert list(LeadEvent.objects.filter(lead=lead).values_list("kind", flat=True)) == ["received", "assigned"]
    assert sound()


def test_equal_weights_on_duty_take_strict_turns():
    reps = [make.rep(name) for name in ("Ana", "Ben", "Cleo")]
    team = make.group("DACH", reps)
    make.publish(make.rule(team))
    leads = make.arrive(9)

    live.route_ready(leads[0].division_id)

    owners = [lead_of(lead).owner_id for lead in leads]
    assert owners == [rep.pk for rep in reps] * 3
    assert set(Share.objects.filter(group=team).values_list("balance", "received")) == {(0, 3)}
    assert sound()


def test_without_published_rules_a_lead_waits_at_the_desk_with_that_reason():
    lead = make.arrive()

    live.route_ready(lead.division_id)

    assert (lead_of(lead).state, lead_of(lead).reason) == ("desk", "no_rules")
    assert sound()


def test_priority_rules_order_the_queue():
    ana = make.rep("Ana")
    team = make.group("DACH", [ana], steps=[{"strategy": "round_robin"}])
    make.publish(
        make.rule(team),
        bands=[{"name": "Demos", "band": 0, "condition": {"field": "intent", "operator": "is", "value": "demo"}}],
    )
    later = make.arrive(intent="pricing")
    first = make.arrive(intent="demo")

    live.route_ready(later.division_id, most=1)

    assert lead_of(first).state == "assigned"
    assert lead_of(later).state == "ready"


def test_one_poison_lead_harms_no_other_and_is_set_aside_after_its_tries(monkeypatch, settings):
    settings.ROUTING_TRIES = 3
    ana = make.rep("Ana")
    make.publish(make.rule(make.group("DACH", [ana])))
    leads = make.arrive(4)
    decide = live.Fold.decide

    def poisoned(fold, lead, at, trace=None, rules=None):
        if lead.id == leads[1].pk:
            raise ValueError("poison")
        return decide(fold, lead, at, trace)

    monkeypatch.setattr(live.Fold, "decide", poisoned)

    for _ in range(4):
        live.route_ready(leads[0].division_id)

    states = [lead_of(lead).state for lead in leads]
    assert states == ["assigned", "set_aside", "assigned", "assigned"]
    assert "poison" in lead_of(leads[1]).error
    assert sound()


def test_a_group_without_members_sends_to_the_desk_with_the_reason():
    make.publish(make.rule(make.group("Empty")))
    lead = make.arrive()

    live.route_ready(lead.division_id)

    assert (lead_of(lead).state, lead_of(lead).reason) == ("desk", "group_has_nobody")


def test_held_leads_wake_when_somebody_comes_back():
    ana = make.rep("Ana")
    now = timezone.now()
    availability.pause(rep=ana, by=ana.user, now=now, until=now + timedelta(days=2))
    make.publish(make.rule(make.group("DACH", [ana]), otherwise=[{"to": "hold"}]))
    lead = make.arrive()
    sweep = Sweep()

    sweep.once()
    held = lead_of(lead)
    availability.resume(rep=ana, now=timezone.now())
    sweep.once()

    assert (held.state, held.waiting_until, held.reason) == ("held", now + timedelta(days=2), "nobody_on_duty")
    assert lead_of(lead).owner == ana
    assert sound()


def test_a_test_lead_goes_the_same_way_and_counts_for_nobody():
    ana = make.rep("Ana")
    make.publish(make.rule(make.group("DACH", [ana])))
    lead = make.arrive(test=True)

    live.route_ready(lead.division_id)

    assert lead_of(lead).owner == ana
    assert not LedgerEntry.objects.exists()
    assert not Share.objects.exists()
    assert sound()
