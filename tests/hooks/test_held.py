"""What is held back goes as soon as it may, and what waits is forgotten by nobody."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from leads.hooks import held
from leads.hooks import hook as hooks
from leads.life import EventKind, State
from leads.models import HookDelivery, Lead
from leads.tasks import forget_expired
from reps import installation
from reps.models import Group
from routing.sweep import Sweep
from tests import factories as make
from tests.hooks.receiving import drain, hook, receiver, rows, say

pytestmark = pytest.mark.django_db


def test_only_what_is_over_is_forgotten():
    hook("https://127.0.0.1/hook")
    lines = [say(make.arrive()) for _n in range(5)]
    now = timezone.now()
    long_ago = now - timedelta(days=installation.the().sent_days + 1)
    waits, held, sent, parked, late = lines
    HookDelivery.objects.update(created_at=long_ago, due_at=now + timedelta(hours=10))
    rows(event=held).update(held=True)
    rows(event=sent).update(sent_at=long_ago)
    rows(event=parked).update(failed_at=long_ago, why="tries")
    rows(event=late).update(sent_at=now)
    forget_expired()
    forget_expired()

    left = {row.event_id: row for row in rows(event__in=lines)}
    assert set(left) == {waits, held, late}
    assert (left[waits].failed_at, left[waits].sent_at) == (None, None)
    assert (left[held].held, left[held].why) == (False, "held")
    assert left[held].failed_at


@pytest.fixture
def waiting():
    """A lead nobody has, where there is a blind pool; what a hook is to be told of it is held."""
    group = make.group("Blind", [make.rep("Ana")], pool=Group.Pool.BLIND)
    lead = make.arrive()
    with receiver() as got:
        made, _secret = hook(got.url)
        say(lead)
        drain()
        assert [row.held for row in rows()] == [True]
        assert held.let_go(now=timezone.now()) == 0
        yield got, made, lead, group


def test_it_goes_when_the_last_blind_pool_became_an_open_one(waiting, django_assert_num_queries):
    got, _made, _lead, group = waiting
    Group.objects.filter(pk=group.pk).update(pool=Group.Pool.OPEN)
    Sweep()._let_go()
    drain()

    assert got.types == ["lead.created"]
    with django_assert_num_queries(3):  # one look, between a savepoint and its end
        assert held.let_go(now=timezone.now()) == 0


def test_it_goes_when_ops_say_that_reps_cannot_see_it(waiting, ops):
    got, made, _lead, _group = waiting
    sent = {"name": "x", "events": ["lead.created"], "unseen_by_reps": "on"}
    ops.post(reverse("hook-edit", args=[made.uid]), sent)
    drain()

    assert got.types == ["lead.created"]


def test_it_goes_when_somebody_got_the_lead_while_the_only_hook_was_off(waiting, ops):
    got, made, lead, _group = waiting
    rep = make.rep("Bo")
    hooks.switch(hook=made, on=False)
    Lead.objects.filter(pk=lead.pk).update(state=State.ASSIGNED.value, owner=rep, hop=1)
    say(lead, EventKind.ASSIGNED, rep=rep.pk, hop=1)
    assert held.let_go(now=timezone.now()) == 0, "it is off"
    ops.post(reverse("hook-switch", args=[made.uid]), {"on": "1"})
    drain()

    assert got.types == ["lead.created"]


@pytest.mark.parametrize("state", [State.REJECTED, State.CLOSED])
def test_it_goes_when_the_lead_came_to_its_end_with_nobody(waiting, state):
    got, _made, lead, _group = waiting
    closed = timezone.now() if state is State.CLOSED else None
    Lead.objects.filter(pk=lead.pk).update(state=state.value, closed_at=closed)
    held.let_go(now=timezone.now())
    drain()
    say(lead)
    drain()

    assert got.types == ["lead.created"] * 2


@pytest.mark.blind
def test_it_stays_while_the_lead_lies_in_the_pool(waiting):
    got, _made, lead, group = waiting
    Lead.objects.filter(pk=lead.pk).update(state=State.POOLED.value, group=group)
    held.let_go(now=timezone.now())
    drain()

    assert got.types == []
    assert rows().get().held
