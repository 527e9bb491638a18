"""The bench runs to its end on a small round and prints every figure; what it takes down is what live writes."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from leads.models import Lead, LeadEvent
from routing.bench import batches, company
from routing.models import Assignment, Decision, LedgerEntry
from routing.watch import audit
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_prints_each_aim_with_its_figure(monkeypatch):
    monkeypatch.setattr(batches, "BATCH", 20)
    out = StringIO()

    call_command("bench", rounds=1, batches=1, stdout=out)

    lines = out.getvalue().splitlines()
    assert len(lines) == 5
    assert all(line.endswith(("reached", "MISSED")) for line in lines)
    assert not any(f.broken for f in audit())


def test_the_bare_writes_are_the_writes_of_live(monkeypatch):
    monkeypatch.setattr(batches, "BATCH", 30)
    company.make_company(now=timezone.now())
    batches._capture(30)

    batches._bare()

    assert Lead.objects.filter(state="assigned").count() == 30
    assert [m.objects.count() for m in (Decision, Assignment, LedgerEntry)] == [30, 30, 30]
    assert LeadEvent.objects.filter(kind="assigned").count() == 30
    assert not any(f.broken for f in audit())


def test_it_refuses_an_installation_in_use():
    make.rep("Somebody")

    with pytest.raises(CommandError, match="in use"):
        call_command("bench", stdout=StringIO())
