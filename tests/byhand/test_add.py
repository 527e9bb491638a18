"""Adding a lead by hand: who has it is asked first, then it is kept, given, routed, or added to the lead there is."""

import uuid

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from leads import dispatch, free_text
from leads.models import Intake, Lead, LeadEvent
from reps.models import Division
from routing import live, watch
from routing.engine.ledger import UNIT
from routing.models import Assignment, Share
from tests import factories as make
from tests.factories import qualify

pytestmark = pytest.mark.django_db

MESSAGE = """Petra Lindqvist sent the following message at 10:32
Hi Ana, we are looking for cold storage in Malmö. Could you call me? +46 8 5550 1234, or petra@nordfrakt.example
https://www.linkedin.com/in/petra-lindqvist-1a2b3c
"""
PETRA = {"name": "Petra Lindqvist", "company": "Nordfrakt", "email": "petra@nordfrakt.example", "channel": "Call"}


@pytest.fixture
def two(db):
    ana, ben = make.rep("Ana"), make.rep("Ben")
    team = make.group("DACH", [ana, ben])
    make.publish(make.rule(team, name="All"))
    return ana, ben, team


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def send(user, go, **fields):
    sent = {"form": uuid.uuid4().hex, "channel": "Call", "go": go, **fields}
    return signed_in(user).post("/add-lead/", sent)


def audit_is_clean():
    return [f for f in watch.audit() if f.broken] == []


@pytest.mark.parametrize("text", ["Hallo, ich bin Uwe, uwe@nord.example", "Hi Ana\ncall me", "Dear Sirs, a price?"])
def test_a_greeting_is_nobodys_name(text):
    found = free_text.read(text)

    assert "name" not in found
    assert "company" not in found
    assert found["message"] == text


def test_a_rep_keeps_what_they_bring(two):
    ana, _ben, team = two

    answer = send(ana.user, "keep", **PETRA, intent="demo")

    lead = Lead.objects.select_related("private").get()
    assert answer.status_code == 302
    assert answer["Location"] == f"/leads/{lead.uid}/"
    assert (lead.owner, lead.group, lead.sourced_by, lead.state) == (ana, team, ana, "assigned")
    assert (lead.source, lead.channel, lead.intent, lead.private.name) == ("By hand", "Call", "demo", "Petra Lindqvist")
    assert lead.due_at is not None
    # Theirs on top, unless the group counts it; and nobody is told what they know.
    assert not Share.objects.filter(rep=ana).exclude(balance=0).exists()
    dispatch.drain(now=timezone.now())
    assert mail.outbox == []
    assert Intake.objects.get().by == ana.user
    assert audit_is_clean()


