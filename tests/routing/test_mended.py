"""What a critical reading found: each once went wrong, and must not again."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from leads import dispatch, respond
from leads.life import TouchKind
from leads.models import Attribute, Delivery, Lead
from reps import availability
from reps.models import Division, User
from routing import claim, hand, live, rulesets
from routing.models import LedgerEntry
from routing.sweep import Sweep
from tests import factories as make

pytestmark = pytest.mark.django_db

POOL = [{"strategy": "pool"}]


def fresh(lead):
    return Lead.objects.select_related("stage", "division", "group").get(pk=lead.pk)


def call(lead, rep):
    respond.touch(lead=lead, rep=rep, by=rep.user, kind=TouchKind.EMAIL, now=timezone.now())


@pytest.fixture
def pair(db):
    ana, ben = make.rep("Ana"), make.rep("Ben")
    team = make.group("DACH", [ana])
    make.publish(make.rule(team, name="All"))
    make.join(team, ben)
    return ana, ben, team


def arrive(**fields):
    made = make.arrive(**fields)
    live.route_ready(1)
    return fresh(made)


def test_a_lock_not_to_be_had_counts_no_try(pair, monkeypatch):
    lead = make.arrive()
    monkeypatch.setattr(live, "write", lambda *_a: (_ for _ in ()).throw(OperationalError("lock timeout")))
    for _ in range(7):
        assert live.route_ready(1).busy
    monkeypatch.undo()

    live.route_ready(1)

    assert (fresh(lead).state, fresh(lead).tries) == ("assigned", 0)


def test_a_new_owners_contact_stops_their_waiting(pair):
    ana, ben, team = pair
    lead = arrive()
    first, second = (ana, ben) if lead.owner == ana else (ben, ana)
    call(lead, first)
    hand.give(lead=lead, rep=second, group=team, by=first.user)
    waits = list(Lead.objects.awaiting_contact())

    call(fresh(lead), second)

    assert waits == [lead]
    assert not Lead.objects.awaiting_contact().exists()


def test_route_again_leaves_contacted_leads_and_bands_anew(pair):
    contacted, silent = arrive(), arrive()
    call(contacted, contacted.owner)
    Lead.objects.filter(pk=silent.pk).update(band=0)

    assert hand.route_again(leads=[contacted, silent], by=None) == 1
    assert fresh(contacted).state == "assigned"
    assert (fresh(silent).state, fresh(silent).band) == ("ready", None)


def test_a_mail_does_not_follow_a_lead_that_went_to_another(pair):
    ana, ben, team = pair
    lead = arrive()
    former = lead.owner
    hand.give(lead=lead, rep=ben if former == ana else ana, group=team, by=ana.user)

    dispatch.drain(now=timezone.now() + timedelta(seconds=1))

    assert {(*m.to, "gave it to you" in m.body) for m in mail.outbox} == {
        (fresh(lead).owner.user.email, True),
        (former.user.email, False),  # who has it now
    }
    assert len(mail.outbox) == 2
    assert Delivery.objects.get(rep=former, channel="email", event="assigned").error == "no longer theirs"


def test_who_may_not_sign_in_gets_no_leads(pair):
    ana, ben, _team = pair
    arrive()
    User.objects.filter(pk=ana.user.pk).update(is_active=False)

    owners = {arrive().owner_id for _ in range(3)}

    assert owners == {ben.pk}


def test_leads_of_a_pool_that_is_switched_off_are_routed_again(db):
    ana = make.rep("Ana")
    team = make.group("Pool", [ana], pool="open", steps=POOL)
    make.publish(make.rule(team))
    waiting = arrive()
    taken = claim.pull(group=team, rep=ana, by=ana.user) if arrive() else None
    team.pool, team.steps = "none", [{"strategy": "round_robin"}]
    team.save()

    claim.put_back(lead=taken, rep=ana, by=ana.user, reason="no_time")
    Sweep().once()

    assert fresh(taken).state == "desk"
    assert {fresh(x).state for x in Lead.objects.exclude(pk=taken.pk)} == {"assigned"}
    assert waiting.pk


def test_test_leads_count_for_nobody_however_they_are_given(pair):
    ana, ben, team = pair
    lead = arrive(test=True)

    hand.give(lead=lead, rep=ben if lead.owner == ana else ana, group=team, by=ana.user)

    assert not LedgerEntry.objects.exists()


def test_unreadable_steps_block_publishing_and_never_pass_by_the_caps(pair):
    _ana, _ben, team = pair
    team.steps = [{"strategy": "lottery"}]
    team.save()

    lead = arrive()

    assert (lead.state, lead.reason) == ("desk", "group_missing")
    found = rulesets.problems_of(rulesets.published(1).rule_set, now=timezone.now())
    assert any(p.blocks and "cannot be read" in p.text for p in found)


def test_a_double_click_on_the_switch_is_one_pause(pair):
    ana = pair[0]
    now = timezone.now()
    availability.pause(rep=ana, by=ana.user, now=now)
    availability.pause(rep=ana, by=ana.user, now=now)

    assert ana.pauses.count() == 1


@pytest.mark.parametrize("zone", ["Europe", "Mars/Base", "Europe/Berlln"])
def test_zones_that_are_none_are_refused_and_break_no_page(pair, zone):
    ana = pair[0]
    for row in (ana.user, Division.objects.get()):
        row.time_zone = zone
        with pytest.raises(ValidationError):
            row.full_clean()
    User.objects.filter(pk=ana.user.pk).update(time_zone=zone)
    client = Client()
    client.force_login(ana.user)

    assert client.get("/my-leads/").status_code == 200


def test_a_manager_gives_leads_to_reps_of_their_own_groups_only(pair):
    _ana, _ben, team = pair
    boss, stranger = make.user("Boss"), make.rep("Stranger")
    team.managers.add(boss)
    make.group("Iberia", [stranger])
    lead = make.arrive()
    Lead.objects.filter(pk=lead.pk).update(state="desk", reason="no_rule_matched", band=5)
    client = Client()
    client.force_login(boss)

    for uid in (stranger.uid, "zzzzzzzz-zzzz-zzzz-zzzz-zzzzzzzzzzzz", ""):
        assert client.post(f"/to-assign/{lead.uid}/", {"rep": str(uid)}).status_code == 302
    assert fresh(lead).state == "desk"


def test_an_attribute_cannot_take_the_key_of_a_field_of_ours():
    with pytest.raises(ValidationError, match="choose another key"):
        Attribute(key="stage", label="Stage").full_clean()
