"""Machines are held back, people never: attacks 74 to 77 of our list, and what ops do with what was held."""

import re
from datetime import timedelta

import pytest
from django.test import override_settings
from redis.exceptions import ConnectionError as RedisDown

from leads import capture
from leads.forms import limits, traps
from leads.models import Intake, Lead, WebForm
from tests import factories as make

pytestmark = pytest.mark.django_db

HELD = Intake.Outcome.QUARANTINED


def outcomes():
    return sorted(Intake.objects.values_list("outcome", "error"))


def post(client, form, data, address="203.0.113.7", **headers):
    return client.post(f"/f/{form.uid}/", data, REMOTE_ADDR=address, headers=headers)


# 74: floods


def test_74_a_flood_from_one_address_is_told_to_come_later_and_others_are_taken(client, sent):
    form = make.web_form(per_address=5)

    codes = [post(client, form, sent(form, email=f"bot{n}@spam.example")).status_code for n in range(8)]
    last = post(client, form, sent(form, email="bot9@spam.example", message="Still here"))
    person = post(client, form, sent(form), address="198.51.100.20")

    assert codes == [200] * 5 + [429] * 3
    assert 0 < int(last["Retry-After"]) <= 3600
    assert "Still here" in last.content.decode()
    assert person.status_code == 200
    assert Lead.objects.filter(private__email="ida@northwind.example").count() == 1


def test_74_a_flood_from_a_thousand_addresses_fills_the_form_and_the_rest_is_held_not_lost(client, sent):
    form = make.web_form(per_form=10)

    for n in range(14):
        answer = post(client, form, sent(form, email=f"bot{n}@spam.example"), address=f"198.51.100.{n}")
        assert answer.status_code == 200

    assert outcomes() == [("new", "")] * 10 + [(HELD, "flood")] * 4


def test_74_a_flood_that_the_traps_caught_takes_no_room_from_people(client, sent):
    form = make.web_form(per_form=3)
    for n in range(12):
        trapped = {traps.trap_name(form): "Buy now"}
        post(client, form, sent(form, email=f"bot{n}@spam.example", **trapped), address=f"198.51.100.{n}")

    post(client, form, sent(form), address="203.0.113.99")

    assert outcomes() == [("new", "")] + [(HELD, "trap")] * 12


def test_74_one_e_mail_address_over_and_over_is_held(client, sent):
    form = make.web_form(per_email=2)

    for n in range(4):
        post(client, form, sent(form, message=f"Nr {n}"), address=f"198.51.100.{n}")

    assert outcomes() == [("enquiry", ""), ("new", ""), (HELD, "email"), (HELD, "email")]


def test_74_even_what_is_held_is_bounded(client, sent):
    form = make.web_form(per_form=1)
    trapped = {traps.trap_name(form): "x"}

    codes = [post(client, form, sent(form, **trapped), address=f"198.51.100.{n}").status_code for n in range(12)]

    assert codes == [200] * limits.FLOOD + [429] * 2


def test_74_limits_of_one_form_say_nothing_of_another(client, sent):
    one, other = make.web_form(per_address=1), make.web_form(per_address=1)

    assert [post(client, form, sent(form)).status_code for form in (one, other, one)] == [200, 200, 429]


def test_74_without_a_cache_every_lead_is_taken(client, sent, monkeypatch):
    form = make.web_form(per_address=1)

    def down(*args, **kwargs):
        raise RedisDown

    monkeypatch.setattr(limits.cache, "add", down)

    assert [post(client, form, sent(form, message=str(n))).status_code for n in range(3)] == [200] * 3


# 75: X-Forwarded-For


@pytest.mark.parametrize("proxies", [0, 1, 2])
def test_75_a_made_up_x_forwarded_for_does_not_reset_the_count(client, sent, proxies):
    form = make.web_form(per_address=2)
    codes = []
    with override_settings(TRUSTED_PROXIES=proxies):
        for n in range(4):
            told = {0: f"192.0.2.{n}", 1: f"192.0.2.{n}, 203.0.113.5", 2: f"192.0.2.{n}, 203.0.113.5, 10.0.0.2"}
            answer = post(client, form, sent(form), address="10.0.0.1", **{"x-forwarded-for": told[proxies]})
            codes.append(answer.status_code)

    assert codes == [200, 200, 429, 429]


def test_75_behind_a_proxy_two_callers_are_told_apart(client, sent):
    form = make.web_form(per_address=1)
    with override_settings(TRUSTED_PROXIES=1):
        codes = [
            post(client, form, sent(form), address="10.0.0.1", **{"x-forwarded-for": caller}).status_code
            for caller in ("203.0.113.5", "203.0.113.6", "203.0.113.5")
        ]

    assert codes == [200, 200, 429]


# 76: the traps


def test_76_the_filled_trap_gets_the_usual_thanks_and_is_held(client, sent):
    form = make.web_form()
    fair = post(client, form, sent(form))

    caught = post(client, form, sent(form, email="bot@spam.example", **{traps.trap_name(form): "https://spam.example"}))

    assert caught.content == fair.content
    assert outcomes() == [("new", ""), (HELD, "trap")]
    assert Intake.objects.get(outcome=HELD).body["email"] == "bot@spam.example"


