"""Acts on many leads of the list: a look, then all or 404; who may, to whom, and what stays."""

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leads import respond
from leads.life import TouchKind
from leads.models import Lead, LeadEvent
from leads.web import all_leads
from reps.models import Rep
from routing import live
from routing.models import Act, Assignment
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(db):
    """Ana and Ben in DACH, which Clara manages; Emil in Nordics, which Dora manages."""
    group, other = make.group("DACH", [make.rep("Ana"), make.rep("Ben")]), make.group("Nordics", [make.rep("Emil")])
    group.managers.add(make.user("Clara"))
    other.managers.add(make.user("Dora"))
    make.publish(
        make.rule(group, {"field": "country", "operator": "is", "value": "DE"}, name="Germany"),
        make.rule(other, name="Rest"),
    )
    return group, other


def routed(n=1, **fields):
    found = make.arrive(n, **{"country": "DE", **fields})
    live.route_ready(1)
    return found if n > 1 else [found]


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def clara(team):
    return client_of(team[0].managers.get())


def rep_of(group, name):
    return group.memberships.get(rep__user__name=name).rep


def hidden(page, name):
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    return found[1] if found else ""


def post(client, act, leads, **more):
    """As ticked on the list."""
    return client.post("/leads/acts/", {"act": act, "leads": [lead.uid for lead in leads], **more})


def go(client, page, act, do="do", **fields):
    """Press a button of the page of the act."""
    sent = {name: hidden(page, name) for name in ("chosen", "looked", "query")}
    return client.post("/leads/acts/", {"act": act, "go": do, **sent, **fields}, follow=True)


def owners(leads):
    rows = Lead.objects.filter(pk__in=[lead.pk for lead in leads]).select_related("owner__user").order_by("pk")
    return [row.owner.name if row.owner else "" for row in rows]


def test_leads_are_looked_at_handed_over_and_what_stays_is_said(team, clara):
    leads = routed(4)
    ben = rep_of(team[0], "Ben")
    Lead.objects.filter(pk=leads[0].pk).update(state="closed", closed_at=timezone.now())
    theirs = owners(leads[1:]).count("Ben")

    page = post(clara, "hand-over", leads, query="source=x&page=3").content.decode()
    assert "Emil" not in page  # not of a group of hers
    looked = go(clara, page, "hand-over", "look", to=ben.uid, why="Holiday").content.decode()
    assert owners(leads[1:]).count("Ben") == theirs  # nothing moved
    assert f"Hand over {3 - theirs} leads" in looked or f"Hand over {3 - theirs} lead<" in looked
    assert "1 closed" in looked
    assert "Holiday" in looked
    done = go(clara, looked, "hand-over", to=ben.uid, why="Holiday")

    assert owners(leads[1:]) == ["Ben"] * 3
    assert done.redirect_chain[-1][0] == "/leads/?source=x"
    said = done.content.decode()
    assert "handed over." in said
    assert "1 closed" in said
    act = Act.objects.get()
    assert (act.kind, act.by.name, act.why, act.result["moved"]) == ("hand_over", "Clara", "Holiday", 3 - theirs)


def test_who_gets_them_is_a_member_of_a_group_one_manages(team, clara):
    leads = routed()
    emil = rep_of(team[1], "Emil")
    page = post(clara, "hand-over", leads).content.decode()

    for to in (emil.uid, uuid4(), "x", ""):
        answer = go(clara, page, "hand-over", to=to)
        assert answer.status_code == 422
        assert "field-error" in answer.content.decode()
    assert not Act.objects.exists()
    ops = client_of(make.user("Odile", is_ops=True))
    assert "Emil" in post(ops, "hand-over", leads).content.decode()


def test_taken_back_they_do_not_go_to_the_same_rep_where_asked(team, clara):
    leads = routed(2)
    first = dict(zip([lead.pk for lead in leads], owners(leads), strict=True))
    assert set(first.values()) == {"Ana", "Ben"}
    respond.touch(
        lead=leads[0], rep=Lead.objects.get(pk=leads[0].pk).owner, by=None, kind=TouchKind.EMAIL, now=timezone.now()
    )

    page = post(clara, "release", leads).content.decode()
    assert "Take back 2 leads" in page  # contacted or not
    go(clara, page, "release", bar="on")
    live.route_ready(1)

    assert dict(zip(first, owners(leads), strict=True)) == {
        pk: {"Ana": "Ben", "Ben": "Ana"}[n] for pk, n in first.items()
    }
    assert set(Assignment.objects.exclude(ends_at=None).values_list("end", flat=True)) == {"released"}


def test_routed_again_only_what_nobody_has_contacted(team, clara):
    leads = routed(2)
    respond.touch(
        lead=leads[0], rep=Lead.objects.get(pk=leads[0].pk).owner, by=None, kind=TouchKind.EMAIL, now=timezone.now()
    )

    page = post(clara, "again", leads).content.decode()
    assert "Route 1 lead again" in page
    assert "1 contacted already" in page
    assert "1 contacted already" in go(clara, page, "again").content.decode()
    assert Lead.objects.get(pk=leads[1].pk).state == "ready"
    assert Lead.objects.get(pk=leads[0].pk).state == "assigned"


