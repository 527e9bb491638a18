"""Deliveries at a connection's address: kept first, answered, handled after, once, whatever comes."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection as database
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone

from config.lib import signing
from leads import inbound, secrets
from leads.connector import Came
from leads.connectors import sources
from leads.models import Attribute, Inbound, Intake, Lead, LeadEventPrivate, LeadFacts, LeadPrivate
from routing import live
from tests import factories as make

pytestmark = pytest.mark.django_db
PERSON = {"name": "Ann Bauer", "email": "ann.bauer@example.net", "company": "Bauer Marine"}


def post(door, body, **headers):
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    return Client().post(make.address(door), text, content_type="application/json", headers=headers)


def handled():
    while inbound.handle_due(now=timezone.now() + timedelta(seconds=1)):
        pass


def test_a_delivery_is_kept_before_it_is_read(django_capture_on_commit_callbacks):
    door = make.connection("webhook")

    answer = post(door, PERSON)

    assert answer.status_code == 200
    assert answer.json() == {"received": True}
    row = Inbound.objects.get()
    assert (row.state, json.loads(bytes(row.body))) == ("kept", PERSON)
    assert not Lead.objects.exists()


def test_a_handled_delivery_is_a_lead_with_the_sources_words():
    door = make.connection("webhook", source="Partner portal", intent="demo")
    post(
        door,
        {**PERSON, "Budget": "10k", "utm_campaign": "spring", "utm_source": "news", "page_url": "https://x.example/"},
    )

    handled()

    lead, details = Lead.objects.get(), LeadPrivate.objects.get()
    assert (lead.source, lead.intent, lead.channel, lead.campaign) == ("Partner portal", "demo", "web hook", "spring")
    assert details.answers == {"Budget": "10k"}
    assert details.tracking == {"utm_campaign": "spring", "utm_source": "news", "landing_page": "https://x.example/"}
    row = Inbound.objects.get()
    assert (row.state, row.error) == ("handled", "")
    assert [i.outcome for i in row.intakes.all()] == ["new"]


def test_a_value_that_cannot_be_read_stays_as_an_answer_and_is_told():
    post(make.connection("webhook"), {**PERSON, "country": "Atlantis", "email": "no address"})

    handled()

    details = LeadPrivate.objects.get()
    assert (details.name, details.email, details.lead.country) == ("Ann Bauer", "", "")
    assert details.answers == {"country": "Atlantis", "email": "no address"}
    assert "Atlantis" in Intake.objects.get().error


def test_an_answer_rules_cannot_ask_is_kept_as_it_was_sent_beside_the_others():
    Attribute.objects.create(key="seats", label="Seats", type="number", question="How many seats?")
    post(make.connection("webhook"), {**PERSON, "How many seats?": "a lot", "Colour": "blue"})

    handled()

    assert LeadPrivate.objects.get().answers == {"Colour": "blue", "How many seats? (as sent)": "a lot"}
    assert "How many seats?" in Intake.objects.get().error


def test_a_strict_connection_refuses_it_by_field_and_takes_its_neighbours():
    post(make.connection("webhook", strict=True), [PERSON, {"name": "Ben", "country": "Atlantis"}])

    handled()

    assert [p.name for p in LeadPrivate.objects.all()] == ["Ann Bauer"]
    row = Inbound.objects.get()
    assert row.state == "handled"
    assert row.error == "country: “Atlantis” is no country we know."
    assert sorted(row.intakes.values_list("outcome", flat=True)) == ["new", "refused"]


def test_a_changed_mapping_is_run_again_on_what_was_kept():
    door = make.connection("webhook")
    post(door, {"k1": "Ann", "k2": "ann@example.net"})
    handled()
    assert Inbound.objects.get().state == "refused"
    door.mapping = {"name": "k1", "email": "k2"}
    door.save()

    inbound.replay(pks=[Inbound.objects.get().pk], now=timezone.now())
    handled()

    assert LeadPrivate.objects.get().email == "ann@example.net"
    assert Inbound.objects.get().state == "handled"


def test_run_again_by_a_better_mapping_fills_what_was_empty_and_changes_nothing_else():
    rep = make.rep("Ana")
    make.publish(make.rule(make.group("Inbound", [rep])))
    door = make.connection("webhook", mapping={"name": "n", "email": "m"})
    post(door, {"n": "Ann Bauer", "m": "ann@example.net", "firm": "Bauer Marine", "land": "DE"})
    handled()
    live.route_ready(1)
    lead = Lead.objects.get()
    LeadPrivate.objects.update(name="Anna Bauer")
    door.mapping = {"name": "n", "email": "m", "company": "firm", "country": "land"}
    door.save()

    for _n in range(2):
        inbound.replay(pks=[Inbound.objects.get().pk], now=timezone.now())
        handled()

    lead.refresh_from_db()
    details = LeadPrivate.objects.get()
    assert (lead.owner, lead.country, details.company, details.name) == (rep, "DE", "Bauer Marine", "Anna Bauer")
    assert LeadFacts.objects.latest("n").facts["company"] == "Bauer Marine"
    assert LeadFacts.objects.count() == 2
    noted = LeadEventPrivate.objects.filter(event__kind="noted")
    assert [n.payload["text"] for n in noted] == ["Filled in from its delivery, which was run again: company, country."]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b"{", "JSON"),
        (b'{"name": "a\x00b"}', "JSON"),
        (b"[" * 10_000, "deep"),
        (b"\xff\xfe{", "UTF-8"),
        (b'{"a": 1, "a": 2}', "twice"),
        (b'{"n": NaN}', "NaN"),
        (b'"text"', "object"),
        (b"{}", "nobody"),
        (b"[3, []]", "no JSON object"),
    ],
)
def test_what_cannot_be_read_is_kept_with_its_reason(body, named):
    post(make.connection("webhook"), body)

    handled()

    row = Inbound.objects.get()
    assert row.state == "refused"
    assert named in row.error
    assert not Lead.objects.exists()


def test_what_cannot_be_stored_is_taken_out_and_the_lead_is_taken():
    post(make.connection("webhook"), '{"name": "A\\u0000nn \\ud800", "email": "ann@example.net"}')

    handled()

    assert LeadPrivate.objects.get().name == "Ann ?"


def test_an_entry_that_is_no_lead_costs_its_neighbours_nothing():
    post(make.connection("webhook"), b'[{"name": "Ann"}, 3, {"name": "Ben"}]')

    handled()

    assert set(LeadPrivate.objects.values_list("name", flat=True)) == {"Ann", "Ben"}
    assert Inbound.objects.get().state == "handled"
    assert [i.error for i in Intake.objects.filter(outcome="ignored")] == ["Entry 2 is no JSON object."]


def test_an_unknown_address_is_404_and_keeps_nothing():
    answer = Client().post("/in/webhook/AAAAAAAAAAAAAAAAAAAAAAAA/", "{}", content_type="application/json")

    assert answer.status_code == 404
    assert not Inbound.objects.exists()


def test_a_paused_connection_keeps_what_comes_and_handles_it_when_it_goes_on():
    door = make.connection("webhook")
    door.active = False
    door.save()
    assert post(door, PERSON).status_code == 200
    handled()
    assert not Lead.objects.exists()

    door.active = True
    door.save()
    handled()

    assert Lead.objects.count() == 1


def test_a_connector_that_raises_is_tried_five_times_and_set_aside(monkeypatch):
    def breaks(*_):
        raise RuntimeError("out of tune")

    post(make.connection("webhook"), PERSON)
    monkeypatch.setattr(type(sources()["webhook"]), "read", breaks)
    now = timezone.now()
    for n in range(12):
        inbound.handle_due(now=now + timedelta(minutes=n))

    row = Inbound.objects.get()
    assert (row.state, row.tries) == ("set_aside", 5)
    assert "out of tune" in row.error


def test_one_that_never_came_back_is_set_aside_too(monkeypatch):
    """As a process that died leaves it: the try counted, nothing else written."""
    post(make.connection("webhook"), PERSON)
    Inbound.objects.update(tries=5)

    handled()

    assert Inbound.objects.get().state == "set_aside"


def test_a_try_that_was_told_to_run_again_meanwhile_writes_nothing(monkeypatch):
    """Its number alone does not tell it from the first try after: that one counts from one, too."""
    post(make.connection("webhook"), PERSON)
    row, now = Inbound.objects.get(), timezone.now()

    def breaks(*_):
        inbound.replay(pks=[row.pk], now=now)
        Inbound.objects.update(tries=1, due_at=now + timedelta(hours=1))  # as the next, that holds it now
        raise RuntimeError("out of tune")

    monkeypatch.setattr(type(sources()["webhook"]), "read", breaks)
    inbound.handle_due(now=now, most=1)

    row.refresh_from_db()
    assert (row.error, row.tries, row.due_at) == ("", 1, now + timedelta(hours=1))


def test_a_repeat_whose_first_was_refused_just_now_is_kept_itself(monkeypatch):
    door, at = make.connection("webhook"), timezone.now()
    came = Came("POST", "https://x.example/", {}, {}, b"{}", at)
    real, calls = QuerySet.bulk_create, []

    def lost(self, *given, **options):
        calls.append(1)
        return real(self, *given, **options) if len(calls) > 1 else []

    monkeypatch.setattr(QuerySet, "bulk_create", lost)

    kept = inbound.keep(connection=door, came=came, delivery_id="one")

    assert (kept.repeated, kept.inbound.delivery_id, len(calls)) == (False, "one", 2)


def signed_standard(door, body, *, secret, at=None, key="msg_1"):
    from standardwebhooks import Webhook

    at = at or timezone.now()
    return post(
        door,
        body,
        **{
            "webhook-id": key,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(secret).sign(key, at, body),
        },
    )


SECRET, OTHER = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


def test_standard_webhooks_are_taken_once_by_their_id():
    door = make.connection("webhook", settings={"signature": "standard"}, secrets={"secret": SECRET})
    body = json.dumps(PERSON)

    answers = [signed_standard(door, body, secret=SECRET) for _n in range(3)]
    handled()

    assert {a.status_code for a in answers} == {200}
    assert len({a.content for a in answers}) == 1
    row = Inbound.objects.get()
    assert (row.times, row.state) == (3, "handled")
    assert Lead.objects.count() == 1


def test_a_forged_signature_is_refused_shown_and_makes_no_lead():
    door = make.connection("webhook", settings={"signature": "standard"}, secrets={"secret": SECRET})
    now, body = timezone.now(), json.dumps(PERSON)

    answers = [
        signed_standard(door, body, secret=OTHER),
        signed_standard(door, body, secret=SECRET, at=now - timedelta(minutes=6)),
        signed_standard(door, body, secret=SECRET, at=now + timedelta(minutes=6)),
        post(door, body),
        post(
            door, body, **{"webhook-id": "x", "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": ""}
        ),
    ]
    handled()

    assert [a.status_code for a in answers] == [401] * 5
    assert not Lead.objects.exists()
    assert set(Inbound.objects.values_list("state", flat=True)) == {"refused"}


def test_what_was_turned_away_does_not_come_in_when_all_is_run_again():
    door = make.connection("webhook", settings={"signature": "standard"}, secrets={"secret": SECRET})
    signed_standard(door, json.dumps(PERSON), secret=OTHER)
    pks = list(Inbound.objects.values_list("pk", flat=True))

    assert inbound.replay(pks=pks, now=timezone.now()) == 0
    handled()
    assert not Lead.objects.exists()

    secrets.put(door, {"secret": OTHER}, now=timezone.now())  # it was ours that was wrong
    door.save()
    assert inbound.replay(pks=pks, now=timezone.now()) == 1
    handled()
    assert Lead.objects.count() == 1


def test_one_that_was_turned_away_is_taken_by_hand():
    door = make.connection("webhook", settings={"signature": "standard"}, secrets={"secret": SECRET})
    post(door, PERSON)

    assert inbound.replay(pks=[Inbound.objects.get().pk], now=timezone.now(), by_hand=True) == 1
    handled()

    assert Lead.objects.count() == 1


def test_while_a_secret_is_changed_both_are_good_and_then_the_old_one_is_not():
    door = make.connection("webhook", settings={"signature": "standard"}, secrets={"secret": SECRET})
    now, body = timezone.now(), json.dumps(PERSON)
    secrets.put(door, {"secret": OTHER}, now=now)
    door.save()

    assert signed_standard(door, body, secret=SECRET, key="a").status_code == 200
    assert signed_standard(door, body, secret=OTHER, key="b").status_code == 200
    assert secrets.configured(door, now=now + timedelta(hours=25)).secrets["secret"] == (OTHER,)


def test_a_plain_hmac_is_over_the_raw_bytes():
    door = make.connection("webhook", settings={"signature": "plain"}, secrets={"secret": "s3cret"})
    body = json.dumps(PERSON, indent=1).encode()
    good = signing.hex_of(b"s3cret", body)

    assert post(door, body, **{"x-signature": f"sha256={good}"}).status_code == 200
    assert post(door, json.dumps(PERSON), **{"x-signature": good}).status_code == 401
    assert post(door, body, **{"x-signature": good[:-1]}).status_code == 401


def test_secrets_stand_nowhere_in_plain_text():
    make.connection("webhook", secrets={"secret": "s3cret-in-plain"})

    with database.cursor() as cursor:
        cursor.execute("SELECT c::text FROM leads_connection c UNION ALL SELECT e::text FROM leads_connectionevent e")
        stored = " ".join(row[0] for row in cursor.fetchall())

    assert "s3cret-in-plain" not in stored


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_the_same_person_twenty_times_at_once_is_one_lead_and_nineteen_enquiries():
    rep = make.rep("Ana")
    make.publish(make.rule(make.group("Inbound", [rep])))
    door = make.connection("webhook")
    for _n in range(20):
        post(door, PERSON)
    later = timezone.now() + timedelta(seconds=30)

    def work():
        try:
            while inbound.handle_due(now=later):
                pass
        finally:
            database.close()

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(work) for _n in range(8)]:
            done.result()
    while inbound.handle_due(now=later + timedelta(minutes=2)):
        pass

    assert Lead.objects.count() == 1
    outcomes = list(Intake.objects.values_list("outcome", flat=True))
    assert (outcomes.count("new"), outcomes.count("enquiry")) == (1, 19)
    assert set(Inbound.objects.values_list("state", flat=True)) == {"handled"}
