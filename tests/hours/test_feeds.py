"""Busy in another calendar means away: added, read, unchanged, failing, removed."""

from datetime import UTC, timedelta

import httpx2
import pytest
from django.urls import reverse
from django.utils import timezone

from config.lib import breaker
from reps import availability, feeds
from reps.models import BusySpan, CalendarFeed, RosterVersion
from reps.tasks import read_calendar
from tests import factories as make
from tests.outside import answers

pytestmark = pytest.mark.django_db
URL = "https://calendar.example.net/private-abc/basic.ics"


@pytest.fixture
def rep(db):
    return make.rep("Lena", time_zone="Europe/Berlin")


def event(start, end, title="Heiner Canary"):
    return (
        f"BEGIN:VEVENT\r\nUID:{start:%s}\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:{title}\r\n"
        f"DTSTART:{start.astimezone(UTC):%Y%m%dT%H%M%SZ}\r\n"
        f"DTEND:{end.astimezone(UTC):%Y%m%dT%H%M%SZ}\r\nEND:VEVENT"
    )


class Server:
    """Answers with a calendar that the test changes."""

    def __init__(self):
        self.status, self.events, self.body = 200, [], None

    def __call__(self, request):
        body = self.body or "\r\n".join(
            ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *self.events, "END:VCALENDAR", ""]
        )
        tag = f'"{hash(body)}"'
        if request.headers.get("if-none-match") == tag:
            return httpx2.Response(304)
        return httpx2.Response(self.status, text=body, headers={"etag": tag, "content-type": "text/calendar"})


@pytest.fixture
def server(monkeypatch):
    found = Server()
    found.asked = answers(monkeypatch, found)
    monkeypatch.setattr(breaker, "may_call", lambda host: True)
    return found


def add(rep, text=URL, busy="all", words=()):
    return feeds.add(rep=rep, text=text, busy=busy, words=words, now=timezone.now())


def read(feed):
    CalendarFeed.objects.filter(pk=feed.pk).update(next_at=timezone.now())
    done = read_calendar(feed.pk)
    feed.refresh_from_db()
    return done


def version():
    return RosterVersion.objects.get().n


def soon(hours=1):
    return timezone.now().replace(microsecond=0) + timedelta(hours=hours)


def test_busy_means_away_and_of_the_entry_only_its_hours_are_kept(rep, server):
    server.events = [event(soon(-1), soon(1))]
    feed = add(rep, URL.replace("https://", "webcal://"))
    assert rep.pk in availability.on_duty([rep.pk], timezone.now())
    assert read(feed)
    assert rep.pk not in availability.on_duty([rep.pk], timezone.now())
    assert rep.pk in availability.on_duty([rep.pk], soon(2))
    kinds = {one.kind for one in availability.calendar(rep, since=soon(0), until=soon(3)).absences}
    assert kinds == {"busy"}
    stored = repr([list(model.objects.values()) for model in (CalendarFeed, BusySpan)])
    assert "Canary" not in stored
    assert "private-abc" not in stored


def test_what_did_not_change_changes_no_row_and_no_roster(rep, server):
    server.events = [event(soon(-1), soon(1)), event(soon(5), soon(6))]
    feed = add(rep)
    read(feed)
    before = (version(), set(BusySpan.objects.values_list("pk", "starts_at", "ends_at")))
    read(feed)
    assert server.asked[-1].headers["if-none-match"]
    # The same again though the server knows no etag.
    CalendarFeed.objects.update(etag="")
    read(feed)
    assert (version(), set(BusySpan.objects.values_list("pk", "starts_at", "ends_at"))) == before


def test_a_day_later_it_is_read_whole_again(rep, server):
    feed = add(rep)
    read(feed)
    CalendarFeed.objects.update(far=timezone.now() + feeds.AHEAD - timedelta(days=2))
    read(feed)
    assert "if-none-match" not in server.asked[-1].headers


