"""Hooks that are changed while others remove them, send, or switch their group off."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from config.lib import breaker
from leads.hook_kinds import HookEvent
from leads.hooks import hook as hooks
from leads.hooks import sending
from leads.models import Hook
from reps.models import Group
from tests import factories as make
from tests.hooks.receiving import ALL, drain, hook, receiver, rows, say

pytestmark = pytest.mark.django_db
URL = "https://127.0.0.1/hook"


def asked(**fields):
    return hooks.Asked(**{"name": "Theirs", "url": "", "events": ALL, **fields})


def test_what_was_removed_meanwhile_stays_removed():
    made, _secret = hook(URL)
    stale = Hook.objects.get(pk=made.pk)
    hooks.remove(hook=made)

    with pytest.raises(hooks.NotSubscribedError, match="removed meanwhile"):
        hooks.change(hook=stale, asked=asked(url=URL))
    with pytest.raises(hooks.NotSubscribedError, match="removed meanwhile"):
        hooks.rotate(hook=stale, now=timezone.now())

    made.refresh_from_db()
    assert (made.active, made.why_off, made.secret) == (False, "removed", "")


@pytest.mark.parametrize("name", ["hook-edit", "hook-rotate"])
def test_a_page_says_that_it_was_removed_meanwhile(ops, monkeypatch, name):
    made, _secret = hook(URL)
    url = reverse(name, args=[made.uid])
    monkeypatch.setattr("leads.web.hooks.found", lambda _uid: made)  # read before it was removed
    hooks.remove(hook=made)

    answer = ops.post(url, {"name": "x", "events": ["lead.won"]}, follow=True)

    assert answer.redirect_chain[0][0] == reverse("hooks")
    assert "It was removed meanwhile." in answer.content.decode()


def test_a_change_undoes_nothing_that_happened_since_the_page_was_read():
    made, _secret = hook(URL)
    say(make.arrive())
    stale = Hook.objects.get(pk=made.pk)
    assert sending._lease(timezone.now(), 48)
    hooks.gone(hook=made)
    secret = hooks.rotate(hook=made, now=timezone.now())
    hooks.change(hook=stale, asked=asked(name="Ours"))

    made.refresh_from_db()
    assert (made.name, made.active, made.why_off) == ("Ours", False, "gone")
    assert made.rests_until is not None
    assert hooks.secret_of(made) == secret


def test_a_hook_of_a_group_that_was_switched_off_keeps_it(ops):
    ours, other = make.group("Ours"), make.group("Other")
    made, _secret = hook(URL, HookEvent.WON, group=ours)
    Group.objects.update(active=False)
    shown = ops.get(reverse("hook-edit", args=[made.uid])).content.decode()
    ops.post(reverse("hook-edit", args=[made.uid]), {"name": "x", "events": ["lead.won"], "group": ours.pk})

    made.refresh_from_db()
    assert (made.name, made.group) == ("x", ours)
    assert f'<option value="{ours.pk}" selected>' in shown
    assert f'value="{other.pk}"' not in shown


def test_a_pause_is_of_its_address_ends_by_hand_and_is_told(ops):
    lead = make.arrive()
    now = timezone.now()
    with receiver(503, retry_after="999999") as bad, receiver() as good:
        made, _secret = hook(bad.url)
        say(lead)
        drain(now=now)
        made.refresh_from_db()
        assert made.rests_until == now + timedelta(hours=6)
        assert "It asked to be left alone until" in ops.get(reverse("hook", args=[made.uid])).content.decode()
        ops.post(reverse("hook-test", args=[made.uid]), {"event": "lead.created"})
        drain()
        ops.post(reverse("hook-again", args=[made.uid]), {"delivery": rows().first().uid})
        drain()
        assert len(bad.came) == 3
        for _n in range(5):
            breaker.failed(hooks.lane(made.pk))
        ops.post(reverse("hook-edit", args=[made.uid]), {"name": "x", "url": good.url, "events": ["lead.created"]})
        assert "left alone" not in ops.get(reverse("hook", args=[made.uid])).content.decode()
        ops.post(reverse("hook-again", args=[made.uid]), {"state": "waits"})
        drain()

    assert good.types == ["lead.created"] * 2


@pytest.mark.parametrize("status", [410, 503])
def test_what_the_old_address_says_is_not_held_against_the_new_one(status):
    say_it = make.arrive()
    now = timezone.now()
    with receiver(status, retry_after="3600") as old:
        made, _secret = hook(old.url)
        say(say_it)
        (load,) = sending._prepared(sending._lease(now, 48), now)
        said = sending._speak(load)
        hooks.change(hook=made, asked=asked(url=URL))
        sending._settle(load, said, now)

    made.refresh_from_db()
    assert (made.active, made.rests_until) == (True, None)
    row = rows().get()
    assert (row.tries, row.failed_at, row.due_at) == (0, None, now)
