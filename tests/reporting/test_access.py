"""Who may read what: managers of their groups, reps of themselves; and pages that ask no more for more reps."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import factories as make
from tests.reporting import worked

pytestmark = pytest.mark.django_db
PAGES = ("board", "reports", "reports-csv")


@pytest.fixture
def two_groups():
    """DACH with Ana and one lead of hers, Nordics with Nils and one of his; each with a manager of its own."""
    dach, (ana,) = worked.team("Ana")
    worked.called(worked.given(ana, dach), ana, after=60)
    nordics, (nils,) = worked.team("Nils", name="Nordics")
    worked.called(worked.given(nils, nordics), nils, after=60)
    return dach, ana, nordics, nils


@pytest.mark.parametrize("name", PAGES)
def test_nobody_reads_without_signing_in(client, name):
    assert client.get(reverse(name)).status_code == 302


@pytest.mark.parametrize("name", PAGES)
def test_a_rep_who_manages_nobody_is_refused(client, two_groups, name):
    client.force_login(two_groups[1].user)

    assert client.get(reverse(name)).status_code == 403


@pytest.mark.parametrize("name", ["board", "reports", "rep-report"])
def test_pages_are_only_read(client, two_groups, name):
    client.force_login(two_groups[0].managers.get())

    assert client.post(reverse(name, args=[two_groups[1].uid] if name == "rep-report" else [])).status_code == 405


@pytest.mark.parametrize("name", ["rep-report", "rep-report-csv"])
def test_a_rep_reads_their_own_report_and_no_others(client, two_groups, name):
    _dach, ana, _nordics, nils = two_groups
    client.force_login(ana.user)

    assert client.get(reverse(name, args=[ana.uid])).status_code == 200
    assert client.get(reverse(name, args=[nils.uid])).status_code == 403
    assert client.get(reverse("my-numbers")).status_code == 200


def test_a_rep_is_not_told_of_colleagues(client, two_groups):
    dach, ana, *_ = two_groups
    ben = make.rep("Ben Secret")
    make.join(dach, ben)
    worked.given(ben, dach)
    client.force_login(ana.user)

    text = client.get(reverse("rep-report", args=[ana.uid])).content.decode()

    assert "Secret" not in text
    assert reverse("reports") + "?" not in text


@pytest.mark.parametrize("name", PAGES)
def test_the_group_of_another_manager_does_not_show(client, two_groups, name):
    client.force_login(two_groups[0].managers.get())

    text = client.get(reverse(name)).content.decode()

    assert "Ana" in text
    assert "Nils" not in text
    assert "Nordics" not in text


@pytest.mark.parametrize("name", ["rep-report", "rep-report-csv"])
def test_a_manager_does_not_reach_a_rep_of_another_group(client, two_groups, name):
    _dach, ana, _nordics, nils = two_groups
    client.force_login(two_groups[0].managers.get())

    assert client.get(reverse(name, args=[ana.uid])).status_code == 200
    assert client.get(reverse(name, args=[nils.uid])).status_code == 404
    assert client.get(reverse(name, args=[uuid4()])).status_code == 404


def test_of_a_rep_in_two_groups_a_manager_reads_the_part_of_theirs(client, two_groups):
    dach, ana, nordics, _nils = two_groups
    make.join(nordics, ana)
    worked.given(ana, nordics)
    client.force_login(dach.managers.get())

    context = client.get(reverse("rep-report", args=[ana.uid])).context

    assert context["figures"][0]["value"] == "1"
    assert context["rep"]["group"] == "DACH"


def test_a_foreign_group_cannot_be_chosen(client, two_groups):
    dach, _ana, nordics, _nils = two_groups
    client.force_login(dach.managers.get())

    assert client.get(reverse("board"), {"group": str(nordics.uid)}).status_code == 404
    response = client.get(reverse("reports"), {"group": str(nordics.uid)})
    assert [row["name"] for row in response.context["rows"]] == ["Ana"]
    assert "Nils" not in response.content.decode()


def test_ops_read_everything(client, two_groups):
    client.force_login(make.user("Olga", is_ops=True))

    assert {row["name"] for row in client.get(reverse("reports")).context["rows"]} == {"Ana", "Nils"}
    assert client.get(reverse("rep-report", args=[two_groups[3].uid])).status_code == 200


def test_a_lead_without_a_group_belongs_to_the_managers_of_its_rep(client, two_groups):
    from routing.models import Assignment

    dach, ana, *_ = two_groups
    Assignment.objects.filter(rep=ana).update(group=None)
    client.force_login(dach.managers.get())

    assert [row["name"] for row in client.get(reverse("reports")).context["rows"]] == ["Ana"]


def test_a_choice_of_another_rep_leads_to_their_page(client, two_groups):
    dach, ana, *_ = two_groups
    ben = make.rep("Ben")
    make.join(dach, ben)
    client.force_login(dach.managers.get())

    response = client.get(reverse("rep-report", args=[ana.uid]), {"rep": str(ben.uid), "period": "90"})

    assert response.url == reverse("rep-report", args=[ben.uid]) + "?period=90"


@pytest.mark.parametrize("name", ["board", "reports", "reports-csv", "rep-report"])
def test_three_reps_cost_no_more_queries_than_one(client, name):
    group, (ana,) = worked.team("Ana")
    worked.called(worked.given(ana, group), ana, after=60)
    client.force_login(group.managers.get())
    url = reverse(name, args=[ana.uid] if name == "rep-report" else [])
    client.get(url)

    def cost():
        client.get(url)  # the page that comes first after a change makes the spells in figures anew
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    one = cost()
    for n in ("Ben", "Cleo"):
        rep = make.rep(n)
        make.join(group, rep)
        worked.called(worked.given(rep, group), rep, after=60)

    assert cost() <= one
    assert one <= {"rep-report": 80, "board": 55}.get(
        name, 50
    )  # every figure of three scopes, beside what the others ask