def test_what_is_over_stays_and_what_is_cancelled_ends_now(rep, server):
    server.events = [event(soon(-1), soon(1)), event(soon(5), soon(6))]
    feed = add(rep)
    read(feed)
    past = BusySpan.objects.create(rep=rep, feed=feed, starts_at=soon(-9), ends_at=soon(-8))
    server.events = []
    read(feed)
    assert BusySpan.objects.filter(pk=past.pk).exists()
    assert not BusySpan.objects.filter(ends_at__gt=timezone.now()).exists()
    assert BusySpan.objects.count() <= 2
    assert rep.pk in availability.on_duty([rep.pk], timezone.now())


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (404, None, "not valid any more (404)"),
        (500, None, "not valid any more (500)"),
        (301, None, "leads to another one"),
        (200, "<html>sign in</html>", "no calendar"),
        (200, "x" * (feeds.LIMIT + 1), "larger than 2 MB"),
    ],
)
def test_a_failure_keeps_the_last_that_was_good_and_says_so(client, rep, server, status, body, says):
    server.events = [event(soon(-1), soon(1))]
    feed = add(rep)
    read(feed)
    server.status, server.body = status, body
    CalendarFeed.objects.update(etag="")
    assert not read(feed)
    assert says in feed.error
    assert feed.failed_at
    assert rep.pk not in availability.on_duty([rep.pk], timezone.now())
    first, wait = feed.failed_at, feed.next_at
    read(feed)
    assert (feed.failed_at, feed.next_at > wait) == (first, True)
    client.force_login(rep.user)
    assert says in client.get(reverse("my-availability")).text
    server.status, server.body = 200, None
    assert read(feed)
    assert (feed.error, feed.failed_at, feed.failures) == ("", None, 0)


def test_only_one_reads_at_a_time(rep, server):
    feed = add(rep)
    now = timezone.now()
    assert feeds.read(feed=feed.pk, now=now)
    assert not feeds.read(feed=feed.pk, now=now)
    assert feeds.due(now=now) == []
    assert feeds.due(now=now + feeds.EVERY) == [feed.pk]


def test_removed_it_counts_no_more_and_its_address_is_gone(client, rep, server):
    server.events = [event(soon(-1), soon(1)), event(soon(5), soon(6))]
    feed = add(rep)
    read(feed)
    client.force_login(rep.user)
    client.post(reverse("my-availability"), {"form": "feed-remove", "feed": feed.uid})
    assert rep.pk in availability.on_duty([rep.pk], timezone.now())
    feed.refresh_from_db()
    assert (feed.active, feed.sealed) == (False, "")
    assert not read(feed)


def test_of_who_left_nothing_is_read(rep, server):
    add(rep)
    rep.user.is_active = False
    rep.user.save()
    assert feeds.due(now=timezone.now() + timedelta(hours=1)) == []


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"url": "http://calendar.example.net/x.ics"}, "begins with https:// or webcal://"),
        ({"url": "https://127.0.0.1/x.ics"}, ""),
        ({"url": "webcal://localhost/x.ics"}, ""),
        ({"url": "file:///etc/passwd"}, "begins with https://"),
        ({"url": ""}, "begins with https://"),
        ({"url": URL, "busy": "words", "words": " , "}, "at least one word"),
        ({"url": URL, "busy": "never"}, "Choose what counts"),
        ({"url": "https://\x00"}, ""),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_field(client, rep, typed, says):
    client.force_login(rep.user)
    answer = client.post(reverse("my-availability"), {"form": "feed-add", "busy": "all"} | typed)
    assert answer.status_code == 422
    assert says in answer.text
    assert not CalendarFeed.objects.exists()


def test_a_feed_of_somebody_else_is_not_there(client, rep, server):
    feed = add(make.rep())
    client.force_login(rep.user)
    for uid in (feed.uid, "x", ""):
        assert client.post(reverse("my-availability"), {"form": "feed-remove", "feed": uid}).status_code == 404
    assert CalendarFeed.objects.filter(active=True).count() == 1


def test_a_rep_has_only_so_many(rep, server):
    for n in range(feeds.MOST):
        add(rep, f"{URL}{n}")
    add(rep, f"{URL}0", busy="days")  # known already: changed, not added
    with pytest.raises(feeds.FeedError):
        add(rep, f"{URL}x")
    assert CalendarFeed.objects.get(busy="days").shown == "calendar.example.net"
