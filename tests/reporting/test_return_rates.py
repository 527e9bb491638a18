"""How often leads come back: of what was given, by rep and by source, for those who manage who had them."""

import pytest
from django.test import Client
from django.utils import timezone

from leads.models import Lead
from reporting import return_rates, scope
from reps.models import User
from routing import live, returns
from routing.models import Assignment, Return
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(db):
    group = make.group("DACH", [make.rep("Ana"), make.rep("Ben")])
    group.managers.add(make.user("Clara"))
    make.publish(make.rule(group))
    return group


@pytest.fixture
def clara(team):
    return team.managers.get()


def handed_back(**fields):
    lead = Lead.objects.get(pk=make.arrive(**fields).pk)
    live.route_ready(1)
    lead.refresh_from_db()
    owner = lead.owner
    return returns.give_back(lead=lead, rep=owner, by=owner.user, reason=Return.Reason.SPAM, note="Casino")


def rates(user, by):
    now = timezone.now()
    return return_rates.rates(scope.overseen(user, now=now), now=now)[by]


def opened(user):
    client = Client()
    client.force_login(user)
    return client.get("/reports/returns/")


def test_rates_are_of_what_was_given(clara):
    back = [handed_back(source="Trade fair") for _ in range(2)]
    for _ in range(4):
        make.arrive(source="Trade fair")
        make.arrive(source="Website")
    live.route_ready(1)
    returns.rule_on(given_back=back[0], approve=True, by=clara)
    returns.rule_on(given_back=back[1], approve=False, by=clara)

    assert [(r.name, r.given, r.returned, r.approved) for r in rates(clara, "source")] == [("Trade fair", 6, 2, 1)]
    assert sum(r.returned for r in rates(clara, "rep")) == 2
    page = opened(clara).content.decode()
    assert "Trade fair" in page
    assert "2 of 6" in page


def test_what_an_import_brought_counts_for_nobody(clara):
    handed_back(source="Trade fair")
    make.arrive(source="Trade fair")
    live.route_ready(1)
    Assignment.objects.filter(end="").update(how=Assignment.How.HISTORY)

    assert [(r.given, r.returned) for r in rates(clara, "source")] == [(1, 1)]


def test_two_reps_of_one_name_are_two(clara, team):
    for rep in team.memberships.values_list("rep__user", flat=True):
        User.objects.filter(pk=rep).update(name="Ana")
    handed_back()
    handed_back()

    assert [(r.name, r.given, r.returned) for r in rates(clara, "rep")] == [("Ana", 1, 1)] * 2


def test_a_manager_reads_of_their_own_groups_and_a_rep_nothing(clara, team):
    row = handed_back(source="Trade fair")
    other = make.group("Nordics", [make.rep("Eva")])
    other.managers.add(make.user("Doris"))

    assert "Trade fair" not in opened(other.managers.get()).content.decode()
    assert "Trade fair" in opened(make.user("Odile", is_ops=True)).content.decode()
    assert opened(row.rep.user).status_code == 403
