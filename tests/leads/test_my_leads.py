"""My leads: due first, new ones without a reload, acts from the row."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from leads.models import Delivery, Lead
from routing import live
from tests import factories as make

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def ana(db):
    made = make.rep("Ana", cap_open=50)
    make.publish(make.rule(make.group("DACH", [made])))
    return made


@pytest.fixture
def client(ana):
    made = Client()
    made.force_login(ana.user)
    return made


def arrive(count=1, **fields):
    made = make.arrive(count, **fields)
    live.route_ready(1)
    return made


def test_what_is_due_first_stands_first(client):
    later, late, soon = (arrive(company=name) for name in ("Later", "Late", "Soon"))
    for lead, minutes in ((later, 60), (late, -5), (soon, 5)):
        Lead.objects.filter(pk=lead.pk).update(due_at=timezone.now() + timedelta(minutes=minutes))

    page = client.get("/my-leads/").content.decode()

    assert page.index("Late<") < page.index("Soon<") < page.index("Later<")


def test_the_poll_answers_204_until_something_changes_and_then_tells_of_new_leads(client):
    page = client.get("/my-leads/")
    poll = page.context["refresh_url"]

    quiet = client.get(poll, headers=HTMX)
    arrive(company="Brandl")
    told = client.get(poll, headers=HTMX)

    assert quiet.status_code == 204
    assert told.status_code == 200
    assert "Brandl" in told.content.decode()
    assert '<span id="n-all" hx-swap-oob="true">1</span>' in told.content.decode()
    assert '<span id="n-all">0</span>' in page.content.decode()
    assert json.loads(told["HX-Trigger"])["new-lead"]["n"] == 1
    assert not Delivery.objects.filter(channel="in_app", seen_at=None).exists()


def test_a_call_is_logged_from_the_row_and_the_row_moves_on(client):
    lead = arrive(company="Brandl")

    answer = client.post(
        f"/leads/{lead.uid}/touch/",
        {"kind": "call", "outcome": "connected", "minutes": "2,5"},
        headers={**HTMX, "HX-Target": "my-leads"},
    )

    assert "Waiting for your first contact" not in answer.content.decode()
    assert lead.touches.get().duration_seconds == 150


@pytest.mark.parametrize(
    ("path", "data", "says"),
    [
        ("touch", {"kind": "pigeon"}, "no kind of contact"),
        ("touch", {"kind": "call"}, "Say how the call went"),
        ("touch", {"kind": "call", "outcome": "connected", "minutes": "long"}, "as a number"),
        ("touch", {"kind": "call", "outcome": "connected", "minutes": "9999"}, "between 0 minutes and a day"),
        ("note", {"text": "  "}, "Write something first"),
        ("stage", {"stage": "moon"}, "Choose a stage"),
        ("stage", {"stage": "lost"}, "Say why"),
        ("stage", {"stage": "won", "amount": "much"}, "as a number"),
        ("stage", {"stage": "won", "amount": "-5"}, "out of range"),
        ("return", {"reason": "mood"}, "Choose a reason"),
    ],
)
def test_bad_input_is_told_and_changes_nothing(client, path, data, says):
    lead = arrive()

    answer = client.post(f"/leads/{lead.uid}/{path}/", data, follow=True)

    assert answer.status_code == 200
    assert says in answer.content.decode()
    assert Lead.objects.get().stage.key == "new"
    assert not lead.touches.exists()


def test_a_returned_lead_goes_to_to_assign_with_its_reason(client, ana):
    lead = arrive()

    client.post(f"/leads/{lead.uid}/return/", {"reason": "spam", "note": "A test"})

    lead.refresh_from_db()
    assert (lead.state, lead.owner, lead.reason) == ("desk", None, "returned")
    assert lead.returns.get().reason == "spam"


def test_the_duty_switch_is_obeyed_by_the_next_decision(client, ana):
    client.post("/duty/", {})
    off = arrive()
    client.post("/duty/", {"on": "1"})
    on = arrive()

    assert [Lead.objects.get(pk=x.pk).state for x in (off, on)] == ["desk", "assigned"]


def test_the_page_asks_the_database_as_often_for_three_leads_as_for_one(client, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for _ in range(2):
        arrive(3)
        client.get("/my-leads/")
        with CaptureQueriesContext(connection) as asked:
            client.get("/my-leads/")
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_sign_in_is_throttled_for_the_pair_of_name_and_address(settings, ana):
    settings.AXES_ENABLED = True
    client = Client()
    for _ in range(6):
        wrong = client.post("/login/", {"username": ana.user.email, "password": "wrong"})
    right = client.post("/login/", {"username": ana.user.email, "password": "correct horse battery"})

    assert wrong.status_code == right.status_code == 429
    assert (
        Client(REMOTE_ADDR="10.9.8.7")
        .post("/login/", {"username": ana.user.email.upper(), "password": "correct horse battery"})
        .status_code
        == 302
    )


def test_an_amount_reads_the_same_on_every_page(client, ana):
    lead = arrive(deal_size={"amount": "12345.60", "currency": "EUR"})
    ana.user.is_ops = True
    ana.user.save()

    pages = [client.get(url).content.decode() for url in ("/my-leads/", f"/leads/{lead.uid}/", "/leads/")]

    assert ["12,345.60" in page for page in pages] == [True, True, True]
    assert not any("12,346" in page for page in pages)
