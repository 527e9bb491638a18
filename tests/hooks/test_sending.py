"""What a hook hears: signed, once or more by one id, tried by the table, and never of what it must not know."""

import json
import threading
import time
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.utils import timezone
from standardwebhooks import WebhookVerificationError

from leads import dispatch
from leads.hook_kinds import HookEvent
from leads.hooks import again, sending
from leads.hooks import hook as hooks
from leads.life import EventKind, State
from leads.models import ApiKey, Hook, Lead, LeadPrivate
from reps.models import Group
from tests import factories as make
from tests.hooks.receiving import ALL, drain, free, hook, receiver, rows, say
from tests.outside import server

pytestmark = pytest.mark.django_db
CREATED = HookEvent.CREATED


@pytest.fixture(autouse=True)
def no_chance(monkeypatch):
    monkeypatch.setattr("random.uniform", lambda low, high: low)


@pytest.mark.contract
def test_an_independent_library_verifies_what_is_sent():
    lead = make.arrive(name="Zoë Ünal", message="Grüße")
    with receiver() as got:
        _made, secret = hook(got.url)
        say(lead)
        drain()

    assert got.verify(0, secret) == got.bodies[0]
    assert got.bodies[0]["type"] == "lead.created"
    assert got.bodies[0]["lead"]["name"] == "Zoë Ünal"
    with pytest.raises(WebhookVerificationError):
        got.verify(0, "whsec_" + "A" * 40)
    row = rows().get()
    assert (row.sent_at is not None, row.tries, row.tried[0]["status"]) == (True, 1, 200)


@pytest.mark.contract
def test_while_a_secret_is_changed_both_verify_and_a_day_later_the_new_one_alone(monkeypatch):
    lead = make.arrive()
    now = timezone.now()
    with receiver() as got:
        made, old = hook(got.url)
        new = hooks.rotate(hook=made, now=now - timedelta(hours=23))
        say(lead)
        drain()
        hooks.rotate(hook=made, now=now - timedelta(hours=25))  # as if the day were over
        newest = hooks.secret_of(made)
        say(lead)
        drain()

    assert got.verify(0, old) == got.verify(0, new)
    assert got.verify(1, newest)
    with pytest.raises(WebhookVerificationError):
        got.verify(1, old)
    with pytest.raises(WebhookVerificationError):
        got.verify(1, new)


def test_what_went_while_it_was_sent_keeps_nothing_else_from_being_noted():
    leads = make.arrive(count=2)
    with receiver() as got:
        hook(got.url, CREATED)
        for lead in leads:
            say(lead)
        now = timezone.now()
        (load,) = sending._prepared(sending._lease(now, 48), now)
        said = sending._speak(load)
        rows(lead=leads[0]).delete()
        sending._settle(load, said, now)

    assert rows().get().sent_at == now
    assert Hook.objects.get().rests_until is None


def test_the_table_of_tries_is_followed_by_one_id_and_after_the_last_ops_are_told():
    make.user("Odile", is_ops=True)
    lead = make.arrive()
    now = timezone.now()
    waits = []
    with receiver(500) as got:
        hook(got.url)
        say(lead)
        while (row := rows().get()).failed_at is None:
            now = max(row.due_at, now)
            free()
            cache.clear()  # the breaker's minute is over
            assert drain(now=now) == 1
            waits.append((rows().get().due_at - now).total_seconds())
        dispatch.drain(now=now)

    assert waits[:-1] == list(sending.RETRIES) == [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]
    assert len(got.came) == 10
    assert {headers["webhook-id"] for headers, _body in got.came} == {f"msg_{row.uid.hex}"}
    assert (row.why, row.tries, [one["status"] for one in row.tried]) == ("tries", 10, [500] * 10)
    assert [message.subject for message in mail.outbox] == ["The hook Theirs takes nothing any more"]
    assert Hook.objects.get().active


def test_the_next_try_waits_as_long_as_the_other_side_asks():
    lead = make.arrive()
    now = timezone.now()
    with receiver(429, retry_after="1200") as got:
        hook(got.url)
        say(lead)
        say(lead)
        drain(now=now)
        drain(now=now + timedelta(seconds=900))

    first, second = rows()
    assert len(got.came) == 1, "nobody asks while they are asked not to"
    assert first.due_at == now + timedelta(seconds=1200)
    assert (second.tries, second.tried) == (0, [])


