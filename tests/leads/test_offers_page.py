"""An open offer on My leads: what is public, why, until when; yes, no, and too late; the same by REST."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from leads.models import Lead
from routing import live
from routing.models import Offer
from tests import factories as make
from tests.leads.test_word import HIDDEN, PUBLIC, SECRET

pytestmark = pytest.mark.django_db

STEPS = [{"strategy": "availability"}, {"strategy": "weighted"}, {"strategy": "offer", "options": {"seconds": 300}}]


@pytest.fixture
def pair(db):
    ana, ben = make.rep("Ana"), make.rep("Ben")
    team = make.group("DACH", [ana, ben], steps=STEPS)
    make.publish(make.rule(team, name="Secret rule of Heilbronn"))
    return ana, ben, team


@pytest.fixture
def offer(pair):
    make.arrive(**SECRET, **PUBLIC)
    live.route_ready(1)
    return Offer.objects.get()


def signed_in(rep):
    client = Client()
    client.force_login(rep.user)
    return client


def said(response):
    return " ".join(str(message) for message in response.context["messages"])


def test_it_stands_on_top_with_public_fields_the_cause_and_the_instant(pair, offer):
    page = signed_in(pair[0]).get("/my-leads/").content.decode()

    assert page.index('class="offer"') < page.index('id="my-leads"')
    for word in ("A lead for DACH: will you take it?", "Website", "Germany", "Logistics", "Accept", "Decline"):
        assert word in page
    assert "Why you: of the two who could take it all were owed the same" in page
    assert f'datetime="{offer.due_at.isoformat()}"' in page  # there without a script
    assert "Declining counts as your turn." in page


def test_nothing_private_is_on_the_page_in_the_fragment_or_in_rest(pair, offer):
    client = signed_in(pair[0])

    for path in ("/my-leads/", "/my-leads/offers/", "/api/v1/offers/"):
        text = client.get(path).content.decode().casefold()
        assert "germany" in text, path
        assert [word for word in HIDDEN if word in text] == [], path


def test_nobody_else_sees_it(pair, offer):
    _ana, ben, _team = pair

    assert 'class="offer"' not in signed_in(ben).get("/my-leads/").content.decode()
    assert signed_in(ben).get("/api/v1/offers/").json()["offers"] == []
    assert signed_in(ben).post(f"/my-leads/offers/{offer.uid}/accept/").status_code == 404
    assert signed_in(ben).post(f"/api/v1/offers/{offer.uid}/accept/").status_code == 404


def test_accepting_opens_the_lead(pair, offer):
    client = signed_in(pair[0])

    response = client.post(f"/my-leads/offers/{offer.uid}/accept/", follow=True)

    assert response.redirect_chain == [(f"/leads/{offer.lead.uid}/", 302)]
    assert "It is yours." in said(response)
    assert Lead.objects.get().owner == pair[0]


def test_declining_asks_the_next_and_keeps_the_reason(pair, offer):
    ana, ben, team = pair
    team.free_decline = True
    team.save()
    client = signed_in(ana)
    assert "Declining is free" in client.get("/my-leads/").content.decode()

    response = client.post(f"/my-leads/offers/{offer.uid}/decline/", {"reason": "No\x00 time"}, follow=True)
    live.route_ready(1)

    assert "The next in line is asked." in said(response)
    assert Offer.objects.get(answered_at=None).rep == ben
    assert Offer.objects.get(pk=offer.pk).lead.events.get(kind="declined").private.payload == {"reason": "No time"}


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("lapsed", "The time for this offer ran out"),
        ("accepted", "You have taken this lead already."),
        ("declined", "You have declined this lead already."),
        ("withdrawn", "This offer was withdrawn"),
    ],
)
@pytest.mark.parametrize("act", ["accept", "decline"])
def test_too_late_is_said_in_a_sentence(pair, offer, what, says, act):
    client = signed_in(pair[0])
    if what == "lapsed":
        Offer.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    elif what == "withdrawn":
        Offer.objects.update(answered_at=timezone.now(), answer="withdrawn")
    else:
        client.post(f"/my-leads/offers/{offer.uid}/{'accept' if what == 'accepted' else 'decline'}/")

    page = client.post(f"/my-leads/offers/{offer.uid}/{act}/", follow=True)
    rest = client.post(f"/api/v1/offers/{offer.uid}/{act}/", {}, content_type="application/json")

    assert says in said(page)
    assert (rest.status_code, says in rest.json()["detail"]) == (409, True)


def test_the_fragment_answers_204_until_something_changes(pair, offer):
    client = signed_in(pair[0])
    page = client.get("/my-leads/offers/")
    again = page.context["offers_url"]

    quiet = client.get(again, headers={"HX-Request": "true"})
    Offer.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    gone = client.get(again, headers={"HX-Request": "true"})

    assert quiet.status_code == 204
    assert gone.status_code == 200
    assert 'class="offer"' not in gone.content.decode()


def test_by_rest_a_rep_accepts_and_declines(pair, offer):
    ana, ben, _team = pair
    (listed,) = signed_in(ana).get("/api/v1/offers/").json()["offers"]

    assert listed["id"] == str(offer.uid)
    assert listed["facts"]["Country"] == "Germany"
    said_no = signed_in(ana).post(f"/api/v1/offers/{offer.uid}/decline/", {}, content_type="application/json")
    assert said_no.status_code == 204
    live.route_ready(1)
    second = Offer.objects.get(answered_at=None)
    answer = signed_in(ben).post(f"/api/v1/offers/{second.uid}/accept/")
    assert (answer.status_code, answer.json()["lead"]) == (200, str(offer.lead.uid))


def test_keys_and_strangers_have_no_offers(pair, offer):
    key = Client(headers={"Authorization": f"Bearer {make.key_and_secret()[1]}"})

    assert key.get("/api/v1/offers/").status_code in {401, 403}
    assert Client().post(f"/my-leads/offers/{offer.uid}/accept/").status_code == 302
    boss = Client()
    boss.force_login(make.user("Olga", is_ops=True))
    assert boss.get("/my-leads/offers/").status_code == 403
    assert boss.get("/api/v1/offers/").status_code == 403


def test_a_bad_reason_is_named(pair, offer):
    answer = signed_in(pair[0]).post(
        f"/api/v1/offers/{offer.uid}/decline/", {"reason": "x" * 501}, content_type="application/json"
    )

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "reason"
    assert Offer.objects.get().answered_at is None


def test_a_broadcast_pool_is_claimed_like_an_open_one(db):
    ana, ben = make.rep("Ana"), make.rep("Ben")
    steps = [{"strategy": "availability"}, {"strategy": "pool", "options": {"mode": "broadcast"}}]
    make.publish(make.rule(make.group("DACH", [ana, ben], pool="broadcast", steps=steps)))
    make.arrive(**SECRET, **PUBLIC)
    live.route_ready(1)
    client = signed_in(ana)

    page = client.get("/pool/")
    handle = page.context["rows"][0]["handle"]
    taken = client.post(f"/pool/claim/{handle}/")

    assert "Brandl" in page.content.decode()  # open: details are visible to all who were told
    assert taken.status_code == 200
    assert Lead.objects.get().owner == ana
    assert signed_in(ben).post("/pool/claim/nothing/").status_code == 409
