"""Defects that a critical reading found: what became of each, so that none comes back."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from leads import respond
from leads.life import TouchKind
from leads.models import Delivery, Lead, Stage
from reps.models import Group, Membership, Pause
from routing import explain, hand, leavers, live, offers, returns, rulesets, sla
from routing.engine.ledger import UNIT
from routing.models import Assignment, Decision, LedgerEntry, Offer, Return, RosterPrint, RuleSet, Share, Timer
from routing.snapshot import forget
from routing.sweep import Sweep
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)


def fresh(lead):
    return Lead.objects.select_related("stage", "division", "group", "owner__user", "sourced_by__user").get(pk=lead.pk)


def routed(**given):
    lead = make.arrive(**given)
    live.route_ready(1)
    return fresh(lead)


def steps(*names):
    return [{"strategy": name} for name in names]


def reach(lead, stage):
    respond.move_stage(lead=fresh(lead), stage=stage, by=None, now=timezone.now())
    Sweep().once()
    return fresh(lead)


@pytest.fixture
def stages():
    return [stage for stage in Stage.objects.order_by("position") if not stage.closes]


@pytest.fixture
def closers():
    make.publish(make.rule(make.group("SDR", [make.rep("Sara"), make.rep("Sam")])))
    return make.group("AE", [make.rep("Abe"), make.rep("Ada")])


def hand_on_at(stage, team):
    rules = RuleSet.objects.create(name="Handoff", runs_on="stage", stage=stage)
    rules.rules.create(name="All", position=1, to="group", group=team)
    return rulesets.publish(rule_set=rules, by=None, comment="", now=timezone.now())


def test_publishing_a_handoff_takes_nobody_their_old_leads(closers, stages):
    lead = routed()
    reach(lead, stages[2])
    owner = fresh(lead).owner_id

    hand_on_at(stages[2], closers)
    Sweep().once()

    assert fresh(lead).owner_id == owner


def test_a_contact_of_a_clock_that_runs_ahead_hands_on_once(closers):
    hand_on_at(Stage.objects.get(metric="contacted"), closers)
    lead, now = routed(), timezone.now()

    respond.touch(
        lead=lead, rep=lead.owner, by=lead.owner.user, kind=TouchKind.EMAIL, now=now, at=now + timedelta(minutes=4)
    )
    for _ in range(4):
        Sweep().once()

    assert [(spell.hop, spell.how) for spell in Assignment.objects.filter(lead=lead).order_by("hop")] == [
        (1, "rule"), (2, "handoff"),
    ]  # fmt: skip


def test_moving_the_stage_back_and_forth_changes_neither_owner_nor_source(closers, stages):
    hand_on_at(stages[2], closers)
    lead = routed()
    first = lead.owner_id
    closer = reach(lead, stages[2]).owner_id

    reach(lead, stages[1])
    lead = reach(lead, stages[2])

    assert (lead.owner_id, lead.sourced_by_id) == (closer, first)


def test_a_lead_that_was_handed_on_stays_with_that_team_in_later_stages(closers, stages):
    hand_on_at(stages[2], closers)
    lead = reach(routed(), stages[2])
    reach(lead, stages[3])

    hand.release(leads=[fresh(lead)], by=None, why="", now=timezone.now())
    live.route_ready(1)

    assert fresh(lead).group == closers


def test_an_offer_can_be_declined_in_a_group_that_repays():
    ana = make.rep("Ana")
    team = make.group(
        "T", [ana, make.rep("Ben")], steps=steps("availability", "round_robin", "offer"), on_return="repay",
        free_decline=True,
    )  # fmt: skip
    make.publish(make.rule(team))
    Share.objects.create(group=team, rep=ana, arrears=3 * UNIT)
    Share.objects.create(group=team, rep=None, balance=-3 * UNIT)
    routed()
    offer = Offer.objects.get(answered_at=None)

    offers.decline(offer=offer, rep=offer.rep, by=offer.rep.user)

    undone = LedgerEntry.objects.get(kind="reversed")
    assert (undone.winner, undone.reverses.kind) == (offer.rep_id, "share")


@pytest.mark.race
def test_a_contact_that_commits_while_a_timer_waits_for_the_lead_stops_it():
    """The lead is locked by the contact first: the timer must look for contacts after it has the lock."""
    team = make.group("T", [make.rep(), make.rep()], escalation=[{"after": 300, "do": "release"}])
    make.publish(make.rule(team))
    lead = routed()
    Timer.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    real, began = sla._lock_due, threading.Event()

    def slow(*args):
        began.set()
        time.sleep(1)
        return real(*args)

    def fire():
        try:
            sla._lock_due = slow
            sla.fire(1)
        finally:
            sla._lock_due = real
            connections.close_all()

    thread = threading.Thread(target=fire)
    thread.start()
    assert began.wait(5)
    respond.touch(lead=lead, rep=lead.owner, by=lead.owner.user, kind=TouchKind.EMAIL, now=timezone.now())
    thread.join()

    assert (fresh(lead).state, fresh(lead).owner_id) == ("assigned", lead.owner_id)


def test_a_batch_that_failed_leaves_no_numbers_of_prints_behind(monkeypatch):
    forget(1)
    make.publish(make.rule(make.group("T", [make.rep(), make.rep()])))
    make.arrive(3)
    real, calls = live.write, []

    def fails_once(*args):
        calls.append(1)
        if len(calls) == 1:
            raise ValueError("poison")
        return real(*args)

    monkeypatch.setattr(live, "write", fails_once)
    live.route_ready(1)

    assert Decision.objects.count() == 3
    assert all(RosterPrint.objects.filter(pk__in=one.prints).exists() for one in Decision.objects.all())


def test_leads_of_a_pool_that_was_switched_off_wait_for_a_manager_once():
    team = make.group("T", [make.rep()], steps=steps("pool"), pool="open")
    make.publish(make.rule(team))
    lead = routed()
    Group.objects.filter(pk=team.pk).update(pool="none")

    for _ in range(4):
        Sweep().once()

    assert (fresh(lead).state, fresh(lead).reason, Decision.objects.count()) == ("desk", "no_pool", 2)


def test_a_colleague_reads_only_their_own_line_by_rest_too(client):
    reps = [make.rep(name) for name in ("Ana", "Ben", "Cleo")]
    make.publish(make.rule(make.group("T", reps, visibility="all")))
    lead = routed()
    other = next(rep for rep in reps if rep.pk != lead.owner_id)
    client.force_login(other.user)

    said = client.get(f"/api/v1/leads/{lead.uid}/why/").json()

    assert [row["rep"] for row in said["considered"]] == [other.name]


def test_accounts_that_do_not_count_move_no_share():
    ana, ben, cleo = make.rep("Ana"), make.rep("Ben"), make.rep("Cleo")
    make.group(
        "T", [ana, ben, cleo], steps=steps("availability", "account", "round_robin"), on_return="repay",
        count_accounts=False,
    )  # fmt: skip
    Pause.objects.create(rep=cleo, starts_at=timezone.now() - timedelta(hours=1))
    make.account("Acme", domain="example.net", owner=ana)
    make.publish(make.rule(Group.objects.get(name="T")))

    lead = routed(email="kim@example.net")

    assert lead.owner == ana
    assert not LedgerEntry.objects.exists()


def test_a_test_lead_comes_out_the_same_and_counts_nowhere():
    make.publish(make.rule(make.group("T", [make.rep(), make.rep()])))
    lead = make.arrive()
    Lead.objects.filter(pk=lead.pk).update(kind="test")
    live.route_ready(1)

    told = explain.receipt_of(fresh(lead))

    assert (told.same, told.counted, LedgerEntry.objects.count()) == (True, False, 0)


def test_a_broadcast_that_a_chain_ends_in_tells_the_members():
    team = make.group("T", [make.rep("Ana", around_the_clock=False)], pool="broadcast")
    make.publish(make.rule(team, otherwise=[{"to": "pool", "group": team.pk, "mode": "broadcast"}]))

    lead = routed()

    assert lead.state == "pooled"
    assert Delivery.objects.filter(event="broadcast").exists()


def test_a_lead_held_for_room_goes_on_when_there_is_room():
    make.publish(make.rule(make.group("T", [make.rep("Ana", cap_open=1)]), otherwise=[{"to": "hold"}]))
    first, second = routed(), routed(email="b@two.example")
    assert (second.state, second.waiting_until < timezone.now() + timedelta(minutes=1, seconds=1)) == ("held", True)
    lost = Stage.objects.get(metric="lost")
    respond.move_stage(lead=first, stage=lost, by=None, now=timezone.now(), reason="no budget")

    Lead.objects.filter(pk=second.pk).update(waiting_until=timezone.now())
    Sweep().once()

    assert fresh(second).state == "assigned"


def test_an_old_offer_that_is_accepted_late_passes_no_limit():
    ana = make.rep("Ana", cap_day=1, caps_rolling=True)
    offered = [*steps("availability", "capacity", "round_robin"), {"strategy": "offer", "options": {"seconds": 86_400}}]
    make.publish(make.rule(make.group("T", [ana], steps=offered)))
    routed()
    now = timezone.now()
    Offer.objects.update(offered_at=now - timedelta(hours=24, minutes=1), due_at=now + timedelta(hours=1))

    second = routed(email="b@two.example")

    assert second.state == "desk"
    assert Offer.objects.count() == 1


def test_a_returned_lead_is_told_to_the_managers_at_once_and_again():
    boss = make.user("Boss")
    team = make.group("T", [make.rep(), make.rep()])
    team.managers.add(boss)
    make.publish(make.rule(team))
    lead = routed()

    returns.give_back(lead=lead, rep=lead.owner, by=lead.owner.user, reason=Return.Reason.SPAM, note="")

    assert Delivery.objects.filter(event="waiting", user=boss, lead=lead, channel="email").count() == 1
    assert Timer.objects.filter(lead=lead, kind="waiting", fired_at=None).count() == 1


def test_a_lead_that_waits_anew_has_one_chain_of_reminders():
    make.publish(make.rule(make.group("T", [make.rep()], steps=steps("manual"))))
    lead = routed()
    for _ in range(3):
        Timer.objects.filter(fired_at=None).update(due_at=timezone.now() - timedelta(seconds=1))
        sla.fire(1)

    hand.route_again(leads=[fresh(lead)], by=None)
    live.route_ready(1)

    assert list(Timer.objects.filter(fired_at=None).values_list("n", flat=True)) == [0]


def test_a_membership_that_will_end_costs_no_turn_until_then(monkeypatch):
    ana = make.rep("Ana")
    make.publish(make.rule(make.group("T", [ana, make.rep("Ben")])))
    routed()
    Membership.objects.filter(rep=ana).update(ends_at=timezone.now() + timedelta(days=30))
    monkeypatch.setattr(leavers, "turn", lambda *_: pytest.fail("the turn was taken for nothing"))

    assert leavers.settle_leavers(1) == 0


def test_one_errand_that_fails_stops_no_other(monkeypatch):
    make.publish(make.rule(make.group("T", [make.rep()])))
    lead = make.arrive()

    def broken(_division):
        raise ValueError("broken")

    monkeypatch.setattr(hand, "rescue", broken)

    assert Sweep().once() == 1
    assert fresh(lead).state == "assigned"


def test_looking_for_reps_who_are_gone_walks_no_leads():
    make.publish(make.rule(make.group("T", [make.rep()])))
    routed()
    with connection.execute_wrapper(
        lambda run, sql, *rest: pytest.fail(sql) if "leads_lead" in sql else run(sql, *rest)
    ):
        assert hand.rescue(1) == 0
