"""The duplicate check says nothing of hidden leads: same page, same questions to the database, same outcome."""

import re
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from leads.models import Lead
from routing import claim, live, watch
from tests import factories as make

pytestmark = [pytest.mark.blind, pytest.mark.django_db]

PETRA = {
    "name": "Petra Lindqvist",
    "company": "Nordfrakt",
    "email": "petra@nordfrakt.example",
    "phone": "+46 8 5550 1234",
    "profile_url": "https://www.linkedin.com/in/petra-lindqvist-1a2b3c",
}
STRANGER = {
    "name": "Jo Strangerson",
    "company": "Northbank",
    "email": "jo.strang@northbank.example",
    "phone": "+46 8 5550 9876",
    "profile_url": "https://www.linkedin.com/in/jo-strangerson-1a2b3c",
}
BLIND = [{"strategy": "pool", "options": {"mode": "blind"}}]


@pytest.fixture
def team(db):
    ana, ben = make.rep("Ana"), make.rep("Ben")
    made = make.group("Pool", [ana, ben], pool="blind", steps=BLIND)
    make.publish(make.rule(made, name="Pool"))
    return made, ana, ben


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def arrive(**fields):
    lead = make.arrive(**fields)
    live.route_ready(1)
    return Lead.objects.get(pk=lead.pk)


def told(user, go, sent, **headers):
    """What the page answers, without what is drawn anew each time, and how many questions it asked."""
    client = signed_in(user)
    sent = {"form": uuid.uuid4().hex, "channel": "Call", "go": go, **sent}
    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = client.post("/add-lead/", sent, headers=headers)
    text = re.sub(
        r'[0-9a-f-]{32,36}|csrf[^>]*>|nonce="[^"]*"|data-now="[^"]*"|/leads/[^/"]*/', "", answer.content.decode()
    )
    return answer.status_code, text, len(asked)


STATES = ("pooled", "claimed by another", "at the desk", "offered", "held")


def hide(team, how, **fields):
    """A lead that Ana may not know of."""
    group, _ana, ben = team
    if how == "claimed by another":
        arrive(**fields)
        return claim.pull(group=group, rep=ben, by=ben.user)
    lead = arrive(**fields)
    if how in {"at the desk", "offered", "held"}:
        state = {"at the desk": "desk", "offered": "offered", "held": "held"}[how]
        held = {"waiting_until": "2030-01-01T00:00Z"} if state == "held" else {}
        Lead.objects.filter(pk=lead.pk).update(state=state, group=None, reason="no_rule_matched", **held)
    return lead


@pytest.mark.parametrize("how", STATES)
@pytest.mark.parametrize("known_by", ["email", "phone", "profile_url", "company"])
def test_a_hidden_lead_is_not_told_of(team, how, known_by):
    hide(team, how, **PETRA)
    ana = team[1]
    mine = {"email": "other@elsewhere.example", known_by: PETRA[known_by]}
    nobodys = {"email": "other@elsewhere.example", known_by: STRANGER[known_by]}

    told(ana.user, "check", {"email": "warm@elsewhere.example"})  # what is read once and kept
    for headers in ({}, {"HX-Request": "true"}):
        hidden, free = told(ana.user, "check", mine, **headers), told(ana.user, "check", nobodys, **headers)
        assert hidden == free


@pytest.mark.parametrize("how", STATES)
@pytest.mark.parametrize("go", ["keep", "route"])
def test_adding_a_hidden_person_goes_as_with_anybody(team, how, go):
    """They get a lead of their own, and the hidden one stands where it stood."""
    ana = team[1]
    there = hide(team, how, **PETRA)
    stood = Lead.objects.values("state", "owner", "sole", "wrote_again_at").get(pk=there.pk)
    before = there.events.count()

    hidden = told(ana.user, go, PETRA)
    free = told(ana.user, go, STRANGER)

    assert hidden[:2] == free[:2]
    assert Lead.objects.count() == 3
    assert Lead.objects.values("state", "owner", "sole", "wrote_again_at").get(pk=there.pk) == stood
    assert there.events.count() == before
    made = Lead.objects.exclude(pk=there.pk).get(private__email=PETRA["email"])
    assert (made.owner, made.sole) == (ana if go == "keep" else None, False)
    page = signed_in(ana.user).get("/add-lead/sent/").content.decode()
    assert (page.count("Petra Lindqvist"), page.count("Added to a lead")) == (1, 0)
    if how in {"pooled", "claimed by another"}:
        assert [f for f in watch.audit() if f.broken and f.code != "I3"] == []


def test_the_check_sees_what_it_may(team):
    """Without this the tests above could pass because nothing is ever told."""
    group, ana, _ben = team
    group.pool, group.steps = "none", [{"strategy": "round_robin"}]
    group.save()
    make.publish()
    lead = arrive(**PETRA)
    other = next(rep for rep in (ana, team[2]) if rep != lead.owner)

    for known_by, value in PETRA.items():
        if known_by != "name":
            sent = {"email": "other@elsewhere.example", known_by: value}
            _status, text, _n = told(other.user, "check", sent)
            assert f"<b>{lead.owner.name}</b>" in text, known_by


def test_a_referrer_learns_no_more_than_a_rep(team):
    hide(team, "pooled", **PETRA)
    nora = make.user("Nora", is_referrer=True)

    hidden = told(nora, "check", PETRA)
    free = told(nora, "check", {"email": "jo@northbank.example", "company": "Northbank"})

    assert hidden[:2] == free[:2]


def test_its_manager_is_told(team):
    boss = make.user("Boss")
    team[0].managers.add(boss)
    hide(team, "pooled", **PETRA)

    _status, text, _n = told(boss, "check", PETRA)

    assert "This person is known and waits to be assigned." in text
