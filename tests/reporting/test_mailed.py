"""Reports by mail: each Monday or first of a month, once, late rather than never, and of figures only."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from leads import sending
from leads.models import Delivery, Lead
from reporting import mailed
from reporting.mailed import Span, latest
from reporting.models import MailedReport, Spell, Stale
from reporting.spells import keep
from reps.models import Group
from routing.models import Assignment
from tests import factories as make
from tests.reporting import worked

pytestmark = pytest.mark.django_db
URL = "/reports/by-mail/"
SUNDAY = datetime(2026, 11, 15, 12, tzinfo=UTC)
MONDAY = datetime(2026, 11, 16, 6, 30, tzinfo=UTC)  # half past seven in Berlin


@pytest.fixture
def mia():
    """Mia of DACH, who chose her report on a Sunday; in the week before Ana got two leads, a week earlier one."""
    group, (ana,) = worked.team("Ana")
    for ago in (2, 3, 9):
        lead = worked.given(ana, group, source="Secret fair")
        at = SUNDAY - timedelta(days=ago)
        Assignment.objects.filter(lead=lead).update(starts_at=at)
        Lead.objects.filter(pk=lead.pk).update(arrived_at=at, assigned_at=at)
    user = group.managers.get()
    mailed.choose(user=user, every="week", group=None, now=SUNDAY)
    return user


def reports():
    return Delivery.objects.filter(event="report", channel="email")


def test_spans_are_whole_weeks_and_months():
    assert latest("week", date(2026, 11, 16)) == Span(date(2026, 11, 9), date(2026, 11, 16), date(2026, 11, 2))
    assert latest("week", date(2026, 11, 15)).first == date(2026, 11, 2)
    assert latest("month", date(2026, 1, 31)) == Span(date(2025, 12, 1), date(2026, 1, 1), date(2025, 11, 1))


def test_it_comes_on_monday_morning_in_their_zone_and_once(mia):
    assert mailed.send_due(now=SUNDAY) == 0
    assert mailed.send_due(now=datetime(2026, 11, 16, 5, 59, tzinfo=UTC)) == 0
    assert mailed.send_due(now=MONDAY) == 1
    assert [mailed.send_due(now=MONDAY + timedelta(hours=n)) for n in range(3)] == [0, 0, 0]

    (told,) = reports()
    assert told.ref == "week:2026-11-09"
    figures = {row["label"]: (row["value"], row["note"]) for row in told.payload["report"]["figures"]}
    assert figures["Leads"] == ("2", "was 1")
    assert told.payload["report"]["label"] == "9 November to 15 November 2026"


def test_missed_weeks_come_late_and_as_one(mia):
    assert mailed.send_due(now=MONDAY + timedelta(days=31)) == 1
    assert [told.ref for told in reports()] == ["week:2026-12-07"]
    assert mailed.next_at(MailedReport.objects.get(), now=MONDAY + timedelta(days=31)).date() == date(2026, 12, 21)


def test_two_workers_at_once_send_one(mia):
    row = MailedReport.objects.select_related("user").get()
    span = latest("week", date(2026, 11, 16))
    assert mailed._send(row, span, MONDAY)
    assert not mailed._send(row, span, MONDAY)
    assert reports().count() == 1


def test_who_manages_nobody_any_more_is_told_nothing(mia):
    for group in Group.objects.all():
        group.managers.clear()
    assert mailed.send_due(now=MONDAY) == 0
    assert not reports().exists()


def test_one_that_breaks_keeps_no_other_from_being_sent(mia, monkeypatch):
    other, _reps = worked.team("Nils", name="Nordics")
    mailed.choose(user=other.managers.get(), every="week", group=other, now=SUNDAY)
    made = mailed.made

    def breaks(*, user, **rest):
        if user == mia:
            raise ValueError
        return made(user=user, **rest)

    monkeypatch.setattr(mailed, "made", breaks)
    assert mailed.send_due(now=MONDAY) == 1
    monkeypatch.undo()
    assert mailed.send_due(now=MONDAY + timedelta(minutes=5)) == 1  # it is tried again


def test_the_mail_holds_figures_and_links_and_nothing_of_a_lead_or_a_rep(mia):
    second, _reps = worked.team("Nils", name="Nordics", manager=mia)
    worked.given(_reps[0], second)
    mailed.send_now(user=mia, every="week", group=None, now=timezone.now())
    sending.send_due(clock=timezone.now)

    (letter,) = (one for one in mail.outbox if one.subject.startswith("Your report"))
    html = letter.alternatives[0][0]
    for text in (letter.body, html):
        assert "Ana" not in text
        assert "Secret fair" not in text
        assert "company" not in text
        assert "Leads" in text
        assert "/reports/figures/?period=between" in text.replace("&amp;", "&")
        assert URL in text
    assert letter.to == [mia.email]


def test_the_page_saves_sends_one_now_and_stops(client, mia, django_capture_on_commit_callbacks):
    client.force_login(mia)
    assert client.get(URL).context["next_at"]
    client.post(URL, {"every": "month", "group": ""})
    assert MailedReport.objects.get(user=mia).every == "month"
    before = MailedReport.objects.get(user=mia).told_for
    assert before == latest("month", timezone.localdate(timezone.now())).first  # nothing of the past comes

    with django_capture_on_commit_callbacks(execute=True):
        client.post(URL, {"every": "month", "now": "1"})
        said = client.post(URL, {"every": "month", "now": "1"}, follow=True).content.decode()
    assert reports().count() in {1, 2}
    assert "Wait a minute" in said or reports().count() == 2
    client.post(URL, {"every": "never", "group": ""})
    assert not MailedReport.objects.exists()
    other, _reps = worked.team("Nils", name="Nordics")
    assert client.post(URL, {"every": "week", "group": str(other.uid)}).status_code == 422
    client.force_login(make.rep("Rita").user)
    assert client.get(URL).status_code == 403


def test_pages_say_when_figures_are_still_being_made(client, mia, monkeypatch):
    client.force_login(mia)
    assert "still being counted" not in client.get(reverse("reports")).content.decode()
    monkeypatch.setattr(keep, "_AT_ONCE", -1)
    monkeypatch.setattr(keep, "_few", lambda: False)
    Stale.objects.create(lead=None)
    assert "counted anew" in client.get(reverse("reports")).content.decode()
    for name in ("figures", "in-out", "leaderboard"):
        assert "counted anew" in client.get(reverse(name)).content.decode()
    assert keep.progress().share is None
    Spell.objects.order_by("-assignment_id").first().delete()
    assert 0 < keep.progress().share < 1
    monkeypatch.undo()
    keep.refresh_all()
    assert keep.progress() is None
