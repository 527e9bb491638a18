"""Who is told by which way: the usual, what people chose, quiet hours, and many leads at once."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leads import dispatch
from leads.dispatch import Word
from leads.models import Delivery, Lead, LeadEvent
from leads.web.words import NEWS
from reps import endpoints, news
from reps.models import Preference
from tests import factories as make
from tests.telling.reached import endpoint

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 4, 22, 30, tzinfo=UTC)  # a Wednesday


@pytest.fixture
def sent(monkeypatch):
    """What went to endpoints, as (channel, subject, brief)."""
    found = []
    for one in endpoints.all_channels().values():
        if one.has_endpoints:
            monkeypatch.setattr(
                one, "send_one", lambda alert, name=one.name: found.append((name, alert.subject, alert.brief))
            )
    return found


def test_every_event_that_has_a_text_belongs_to_a_kind_that_people_can_choose():
    """Who adds an event places it in reps/news.py, or nobody can silence it."""
    texts = {path.parent.name for path in (settings.BASE_DIR / "templates/emails").glob("*/subject.txt")}
    placed = {event for kind in news.KINDS for event in kind.events}

    # These are made of others, or asked for.
    assert texts - placed == {"posted", "summary", "test"}
    assert set(NEWS) <= placed


def owned(rep, n=1):
    made = make.arrive(n)
    made = [made] if n == 1 else made
    Lead.objects.filter(pk__in=[m.pk for m in made]).update(state="assigned", owner=rep, hop=1)
    return [Word(m.pk, 1, rep.pk, "assigned") for m in made]


def channels(**which):
    return sorted(Delivery.objects.filter(**which).values_list("channel", flat=True))


def test_who_chose_nothing_hears_in_the_app_by_mail_and_where_they_added_an_endpoint(ana):
    endpoint(ana.user)
    endpoint(make.user())

    dispatch.plan([*owned(ana), Word(None, 0, ana.pk, "switched_off")], now=NOW)

    assert channels(event="assigned") == ["email", "in_app", "slack"]
    assert channels(event="switched_off") == ["email", "in_app"]


def test_what_people_chose_holds_for_that_kind_alone_and_never_silences_the_app(ana):
    endpoint(ana.user)
    endpoint(ana.user, "teams", url="https://x.logic.azure.com/1")
    Preference.objects.create(user=ana.user, kind="new_lead", channels=["teams"])
    Preference.objects.create(user=ana.user, kind="moved", channels=[])

    dispatch.plan([*owned(ana), Word(None, 0, ana.pk, "switched_off"), Word(None, 0, ana.pk, "reminder")], now=NOW)

    assert channels(event="assigned") == ["in_app", "teams"]
    assert channels(event="switched_off") == ["in_app"]
    assert channels(event="reminder") == ["email", "in_app", "slack", "teams"]


def test_what_is_off_for_everybody_is_neither_planned_nor_sent(ana, sent):
    endpoint(ana.user)
    words = owned(ana, 2)
    dispatch.plan(words[:1], now=NOW)
    endpoints.switch(channel="slack", on=False)
    dispatch.plan(words[1:], now=NOW)
    dispatch.drain(now=NOW)

    assert (channels(lead=words[1].lead), sent) == (["email", "in_app"], [])
    assert Delivery.objects.get(channel="slack").error == "switched off"


def test_planning_asks_once_whoever_is_told(ana):
    for rep in (ana, make.rep()):
        endpoint(rep.user)
        Preference.objects.create(user=rep.user, kind="offer", channels=[])
    words = owned(ana, 5)

    with CaptureQueriesContext(connection) as asked:
        dispatch.plan(words, now=NOW)

    assert len(asked) == 1


def quiet(user, kind="new_lead", **fields):
    fields = {"channels": ["email", "slack"], "quiet_from": time(22), "quiet_until": time(7), **fields}
    return Preference.objects.create(user=user, kind=kind, quiet_days=list(range(7)), **fields)


def test_what_falls_into_quiet_hours_waits_until_they_end_and_is_no_try(ana, sent):
    endpoint(ana.user)
    quiet(ana.user, on_shift=False)
    dispatch.plan([*owned(ana), Word(None, 0, ana.pk, "switched_off")], now=NOW)

    dispatch.drain(now=NOW)

    waiting = Delivery.objects.filter(event="assigned").exclude(channel="in_app")
    assert [m.subject for m in mail.outbox] == ["You get no new leads for now"]
    assert {(row.due_at, row.tries, row.tried[0]["says"]) for row in waiting} == {
        (datetime(2026, 3, 5, 7, tzinfo=UTC), 0, "quiet")
    }
    dispatch.drain(now=datetime(2026, 3, 5, 7, tzinfo=UTC))
    assert len(sent) == 1
    assert len(mail.outbox) == 2


def test_what_no_longer_holds_when_the_quiet_ends_is_left_out(ana, sent):
    endpoint(ana.user)
    quiet(ana.user, on_shift=False)
    words = owned(ana)
    dispatch.plan(words, now=NOW)
    dispatch.drain(now=NOW)
    Lead.objects.filter(pk=words[0].lead).update(owner=make.rep(), hop=2)

    dispatch.drain(now=NOW + timedelta(hours=12))

    assert mail.outbox == sent == []
    assert Delivery.objects.get(channel="slack").error == "no longer theirs"


def test_a_lead_for_who_is_on_shift_comes_all_the_same_but_nothing_else_does(ana, sent):
    off = make.rep(around_the_clock=False)
    for rep in (ana, off):
        quiet(rep.user)
        quiet(rep.user, "again")
    words = [*owned(ana), *owned(off)]
    again = [Word(word.lead, 1, word.rep, "enquiry") for word in words]

    dispatch.plan([*words, *again], now=NOW)
    dispatch.drain(now=NOW)

    assert [m.to for m in mail.outbox] == [[ana.user.email]]


def test_quiet_hours_are_those_of_the_persons_own_zone(ana):
    ana.user.time_zone = "America/New_York"
    ana.user.save()
    quiet(ana.user, on_shift=False)
    dispatch.plan(owned(ana), now=NOW)

    dispatch.drain(now=NOW)

    assert len(mail.outbox) == 1, "it is half past five in the afternoon there"


def test_more_than_five_at_once_are_one_message_and_each_counts_in_the_app(ana, sent):
    endpoint(ana.user)
    dispatch.plan(owned(ana, 7), now=NOW)

    dispatch.drain(now=NOW)

    assert [m.subject for m in mail.outbox] == ["7 new leads for you"]
    assert [(name, subject) for name, subject, _brief in sent] == [("slack", "7 new leads for you")]
    assert mail.outbox[0].body.count("/leads/") == 7
    assert Delivery.objects.filter(channel="in_app", seen_at=None).count() == 7
    assert Delivery.objects.filter(channel="email", sent_at=NOW).count() == 7
    assert Delivery.objects.filter(channel="email", summary__isnull=False).count() == 6
    assert LeadEvent.objects.filter(kind="told", payload__channel="email").count() == 7


def test_five_come_one_by_one_and_what_follows_within_the_minute_as_one(ana):
    first, rest = owned(ana, 5), owned(ana, 3)
    dispatch.plan(first, now=NOW)
    dispatch.drain(now=NOW)
    for n, word in enumerate(rest):
        at = NOW + timedelta(seconds=10 * (n + 1))
        dispatch.plan([word], now=at)
        dispatch.drain(now=at)
    assert len(mail.outbox) == 5

    dispatch.drain(now=NOW + timedelta(seconds=60))

    assert [m.subject for m in mail.outbox[5:]] == ["3 new leads for you"]
    assert not Delivery.objects.filter(channel="email", sent_at=None).exists()


def test_a_single_one_that_waited_for_others_comes_as_itself(ana):
    words = owned(ana, 6)
    dispatch.plan(words[:5], now=NOW)
    dispatch.drain(now=NOW)
    dispatch.plan(words[5:], now=NOW + timedelta(seconds=30))
    dispatch.drain(now=NOW + timedelta(seconds=30))
    dispatch.drain(now=NOW + timedelta(seconds=60))

    assert len(mail.outbox) == 6
    assert mail.outbox[5].subject.startswith("New lead for you")


def test_five_for_each_of_two_are_no_burst(ana):
    dispatch.plan([*owned(ana, 5), *owned(make.rep(), 5)], now=NOW)

    dispatch.drain(now=NOW)

    assert len(mail.outbox) == 10


def test_a_group_hears_of_its_assignments_and_nothing_of_the_person(ana, sent):
    team = make.group("DACH", [ana])
    other = make.group("Other", [ana])
    endpoint(channel="slack", group=team)
    endpoint(channel="slack", group=other, url="https://hooks.slack.com/services/other")
    made = make.arrive(name="Miriam Vogt", company="Brandl", email="m@brandl.example", source="Website")
    Lead.objects.filter(pk=made.pk).update(state="assigned", owner=ana, hop=1, group=team, due_at=timezone.now())

    dispatch.plan([Word(made.pk, 1, ana.pk, "assigned", "because of Brandl")], now=NOW)
    dispatch.drain(now=NOW)

    ((name, subject, brief),) = sent
    assert (name, subject) == ("slack", "A lead went to Ana")
    assert "DACH" in brief
    assert "Website" in brief
    assert "First contact due" in brief
    assert not [word for word in ("vogt", "brandl", "miriam") if word in (subject + brief).lower()]