def test_410_ends_the_subscription():
    lead = make.arrive()
    with receiver(410) as got:
        made, _secret = hook(got.url)
        say(lead)
        say(lead)
        now = timezone.now()
        drain(now=now)
        drain(now=now + timedelta(minutes=2))
        say(lead)

    made.refresh_from_db()
    assert len(got.came) == 1
    assert (made.active, made.why_off) == (False, "gone")
    assert [row.why for row in rows()] == ["gone", "off"]


def test_a_sender_that_died_leaves_its_work_to_the_next(monkeypatch):
    lead = make.arrive()
    with receiver() as got:
        hook(got.url)
        say(lead)
        now = timezone.now()
        assert len(sending._lease(now, 48)) == 1  # and here it is killed

        assert drain(now=now) == 0
        assert not sending.overdue(now=now + timedelta(seconds=30))
        assert drain(now=now + timedelta(seconds=61)) == 1
        assert drain(now=now + timedelta(seconds=200)) == 0

    assert len(got.came) == 1


def test_nothing_of_an_erased_lead_goes_out_but_that_it_was_erased():
    lead = make.arrive(name="Zoe Secret", company="Secret Ltd")
    with receiver() as got:
        hook(got.url)
        say(lead)
        Lead.objects.filter(pk=lead.pk).update(state=State.ERASED.value, source="Secret source")
        say(lead, EventKind.ERASED)
        drain()

    assert got.types == ["lead.erased"]
    assert "ecret" not in got.came[0][1].decode()
    assert got.bodies[0]["lead"]["id"] == str(lead.uid)
    assert [row.why for row in rows()] == ["erased", ""]


def test_what_was_planned_before_the_erasure_is_not_replayed_after_it():
    lead = make.arrive(name="Zoe Secret")
    with receiver() as got:
        hook(got.url, *ALL)
        say(lead)
        drain()
        Lead.objects.filter(pk=lead.pk).update(state=State.ERASED.value)
        LeadPrivate.objects.filter(lead=lead).delete()
        again.again(rows=[rows().get().pk], now=timezone.now())
        drain()

    assert len(got.came) == 1
    assert rows().get().why == "erased"


@pytest.mark.blind
def test_a_blind_lead_goes_out_only_after_the_claim_unless_reps_cannot_see_the_hook():
    rep = make.rep("Ana")
    blind = make.group("Blind", [rep], pool=Group.Pool.BLIND)
    lead = make.arrive(name="Zoe Secret")
    with receiver() as seen, receiver() as unseen:
        hook(seen.url)
        hook(unseen.url, name="Warehouse", unseen_by_reps=True)
        say(lead)  # nobody knows yet where it will come
        drain()
        Lead.objects.filter(pk=lead.pk).update(state=State.POOLED.value, group=blind)
        say(lead, EventKind.OFFERED, rep=rep.pk)
        drain()
        assert (seen.types, unseen.types) == ([], ["lead.created", "lead.offered"])
        assert not sending.overdue(now=timezone.now() + timedelta(days=1))

        Lead.objects.filter(pk=lead.pk).update(state=State.ASSIGNED.value, owner=rep, hop=1)
        say(lead, EventKind.CLAIMED, rep=rep.pk, hop=1)
        drain()

    assert seen.types == ["lead.created", "lead.offered", "lead.claimed", "lead.assigned"]
    assert seen.bodies[0]["lead"]["name"] == "Zoe Secret"


@pytest.mark.blind
def test_a_lead_in_the_pool_of_a_group_that_was_switched_off_is_still_hidden():
    blind = make.group("Blind", [make.rep("Ana")], pool=Group.Pool.BLIND)
    lead = make.arrive(name="Zoe Secret")
    Lead.objects.filter(pk=lead.pk).update(state=State.POOLED.value, group=blind)
    Group.objects.update(active=False)
    with receiver() as got:
        hook(got.url)
        say(lead)
        drain()

    assert got.types == []
    assert rows().get().held


def test_a_claim_in_the_midst_of_holding_lets_go():
    """The sender saw the lead before the claim, and writes after it."""
    rep = make.rep("Ana")
    make.group("Blind", [rep], pool=Group.Pool.BLIND)
    lead = make.arrive()
    with receiver() as got:
        hook(got.url, CREATED)
        say(lead)
        now = timezone.now()
        leased = sending._lease(now, 48)
        Lead.objects.filter(pk=lead.pk).update(state=State.ASSIGNED.value, owner=rep, hop=1)
        say(lead, EventKind.CLAIMED, rep=rep.pk, hop=1)
        assert sending._prepared(leased, now) == []

        assert not rows().get().held
        drain()

    assert got.types == ["lead.created"]


