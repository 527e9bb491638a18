"""The board tells today: every number worked by hand, in the headline, the needs, the flow, the table of duty."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from config.lib import heartbeat
from leads.models import Delivery, Lead, LeadEvent
from reporting import cohort, today
from reporting.metrics.fairness import FairShare, fair_shares
from reporting.web import board, board_words
from reps import availability
from routing import hand, live
from routing.models import Assignment, LedgerEntry
from tests import factories as make
from tests.reporting import worked

pytestmark = pytest.mark.django_db
SECONDS = timedelta(seconds=1)
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def alive():
    cache.clear()
    for process in ("worker", "beat", "sweeper"):
        heartbeat.beat(process)
    yield
    cache.clear()


@pytest.fixture
def noon():
    """Midday in the reader's zone, whatever the hour the tests run at: leads of some hours ago are of today."""
    found = next(
        name
        for name in ("Etc/GMT+9", "Etc/GMT+3", "Etc/GMT-3", "Etc/GMT-9", "Etc/GMT-14", "UTC")
        if 9 <= timezone.now().astimezone(ZoneInfo(name)).hour <= 20
    )
    return ZoneInfo(found)


def whole(group, **more):
    """The board of the group's manager, as a mapping."""
    with timezone.override(more.pop("zone", timezone.get_current_timezone())):
        return board.board(group.managers.get(), [group], None, now=timezone.now())


def counts(parts):
    return {part["key"]: part["count"] for part in parts if part["count"]}


def ago(**span):
    return timedelta(**span)


def test_the_day_of_a_team(noon):
    """Nine leads: answered, overdue, due soon, in time, closed, in the pool, to assign, rejected, waiting."""
    group, (ana, ben) = worked.team("Ana", "Ben", pool="open")
    worked.called(worked.given(ana, group, ago=ago(hours=3)), ana, after=300)
    worked.given(ana, group, ago=ago(minutes=40))  # 15 allowed: 25 over
    worked.given(ben, group, ago=ago(minutes=12))
    worked.given(ben, group, ago=ago(minutes=1))
    won = worked.given(ana, group, ago=ago(hours=2))
    worked.called(won, ana, after=60)
    worked.moved(won, ana, "won", after=ago(minutes=20))
    waits = make.arrive(4, source="Fair")
    states = [
        {"state": "pooled", "reason": "in_pool"},
        {"state": "desk", "reason": "no_rule_matched"},
        {"state": "rejected", "reason": "by_hand_spam"},
        {"state": "held", "reason": "nobody_on_duty", "waiting_until": timezone.now() + ago(hours=1)},
    ]
    for lead, state in zip(waits, states, strict=True):
        at = timezone.now() - ago(minutes=50)
        Lead.objects.filter(pk=lead.pk).update(group=group, arrived_at=at, ready_at=at, decided_at=at, **state)

    found = whole(group, zone=noon)

    assert found["headline"] == "9 leads today. One is overdue."
    assert [(need["n"], need["note"]) for need in found["needs"]] == [
        (1, "up to 24 min, DACH"), (1, "Ben 1"), (1, "oldest waits 50 min"), (1, "oldest waits 50 min"),
    ]  # fmt: skip
    flow = found["flow"]
    assert [(s["label"], s["qualified"], s["dropped"]) for s in flow["sources"]] == [("Web form", 5, 0), ("Fair", 3, 1)]
    assert flow["dropped"]["note"] == "1 spam"
    assert counts(flow["went"]) == {"assigned": 5, "pooled": 1, "desk": 1, "held": 1}
    assert counts(flow["answered"]) == {"answered": 2, "runs": 1, "due": 1, "late": 1}
    assert [(row["name"], row["load"], row["leads_today"], row["note"]) for row in found["duty"]] == [
        ("Ana", 2, 3, "around the clock"), ("Ben", 2, 2, "around the clock"),
    ]  # fmt: skip
    assert found["duty_note"] == "2 of 2 reps"
    (row,) = found["by_group"]
    # Answered after 310 and 70 s from arrival, 300 and 60 s from the assignment; of three decided, one missed.
    assert (row["leads"], row["assigned"], row["in_time"]) == (9, 5, 2 / 3)
    # Two of nine are not half of them: it takes longer than the longest wait so far.
    assert (row["speed"], row["response"]) == ("over 50 min", "5 min")
    assert (row["now_text"], row["now_tone"]) == ("1 overdue", "late")


def test_the_picture_adds_up_whatever_the_states(noon):
    group, (ana,) = worked.team("Ana")
    for state in ("answered", "late"):
        lead = worked.given(ana, group, ago=ago(hours=1))
        if state == "answered":
            worked.called(lead, ana, after=30)
    make.arrive(source="Fair")

    flow = whole(group, zone=noon)["flow"]

    qualified = sum(s["qualified"] for s in flow["sources"])
    went = {part["key"]: part["count"] for part in flow["went"]}
    assert qualified == sum(went.values()) == 3
    assert went["assigned"] == sum(part["count"] for part in flow["answered"]) == 2
    assert went["other"] == 1


