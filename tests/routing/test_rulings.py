"""Managers rule on what reps handed back: whose it is to rule, and what a ruling does."""

import pytest
from django.test import Client

from leads.models import Lead
from reps.models import Group
from routing import live, returns
from routing.models import LedgerEntry, Return
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
    return signed_in(team.managers.get())


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def handed_back(reason="spam", note="Casino", **fields):
    lead = Lead.objects.get(pk=make.arrive(**fields).pk)
    live.route_ready(1)
    lead.refresh_from_db()
    owner = lead.owner
    return returns.give_back(lead=lead, rep=owner, by=owner.user, reason=Return.Reason(reason), note=note)


def ruled(client, row, said):
    return client.post(f"/returns/{row.lead.uid}/{row.hop}/", {"ruling": said}, follow=True).content.decode()


def test_a_manager_reads_why_and_approves(clara, team):
    row = handed_back(company="Lucky Ltd")
    page = clara.get("/returns/").content.decode()
    assert all(text in page for text in ("Lucky Ltd", "Casino", row.rep.name, "It counts as theirs until you approve."))
    assert '<span class="quiet num">1</span>' in clara.get("/to-assign/").content.decode()

    answer = ruled(clara, row, "approved")

    assert f"does not count for {row.rep.name} any more" in answer
    assert LedgerEntry.objects.filter(kind="reversed", winner=row.rep_id).count() == 1
    assert "Nothing to rule on" in answer
    assert "Lucky Ltd" in clara.get("/returns/?show=approved").content.decode()


def test_refused_it_counts(clara, team):
    row = handed_back()

    assert f"it counts as a lead of {row.rep.name}" in ruled(clara, row, "refused")

    assert not LedgerEntry.objects.filter(kind="reversed").exists()
    assert "ruled on it before" in ruled(clara, row, "approved")


def test_nobody_rules_on_their_own(team):
    row = handed_back()
    team.managers.add(row.rep.user)
    own = signed_in(row.rep.user)

    assert "another manager rules on it" in own.get("/returns/").content.decode()
    assert "another manager rules on it" in ruled(own, row, "approved")
    assert Return.objects.get().ruling == ""


def test_managers_see_what_their_own_groups_gave(clara, team):
    row = handed_back()
    other = make.group("Nordics", [make.rep("Eva")])
    other.managers.add(make.user("Doris"))
    doris = signed_in(other.managers.get())

    assert "Nothing to rule on" in doris.get("/returns/").content.decode()
    assert doris.post(f"/returns/{row.lead.uid}/{row.hop}/", {"ruling": "approved"}).status_code == 404
    assert signed_in(row.rep.user).get("/returns/").status_code == 403
    assert signed_in(make.user("Odile", is_ops=True)).get("/returns/").context["rows"][0]["may_rule"]


def test_a_lead_a_manager_may_not_read_is_not_named(team):
    row = handed_back(company="Secret Ltd")
    Group.objects.filter(pk=team.pk).update(pool="blind", blind_for_managers=True)
    manager = team.memberships.exclude(rep=row.rep).get().rep.user
    team.managers.add(manager)

    page = signed_in(manager).get("/returns/").content.decode()

    assert "Secret Ltd" not in page
    assert "A lead you may not read" in page


@pytest.mark.parametrize("said", ["", "maybe", "\x00"])
def test_nonsense_is_answered(clara, team, said):
    row = handed_back()

    assert "Choose whether you approve it." in ruled(clara, row, said)
    assert clara.get("/returns/?show=x&reason=y&q=%00&page=z").status_code == 200
    assert clara.post(f"/returns/{row.lead.uid}/99999999999999999999/", {"ruling": "approved"}).status_code == 404


def test_it_asks_as_often_for_three_as_for_one(clara, team, django_assert_max_num_queries):
    counts = []
    clara.get("/returns/")  # the first page of a session notes who came
    for _ in range(2):
        handed_back()
        with django_assert_max_num_queries(60) as asked:
            clara.get("/returns/")
        counts.append(len(asked))
        handed_back()

    assert counts[0] == counts[1]
