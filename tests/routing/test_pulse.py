"""One small request tells an open page which of its parts to draw again, and nothing else."""

import json
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import F
from django.test import Client
from django.utils import timezone

from leads import respond
from leads.life import TouchKind
from leads.models import Lead
from reps.models import User
from routing import claim, live, pulse
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(db):
    return make.group("DACH", [make.rep("Ana")])


@pytest.fixture
def page(team):
    client = Client()
    client.force_login(team.memberships.get().rep.user)
    return Page(client)


class Page:
    """An open page: it asks again with what it was told last."""

    def __init__(self, client):
        self.client = client
        self.url = client.get("/my-leads/", headers={"Accept": "text/html"}).context["pulse_url"]

    def ask(self):
        answer = self.client.get(str(self.url), headers={"HX-Request": "true"})
        if answer.status_code == 204:
            return None
        self.url = answer.content.decode().partition('hx-get="')[2].partition('"')[0].replace("&amp;", "&")
        return set(json.loads(answer.headers["HX-Trigger"]))


def arrive(rule):
    make.publish(rule)
    lead = make.arrive()
    live.route_ready(1)
    return Lead.objects.get(pk=lead.pk)


def test_nothing_new_is_204_in_one_question(page, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert page.ask() is None


def test_both_ways_of_asking_find_the_same_marks(page, team):
    rep = arrive(make.rule(team)).owner

    assert pulse.marks_of(page.client.session.session_key) == pulse.marks(user=rep.user, rep=rep)


def _leaves(user):
    user.is_active = False
    user.save()


def _has_another_password(user):
    user.set_password("another-password-2026")
    user.save()


def _is_signed_out_everywhere(user):
    User.objects.filter(pk=user.pk).update(sign_out_n=F("sign_out_n") + 1)


def _runs_out(user):
    Session.objects.update(expire_date=timezone.now() - timedelta(hours=1))


def _is_another_persons(user):
    UserSession.objects.update(user=make.rep("Ben").user)


@pytest.mark.parametrize(
    "what", [_leaves, _has_another_password, _is_signed_out_everywhere, _runs_out, _is_another_persons]
)
def test_a_session_that_holds_no_more_has_no_marks(page, team, what):
    key = page.client.session.session_key
    assert pulse.marks_of(key)

    what(team.memberships.get().rep.user)

    assert pulse.marks_of(key) is None


def test_a_lead_that_came_is_told_once(page, team):
    arrive(make.rule(team))

    assert page.ask() == {"leads-changed", "news-came"}
    assert page.ask() is None


def test_what_was_done_elsewhere_is_told(page, team):
    lead = arrive(make.rule(team))
    page.ask()

    respond.touch(lead=lead, rep=lead.owner, by=lead.owner.user, kind=TouchKind.EMAIL, now=timezone.now())

    assert page.ask() == {"leads-changed"}


def test_a_pool_that_filled_or_emptied_is_told_to_its_members(page, team):
    other = make.rep("Ben")
    pool = make.group("Pool", [team.memberships.get().rep, other], pool="blind")
    arrive(make.rule(pool, steps=[{"strategy": "pool", "options": {"mode": "blind"}}]))
    assert page.ask() == {"pool-changed"}

    claim.pull(group=pool, rep=other, by=other.user)

    assert page.ask() == {"pool-changed"}


def test_marks_differ_by_reader_and_tell_nothing(team):
    ben = make.rep("Ben")
    make.join(team, ben)
    seen = []
    for rep in (team.memberships.first().rep, ben):
        client = Client()
        client.force_login(rep.user)
        seen.append(set(Page(client).url.partition("seen=")[2].split(".")))

    assert all(len(mark) == 8 for marks in seen for mark in marks)
    assert not seen[0] & seen[1]


def test_who_was_signed_out_is_asked_to_sign_in(page):
    page.client.logout()

    answer = page.client.get(str(page.url), headers={"HX-Request": "true"})

    assert (answer.status_code, answer.headers["HX-Refresh"]) == (204, "true")
