"""The pages of hooks: add, the secret shown once, try out, deliveries, sending again; for ops alone."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from leads.hooks import hook as hooks
from leads.models import Hook, Lead
from reps.models import Group, User
from tests import factories as make
from tests.hooks.receiving import drain, hook, receiver, rows, say
from tests.limits.test_odd_input import Tried

pytestmark = pytest.mark.django_db


def page(client, name, *args, **query):
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_ops_add_a_hook_and_see_its_secret_once(ops):
    with receiver() as got:
        body = {"name": "CRM", "url": got.url, "events": ["lead.created", "lead.won"]}
        answer = ops.post(reverse("hook-new"), body)
        made = Hook.objects.get()
        (secret,) = set(re.findall(r"whsec_[\w+/=]+", answer.content.decode()))
        say(make.arrive())
        drain()
        got.verify(0, secret)

    assert "no-store" in answer["Cache-Control"]
    assert made.made_by.name == "Odile"
    for name in ("hook", "hook-edit", "hook-deliveries"):
        shown = page(ops, name, made.uid)
        assert secret not in shown
        assert "/hook" not in made.shown
    assert "CRM" in page(ops, "hooks")


def test_a_wrong_hook_is_told_what_is_wrong(ops):
    answer = ops.post(reverse("hook-new"), {"name": "x", "url": "http://169.254.169.254/", "events": ["lead.won"]})
    none = ops.post(reverse("hook-new"), {"name": "x", "url": "https://example.net/"})

    assert (answer.status_code, none.status_code) == (400, 400)
    assert "private network" in answer.content.decode()
    assert not Hook.objects.exists()


def test_a_delivery_shows_message_and_tries_and_is_sent_again(ops):
    lead = make.arrive(name="Ida Beck")
    with receiver(500, 200) as got:
        made, _secret = hook(got.url)
        say(lead)
        drain()
        row = rows().get()
        shown = page(ops, "hook-delivery", made.uid, row.uid)
        assert "it answered 500" in shown
        assert "Ida Beck" in shown
        assert "127.0.0.1:" in shown  # the host alone
        assert "/hook&quot;" not in shown
        again = ops.post(reverse("hook-again", args=[made.uid]), {"delivery": str(row.uid)})
        Hook.objects.update(rests_until=None)
        drain()

    assert again.status_code == 302
    assert [one["status"] for one in rows().get().tried] == [500, 200]
    assert "Taken" in page(ops, "hook-deliveries", made.uid, state="sent")


def test_the_number_of_a_delivery_may_be_written_in_capitals(ops):
    made, _secret = hook("http://127.0.0.1:1/x")
    say(make.arrive())
    row = rows().last()
    answer = ops.post(reverse("hook-again", args=[made.uid]), {"delivery": str(row.uid).upper()})

    assert answer["Location"] == reverse("hook-delivery", args=[made.uid, row.uid])


def test_all_of_a_state_and_all_since_an_instant_are_sent_again(ops):
    lead = make.arrive()
    with receiver(410) as got:
        made, _secret = hook(got.url)
        say(lead)
        say(lead)
        drain()
        off = ops.post(reverse("hook-again", args=[made.uid]), {"state": "parked"}, follow=True)
        assert "switch it on first" in off.content.decode()
        ops.post(reverse("hook-switch", args=[made.uid]), {"on": "1"})
        got.statuses[:] = [200]
        answer = ops.post(reverse("hook-again", args=[made.uid]), {"state": "parked"}, follow=True)
        assert "1 event is sent again." in answer.content.decode()
        drain()
        local = timezone.localtime(timezone.now() - timedelta(hours=1))
        answer = ops.post(reverse("hook-again", args=[made.uid]), {"since": f"{local:%Y-%m-%dT%H:%M}"}, follow=True)
        assert "3 events are sent again." in answer.content.decode()  # that it arrived was told to nobody before
        wrong = ops.post(reverse("hook-again", args=[made.uid]), {"since": "yesterday"}, follow=True)
        assert "within the last 90 days" in wrong.content.decode()

    assert len(got.came) == 3


def test_a_test_is_sent_rotated_switched_and_removed(ops):
    with receiver() as got:
        made, old = hook(got.url)
        ops.post(reverse("hook-test", args=[made.uid]), {"event": "lead.won"})
        drain()
        answer = ops.post(reverse("hook-rotate", args=[made.uid]))
        (new,) = set(re.findall(r"whsec_[\w+/=]+", answer.content.decode()))
        ops.post(reverse("hook-edit", args=[made.uid]), {"name": "Ours", "url": "", "events": ["lead.won"]})
        ops.post(reverse("hook-switch", args=[made.uid]))
        made.refresh_from_db()

    assert got.types == ["lead.won"]
    assert got.bodies[0]["test"] is True
    assert new != old
    assert hooks.target(made, now=timezone.now()) == (got.url, [new, old])
    assert (made.name, made.events, made.active, made.why_off) == ("Ours", ["lead.won"], False, "by_hand")
    assert "signed with the old one" in page(ops, "hook", made.uid)
    ops.post(reverse("hook-remove", args=[made.uid]))
    assert ops.get(reverse("hook", args=[made.uid])).status_code == 404
    assert Hook.objects.get().secret == ""


@pytest.mark.blind
def test_who_pulls_from_a_blind_pool_does_not_look_behind_it_here(client):
    rep = make.rep("Pia")
    person = rep.user
    person.is_ops = True
    person.save()
    blind = make.group("Blind", [rep], pool=Group.Pool.BLIND, blind_for_managers=True)
    lead = make.arrive(name="Zoe Secret")
    client.force_login(person)
    with receiver() as got:
        made, _secret = hook(got.url, unseen_by_reps=True)
        Lead.objects.filter(pk=lead.pk).update(state="pooled", group=blind)
        say(lead)
        drain()
        shown = page(client, "hook-delivery", made.uid, rows().get().uid)

    assert got.bodies[0]["lead"]["name"] == "Zoe Secret"
    assert "Zoe Secret" not in shown
    assert "Make sure that no rep can see what arrives there." in page(client, "hook", made.uid)


def test_odd_input_in_every_field_is_refused_or_understood(ops):
    made, _secret = hook("http://127.0.0.1:1/x")
    make.arrive()
    row = rows().get()
    found = Tried(User.objects.get(name="Odile"))
    found.through([
        reverse("hook-new"),
        *(reverse(name, args=[made.uid]) for name in ("hook", "hook-edit", "hook-deliveries")),
        reverse("hook-delivery", args=[made.uid, row.uid]),
    ])  # fmt: skip

    assert found.failed == []
    assert found.names >= {"hook-new", "hook-edit", "hook-test", "hook-again"}


@pytest.mark.parametrize("name", ["hooks", "hook-new"])
def test_reps_and_managers_see_none_of_it(client, name):
    client.force_login(make.rep("Ana").user)
    assert client.get(reverse(name)).status_code == 403
    assert not mail.outbox
