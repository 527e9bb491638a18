"""What is held back goes as soon as it may, and what waits is forgotten by nobody."""

from datetime import timedelta

import pytest
from django.utils import timezone

from leads.models import HookDelivery
from leads.tasks import forget_expired
from reps import installation
from tests import factories as make
from tests.hooks.receiving import hook, rows, say

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
