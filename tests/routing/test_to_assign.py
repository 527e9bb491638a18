"""To assign: who is suggested and why, one lead after another, taking back, and the time it takes."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leads import respond
from leads.life import CallOutcome, TouchKind
from leads.models import Lead
from reporting import today
from reps.models import RepSkill, Skill
from routing import desk_time, live, returns, rulesets
from routing.engine.ruleset import RuleSetError
from routing.models import DeskTime, LedgerEntry, Return, Rule, RuleSet, Share
from routing.web import to_assign
from tests import factories as make
from tests.factories.people import LONG_AGO

pytestmark = pytest.mark.django_db
DESK = {"to": Rule.To.DESK, "name": "By people", "condition": None}


@pytest.fixture
def team():
    group = make.group("Sales", [make.rep(name, cap_open=5) for name in ("Ana", "Ben", "Kim")])
    group.managers.add(make.user("Clara"))
    make.publish(DESK)
    return group


@pytest.fixture
def clara(team):
    client = Client()
    client.force_login(team.managers.get())
    return client


def waits(count=1, **fields):
    """Leads on To assign, in order."""
    made = make.arrive(count, **fields)
    live.route_ready(1)
    return list(Lead.objects.order_by("pk")) if count > 1 else made


def rep(team, name):
    return team.memberships.get(rep__user__name=name).rep


def shown(client, lead=None):
    return client.get("/to-assign/", {"lead": str(lead.uid)} if lead else {}).content.decode()


def suggested(client, lead=None):
    page = shown(client, lead)
    return page.partition("Give it to</h2><p>")[2].partition("</p>")[0]


def assigned(client, lead, to, **more):
    return client.post(f"/to-assign/{lead.uid}/", {"rep": str(to.uid), **more})


def speaks(rep_, language):
    skill, _new = Skill.objects.get_or_create(kind="language", value=language)
    RepSkill.objects.create(rep=rep_, skill=skill, starts_at=LONG_AGO)


def test_the_fair_share_suggests_who_is_next(team, clara):
    first, second = waits(2)
    assert suggested(clara) == "Ana is suggested: has room for 5 more, 1st in line in Sales."

    assigned(clara, first, rep(team, "Ana"))

    assert suggested(clara).startswith("Ben is suggested")
    assert "had 1 of 0.3, 0.7 ahead" in shown(clara, second)


def test_a_skill_the_lead_asks_for_goes_before_the_line(team, clara):
    speaks(rep(team, "Kim"), "es")
    speaks(rep(team, "Ana"), "it")  # a language, no industry
    waits(language="es", industry="IT")

    assert suggested(clara).startswith("Kim is suggested: has Spanish, which the lead asks for, has room")
    assert '<b class="good">Spanish</b>' in shown(clara)


def test_nobody_is_suggested_who_has_no_room_or_gave_it_back(team, clara):
    for name in ("Ana", "Ben"):
        type(rep(team, name)).objects.filter(pk=rep(team, name).pk).update(cap_open=0)
    lead = waits()
    assert suggested(clara).startswith("Kim is suggested")
    kim = rep(team, "Kim")
    assigned(clara, lead, kim)
    returns.give_back(lead=lead, rep=kim, by=kim.user, reason=Return.Reason.OTHER, note="")

    assert suggested(clara) == ""
    assert "gave it back" in shown(clara)


def test_what_the_rules_would_do_now_is_said_first(team, clara):
    lead = waits()
    RuleSet.objects.get().rules.update(to=Rule.To.REP, rep=rep(team, "Ben"), name="To Ben")
    make.publish()

    assert suggested(clara) == "Ben is suggested: the rules would give it to them now. The rule names them."
    lead.refresh_from_db()
    assert lead.owner is None  # suggested, not decided


def test_what_the_rules_fail_at_can_still_be_given(team, clara, monkeypatch):
    def fails(_version):
        raise RuleSetError("condition_unknown_field", "rules[0]")

    lead = waits()
    monkeypatch.setattr(rulesets, "rules_of", fails)

    assert suggested(clara).startswith("Ana is suggested: has room")
    assert assigned(clara, lead, rep(team, "Ana")).status_code == 302


def test_the_next_lead_comes_at_once_and_skipped_ones_stay_behind(team, clara):
    one, two, three = waits(3)

    answer = assigned(clara, two, rep(team, "Ana"))
    assert answer.headers["location"] == f"/to-assign/?lead={three.uid}"
    answer = clara.post(f"/to-assign/{three.uid}/reject/", {"reason": "spam"})
    assert answer.headers["location"] == "/to-assign/"
    assert str(one.uid) in shown(clara)


def test_what_was_given_is_taken_back_as_it_was(team, clara):
    lead = waits()
    before = {s.rep_id: s.balance for s in Share.objects.all()}
    shown(clara)
    assigned(clara, lead, rep(team, "Ana"))
    assert "went to Ana." in shown(clara)

    page = clara.post("/to-assign/take-back/", follow=True).content.decode()

    assert "It is back here; nobody has it." in page
    lead.refresh_from_db()
    assert (lead.state, lead.reason, lead.owner, lead.group) == ("desk", "sent_to_desk", None, None)
    assert all(s.balance == before.get(s.rep_id, 0) and s.received == 0 for s in Share.objects.exclude(rep=None))
    assert [e.kind for e in LedgerEntry.objects.order_by("pk")] == ["forced", "reversed"]
    assert DeskTime.objects.filter(what="taken_back").count() == 1
    assert "nothing to take back" in clara.post("/to-assign/take-back/", follow=True).content.decode()


@pytest.mark.parametrize("decided", ["given", "rejected"])
def test_what_was_set_aside_is_set_aside_again_with_its_error(team, clara, decided):
    lead = waits()
    Lead.objects.filter(pk=lead.pk).update(state="set_aside", reason="set_aside", error="KeyError: 'x'", tries=5)
    if decided == "given":
        assigned(clara, lead, rep(team, "Ana"))
    else:
        clara.post(f"/to-assign/{lead.uid}/reject/", {"reason": "spam"})

    page = clara.post("/to-assign/take-back/", follow=True).content.decode()

    lead.refresh_from_db()
    stands = (lead.state, lead.reason, lead.error, lead.tries, lead.owner, lead.group)
    assert stands == ("set_aside", "set_aside", "KeyError: 'x'", 5, None, None)
    assert "KeyError: &#x27;x&#x27;" in page


def test_a_lead_behind_the_first_hundred_is_the_one_that_opens(team, clara, monkeypatch):
    monkeypatch.setattr(to_assign, "_MOST", 2)
    _one, two, three, four = waits(4)
    page = shown(clara, four)

    assert f"/to-assign/{four.uid}/" in page
    assert page.count('aria-current="true"><b>') == 1
    assert DeskTime.objects.get().lead == four  # the clock runs on no other
    assert str(three.uid) not in page
    assert f"/to-assign/{two.uid}/" in shown(clara, two)


def test_a_lead_that_waits_no_longer_is_said_to_be_dealt_with(team, clara):
    one, two = waits(2)
    assigned(clara, one, rep(team, "Ana"))
    for asked in (one.uid, "nonsense"):
        page = clara.get("/to-assign/", {"lead": asked}).content.decode()
        assert "does not wait here any more" in page
        assert f"/to-assign/{two.uid}/" in page
    assert "any more" not in shown(clara)


def test_a_rejection_is_taken_back(team, clara):
    lead = waits()
    clara.post(f"/to-assign/{lead.uid}/reject/", {"reason": "spam"})

    clara.post("/to-assign/take-back/")

    lead.refresh_from_db()
    assert (lead.state, lead.reason) == ("desk", "sent_to_desk")


def test_nothing_is_taken_from_a_rep_who_has_been_in_touch(team, clara):
    lead, ana = waits(), rep(team, "Ana")
    assigned(clara, lead, ana)
    lead.refresh_from_db()
    respond.touch(
        lead=lead, rep=ana, by=ana.user, kind=TouchKind.CALL, outcome=CallOutcome.CONNECTED, now=timezone.now()
    )

    assert "cannot be taken back" in clara.post("/to-assign/take-back/", follow=True).content.decode()
    lead.refresh_from_db()
    assert lead.owner == ana


def at_screen(lead, seconds):
    """As if it had been in front of somebody for so long."""
    DeskTime.objects.filter(lead=lead).update(shown_at=timezone.now() - timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("wall", "told", "counts"),
    [
        (20, "", 20),
        (600, "", 60),
        (600, "240", 240),
        (20, "240", 20),
        (20, "-5", 20),
        (600, "9" * 30, 60),
        (20, "0", 0),
    ],
)
def test_time_counts_from_opening_to_deciding(team, clara, wall, told, counts):
    lead = waits()
    shown(clara)
    at_screen(lead, wall)

    assigned(clara, lead, rep(team, "Ana"), active=told)

    row = DeskTime.objects.get()
    assert row.seconds == pytest.approx(counts, abs=1)
    assert (row.what, row.shown_at, row.user) == ("assigned", None, team.managers.get())


def test_a_stretch_of_time_belongs_to_one_lead(team, clara):
    one, two = waits(2)
    shown(clara, one)
    at_screen(one, 30)
    shown(clara, two)  # skipped
    at_screen(two, 10)
    shown(clara, one)  # and back
    DeskTime.objects.filter(lead=one).update(shown_at=timezone.now() - timedelta(seconds=5))
    assigned(clara, one, rep(team, "Ana"))

    assert {row.lead_id: round(row.seconds) for row in DeskTime.objects.all()} == {one.pk: 35, two.pk: 10}
    assert desk_time.typical() == [pytest.approx(35, abs=1)]  # the other is not decided


def test_time_stands_by_person_and_week(team, clara):
    lead = waits()
    shown(clara)
    at_screen(lead, 600)
    assigned(clara, lead, rep(team, "Ana"), active="600")
    DeskTime.objects.update(seconds=6.5 * 3600)
    make.user("Odile", is_ops=True)

    page = clara.get("/to-assign/by-hand/").content.decode()

    assert "<b>Clara</b>" in page
    assert '<td class="num due strong">16%</td>' in page.replace("\u202f", "").replace(" %", "%")


def test_what_a_lead_takes_is_of_whom_the_table_tells(team, clara):
    lead, now = waits(), timezone.now()
    for name, seconds in (("Clara", 20), ("Dora", 80)):
        user = team.managers.get() if name == "Clara" else make.user(name, is_ops=True)
        for _n in range(6):
            DeskTime.objects.create(
                lead=lead, user=user, opened_at=now, at=now, seconds=seconds, decided_at=now, what="assigned"
            )
    ops = Client()
    ops.force_login(type(user).objects.get(name="Dora"))
    page, all_of_it = (client.get("/to-assign/by-hand/").content.decode() for client in (clara, ops))

    assert "the median of 6 decisions. These are your own." in page
    assert "the median of 12 decisions.</p>" in all_of_it


def test_it_asks_as_often_for_three_leads_as_for_one(team, clara):
    waits()
    shown(clara)
    with CaptureQueriesContext(connection) as one:
        shown(clara)
    waits(3)
    make.join(team, make.rep("Lea"))
    make.join(team, make.rep("Max"))
    with CaptureQueriesContext(connection) as more:
        shown(clara)

    assert len(more) == len(one)


def test_what_came_back_waits_since_then_and_not_since_it_arrived(team, clara):
    lead = waits()
    days_ago = timezone.now() - timedelta(days=3)
    Lead.objects.update(arrived_at=days_ago, ready_at=days_ago, decided_at=days_ago)
    page = clara.get("/to-assign/").context
    assert (page["oldest_at"], page["lead"]["arrived_at"]) == (days_ago, None)
    ana = rep(team, "Ana")
    assigned(clara, lead, ana)

    given_back = returns.give_back(lead=lead, rep=ana, by=ana.user, reason=Return.Reason.OTHER, note="")

    page = clara.get("/to-assign/").context
    assert page["oldest_at"] == page["waiting"][0]["since"] == page["lead"]["since"] == given_back.at
    assert page["lead"]["arrived_at"] == days_ago
    (waiting,) = today.waiting(Lead.objects.all(), now=timezone.now())
    assert waiting.desk_first == today.stuck(Lead.objects.all(), now=timezone.now(), silent={}).desk_first
    assert waiting.desk_first == given_back.at


def test_who_manages_nothing_is_refused(team):
    client = Client()
    client.force_login(rep(team, "Ana").user)

    assert client.get("/to-assign/").status_code == 403
    assert client.post("/to-assign/take-back/").status_code == 403
    assert client.get("/to-assign/by-hand/").status_code == 403
