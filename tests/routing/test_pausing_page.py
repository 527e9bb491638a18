"""Pausing from the page, going on after a look, and routing again what a wrong rule gave away."""

import pytest
from django.test import Client
from django.utils import timezone

from leads.models import Lead, Touch
from routing import halt, live, rulesets
from routing.models import Act, RuleSet
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def teams(db):
    """Two groups; Clara manages both, Dora the second only."""
    ana, ben = make.rep("Ana"), make.rep("Ben")
    first, second = make.group("DACH", [ana]), make.group("Nordics", [ben])
    clara, dora = make.user("Clara"), make.user("Dora")
    first.managers.add(clara)
    second.managers.add(clara, dora)
    make.publish(
        make.rule(first, {"field": "country", "operator": "is", "value": "DE"}, name="Germany"),
        make.rule(second, name="The rest"),
    )
    return first, second


def client_of(group, name):
    client = Client()
    client.force_login(group.managers.get(name=name))
    return client


def test_everything_is_paused_looked_at_and_goes_on(teams):
    clara = client_of(teams[0], "Clara")

    said = clara.post("/pausing/", {"what": "all", "why": "New rules"}, follow=True).content.decode()
    lead = make.arrive(country="DE")
    live.route_ready(1)
    board, rules = (clara.get(url).content.decode() for url in ("/board/", "/rules/"))
    look = clara.get("/pausing/?look=all").content.decode()

    assert "Routing is paused" in said
    assert Lead.objects.get(pk=lead.pk).owner is None
    assert all("New leads are not given away." in page and "New rules" in page for page in (board, rules))
    assert "1 lead waits." in look
    assert "1 to Ana (DACH)" in look
    gone_on = clara.post("/pausing/", {"resume": "all"}, follow=True).content.decode()
    live.route_ready(1)
    assert "Routing goes on." in gone_on
    assert Lead.objects.get(pk=lead.pk).owner.name == "Ana"
    assert "New leads are not given away." not in clara.get("/board/").content.decode()


def test_who_manages_one_group_pauses_that_one_only(teams):
    dora = client_of(teams[1], "Dora")
    page = dora.get("/pausing/").content.decode()

    assert "New leads of Nordics" in page
    assert "DACH" not in page
    assert "All new leads" not in page
    for what in ("all", str(teams[0].uid)):
        assert "Select a valid choice" in dora.post("/pausing/", {"what": what, "why": "x"}).content.decode()
    dora.post("/pausing/", {"what": str(teams[1].uid), "why": "Moving"})
    assert list(halt.paused(1).groups) == [teams[1].pk]
    assert dora.post("/pausing/", {"resume": str(teams[0].uid)}).status_code == 404
    halt.pause(division_id=1, group=None, by=None, why="")
    assert dora.post("/pausing/", {"resume": "all"}).status_code == 403
    assert "New leads are not given away." in dora.get("/board/").content.decode()


@pytest.mark.parametrize("key", ["x", "0", "00000000-0000-4000-8000-000000000000"])
def test_what_is_not_there_is_said_so(teams, key):
    clara = client_of(teams[0], "Clara")

    assert clara.get(f"/pausing/?look={key}").status_code == 404
    assert clara.post("/pausing/", {"resume": key}).status_code == 404
    assert clara.post("/pausing/", {"what": "all", "why": ""}).status_code == 200
    assert halt.paused(1) == halt.Paused()


def test_reps_do_not_pause(teams):
    client = Client()
    client.force_login(teams[0].memberships.get().rep.user)

    assert client.get("/pausing/").status_code == 403
    assert "Pause routing" not in client.get("/rules/").content.decode()


@pytest.fixture
def given(teams):
    """Three leads by the first rule: one contacted since."""
    leads = [make.arrive(company=f"Hansa {n}", country="DE") for n in range(3)]
    live.route_ready(1)
    rep = teams[0].memberships.get().rep
    Touch.objects.create(lead_id=leads[0].pk, hop=1, rep=rep, kind="email", at=timezone.now())
    return [Lead.objects.get(pk=lead.pk) for lead in leads]


def again_url(teams):
    return f"/rules/{RuleSet.objects.get().uid}/again/"


def test_leads_are_routed_again_after_a_look(teams, given):
    clara = client_of(teams[0], "Clara")
    url, rule = again_url(teams), _key("Germany")

    assert clara.get("/rules/").content.decode().count(url) == 1
    looked = clara.post(url, {"rule": rule, "go": "look"})
    page = looked.content.decode()
    assert "2 leads go through the rules again." in page
    assert "These stay where they are: 1" in page
    assert Act.objects.count() == 0
    told = {"rule": rule, "go": "do", "looked": looked.context["token"], "why": "Wrong country"}
    done = clara.post(url, told, follow=True).content.decode()

    assert "2 leads went through the rules again." in done
    assert sorted(Lead.objects.values_list("state", flat=True)) == ["assigned", "ready", "ready"]
    assert Act.objects.get().why == "Wrong country"


def test_only_what_was_looked_at_is_routed_again(teams, given):
    clara = client_of(teams[0], "Clara")
    url, rule = again_url(teams), _key("Germany")
    token = clara.post(url, {"rule": rule, "go": "look"}).context["token"]
    Touch.objects.create(lead=given[1], hop=1, rep=given[1].owner, kind="email", at=timezone.now())

    page = clara.post(url, {"rule": rule, "go": "do", "looked": token}).content.decode()

    assert "It is different by now." in page
    assert "1 lead goes through the rules again." in page
    assert Act.objects.count() == 0


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({}, "Say which leads"),
        ({"since": "tomorrow"}, "Enter a valid date/time"),
        ({"since": "2099-01-01T10:00"}, "This is still to come."),
        ({"rule": "zz"}, "Select a valid choice"),
        ({"version": "99"}, "Select a valid choice"),
        ({"rule": "\x00"}, "Select a valid choice"),
    ],
)
def test_odd_choices_are_told(teams, given, asked, says):
    page = client_of(teams[0], "Clara").post(again_url(teams), {**asked, "go": "look"})

    assert page.status_code == 200
    assert says in page.content.decode()
    assert "token" not in page.context


def test_who_may_not_edit_rules_routes_nothing_again(teams, given):
    dora = client_of(teams[1], "Dora")

    assert dora.post(again_url(teams), {"go": "look"}).status_code == 403
    assert "Route leads again" not in dora.get("/rules/").content.decode()


def _key(name):
    return next(rule.key for rule in rulesets.rules_of(RuleSet.objects.get().published).rules if rule.name == name)


def test_where_there_is_no_group_ops_still_go_on():
    ops = make.user("Olga", is_ops=True)
    halt.pause(division_id=1, group=None, by=ops, why="")
    client = Client()
    client.force_login(ops)

    assert [one["ends"] for one in client.get("/pausing/").context["stopped"]] == [True]
