"""Test leads: their mails go to the inbox for tests, they are marked everywhere, and one click deletes them truly."""

import json
import uuid

import pytest
from django.apps import apps
from django.core import mail
from django.db import models
from django.test import Client
from django.utils import timezone

from leads import dispatch, inbound
from leads.models import Contact, Inbound, Intake, Lead
from reps.models import Division
from routing import hand, live, watch
from routing.models import Act, Decision, LedgerEntry
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(db):
    ana, boss = make.rep("Ana"), make.user("Boss")
    made = make.group("DACH", [ana])
    made.managers.add(boss)
    make.publish(make.rule(made, name="All"))
    return made, ana, boss


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def arrive_test(**fields):
    lead = make.arrive(test=True, **fields)
    live.route_ready(1)
    return Lead.objects.get(pk=lead.pk)


def traces(lead):
    """Every row of ours that still points to the lead, by whatever column."""
    found = []
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey) and field.related_model is Lead:
                found += [model._meta.label] * model.objects.filter(**{field.attname: lead.pk}).count()
    return found


def test_mails_about_a_test_go_to_the_inbox_for_tests(team):
    Division.objects.update(test_inbox="tests@ops.example.net")
    arrive_test(company="Tryout")
    make.arrive(company="Real")
    live.route_ready(1)

    dispatch.drain(now=timezone.now())

    test, real = sorted(mail.outbox, key=lambda m: m.to, reverse=True)
    assert (test.to, real.to) == (["tests@ops.example.net"], [team[1].user.email])
    assert test.subject.startswith("[Test] ")
    assert "would have gone to Ana" in test.body
    assert "would have gone to Ana" in test.alternatives[0][0]
    assert "would have gone" not in real.body
    told = signed_in(team[2]).get(f"/leads/{Lead.objects.get(kind='test').uid}/").content.decode()
    assert "the inbox for tests, instead of Ana" in told


def test_without_one_they_go_to_the_rep_marked(team):
    arrive_test()
    dispatch.drain(now=timezone.now())

    (told,) = mail.outbox
    assert (told.to, told.subject[:7]) == ([team[1].user.email], "[Test] ")


def test_a_test_is_marked_in_my_leads_and_kept_from_the_list(team):
    arrive_test(company="Tryout")
    boss = signed_in(team[2])

    assert ">Test</span>" in signed_in(team[1].user).get("/my-leads/").content.decode()
    assert "Tryout" not in boss.get("/leads/").content.decode()
    tests = boss.get("/leads/?kind=tests").content.decode()
    assert "Tryout" in tests
    assert "Delete all tests" in tests
    assert "Delete all tests" not in boss.get("/leads/").content.decode()


def test_by_hand_a_manager_tries_with_a_known_person_too(team):
    _group, ana, boss = team
    make.arrive(email="tess@tryout.example")
    sent = {"form": uuid.uuid4().hex, "channel": "Call", "email": "tess@tryout.example", "test": "on"}

    signed_in(boss).post("/add-lead/", {**sent, "go": "give", "rep": str(ana.uid)})
    signed_in(ana.user).post("/add-lead/", {**sent, "form": uuid.uuid4().hex, "go": "keep", "email": "t@other.example"})

    assert Lead.objects.get(kind="test").owner == ana
    # To a rep the choice is not offered, and not taken either.
    assert Lead.objects.get(private__email="t@other.example").kind == "new"
    assert not LedgerEntry.objects.exists()


def test_deleted_nothing_of_it_stays(team):
    connection = make.connection("webhook")
    address = make.address(connection)
    body = {"name": "Tess Tryout", "email": "tess@tryout.example", "company": "Tryout", "test": True}
    Client().post(address, json.dumps(body), content_type="application/json")
    inbound.handle_due(now=timezone.now())
    live.route_ready(1)
    lead = Lead.objects.get()
    signed_in(team[1].user).get(f"/leads/{lead.uid}/")
    signed_in(team[1].user).post(f"/leads/{lead.uid}/note/", {"text": "x"})
    signed_in(team[1].user).post(f"/leads/{lead.uid}/touch/", {"kind": "email"})
    dispatch.drain(now=timezone.now())
    assert len(set(traces(lead))) >= 8
    assert (Inbound.objects.count(), Contact.objects.count(), Decision.objects.count()) == (1, 1, 1)

    answer = signed_in(team[2]).post(f"/leads/{lead.uid}/delete-test/", follow=True)

    assert "1 test deleted" in answer.content.decode()
    assert traces(lead) == []
    left = [m.objects.count() for m in (Lead, Intake, Inbound, Contact, Decision)]
    assert left == [0] * 5
    assert Act.objects.get().result == {"moved": 1, "stayed": {}}
    assert [f for f in watch.audit() if f.broken] == []


def test_a_real_lead_is_never_deleted(team):
    real = make.arrive()
    live.route_ready(1)
    boss = signed_in(team[2])

    assert boss.post(f"/leads/{real.uid}/delete-test/").status_code == 404
    assert hand.clear_tests(leads=[real], by=team[2], now=timezone.now()).count == 0
    boss.post("/leads/delete-tests/")

    assert Lead.objects.filter(pk=real.pk).exists()
    assert "Delete this test" not in boss.get(f"/leads/{real.uid}/").content.decode()


def test_all_of_them_at_once_but_another_teams(team):
    arrive_test()
    arrive_test()
    other = make.group("Iberia", [make.rep("Eva")])
    make.arrive()
    live.route_ready(1)
    theirs = arrive_test()
    Lead.objects.filter(pk=theirs.pk).update(group=other)

    signed_in(team[2]).post("/leads/delete-tests/")

    assert list(Lead.objects.filter(kind="test")) == [theirs]
    assert Lead.objects.filter(kind="new").count() == 1
    assert signed_in(team[1].user).post("/leads/delete-tests/").status_code == 403
    assert [f for f in watch.audit() if f.broken] == []


def test_what_shares_a_person_with_a_real_lead_leaves_the_person(team):
    make.arrive(email="tess@tryout.example")
    lead = arrive_test(email="tess@tryout.example")

    hand.clear_tests(leads=[lead], by=team[2], now=timezone.now())

    assert Contact.objects.count() == 1
