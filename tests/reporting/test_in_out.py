"""In and out: each event counted on its day, for the team, groups and reps; kept with every change and proved equal."""

import csv
import io
from datetime import UTC, date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leads.models import Lead
from reporting import in_and_out
from reporting.models import Daily, Spell
from reporting.scope import Scope
from reporting.spells import daily, keep
from reps.models import Division
from routing import hand
from tests import factories as make
from tests.reporting import worked

pytestmark = pytest.mark.django_db
URL, FILE = "/reports/in-out/", "/reports/in-out/export/"


@pytest.fixture
def dach():
    """Two leads of Ana's three days ago, one called and won; one given on to Ben and won by him, sourced by Ana."""
    group, (ana, ben) = worked.team("Ana", "Ben")
    won = worked.given(ana, group)
    worked.called(won, ana, after=60)
    worked.moved(won, ana, "won")
    handed = worked.given(ana, group)
    hand.give(lead=handed, rep=ben, group=group, by=group.managers.get())
    Lead.objects.filter(pk=handed.pk).update(sourced_by=ana)
    handed.refresh_from_db()
    worked.moved(handed, ben, "won", after=timedelta())
    make.arrive()
    return group, ana, ben


def counts(cut="all", scope=None, *, days=None):
    today = timezone.now().date()
    found = in_and_out.counted(
        scope=scope or Scope(), days=days or [today - timedelta(days=20)], until=today + timedelta(days=2), cut=cut
    )
    return {part: dict(found[step, part].n) for step, part in found}


def test_each_event_counts_for_whom_it_was(dach):
    _group, ana, ben = dach

    assert counts()[None] == {
        "arrived": 3, "assigned": 3, "responded": 1, "meetings": 2, "opportunities": 2, "won": 2, "sourced": 1
    }  # fmt: skip
    assert counts("rep") == {
        None: {"arrived": 1},
        ana.pk: {
            "arrived": 2, "assigned": 2, "responded": 1, "meetings": 1, "opportunities": 1, "won": 1, "sourced": 1
        },
        ben.pk: {"assigned": 1, "meetings": 1, "opportunities": 1, "won": 1},
    }  # fmt: skip
    assert counts(scope=Scope(rep=ben.pk))[None] == counts("rep")[ben.pk]
    assert counts(scope=Scope(groups=(0,))) == {}
    (one,) = in_and_out.counted(
        scope=Scope(rep=ana.pk), days=[date(2000, 1, 1)], until=date(9000, 1, 1), cut="all"
    ).values()
    assert one.value("per_100") == 50
    assert in_and_out.Counts().value("per_100") is None


def test_the_counts_follow_every_change_and_are_proved(dach):
    group, ana, _ben = dach
    keep.refresh()
    assert daily.differing() == 0
    assert Daily.objects.get(event="won", rep=ana).n == 1

    Lead.objects.update(sourced_by=None, arrived_at=timezone.now() - timedelta(days=9))
    Lead.objects.filter(owner=ana).update(kind="test")
    keep.refresh()

    assert daily.differing() == 0
    assert not Daily.objects.filter(event="won", rep=ana).exclude(n=0).exists()
    assert not Daily.objects.filter(event="sourced").exclude(n=0).exists()
    Daily.objects.filter(event="assigned", group=group).update(n=7)
    assert daily.differing() > 0
    assert daily.remake() > 0
    assert (daily.differing(), daily.remake()) == (0, 0)


def test_days_are_the_companys_and_made_anew_with_its_zone(dach):
    keep.refresh()
    spell = Spell.objects.order_by("pk").first()
    here = spell.starts_at.astimezone(UTC)
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"):
        Division.objects.update(time_zone=zone)
        assert daily.differing() == 0
        with connection.cursor() as cursor:
            cursor.execute("SELECT (%s AT TIME ZONE %s)::date", [here, zone])
            (day,) = cursor.fetchone()
        assert Daily.objects.filter(event="assigned", day=day, n__gt=0).exists()


