"""What people give by hand becomes a rule of the draft: looked for, offered, put there, put aside."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from leads.models import Lead
from reps.models import Group
from routing import hand, hand_rules, live, rulesets
from routing.models import HandRule, Rule, RuleSet
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    ana, ben, kim = (make.rep(name) for name in ("Ana", "Ben", "Kim"))
    group = make.group("Sales", [ana, ben, kim])
    group.managers.add(make.user("Clara"))
    make.publish({"to": Rule.To.DESK, "name": "By people", "condition": None})
    return group


@pytest.fixture
def clara(team):
    client = Client()
    client.force_login(team.managers.get())
    return client


def given(team, name, count=1, **facts):
    """Leads that Clara gave to a rep."""
    leads = make.arrive(count, **facts)
    live.route_ready(1)
    rep = team.memberships.get(rep__user__name=name).rep
    for lead in leads if count > 1 else [leads]:
        lead.refresh_from_db()
        hand.give(lead=lead, rep=rep, group=team, by=team.managers.get())


def spain(team):
    given(team, "Ana", 9, country="ES", language="es")
    given(team, "Ben", country="ES")
    given(team, "Kim", 9, country="FR")


def find():
    return hand_rules.find(division=1, now=timezone.now())


def shown(client):
    return client.get("/to-assign/by-hand/").content.decode()


def test_it_is_found_with_its_counts_and_put_into_the_draft(team, clara):
    spain(team)
    page = shown(clara)

    assert "9 of 10 leads from Spain went to Ana by hand." in page
    assert "1 of them went to somebody else." in page
    assert "9 of 9 leads from France went to Kim by hand." in page
    offer = HandRule.objects.get(rep__user__name="Ana")
    answer = clara.post(f"/to-assign/by-hand/{offer.uid}/", {"do": "put"}, follow=True).content.decode()

    assert "It decides nothing until you publish it." in answer
    assert [(r.name, r.to) for r in Rule.objects.order_by("position")] == [
        ("Country is Spain", "rep"),
        ("By people", "desk"),
    ]
    row = RuleSet.objects.get()
    assert (row.versions.count(), rulesets.reads_the_same(row)) == (1, False)  # nothing is published by it
    assert "from Spain" not in shown(clara)  # nor offered again
    assert (
        "not offered any more"
        in clara.post(f"/to-assign/by-hand/{offer.uid}/", {"do": "put"}, follow=True).content.decode()
    )
    make.publish()
    lead = make.arrive(country="ES")
    live.route_ready(1)
    lead.refresh_from_db()
    assert lead.owner.name == "Ana"


def test_taken_out_of_the_draft_unpublished_it_is_offered_again(team, clara):
    spain(team)
    find()
    offer = HandRule.objects.get(rep__user__name="Ana")
    url = f"/to-assign/by-hand/{offer.uid}/"
    clara.post(url, {"do": "put"})
    assert "from Spain" not in shown(clara)  # it stands in the draft
    Rule.objects.get(rep__user__name="Ana").delete()

    assert "from Spain" in shown(clara)
    clara.post(url, {"do": "put"})
    make.publish()
    Rule.objects.get(rep__user__name="Ana").delete()
    assert "from Spain" not in shown(clara)  # it was published, so taking it out is a decision


def test_brought_back_into_the_draft_it_is_not_put_there_twice(team, clara):
    spain(team)
    find()
    offer = HandRule.objects.get(rep__user__name="Ana")
    hand_rules.put(offer=offer, by=team.managers.get(), now=timezone.now())
    HandRule.objects.update(put_at=None)

    hand_rules.put(offer=offer, by=team.managers.get(), now=timezone.now())

    assert Rule.objects.filter(rep__user__name="Ana").count() == 1


def test_put_aside_it_stays_aside_until_it_is_brought_back(team, clara):
    spain(team)
    find()
    offer = HandRule.objects.get(rep__user__name="Ana")
    clara.post(f"/to-assign/by-hand/{offer.uid}/", {"do": "aside"})
    given(team, "Ana", country="ES")
    page = shown(clara)

    assert "1 was put aside" in page
    assert 'value="put">Put it into the draft<span class="sr"> 10 of 11' not in page
    clara.post(f"/to-assign/by-hand/{offer.uid}/", {"do": "back"})
    assert "10 of 11 leads from Spain went to Ana by hand." in shown(clara)


def test_what_rules_gave_is_said_too(team):
    rules = RuleSet.objects.get()
    big = {"field": "employees", "operator": "at_least", "value": 1000}
    desk = rules.rules.get()
    rules.rules.filter(pk=desk.pk).update(position=5)
    make_rule = {"to": Rule.To.GROUP, "group": team, "condition": big, "name": "Large"}
    rules.rules.create(position=1, **make_rule)
    rules.rules.create(position=6, name="Rest", to=Rule.To.GROUP, group=team)
    rules.rules.filter(pk=desk.pk).update(condition={"field": "source", "operator": "is", "value": "Fair"})
    make.publish()
    given(team, "Ana", 11, country="ES", source="Fair")
    given(team, "Ben", 9, country="FR", source="Fair")
    make.arrive(2, country="ES")  # given away by the last rule, which would stand behind the new one
    make.arrive(2, country="ES", employees=5000)  # by the first, which would stand before it
    live.route_ready(1)
    find()

    offer = HandRule.objects.get(rep__user__name="Ana")
    ruled = Lead.objects.filter(country="ES", assignments__how="rule").exclude(owner__user__name="Ana")
    behind = ruled.filter(decisions__rule_name="Rest").count()
    assert behind > 0
    assert (offer.given, offer.leads, offer.also, offer.ahead) == (11, 11, behind, str(desk.key))

    make.arrive(9, country="ES")  # it would take as many from the rules as it would save: no rule
    live.route_ready(1)
    find()
    assert not HandRule.objects.filter(rep__user__name="Ana").exists()


def test_hidden_and_old_and_own_leads_are_no_evidence(team):
    spain(team)
    Group.objects.filter(pk=team.pk).update(pool=Group.Pool.BLIND)
    assert find() == 0
    Group.objects.filter(pk=team.pk).update(pool=Group.Pool.NONE)
    assert find() == 2
    assert hand_rules.find(division=1, now=timezone.now() + timedelta(days=31)) == 0
    assert not HandRule.objects.exists()  # what nothing speaks for any more is offered no more


def test_a_rep_who_left_is_offered_nothing(team):
    spain(team)
    ana = team.memberships.get(rep__user__name="Ana").rep
    type(ana).objects.filter(pk=ana.pk).update(active=False)

    find()
    assert [row.rep.name for row in HandRule.objects.all()] == ["Kim"]


def test_who_does_not_write_the_rules_sees_none(team, clara):
    spain(team)
    make.group("Others", [make.rep("Lea")])  # Clara does not answer for all groups any more
    find()
    offer = HandRule.objects.first()

    assert "Rules that would have done it" not in shown(clara)
    assert clara.post(f"/to-assign/by-hand/{offer.uid}/", {"do": "put"}).status_code == 403