def test_a_group_may_count_what_is_kept(two):
    ana, ben, team = two
    team.count_kept = True
    team.save()

    send(ana.user, "keep", **PETRA)

    balances = dict(Share.objects.filter(rep__isnull=False).values_list("rep", "balance"))
    assert balances == {ana.pk: -UNIT // 2, ben.pk: UNIT // 2}
    assert audit_is_clean()


@pytest.mark.parametrize(("counts", "owed"), [(True, -UNIT // 2), (False, None)])
def test_a_manager_gives_it_counted_as_the_group_says(two, counts, owed):
    ana, _ben, team = two
    boss = make.user("Boss")
    team.managers.add(boss)
    team.count_manual = counts
    team.save()

    answer = send(boss, "give", rep=str(ana.uid), **PETRA)

    lead = Lead.objects.get()
    assert (answer["Location"], lead.owner, lead.sourced_by) == ("/add-lead/sent/", ana, None)
    assert Share.objects.filter(rep=ana).values_list("balance", flat=True).first() == owed
    dispatch.drain(now=timezone.now())
    assert [m.to for m in mail.outbox] == [[ana.user.email]]
    assert audit_is_clean()


def test_it_can_go_by_the_rules(two):
    ana, ben, _team = two

    send(ana.user, "route", **PETRA)
    assert Lead.objects.get().state == "ready"
    live.route_ready(1)

    assert Lead.objects.get().owner in {ana, ben}
    assert Assignment.objects.get().how == "rule"


def test_nobody_gives_to_whom_they_do_not_see(two):
    ana, _ben, _team = two
    stranger = make.rep("Stranger")
    make.group("Iberia", [stranger])

    answer = send(ana.user, "give", rep=str(stranger.uid), **PETRA)

    assert answer.status_code == 422
    assert "Choose who gets it" in answer.content.decode()
    assert not Lead.objects.exists()


def test_a_form_sent_twice_adds_one(two):
    ana, _ben, _team = two
    token = uuid.uuid4().hex

    first = send(ana.user, "keep", form=token, **PETRA)
    again = send(ana.user, "keep", form=token, **PETRA)

    assert (first.status_code, first["Location"]) == (again.status_code, again["Location"])
    assert (Lead.objects.count(), Intake.objects.count()) == (1, 1)


def test_somebody_elses_person_is_named_by_the_owner_alone(two):
    ana, ben, _team = two
    send(ana.user, "keep", **PETRA, job_title="Head of Cooling")

    answer = send(ben.user, "keep", phone="+46 8 5550 1234", email=PETRA["email"])

    told = answer.content.decode()
    assert answer.status_code == 409
    assert "<b>Ana</b> has this person." in told
    assert "Head of Cooling" not in told
    assert "Nordfrakt" not in told
    assert str(Lead.objects.get().uid) not in told
    assert 'value="enquiry"' in told
    assert 'value="keep"' not in told


def test_it_is_added_to_the_lead_there_is_and_the_owner_is_told(two):
    ana, ben, _team = two
    send(ana.user, "keep", **PETRA)
    asked = send(ben.user, "keep", email=PETRA["email"])

    answer = send(ben.user, "enquiry", email=PETRA["email"], text="She called again", seen=asked.context["seen"])

    lead = Lead.objects.get()
    assert (answer["Location"], lead.owner) == ("/add-lead/sent/", ana)
    assert LeadEvent.objects.get(kind="enquiry").user == ben.user
    dispatch.drain(now=timezone.now())
    (told,) = mail.outbox
    assert told.to == [ana.user.email]
    assert "She called again" in told.body
    assert audit_is_clean()


def test_a_made_up_mark_opens_nothing(two):
    ana, ben, _team = two
    send(ana.user, "keep", **PETRA)

    for seen in ("", "x", "0" * 24):
        assert send(ben.user, "enquiry", email=PETRA["email"], seen=seen).status_code == 409

    assert LeadEvent.objects.filter(kind="enquiry").count() == 0


def test_somebody_else_of_the_company_is_told_and_does_not_stop(two):
    ana, ben, _team = two
    send(ana.user, "keep", **PETRA)
    other = {"name": "Olof Berg", "company": "nordfrakt", "phone": "+46 8 5550 9999"}

    asked = send(ben.user, "keep", **other)
    assert "<b>Ana</b> has somebody else of this company." in asked.content.decode()
    answer = send(ben.user, "keep", **other, seen=asked.context["seen"])

    assert answer.status_code == 302
    assert Lead.objects.get(private__name="Olof Berg").owner == ben


def test_a_known_account_is_named_with_its_owner(two):
    ana, ben, _team = two
    make.account("Nordfrakt", domain="nordfrakt.example", owner=ana)

    asked = send(ben.user, "route", **PETRA)

    assert asked.status_code == 409
    assert "This company is an account of <b>Ana</b>." in asked.content.decode()


def test_without_one_lead_a_person_a_second_is_made(two):
    ana, ben, _team = two
    Division.objects.update(enquiries=False)
    send(ana.user, "keep", **PETRA)

    asked = send(ben.user, "keep", **PETRA)
    send(ben.user, "keep", **PETRA, seen=asked.context["seen"])

    assert {lead.owner for lead in Lead.objects.all()} == {ana, ben}


def test_a_pasted_message_fills_what_is_empty(two):
    ana, _ben, _team = two

    answer = send(ana.user, "read", company="Nordfrakt AB", text=MESSAGE)

    form = answer.context["form"]
    found = {name: form[name].value() for name in ("phone", "name", "company", "email")}
    assert found == {
        "phone": "+46 8 5550 1234",
        "name": "Petra Lindqvist",
        "company": "Nordfrakt AB",
        "email": "petra@nordfrakt.example",
    }
    assert not Lead.objects.exists()
    # The link in it is read when it is sent, without taking room on a phone.
    send(ana.user, "keep", **found, text=MESSAGE)
    details = Lead.objects.select_related("private").get().private
    assert details.profile_url == "https://www.linkedin.com/in/petra-lindqvist-1a2b3c"
    assert details.message == MESSAGE.strip()


def test_a_profile_alone_is_enough(two):
    ana, _ben, _team = two
    link = "https://www.linkedin.com/in/petra-lindqvist-1a2b3c/"

    read = send(ana.user, "read", text=link)
    send(ana.user, "keep", name=read.context["form"]["name"].value(), text=link)

    details = Lead.objects.select_related("private").get().private
    assert (details.name, details.profile_url, details.message) == ("Petra Lindqvist", link, "")


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"name": "Petra"}, "Say how to reach them"),
        ({"email": "petra at nordfrakt"}, "id_email_error"),
        ({"phone": "1", "country": "Atlantis"}, "Atlantis"),
        ({"phone": "1" * 41}, "at most 40"),
        ({"email": "p@x.example", "channel": "Pigeon"}, "Pigeon"),
        ({"email": "p@x.example", "website": "javascript:alert(1)"}, "no web address"),
        ({"email": "p@x.example", "deal_size": "a lot"}, "number"),
    ],
)
def test_what_cannot_be_read_is_told_at_its_field(two, fields, says):
    answer = send(two[0].user, "keep", **fields)

    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not Lead.objects.exists()


