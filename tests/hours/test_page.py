"""My availability: what is typed, what it would do, and that only that is done."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from reps import availability, hours
from reps.models import HolidayWorked, Pause, Shift, TimeOff
from tests import factories as make

pytestmark = pytest.mark.django_db
URL = "my-availability"


@pytest.fixture
def rep(client):
    found = make.rep("Lena", time_zone="Europe/Berlin", country="DE", subdivision="BE")
    make.group("DACH", [found])
    client.force_login(found.user)
    return found


def ask(client, go="look", url=None, **fields):
    return client.post(url or reverse(URL), fields | {"go": go}, follow=go == "do")


def week(**days):
    """d0=[("09:00", "17:00")] as the grid sends it."""
    found = {"form": "week", "start": "now"}
    for name, pairs in days.items():
        found[f"{name}.from"] = [a for a, _b in pairs]
        found[f"{name}.until"] = [b for _a, b in pairs]
    return found


def test_the_page_names_the_zone_and_may_not_be_kept(client, rep):
    answer = client.get(reverse(URL))
    assert answer.status_code == 200
    assert "Europe/Berlin" in answer.text
    assert "1st in line" in answer.text
    assert "no-store" in answer["Cache-Control"]


def test_a_pause_is_looked_at_first_and_then_is_what_was_looked_at(client, rep):
    seen = ask(client, form="pause", length="30")
    assert "Paused until" in seen.text
    assert not Pause.objects.exists()
    keep = dict(seen.context["asked"].keep)
    ask(client, "do", **keep)
    pause = Pause.objects.get()
    assert timedelta(minutes=29) < pause.ends_at - pause.starts_at <= timedelta(minutes=31)
    assert rep.pk not in availability.on_duty([rep.pk], timezone.now())
    client.post(reverse(URL), {"form": "resume"})
    assert rep.pk in availability.on_duty([rep.pk], timezone.now())


def test_until_tomorrow_morning_is_when_tomorrows_shift_begins(client, rep):
    Shift.objects.all().delete()
    make.shifts(rep, datetime(2026, 1, 1, 8, 30).time(), datetime(2026, 1, 1, 17).time())
    keep = dict(ask(client, form="pause", length="tomorrow").context["asked"].keep)
    assert keep["until"].endswith("T08:30")


@pytest.mark.parametrize(
    ("until", "says"),
    [("", "Say until when."), ("2020-01-01T10:00", "This lies in the past."), ("soon", "Enter a valid date/time.")],
)
def test_a_pause_without_a_good_end_is_refused_in_words(client, rep, until, says):
    answer = ask(client, form="pause", length="pick", until=until)
    assert answer.status_code == 422
    assert says in answer.text
    assert not Pause.objects.exists()


def test_a_week_with_two_blocks_and_a_night_holds_from_now_and_keeps_the_past(client, rep):
    before = list(Shift.objects.filter(rep=rep).values_list("pk", flat=True))
    typed = week(d0=[("08:00", "12:00"), ("13:00", "17:00"), ("", "")], d4=[("22:00", "06:00")])
    assert "16 hours a week" in ask(client, **typed).text
    assert set(Shift.objects.values_list("pk", flat=True)) == set(before)
    ask(client, "do", **typed)
    now = timezone.now()
    assert [(d, f"{a:%H:%M}", f"{b:%H:%M}") for d, a, b in hours.week_at(rep, now)] == [
        (0, "08:00", "12:00"), (0, "13:00", "17:00"), (4, "22:00", "06:00"),
    ]  # fmt: skip
    assert Shift.objects.at(now - timedelta(days=30)).count() == 7


def test_a_week_from_a_day_on_leaves_the_days_until_then(client, rep):
    day = timezone.localdate() + timedelta(days=10)
    typed = week(d0=[("08:00", "12:00")]) | {"start": "date", "since": day.isoformat()}
    ask(client, "do", **typed)
    assert len(hours.week_at(rep, timezone.now())) == 7
    assert len(hours.week_at(rep, hours.midnight(rep, day))) == 1
    assert "another week is planned" in client.get(reverse(URL)).text


def test_saving_the_same_week_changes_no_row(client, rep):
    rows = set(Shift.objects.values_list("pk", "ends_at"))
    ask(client, "do", **week(**{f"d{day}": [("00:00", "00:00")] for day in range(7)}))
    assert set(Shift.objects.values_list("pk", "ends_at")) == rows


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (week(d1=[("09:00", "")]), "Tuesday: A block needs two times"),
        (week(d1=[("nine", "ten")]), "Tuesday: A block needs two times"),
        (week(d2=[("09:00", "12:00"), ("11:00", "13:00")]), "Wednesday: These blocks overlap"),
        (week(d2=[("22:00", "06:00"), ("23:00", "23:30")]), "Wednesday: These blocks overlap"),
        (week(d2=[(f"{n:02}:00", f"{n:02}:30") for n in range(9)]), "At most 6 blocks a day"),
        (week() | {"start": "date"}, "Say from which day on."),
        (week() | {"start": "date", "since": "2020-01-01"}, "Choose a day within two years."),
    ],
)
def test_a_week_that_cannot_be_is_refused_where_it_is_wrong(client, rep, typed, says):
    answer = ask(client, "do", **typed)
    assert answer.status_code == 422
    assert says in answer.text
    assert Shift.objects.filter(ends_at=None).count() == 7


def test_monday_is_copied_to_the_weekdays_without_a_script(client, rep):
    answer = ask(client, "copy", **week(d0=[("08:00", "12:00")], d5=[("10:00", "11:00")]))
    rows = answer.context["week"]["rows"]
    assert [row["blocks"][0]["begins"] for row in rows] == ["08:00"] * 5 + ["10:00", ""]
    assert Shift.objects.filter(ends_at=None).count() == 7


def test_time_off_is_entered_changed_and_removed(client, rep):
    day = timezone.localdate() + timedelta(days=20)
    typed = {"form": "off", "kind": "sick", "first": day.isoformat(), "begins": "12:00", "ends": "14:30"}
    assert "Time off" in ask(client, **typed).text
    ask(client, "do", **typed)
    row = TimeOff.objects.get()
    assert row.ends_at - row.starts_at == timedelta(hours=2, minutes=30)
    assert "overlaps time off" in ask(client, **typed).text
    ask(client, "do", **(typed | {"row": row.pk, "begins": "", "ends": ""}))
    row.refresh_from_db()
    assert timezone.localtime(row.starts_at, hours.ZoneInfo("Europe/Berlin")).hour == 0
    ask(client, "do", form="cancel", row=row.pk)
    assert not TimeOff.objects.exists()


def test_time_off_of_others_is_not_there(client, rep):
    other = make.rep()
    row = TimeOff.objects.create(
        rep=other, starts_at=timezone.now() + timedelta(days=1), ends_at=timezone.now() + timedelta(days=2)
    )
    answer = ask(client, "do", form="cancel", row=row.pk)
    assert answer.status_code == 422
    assert TimeOff.objects.filter(pk=row.pk).exists()


def test_a_public_holiday_is_off_unless_it_is_worked(client, rep):
    (day, _name), *_rest = availability.next_holidays(rep, after=timezone.localdate())
    noon = hours.wall(rep, day, datetime(2026, 1, 1, 12).time())
    assert not availability.on_duty([rep.pk], noon)
    ask(client, "do", form="holiday", day=day.isoformat(), works="1")
    assert HolidayWorked.objects.get().day == day
    assert availability.on_duty([rep.pk], noon)
    ask(client, "do", form="holiday", day=day.isoformat())
    assert not availability.on_duty([rep.pk], noon)


def test_place_and_backup_are_checked(client, rep):
    other = make.rep("Ben")
    typed = {"form": "place", "zone": "Europe/Zurich", "country": "CH", "subdivision": "zh", "backup": other.uid}
    ask(client, "do", **typed)
    rep.refresh_from_db()
    assert (rep.time_zone, rep.country, rep.subdivision, rep.backup) == ("Europe/Zurich", "CH", "ZH", other)
    assert ask(client, **(typed | {"subdivision": "XX"})).status_code == 422
    assert ask(client, **(typed | {"backup": rep.uid})).status_code == 422
    assert ask(client, **(typed | {"zone": "Mars/Base"})).status_code == 422


def test_only_managers_of_a_group_of_the_rep_open_their_page(client, rep):
    url = reverse("rep-availability", args=[rep.uid])
    assert client.get(url).status_code == 404
    manager = make.user()
    rep.memberships.get().group.managers.add(manager)
    client.force_login(manager)
    assert "Availability of Lena" in client.get(url).text
    assert url in client.get(reverse("rep-report", args=[rep.uid])).text
    ask(client, "do", url=url, form="pause", length="open")
    assert Pause.objects.get().by == manager
    stranger = make.user()
    make.group().managers.add(stranger)
    client.force_login(stranger)
    assert client.get(url).status_code == 404
    assert ask(client, "do", url=url, form="pause", length="open").status_code == 404


NONSENSE = [
    {"form": "off", "first": "0001-01-01", "kind": "other"},
    {"form": "off", "first": "9999-12-31", "kind": "other"},
    {"form": "cancel", "row": "99999999999999999999"},
    {"form": "pause", "length": "\x00"},
    {"form": "pause", "length": "pick", "until": "9999-12-31T23:59"},
    {"form": "holiday", "day": "2026-02-30"},
]


@pytest.mark.parametrize("fields", NONSENSE)
def test_nonsense_is_refused_without_a_trace(client, rep, fields):
    assert ask(client, **fields).status_code == 422
    assert client.post(reverse(URL), {"form": "nothing"}).status_code == 404
    assert not TimeOff.objects.exists()
    assert not Pause.objects.exists()


def test_who_changed_what_is_told_on_both_pages(client, rep):
    manager = make.user("Matteo")
    rep.memberships.get().group.managers.add(manager)
    day = timezone.localdate() + timedelta(days=20)
    ask(client, "do", form="off", kind="sick", first=day.isoformat())
    ask(client, "do", **week(d0=[("08:00", "12:00")]))
    client.post(reverse("duty-switch"), {})
    client.post(reverse("duty-switch"), {"on": "1"})
    client.force_login(manager)
    page = reverse("rep-availability", args=[rep.uid])
    ask(client, "do", url=page, form="cancel", row=TimeOff.objects.get().pk)
    told = {(one["by"], one["says"].split(":")[0]) for one in client.get(page).context["changes"]}
    assert told >= {
        ("Matteo", "Time off removed"),
        ("Lena", "Switched on"),
        ("Lena", "Paused"),
        ("Lena", "Week changed"),
        ("Lena", "Time off entered"),
    }
    client.force_login(rep.user)
    assert "Matteo" in client.get(reverse(URL)).text


def test_a_change_in_the_admin_names_who_made_it_and_others_say_nobody_did(client, rep):
    client.force_login(make.user("Olga", is_ops=True))
    since = {"starts_at_0": f"{timezone.now():%Y-%m-%d}", "starts_at_1": "12:00"}
    client.post("/admin/reps/pause/add/", {"rep": rep.pk, "why": "", **since})
    Shift.objects.filter(rep=rep).first().delete()
    client.force_login(rep.user)

    told = {(one["by"], one["says"]) for one in client.get(reverse(URL)).context["changes"]}

    assert told >= {("Olga", "Paused"), ("Automatic", "Week changed")}


def test_who_moves_to_another_zone_keeps_the_past(client, rep):
    Shift.objects.all().delete()
    make.shifts(rep, datetime(2026, 1, 1, 9).time(), datetime(2026, 1, 1, 17).time())
    now = timezone.now()
    last_week, next_week = ((now + timedelta(days=n), now + timedelta(days=n + 3)) for n in (-7, 7))

    def shifts(span):
        return availability.calendar(rep, since=span[0], until=span[1]).shifts

    before, ahead = shifts(last_week), shifts(next_week)
    ask(client, "do", form="place", zone="America/New_York", country="DE", subdivision="BE")
    assert shifts(last_week) == before
    assert shifts(next_week) != ahead
    assert all(a.astimezone(hours.ZoneInfo("America/New_York")).hour in range(9, 17) for a, _b in shifts(next_week))
    assert len(hours.week_at(rep, timezone.now())) == 7