def test_what_a_key_subscribed_ends_with_the_key():
    key, _plain = make.key_and_secret("hooks")
    lead = make.arrive()
    with receiver() as got:
        made, _secret = hook(got.url)
        Hook.objects.filter(pk=made.pk).update(made_with=key)
        say(lead)
        ApiKey.objects.filter(pk=key.pk).update(revoked_at=timezone.now())
        drain()

    made.refresh_from_db()
    assert got.came == []
    assert (made.active, made.why_off, rows().get().why) == (False, "key", "off")


def test_one_many_and_all_since_an_instant_are_sent_again_by_the_same_id():
    lead = make.arrive()
    with receiver() as got:
        made, _secret = hook(got.url)
        began = timezone.now()
        say(lead)
        drain()
        hooks.switch(hook=made, on=False)
        say(lead, EventKind.ASSIGNED, hop=1)  # while it was off
        hooks.switch(hook=made, on=True)
        assert again.again(rows=[row.pk for row in rows()], now=timezone.now()) == 1
        drain()
        assert again.since(hook=made, at=began, now=timezone.now()) == 2
        drain()

    ids = [headers["webhook-id"] for headers, _body in got.came]
    assert got.types == ["lead.created", "lead.created", "lead.created", "lead.assigned"]
    assert ids[0] == ids[1] == ids[2] != ids[3]
    assert got.bodies[0]["id"] == got.bodies[2]["id"]


def test_what_was_missed_comes_in_its_place_when_all_is_sent_again():
    lead = make.arrive()
    with receiver() as got:
        made, _secret = hook(got.url)
        began = timezone.now()
        hooks.switch(hook=made, on=False)
        say(lead)  # missed
        hooks.switch(hook=made, on=True)
        say(lead, EventKind.ASSIGNED, hop=1)
        drain()
        again.since(hook=made, at=began, now=timezone.now())
        drain()

    assert got.types == ["lead.assigned", "lead.created", "lead.assigned"]


def test_a_test_is_signed_and_has_the_keys_of_the_real_thing():
    lead = make.arrive()
    with receiver() as got:
        made, secret = hook(got.url)
        say(lead)
        again.try_out(hook=made, kind=CREATED, now=timezone.now())
        drain()

    real, test = got.bodies
    got.verify(1, secret)
    assert (real["test"], test["test"]) == (False, True)
    assert shape(real) == shape(test)


def shape(value):
    """Names all the way down, but for what people named themselves."""
    open_ended = {"answers", "attributes", "tracking"}
    if not isinstance(value, dict):
        return None
    return {key: None if key in open_ended else shape(inner) for key, inner in value.items()}


def test_the_schedule_of_an_address_is_its_own():
    """One that fails again and again is left alone; another at the same host is not."""
    lead = make.arrive()
    with receiver(500) as bad:
        hook(bad.url, name="bad")
        now = timezone.now()
        for n in range(6):
            say(lead)
            free()
            drain(now=now + timedelta(seconds=n))
        asked = len(bad.came)
        bad.statuses[:] = [200]
        free()
        hook(bad.url, CREATED, name="good")
        say(lead)
        drain(now=now + timedelta(seconds=7))

    assert asked == 5, "after the fifth failure in a row its breaker is open"
    assert rows(hook__name="good").get().sent_at
    assert all(row.tries <= 2 for row in rows(hook__name="bad")), "what was not tried is no try"


def test_leads_are_told_of_at_once_and_each_in_order():
    leads = make.arrive(count=8)
    at_once, most, told, lock = set(), [0], [], threading.Lock()

    def handle(handler):
        with lock:
            at_once.add(handler.path + handler.headers["webhook-id"])
            most[0] = max(most[0], len(at_once))
            body = json.loads(handler.sent)
            told.append((body["lead"]["id"], body["number"]))
        time.sleep(0.03)
        with lock:
            at_once.discard(handler.path + handler.headers["webhook-id"])
        handler.say(200, {})

    with server(handle) as url:
        hook(url)
        for _n in range(3):
            for lead in leads:
                say(lead)
        drain()

    assert 1 < most[0] <= 4
    assert len(told) == 24
    for lead in leads:
        numbers = [number for uid, number in told if uid == str(lead.uid)]
        assert numbers == sorted(numbers)


def test_a_lane_is_of_one_sender_only():
    lead = make.arrive()
    with receiver() as got:
        hook(got.url)
        for _n in range(45):
            say(lead)
        now = timezone.now()
        first, second = sending._lease(now, 48), sending._lease(now, 48)

    assert (len(first), len(second)) == (40, 0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM leads_hookdelivery WHERE tries = 1")
        assert cursor.fetchone() == (40,)