def test_a_referrer_adds_and_sees_status_and_owner_only(two):
    _ana, _ben, team = two
    team.visibility = "all"
    team.save()
    nora = make.user("Nora", is_referrer=True)
    client = signed_in(nora)

    assert client.get("/", follow=True).redirect_chain[-1][0] == "/add-lead/"
    send(nora, "route", **PETRA, job_title="Head of Cooling")
    live.route_ready(1)
    lead = Lead.objects.get()
    told = client.get("/add-lead/sent/").content.decode()

    assert lead.sourced_by is None
    assert "Petra Lindqvist" in told
    assert f"with {lead.owner.name}" in told
    assert PETRA["email"] not in told
    assert str(lead.uid) not in told
    assert send(nora, "keep", **{**PETRA, "email": "x@y.example"}).status_code in {403, 409}
    pages = "leads leads/export.csv board my-leads to-assign rules reports my-numbers pool connections forms imports"
    for path in (f"leads/{lead.uid}", *pages.split()):
        assert client.get(f"/{path}" if path.endswith("csv") else f"/{path}/").status_code in {403, 404}, path


def test_nobody_without_a_role_adds(db):
    assert signed_in(make.user("Guest")).get("/add-lead/").status_code == 403
    assert send(make.user("Guest"), "route", **PETRA).status_code == 403


def test_the_pages_offer_it(two):
    client = signed_in(two[0].user)

    assert 'href="/add-lead/"' in client.get("/my-leads/").content.decode()
    assert client.get("/add-lead/").status_code == 200


@pytest.mark.parametrize("phone", ["12", "call me", "0", "+4"])
def test_a_number_nobody_can_dial_is_no_way_to_reach_somebody(two, phone):
    ana, _ben, _team = two

    answer = send(ana.user, "keep", name="Petra", phone=phone)

    assert answer.status_code == 422
    assert f"“{phone}” cannot be dialled." in answer.content.decode()
    assert not Lead.objects.exists()


@pytest.mark.parametrize("more", [{"phone": "12", "email": "petra@nordfrakt.example"}, {"phone": "+46 8 5550 1234"}])
def test_a_number_that_can_be_dialled_or_another_way_is_enough(two, more):
    ana, _ben, _team = two

    assert send(ana.user, "keep", name="Petra", **more).status_code == 302


def test_who_has_the_person_already_is_told_so_with_the_way_there(two):
    ana, _ben, _team = two
    send(ana.user, "keep", **PETRA)
    lead = Lead.objects.get()

    page = send(ana.user, "check", **PETRA).content.decode()

    assert "You have this person already" in page
    assert f'<a href="/leads/{lead.uid}/">' in page
    assert "Add it to your lead" in page
    assert "Ana" not in page


def test_what_a_rep_of_two_groups_keeps_goes_where_the_rules_would_send_it(db):
    ana = make.rep("Ana")
    team, other = make.group("DACH", [ana]), make.group("Enterprise", [ana])
    prices = make.rule(other, name="Prices", condition=qualify.condition("intent", "is", "pricing"))
    make.publish(prices, make.rule(team))

    send(ana.user, "keep", **PETRA, intent="pricing")
    send(ana.user, "keep", name="Olaf", email="olaf@sund.example", intent="demo")

    kept = dict(Lead.objects.values_list("private__name", "group__name"))
    assert kept == {"Petra Lindqvist": "Enterprise", "Olaf": "DACH"}
    assert audit_is_clean()
