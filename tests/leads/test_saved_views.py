"""Saved views: kept, found again, renamed, shared, deleted; what no longer holds is left out and said."""

import csv
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from leads.models import SavedView
from leads.web import saved_views
from reps.models import Membership
from routing import live
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(db):
    ana = make.rep("Ana")
    group = make.group("DACH", [ana])
    group.managers.add(make.user("Clara"), make.user("Dora"))
    make.publish(make.rule(group))
    return group


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def clara(team):
    return client_of(team.managers.get(name="Clara"))


def keep(client, name, query, **more):
    return client.post("/lead-views/new/", {"name": name, "query": query, **more}, follow=True)


def test_what_is_shown_is_kept_under_a_name_and_opens_as_it_was(team, clara):
    make.arrive(source="Fair", company="Fjord AS")
    make.arrive(source="Web", company="Brandl")
    live.route_ready(1)
    asked = f"group={team.uid}&source=fair&sort=owner"

    assert "/lead-views/new/?group=" in clara.get(f"/leads/?{asked}").content.decode()
    said = keep(clara, "<b>Fair</b>", f"{asked}&page=7&nonsense=1").content.decode()

    view = SavedView.objects.get()
    assert view.query == {"group": str(team.uid), "source": "fair", "sort": "owner"}
    assert "&lt;b&gt;Fair&lt;/b&gt;</a>" in said
    assert "<b>Fair" not in said
    opened = clara.get(f"/lead-views/{view.uid}/", follow=True)
    page = opened.content.decode()
    assert 'aria-current="page">&lt;b&gt;Fair' in page
    assert "Fjord AS" in page
    assert "Brandl" not in page
    assert "/lead-views/new/" not in page  # it is kept already
    csv_url = f"/leads/export.csv?{opened.wsgi_request.GET.urlencode()}"
    rows = list(csv.reader(io.StringIO(b"".join(clara.get(csv_url).streaming_content).decode("utf-8-sig"))))
    assert [row[1] for row in rows[1:]] == ["Fjord AS"]


def test_what_is_gone_is_left_out_and_said(team, clara):
    keep(clara, "Mine", f"group={team.uid}&source=Fair")
    view = SavedView.objects.get()
    SavedView.objects.update(query={**view.query, "colour": "red", "stage": "no-such"})
    team.active = False
    team.save()
    make.group("Else").managers.add(team.managers.get(name="Clara"))

    opened = clara.get(f"/lead-views/{view.uid}/", follow=True)

    assert opened.redirect_chain[-1][0] == "/leads/?source=Fair"
    assert "without what does not exist any more: Group, Stage, colour" in opened.content.decode()


def test_a_view_is_its_makers_alone_until_it_is_shared_with_managers(team, clara):
    dora, ana = client_of(team.managers.get(name="Dora")), client_of(Membership.objects.get().rep.user)
    keep(clara, "Overdue", "due=overdue")
    uid = SavedView.objects.get().uid
    for who in (dora, ana):
        assert who.get(f"/lead-views/{uid}/").status_code == 404
        assert "Overdue</a>" not in who.get("/leads/").content.decode()

    clara.post(f"/lead-views/{uid}/change/", {"name": "Too late", "shared": "on"})

    assert "Too late" in dora.get("/leads/").content.decode()
    assert dora.get(f"/lead-views/{uid}/").status_code == 302
    assert ana.get(f"/lead-views/{uid}/").status_code == 404
    assert "Too late" not in ana.get("/leads/").content.decode()
    for act in ("change", "remove"):
        assert dora.post(f"/lead-views/{uid}/{act}/", {"name": "x"}).status_code == 404
    # A rep has views, too, and shares none.
    keep(ana, "Won", "stage=won", shared="on")
    assert not SavedView.objects.get(name="Won").shared
    clara.post(f"/lead-views/{uid}/remove/")
    assert list(SavedView.objects.values_list("name", flat=True)) == ["Won"]


def test_one_name_stands_for_one_view_unless_it_is_replaced(clara):
    keep(clara, "Fair", "source=Fair")
    keep(clara, "Web", "source=Web")

    refused = keep(clara, "fair", "source=Expo")
    assert refused.status_code == 422
    assert "You have a view of this name already." in refused.content.decode()
    uid = SavedView.objects.get(name="Web").uid
    renamed = clara.post(f"/lead-views/{uid}/change/", {"name": "FAIR"})
    assert renamed.status_code == 422
    assert 'value="FAIR"' in renamed.content.decode()  # what was typed stays
    assert {v.name: v.query["source"] for v in SavedView.objects.all()} == {"Fair": "Fair", "Web": "Web"}

    keep(clara, "fair", "source=Expo", replace="1")
    assert {v.name: v.query["source"] for v in SavedView.objects.all()} == {"Fair": "Expo", "Web": "Web"}


@pytest.mark.parametrize(
    ("name", "query"),
    [("", "source=x"), ("x" * 61, "source=x"), ("x\x00", "source=x"), ("x", ""), ("x", "page=2"), ("x", "source=%00"),
     ("x", "status=nonsense"), ("x", "q=" + "y" * 201), ("x", "sort=-arrived")],
)  # fmt: skip
def test_odd_input_is_refused_and_nothing_is_kept(clara, name, query):
    assert keep(clara, name, query).status_code == 422
    assert not SavedView.objects.exists()


def test_there_are_at_most_so_many(clara, monkeypatch):
    monkeypatch.setattr(saved_views, "MOST", 1)
    keep(clara, "One", "source=1")
    assert "delete one first" in keep(clara, "Two", "source=2").content.decode()
    assert SavedView.objects.count() == 1


def test_the_list_asks_as_often_with_three_views_and_leads_as_with_one(clara):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            clara.get("/leads/")
            clara.get("/lead-views/")
        return len(queries)

    keep(clara, "1", "source=1")
    make.arrive()
    asked()
    one = asked()
    for n in "23":
        keep(clara, n, f"source={n}")
    make.arrive(2)
    assert asked() == one