def test_a_priority_is_set_on_what_waits(team, clara):
    waiting = make.arrive(2, country="DE")
    given = Lead.objects.get(pk=make.arrive(country="DE").pk)
    Lead.objects.filter(pk=given.pk).update(state="assigned", owner=rep_of(team[0], "Ana"), group=team[0])

    page = go(clara, post(clara, "priority", [*waiting, given]).content.decode(), "priority", "look", band="2")
    page = page.content.decode()
    assert "Set priority of 2 leads" in page
    go(clara, page, "priority", band="2")

    assert set(Lead.objects.filter(set_band=2, band=2)) == set(waiting)
    assert LeadEvent.objects.filter(kind="priority").count() == 2
    assert go(clara, page, "priority", band="10").status_code == 422


def test_one_that_is_not_theirs_to_move_is_404_for_the_whole(team, clara):
    mine, other = routed(), routed(country="NO")
    assert owners(other) == ["Emil"]
    emil, rep = client_of(rep_of(team[1], "Emil").user), client_of(rep_of(team[0], "Ana").user)

    for act in ("hand-over", "release", "again", "priority"):
        assert post(clara, act, [*mine, *other]).status_code == 404
        for who in (emil, rep):
            assert post(who, act, mine).status_code == 403
    page = post(clara, "release", mine).content.decode()
    sent = f"{mine[0].uid},{other[0].uid}"
    forged = clara.post(
        "/leads/acts/", {"act": "release", "go": "do", "chosen": sent, "looked": hidden(page, "looked")}
    )
    assert forged.status_code == 404
    assert clara.post("/leads/acts/", {"act": "release", "leads": ["x"]}).status_code == 404
    assert clara.post("/leads/acts/", {"act": "won", "leads": [mine[0].uid]}).status_code == 404
    assert clara.post("/leads/acts/", {"act": "release", "leads": [uuid4() for _n in range(201)]}).status_code == 404
    assert "Choose leads first." in clara.post("/leads/acts/", {"act": "release"}, follow=True).content.decode()
    assert (owners(mine)[0] in {"Ana", "Ben"}, owners(other)) == (True, ["Emil"])
    assert not Act.objects.exists()


def test_what_a_group_hides_from_its_managers_is_neither_ticked_nor_moved(team, clara):
    steps = [{"strategy": "pool", "options": {"mode": "blind"}}]
    blind = make.group("Pool", [Rep.objects.create(user=team[0].managers.get())], pool="blind", steps=steps)
    blind.managers.add(team[0].managers.get())
    (lead,) = routed()
    Lead.objects.filter(pk=lead.pk).update(state="pooled", group=blind, owner=None)
    assert str(lead.uid) in clara.get("/leads/").content.decode()
    blind.blind_for_managers = True
    blind.save()

    assert str(lead.uid) not in clara.get("/leads/").content.decode()
    assert post(clara, "priority", [lead]).status_code == 404
    everything = clara.post("/leads/acts/", {"act": "priority", "all": "1"}, follow=True).content.decode()
    assert "Choose leads first." in everything


def test_all_that_fit_are_acted_on_and_what_may_only_be_read_is_said(team, clara, monkeypatch):
    routed(3, source="Fair")
    routed(source="Web")
    all_seeing = Rep.objects.create(user=team[0].managers.get())
    readable = make.group("Read", [all_seeing], visibility="group")
    Lead.objects.filter(pk=routed(source="Fair", country="NO")[0].pk).update(group=readable)

    page = clara.post("/leads/acts/", {"act": "release", "all": "1", "query": "source=Fair"}).content.decode()
    assert "Take back 3 leads" in page
    assert "1 more fits that you may only read." in page
    go(clara, page, "release")
    assert Act.objects.get().result["moved"] == 3

    monkeypatch.setattr(all_leads, "MOST_AT_ONCE", 2)
    said = clara.post("/leads/acts/", {"act": "again", "all": "1", "query": "source=Fair"}, follow=True)
    assert "More than 2 leads fit" in said.content.decode()


def test_who_was_too_slow_looks_again(team, clara):
    leads = routed(2)
    page = post(clara, "release", leads).content.decode()
    Lead.objects.filter(pk=leads[0].pk).update(state="closed", closed_at=timezone.now())

    again = go(clara, page, "release").content.decode()

    assert "It is different by now." in again
    assert not Act.objects.exists()
    assert "Take back 1 lead" in again


def test_three_leads_ask_as_often_as_one(team, clara):
    leads = routed(3)

    def asked(some):
        with CaptureQueriesContext(connection) as queries:
            clara.get("/leads/")
            post(clara, "release", some)
            post(clara, "hand-over", some)
        return len(queries)

    asked(leads)
    assert asked(leads[:1]) == asked(leads)
