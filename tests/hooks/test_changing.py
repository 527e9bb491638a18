"""Hooks that are changed while others remove them, send, or switch their group off."""

import pytest
from django.urls import reverse
from django.utils import timezone

from leads.hook_kinds import HookEvent
from leads.hooks import hook as hooks
from leads.hooks import sending
from leads.models import Hook
from reps.models import Group
from tests import factories as make
from tests.hooks.receiving import ALL, hook, say

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