@pytest.mark.parametrize(
    ("step", "months", "today", "first", "n"),
    [
        ("week", 3, date(2026, 11, 23), date(2026, 8, 17), 15),
        ("month", 12, date(2026, 11, 23), date(2025, 11, 1), 13),
        ("quarter", 12, date(2026, 1, 31), date(2025, 1, 1), 5),
        ("month", 3, date(2024, 5, 31), date(2024, 2, 1), 4),
        ("week", 12, date(2021, 1, 3), date(2019, 12, 30), 53),
    ],
)
def test_steps_begin_where_calendars_do(step, months, today, first, n):
    days = in_and_out.steps(step, months=months, today=today)

    assert (days[0], len(days)) == (first, n)
    assert days[-1] <= today < in_and_out.after(step, days[-1])


@pytest.fixture
def manager(client, dach):
    client.force_login(dach[0].managers.get())
    return client


def test_the_page_and_the_file_say_the_same(manager, dach):
    for query in ("", "by=month&cut=rep", "by=quarter&cut=group&over=24", f"rep={dach[1].uid}", "figure=per_100"):
        assert manager.get(f"{URL}?{query}").status_code == 200, query
        assert manager.get(f"{FILE}?{query}").status_code == 200, query

    rows = list(csv.DictReader(io.StringIO(manager.get(f"{FILE}?cut=rep&by=quarter").content.decode("utf-8-sig"))))
    assert {row["rep"]: int(row["won"]) for row in rows if row["won"] != "0"} == {"Ana": 1, "Ben": 1}
    page = manager.get(f"{URL}?cut=rep&by=quarter").context["groups"]
    assert sum(int(row["cells"][5]["n"]) for group in page for row in group["rows"]) == 2


def test_each_count_opens_as_many_and_stands_against_as_many_steps_before(manager, dach):
    followed = 0
    for query in ("", f"group={dach[0].uid}", f"rep={dach[1].uid}", "cut=rep"):
        for step in manager.get(f"{URL}?{query}").context["groups"]:
            for row in step["rows"]:
                for cell in row["cells"]:
                    if cell["url"]:
                        followed += 1
                        opened = manager.get(cell["url"]).context["page"].paginator.count
                        assert opened == int(cell["n"]), (query, cell)
    assert followed > 15
    # A quarter of weeks back from the one of half a year ago; nothing had happened then.
    page = manager.get(f"{URL}?over=3").context
    assert page["figures"][1]["value"] == "3"
    assert page["picture"].before == ()


def test_steps_before_end_as_far_in_as_this_one_is():
    today = date(2026, 11, 18)
    weeks = in_and_out.steps("week", months=3, today=today)
    earlier = in_and_out.before("week", weeks)
    assert earlier[-1] + timedelta(weeks=1) == weeks[0]
    assert len(earlier) == len(weeks)
    quarters = in_and_out.before("quarter", [date(2026, 4, 1), date(2026, 7, 1)])
    assert quarters == [date(2025, 10, 1), date(2026, 1, 1)]


def test_what_cannot_be_read_is_told_beside_its_field(manager):
    for query in (
        "by=decade",
        "over=-1",
        "cut=x",
        "rep=nobody",
        "group=x",
        "figure=x",
        "page=99999999999999",
        "by=%00",
    ):
        assert manager.get(f"{URL}?{query}").status_code == 200, query
    refused = manager.get(f"{FILE}?by=decade")
    assert refused.status_code == 400
    assert refused.content.startswith(b"by: ")


def test_who_manages_nobody_is_refused_and_others_groups_do_not_count(client, dach):
    client.force_login(dach[1].user)
    assert client.get(URL).status_code == client.get(FILE).status_code == 403
    other, _reps = worked.team("Nils", name="Nordics")
    client.force_login(other.managers.get())
    assert b"Ana" not in client.get(f"{URL}?cut=rep").content
    assert b",1," not in client.get(FILE).content


def test_more_reps_ask_no_more_often(manager, dach):
    def asked():
        keep.refresh()
        with CaptureQueriesContext(connection) as queries:
            manager.get(f"{URL}?cut=rep")
        return len(queries)

    asked()
    one = asked()
    for n in range(3):
        rep = make.rep(f"Rep {n}")
        make.join(dach[0], rep)
        worked.given(rep, dach[0])
    assert asked() == one
