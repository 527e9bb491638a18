"""The rep's own calendar: what it says, to whom, in which zone, and when it stops."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from leads import steps
from leads.models import Lead, StepKind
from reps import own_calendar
from reps.models import Shift, TimeOff
from routing import live
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def rep(db):
    found = make.rep("Lena", time_zone="America/New_York", around_the_clock=False)
    make.shifts(found, time(22), time(6), [0])
    make.publish(make.rule(make.group("DACH", [found]), name="All"))
    return found


@pytest.fixture
def address(rep):
    return path(own_calendar.renew(rep=rep, now=timezone.now()))


def path(row):
    return reverse("calendar-feed", args=[own_calendar.token_of(row)])


def events(answer):
    return icalendar.Calendar.from_ical(answer.content).walk("VEVENT")


def named(answer, says):
    return [event for event in events(answer) if str(event["SUMMARY"]) == says]


def test_shifts_are_instants_of_the_reps_own_clock_over_midnight_and_take_no_place(rep, address):
    shift = named(Client().get(address), "On duty")[1]
    local = shift.start.astimezone(ZoneInfo("America/New_York"))
    assert (local.weekday(), local.hour, shift.end - shift.start) == (0, 22, timedelta(hours=8))
    assert shift.start.tzinfo is not None
    assert shift["TRANSP"] == "TRANSPARENT"


def test_whole_days_off_are_days_and_their_kind_is_not_told(rep, address):
    zone = ZoneInfo("America/New_York")
    day = timezone.now().astimezone(zone).date() + timedelta(days=30)
    midnight = datetime.combine(day, time(), tzinfo=zone)
    TimeOff.objects.create(rep=rep, starts_at=midnight, ends_at=midnight + timedelta(days=2), kind="sick")
    answer = Client().get(address)
    (off,) = named(answer, "Time off")
    assert (off.start, off.end) == (day, day + timedelta(days=2))
    assert b"sick" not in answer.content


def test_next_steps_name_nobody_unless_the_rep_wants_it(rep, address):
    lead = make.arrive(name="Heiner Canary", email="h@canary.example", company="Canary Works")
    Shift.objects.all().delete()
    make.shifts(rep)
    live.route_ready(1)
    lead = Lead.objects.get(pk=lead.pk)
    due = timezone.now().replace(microsecond=0) + timedelta(days=2)
    steps.set_next(
        lead=lead, rep=rep, by=rep.user, kind=StepKind.CALL, due_at=due, now=timezone.now(), text="Ask Heiner Canary"
    )
    answer = Client().get(address)
    (step,) = named(answer, "Follow-up due")
    assert step.start == due.astimezone(UTC)
    assert b"anary" not in answer.content
    own_calendar.name_leads(rep=rep, titles=True)
    (titled,) = [event for event in events(Client().get(address)) if event["UID"] == step["UID"]]
    assert "Canary Works" in titled["SUMMARY"]

    # A lead that is no longer the rep's is not in it any more, named or not.
    other = make.rep()
    Lead.objects.filter(pk=lead.pk).update(owner=other)
    assert not [event for event in events(Client().get(address)) if event["UID"] == step["UID"]]


def test_who_has_it_already_is_told_so(rep, address):
    first = Client().get(address)
    assert first["Content-Type"].startswith("text/calendar")
    assert "no-cache" in first["Cache-Control"]
    again = Client().get(address, headers={"if-none-match": f'"other", W/{first["ETag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    TimeOff.objects.create(rep=rep, starts_at=timezone.now(), ends_at=timezone.now() + timedelta(hours=1))
    assert Client().get(address, headers={"if-none-match": first["ETag"]}).status_code == 200


def test_entries_keep_their_ids(rep, address):
    ids = [[event["UID"] for event in events(Client().get(address))] for _again in range(2)]
    assert ids[0] == ids[1]
    assert len(ids[0]) == len(set(ids[0])) >= 8
    Shift.objects.all().delete()
    make.shifts(rep)
    around = [event["UID"] for event in events(Client().get(address))]
    assert len(around) == len(set(around)) >= 60


@pytest.mark.parametrize("how", ["renewed", "removed", "signed off", "left"])
def test_the_address_dies_at_once(rep, address, how):
    assert Client().get(address).status_code == 200
    if how == "renewed":
        assert Client().get(path(own_calendar.renew(rep=rep, now=timezone.now()))).status_code == 200
    elif how == "removed":
        own_calendar.remove(rep=rep)
    elif how == "signed off":
        rep.user.is_active = False
        rep.user.save()
    else:
        rep.active = False
        rep.save()
    assert Client().get(address).status_code == 404


def test_an_address_of_nobody_is_not_there(rep):
    for token in ("x", "a" * 5000, "%00"):
        assert Client().get(f"/calendar/{token}.ics").status_code == 404


def test_a_manager_neither_sees_nor_makes_the_address(client, rep, address):
    manager = make.user(is_ops=True)
    client.force_login(manager)
    page = reverse("rep-availability", args=[rep.uid])
    assert address not in client.get(page).text
    assert client.post(page, {"form": "own-renew"}).status_code == 404
    assert Client().get(address).status_code == 200
    client.force_login(rep.user)
    assert address in client.get(reverse("my-availability")).text
    client.post(reverse("my-availability"), {"form": "own-renew"})
    assert Client().get(address).status_code == 404
