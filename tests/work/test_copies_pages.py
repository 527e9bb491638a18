"""The page of a rep's own address, and what is done with mails nobody could match."""

import pytest
from django.test import Client
from django.utils import timezone

from leads import copies
from leads.models import CopiedMail, Touch
from routing import live
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(db):
    ana = make.rep("Ana")
    make.publish(make.rule(make.group("DACH", [ana])))
    return ana


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def unmatched(rep, **fields):
    values = {"people": ["m@brandl.example"], "subject": "Our <offer>", "text": "Hello", "outbound": True, "key": "k"}
    now = timezone.now()
    return CopiedMail.objects.create(rep=rep, at=now, received_at=now, **values | fields)


def test_without_a_door_the_page_says_what_ops_must_do(ana):
    page = signed_in(ana.user).get("/my-leads/mails/").content.decode()

    assert "Nothing takes such mails yet" in page
    assert "Give me an address" not in page


def test_a_rep_gets_an_address_and_renews_it(ana):
    make.connection("mailbox", settings={"own_address": "leads@in.example", "copies": "domain"})
    client = signed_in(ana.user)
    client.post("/my-leads/mails/address/")
    first = copies.address_of(ana)
    assert first.endswith("@in.example")
    assert first in client.get("/my-leads/mails/").content.decode()

    client.post("/my-leads/mails/address/")
    assert copies.address_of(ana) != first


def test_a_mail_nobody_knew_is_logged_on_a_lead_of_ones_own(ana):
    lead = make.arrive(name="Miriam Vogt", company="Brandl")
    live.route_ready(1)
    mail, client = unmatched(ana), signed_in(ana.user)
    assert "Mails not matched 1" in client.get("/my-leads/").content.decode()
    assert "Our &lt;offer&gt;" in client.get("/my-leads/mails/").content.decode()
    assert "Brandl" in client.get(f"/my-leads/mails/{mail.uid}/log/?q=brandl").content.decode()

    client.post(f"/my-leads/mails/{mail.uid}/log/", {"lead": lead.uid})
    client.post(f"/my-leads/mails/{mail.uid}/log/", {"lead": lead.uid})

    assert Touch.objects.get().lead == lead
    assert CopiedMail.objects.get().state == "logged"


def test_ignored_it_is_forgotten(ana):
    mail = unmatched(ana)
    signed_in(ana.user).post(f"/my-leads/mails/{mail.uid}/ignore/")

    mail.refresh_from_db()
    assert (mail.state, mail.people, mail.subject, mail.text) == ("ignored", [], "", "")


def test_neither_mails_nor_leads_of_others_are_there(ana):
    ben = make.rep("Ben")
    lead = make.arrive()
    live.route_ready(1)
    mail, bens = unmatched(ana), unmatched(ben)
    client = signed_in(ben.user)

    assert client.get(f"/my-leads/mails/{mail.uid}/log/").status_code == 404
    assert client.post(f"/my-leads/mails/{mail.uid}/ignore/").status_code == 404
    assert client.post(f"/my-leads/mails/{bens.uid}/log/", {"lead": lead.uid}).status_code == 404
    assert client.post(f"/my-leads/mails/{bens.uid}/log/", {"lead": "x"}).status_code == 404
    assert signed_in(make.user("Odile", is_ops=True)).get("/my-leads/mails/").status_code == 403
    assert not Touch.objects.exists()
