"""Polling: nothing is skipped whoever writes at once, and nothing hidden is told."""

import threading

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leads import timeline
from leads.hook_kinds import HookEvent
from leads.hooks import reading
from leads.life import EventKind, State
from leads.models import Lead
from reps.models import Group
from reps.models.division import SEEDED
from tests import factories as make
from tests.hooks.receiving import say, settled

CREATED = HookEvent.CREATED


def after(place):
    return reading.after(division=SEEDED, kind=CREATED, place=place)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_reader_between_two_writers_skips_neither():
    """The first writer has the smaller numbers and commits last: who goes by numbers alone never sees its line."""
    lead, other = make.arrive(count=2)
    settled()
    _found, place = after(reading.Place())
    wrote, may_commit = threading.Event(), threading.Event()
    lines = {}

    def slow():
        try:
            with transaction.atomic():
                lines["slow"] = say(lead)
                wrote.set()
                may_commit.wait(10)
        finally:
            connection.close()

    writer = threading.Thread(target=slow)
    writer.start()
    assert wrote.wait(10)
    lines["quick"] = say(other)
    between, held_back = after(place)
    newest = reading.newest(division=SEEDED, kind=CREATED)
    may_commit.set()
    writer.join(10)
    settled()
    found, end = after(held_back)

    assert lines["slow"] < lines["quick"]
    assert between == []
    assert lines["quick"] not in {one.line.pk for one in newest}
    assert [one.line.pk for one in found] == [lines["slow"], lines["quick"]]
    assert after(end)[0] == []


@pytest.mark.django_db(transaction=True)
def test_a_stream_is_read_in_parts_to_its_end():
    leads = make.arrive(count=7)
    settled()
    place, read = reading.Place(), []
    for _n in range(5):
        found, place = reading.after(division=SEEDED, kind=CREATED, place=place, most=3)
        read += [one.lead.pk for one in found]

    assert read == [lead.pk for lead in leads]


@pytest.mark.django_db(transaction=True)
def test_who_has_enough_reads_no_more(monkeypatch):
    for lead in make.arrive(count=6):
        say(lead)
    settled()
    monkeypatch.setattr(reading, "_PART", 3)
    with CaptureQueriesContext(connection) as asked:
        found, _place = reading.after(division=SEEDED, kind=CREATED, place=reading.Place(), most=2)
    whole, _place = reading.after(division=SEEDED, kind=CREATED, place=reading.Place())

    lines = [one.line.pk for one in whole]
    assert [one.line.pk for one in found] == lines[:2]
    assert lines == sorted(lines)
    assert sum('FROM "leads_leadevent"' in query["sql"] for query in asked) == 1
    newest = reading.newest(division=SEEDED, kind=CREATED)
    assert [one.line.pk for one in newest] == lines[::-1]


@pytest.mark.blind
@pytest.mark.django_db(transaction=True)
def test_polls_tell_nothing_of_hidden_erased_past_or_test_leads():
    make.group("Blind", pool=Group.Pool.BLIND)
    rep = make.rep("Ana")
    hidden, owned, erased, past, test = make.arrive(count=5)
    given = {"state": State.ASSIGNED.value, "owner": rep, "hop": 1}
    Lead.objects.filter(pk=owned.pk).update(**given)
    Lead.objects.filter(pk=erased.pk).update(state=State.ERASED.value)
    Lead.objects.filter(pk=past.pk).update(kind="history", **given)
    Lead.objects.filter(pk=test.pk).update(kind="test", **given)
    timeline.record([timeline.News(erased.pk, EventKind.ERASED, timezone.now())])
    settled()

    def told(kind):
        return {one.lead.pk for one in reading.newest(division=SEEDED, kind=kind)}

    assert told(CREATED) == {owned.pk}
    assert told(HookEvent.ERASED) == {erased.pk}
    assert hidden.pk not in told(CREATED)