def test_usual_is_the_mean_of_the_same_weekday_to_the_same_hour():
    now = datetime(2026, 11, 19, 14, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    leads = make.arrive(6)
    at = [
        now - timedelta(days=7, hours=1),
        now - timedelta(days=7) + timedelta(hours=1),  # later that day: not yet
        now - timedelta(days=14, hours=2),
        now - timedelta(days=14, hours=3),
        now - timedelta(days=8),  # another weekday
        now - timedelta(days=22),
    ]
    for lead, instant in zip(leads, at, strict=True):
        Lead.objects.filter(pk=lead.pk).update(arrived_at=instant)

    # 1, 2, 0 in three weeks; the fourth lies before the first lead ever.
    assert today.usual(Lead.objects.all(), now=now, zone=now.tzinfo) == 1


def test_without_a_past_there_is_nothing_usual():
    now = timezone.now()

    assert today.usual(Lead.objects.all(), now=now, zone=ZoneInfo("UTC")) is None


@pytest.mark.parametrize(
    ("leads", "usual", "late", "says"),
    [
        (184, 153.2, 3, "184 leads today, 31 more than usual by now. Three are overdue."),
        (1, 4, 1, "1 lead today, 3 fewer than usual by now. One is overdue."),
        (7, 7.2, 12, "7 leads today, as many as usual by now. 12 are overdue."),
        (2, None, 0, "2 leads today. Nothing is overdue."),
        (0, 9, 0, "No leads yet today. Nothing is overdue."),
    ],
)
def test_the_headline_is_a_sentence(leads, usual, late, says):
    assert board_words.headline(leads, usual, late) == says


def test_capacity_ends_room_and_is_said_in_place_of_the_hour():
    group, (ana, ben) = worked.team("Ana", "Ben")
    for rep, cap in ((ana, 1), (ben, 5)):
        rep.cap_open = cap
        rep.save()
    worked.given(ana, group)

    found = whole(group)

    assert [(row["name"], row["note"], row["tone"]) for row in found["duty"]] == [
        ("Ana", "at capacity", "due"), ("Ben", "around the clock", ""),
    ]  # fmt: skip
    assert found["duty_note"] == "2 of 2 reps, room for 5 more leads"


def test_who_is_paused_is_not_on_duty():
    group, (ana, _ben) = worked.team("Ana", "Ben")
    availability.pause(rep=ana, by=ana.user, now=timezone.now() - SECONDS)

    found = whole(group)

    assert [row["name"] for row in found["duty"]] == ["Ben"]
    assert found["duty_note"] == "1 of 2 reps"


def test_the_fair_share_of_today_is_split_over_those_who_could_have_taken_each(noon):
    ana, ben = make.rep("Ana"), make.rep("Ben")
    group = make.group("DACH", steps=[{"strategy": "weighted"}])
    make.join(group, ana, weight=3)
    make.join(group, ben, weight=1)
    group.managers.add(make.user("Clara"))
    make.publish(make.rule(group))
    make.arrive(4)
    live.route_ready(group.division_id)

    shares = {row["name"]: row["fair_share"] for row in whole(group, zone=noon)["duty"]}

    assert shares == {"Ana": 3, "Ben": 1}


def test_a_fair_share_taken_back_counts_off_and_a_test_lead_not_at_all():
    group, (ana, ben) = worked.team("Ana", "Ben")
    LedgerEntry.objects.all().delete()
    leads = make.arrive(3)
    Lead.objects.filter(pk=leads[2].pk).update(kind="test")
    now = timezone.now()
    for lead, kind in ((leads[0], "share"), (leads[0], "reversed"), (leads[1], "share"), (leads[2], "share")):
        LedgerEntry.objects.create(
            division=group.division, group=group, lead=lead, kind=kind, at=now, reps=[ana.pk, ben.pk], weights=[3, 1],
            winner=ana.pk,
        )  # fmt: skip

    found = fair_shares(since=now, until=now + SECONDS, groups=(group.pk,))

    assert found == {ana.pk: FairShare(1, 0.75), ben.pk: FairShare(0, 0.25)}
    assert fair_shares(since=now + SECONDS, until=now + 2 * SECONDS, groups=None) == {}


def test_the_contact_of_an_earlier_owner_does_not_stop_the_clock_of_the_next(noon):
    group, (ana, ben) = worked.team("Ana", "Ben")
    lead = worked.given(ana, group, ago=ago(hours=1))
    worked.called(lead, ana, after=60)
    hand.give(lead=lead, rep=ben, group=group, by=ana.user)
    Lead.objects.filter(pk=lead.pk).update(due_at=timezone.now() - SECONDS)

    assert whole(group, zone=noon)["headline"] == "1 lead today. One is overdue."


def test_speed_is_of_leads_that_the_rules_gave_away_at_once(noon):
    group, (ana,) = worked.team("Ana")
    lead = worked.given(ana, group, ago=ago(minutes=30))  # assigned 10 s after the arrival
    Delivery.objects.create(
        lead=lead, hop=1, rep=ana, channel="email", event="other", created_at=lead.assigned_at,
        due_at=lead.assigned_at, sent_at=lead.assigned_at + ago(seconds=2),
    )  # fmt: skip
    Delivery.objects.filter(lead=lead, event="assigned").delete()
    waited = worked.given(ana, group, ago=ago(minutes=20))
    Assignment.objects.filter(lead=waited).update(starts_at=timezone.now())
    LeadEvent.objects.create(lead=waited, kind="desk", hop=0, occurred_at=waited.arrived_at)
    make.arrive()

    speed = whole(group, zone=noon)["speed"]

    assert speed == {"assigned_p50": 10, "assigned_p99": 10, "told_p50": 2, "told_p99": 2}


def test_what_is_stuck_is_named():
    group, (ana,) = worked.team("Ana")
    lead = worked.given(ana, group)
    aside, old = make.arrive(2)
    long_ago = timezone.now() - ago(minutes=38)
    Lead.objects.filter(pk=aside.pk).update(state="set_aside", reason="set_aside", error="poison", group=group)
    Lead.objects.filter(pk=old.pk).update(arrived_at=long_ago, ready_at=long_ago)
    Delivery.objects.filter(lead=lead, channel="email").update(failed_at=timezone.now())
    Delivery.objects.create(
        lead=lead, hop=1, rep=ana, channel="email", event="failed", created_at=timezone.now(),
        due_at=timezone.now(), failed_at=timezone.now(),
    )  # fmt: skip
    cache.delete("heartbeat:sweeper")

    alerts = {alert["title"]: alert["says"] for alert in whole(group)["alerts"]}

    assert "1 lead could not be assigned" in alerts
    assert "The oldest arrived 38 min ago" in alerts["1 lead is not decided yet"]
    assert alerts["A part of the system is silent"].startswith("sweeper: no sign of life known.")
    assert any(title.endswith("not delivered") for title in alerts)


def test_a_quiet_day_needs_nothing(client):
    group, _reps = worked.team("Ana")
    client.force_login(group.managers.get())

    response = client.get(reverse("board"))
    text = response.content.decode()

    assert response.context["headline"] == "No leads yet today. Nothing is overdue."
    assert response.context["alerts"] == []
    assert "No lead has come in yet today" in text
    assert "Nothing. No lead is stuck, no delivery has failed." in text


def test_it_answers_htmx_with_nothing_until_something_changes(client):
    group, (ana,) = worked.team("Ana")
    client.force_login(group.managers.get())
    url = client.get(reverse("board")).context["refresh_url"]

    still = client.get(url, headers=HTMX)
    worked.given(ana, group, ago=ago(minutes=40))
    moved = client.get(url, headers=HTMX)

    # A new minute is a change too.
    assert still.status_code in {200, 204}
    assert moved.status_code == 200
    assert "One is overdue." in moved.content.decode()
    assert "<html" not in moved.content.decode()
    assert client.get(moved.context["refresh_url"], headers=HTMX).status_code in {200, 204}


def test_the_mark_of_the_same_board_in_the_same_minute_is_the_same():
    group, (ana,) = worked.team("Ana")
    worked.given(ana, group)
    now = timezone.now()

    def mark():
        return board._mark(board.board(group.managers.get(), [group], None, now=now), now)

    before = mark()

    assert before == mark()
    worked.given(ana, group)
    assert mark() != before


def test_one_group_alone(client):
    dach, (ana,) = worked.team("Ana")
    clara = dach.managers.get()
    nordics, (nils,) = worked.team("Nils", name="Nordics", manager=clara)
    worked.given(ana, dach, ago=ago(minutes=40))
    client.force_login(clara)

    both = client.get(reverse("board"))
    one = client.get(reverse("board"), {"group": str(nordics.uid)})

    assert [row["name"] for row in both.context["by_group"]] == ["DACH", "Nordics"]
    assert both.context["needs"][0]["n"] == 1
    assert [row["name"] for row in one.context["by_group"]] == ["Nordics"]
    assert [row["name"] for row in one.context["duty"]] == ["Nils"]
    assert one.context["needs"][0]["n"] == 0
    assert f"group={nordics.uid}" in one.context["refresh_url"]
    assert nils.name in one.content.decode()


def test_test_leads_are_never_counted(noon):
    group, (ana,) = worked.team("Ana")
    worked.given(ana, group, ago=ago(minutes=40), kind="test")

    found = whole(group, zone=noon)

    assert found["headline"] == "No leads yet today. Nothing is overdue."
    assert found["duty"][0]["leads_today"] == 0
    assert (
        cohort.figures(
            scope=cohort.Scope(), since=timezone.now() - ago(days=1), until=timezone.now(), now=timezone.now()
        ).counts["leads"]
        == 0
    )