@pytest.mark.parametrize(
    ("drawn", "outcome"),
    [
        (timedelta(seconds=0.5), HELD),
        (timedelta(seconds=1.5), HELD),
        (timedelta(seconds=3), "new"),
        (timedelta(hours=23), "new"),
        (timedelta(hours=30), "new"),  # a page left open over night is no proof
        (timedelta(hours=-2), "new"),
        (None, "new"),  # plain HTML has no note at all
    ],
)
def test_76_time_taken(client, sent, drawn, outcome):
    form = make.web_form()

    assert post(client, form, sent(form, drawn=drawn)).status_code == 200

    assert Intake.objects.get().outcome == outcome


@pytest.mark.parametrize("note", ["", "made-up", "a" * 5000, "eyJmIjoiMSJ9:abc"])
def test_76_a_forged_note_is_a_suspicion_and_no_proof(client, sent, note):
    form = make.web_form()

    post(client, form, sent(form, fl_token=note))
    post(
        client,
        form,
        sent(form, fl_token=note, email="bot@spam.example", message="www.a.example www.b.example [url=c.example]"),
    )

    assert outcomes() == [("new", ""), (HELD, "suspicious")]


def test_76_the_note_of_another_form_counts_as_none(client, sent):
    form, other = make.web_form(), make.web_form()
    quick = sent(other, drawn=timedelta(seconds=0))

    post(client, form, quick)

    assert Intake.objects.get().outcome == "new"


def test_76_links_alone_hold_nobody_back(client, sent):
    form = make.web_form()

    post(client, form, sent(form, message="See https://a.example, https://b.example and https://c.example."))

    assert Intake.objects.get().outcome == "new"


# 77: the trap is no trap for people


def test_77_the_unseen_field_is_hidden_from_readers_keyboards_and_autofill(client):
    form = make.web_form()

    page = client.get(f"/f/{form.uid}/").content.decode()

    name = traps.trap_name(form)
    box = re.search(r"<div hidden aria-hidden=\"true\">.*?</div>", page, re.DOTALL)[0]
    field = re.search(rf"<input[^>]*name=\"{name}\"[^>]*>", box)[0]
    assert 'tabindex="-1"' in field
    assert 'autocomplete="off"' in field
    assert "required" not in field
    assert page.count(name) == box.count(name)
    assert not re.search(
        r"name|mail|phone|tel|address|city|company|organi|website|url|user|country|zip|postal|card|code", name
    )
    assert name != traps.trap_name(make.web_form())


# What ops do


@pytest.fixture
def ops(client):
    client.force_login(make.user("Olga Ops", is_ops=True))
    return client


def test_ops_take_a_person_and_it_is_a_lead_that_arrived_when_it_was_sent(ops, sent):
    form = make.web_form()
    post(ops, form, sent(form, drawn=timedelta(seconds=1), utm_source="news"))
    row = Intake.objects.get()
    assert "It was sent within two seconds." in ops.get(f"/forms/{form.uid}/held/").content.decode()

    for _click in range(2):
        ops.post(f"/forms/{form.uid}/held/{row.uid}/take/")

    lead = Lead.objects.select_related("private").get()
    assert (lead.arrived_at, lead.private.email) == (row.received_at, "ida@northwind.example")
    assert lead.private.tracking == {"utm_source": "news"}
    assert outcomes() == [("new", ""), (HELD, "fast")]
    assert "Nothing is held back" in ops.get(f"/forms/{form.uid}/held/").content.decode()


def test_ops_throw_spam_away(ops, sent):
    form = make.web_form()
    post(ops, form, sent(form, **{traps.trap_name(form): "x"}))

    ops.post(f"/forms/{form.uid}/held/{Intake.objects.get().uid}/throw/")

    assert Lead.objects.count() == 0
    assert "Nothing is held back" in ops.get(f"/forms/{form.uid}/held/").content.decode()


def test_what_a_changed_form_cannot_read_stays_held(ops, sent):
    form = make.web_form()
    post(ops, form, sent(form, **{traps.trap_name(form): "x"}))
    form.items.filter(key="phone").update(required=True)

    page = ops.post(f"/forms/{form.uid}/held/{Intake.objects.get().uid}/take/", follow=True).content.decode()

    assert "cannot read it: phone: Please fill this in." in page
    assert Lead.objects.count() == 0


def test_reps_and_managers_build_no_forms(client, sent):
    form = make.web_form()
    post(client, form, sent(form, **{traps.trap_name(form): "x"}))
    held = Intake.objects.get()
    boss = make.user("Clara Hoffmann")
    make.group("DACH").managers.add(boss)
    pages = ["/forms/", "/forms/new/", *(f"/forms/{form.uid}/{part}" for part in ("", "settings/", "copy/", "held/"))]
    acts = [f"/forms/{form.uid}/held/{held.uid}/take/", f"/forms/{form.uid}/switch/", f"/forms/{form.uid}/items/"]

    for user in (make.rep("Ana Lindqvist").user, boss):
        client.force_login(user)
        assert {client.get(page).status_code for page in pages} == {403}
        assert {client.post(act).status_code for act in acts} == {403}
    assert Lead.objects.count() == 0
    assert WebForm.objects.get().active


def test_a_person_who_writes_again_at_the_same_instant_leaves_what_is_held_where_it_is(client, sent, monkeypatch):
    form = make.web_form()
    post(client, form, sent(form, **{traps.trap_name(form): "x"}))
    row = Intake.objects.get()
    client.force_login(make.user("Odile", is_ops=True))

    def busy(**_):
        raise capture.NotCapturedError

    monkeypatch.setattr(capture, "capture", busy)

    answer = client.post(f"/forms/{form.uid}/held/{row.uid}/take/", follow=True)

    assert answer.status_code == 200
    assert "We could not take it just now." in answer.content.decode()
    assert Intake.objects.get().outcome == HELD
