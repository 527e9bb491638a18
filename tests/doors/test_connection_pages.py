"""The pages of connections: add, address, settings, mapping, deliveries, run again, test; for ops alone."""

import json
from datetime import UTC, datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from leads import inbound, incoming, secrets
from leads.connectors import all_connectors, sources
from leads.models import Connection, Delivery, Inbound, Lead, LeadPrivate, QualificationRule, ScoreRow
from routing import live
from tests import factories as make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def ops(client):
    client.force_login(make.user("Odile", is_ops=True))
    return client


def handle():
    while inbound.handle_due(now=timezone.now()):
        pass


def post(client, door, body):
    return client.post(make.address(door), json.dumps(body), content_type="application/json")


def test_every_connector_can_be_connected_and_its_manual_is_read(ops):
    shelf = ops.get(reverse("connection-shelf")).content.decode()

    for name, connector in all_connectors().items():
        page = ops.get(reverse("connection-new", args=[name]))
        assert page.status_code == 200, name
        assert connector.label.replace("/", "/") in shelf
        assert "<li>" in page.content.decode() or "<p>" in page.content.decode()


def test_ops_connect_google_ads_and_its_lead_arrives(ops):
    answer = ops.post(
        reverse("connection-new", args=["google_ads"]),
        {"name": "Search ads", "source": "Google", "intent": "demo", "own_key": "made-up-key"},
        follow=True,
    )
    door = Connection.objects.get(kind="google_ads")
    page = answer.content.decode()
    assert f"/in/google_ads/{secrets.address_of(door)}" in page
    assert "made-up-key" not in page

    ops.post(make.address(door), sources()["google_ads"].examples[0].body, content_type="application/json")
    handle()

    lead = Lead.objects.get()
    assert (lead.source, lead.intent, lead.channel) == ("Google", "demo", "ad")
    assert str(lead.uid) in ops.get(reverse("connection", args=[door.uid])).content.decode()


def test_a_missing_or_wrong_setting_is_named(ops):
    answer = ops.post(
        reverse("connection-new", args=["google_ads"]), {"name": "", "own_only_from": "10.0.0.0/8, nowhere"}
    )

    page = answer.content.decode()
    assert answer.status_code == 400
    assert "“nowhere” is neither an IP address nor a network." in page
    assert page.count("This field is required.") == 2
    assert not Connection.objects.filter(kind="google_ads").exists()


def test_a_secret_is_kept_when_it_is_left_empty_and_never_shown(ops):
    door = make.connection("webhook", settings={"signature": "plain"}, secrets={"secret": "s3cret-word"})
    url = reverse("connection-edit", args=[door.uid])
    assert "s3cret-word" not in ops.get(url).content.decode()

    ops.post(url, {"name": "Mine", "own_signature": "plain", "own_secret": "", "own_header": "x-sig"})

    door.refresh_from_db()
    assert (door.name, door.settings["header"]) == ("Mine", "x-sig")
    assert secrets.configured(door, now=timezone.now()).secret("secret") == "s3cret-word"


def test_an_address_that_leaked_is_changed_and_the_old_one_stops(ops):
    door = make.connection("webhook")
    old = make.address(door)

    ops.post(reverse("connection-address", args=[door.uid]))

    door.refresh_from_db()
    assert make.address(door) != old
    assert ops.post(old, "{}", content_type="application/json").status_code == 404
    assert post(ops, door, {"name": "Ann"}).status_code == 200


def test_only_the_listed_addresses_may_send(ops):
    door = make.connection("webhook", settings={"only_from": "192.0.2.0/24"})

    outside = post(ops, door, {"name": "Ann"})
    inside = ops.post(make.address(door), '{"name": "Ann"}', content_type="application/json", REMOTE_ADDR="192.0.2.7")

    assert (outside.status_code, inside.status_code) == (403, 200)
    assert Inbound.objects.filter(state="kept").count() == 1


def test_a_mapping_is_chosen_and_run_over_what_came(ops):
    door = make.connection("webhook")
    post(ops, door, {"who": "Ann Bauer", "reach": "ann@example.net", "colour": "blue"})
    handle()
    url = reverse("connection-mapping", args=[door.uid])
    page = ops.get(url).content.decode()
    assert "<code>who</code>" in page
    assert "Ann Bauer" in page

    places = ["who", "reach", "colour"]
    chosen = {"who": "name", "reach": "email", "colour": "answers."}
    fields = {f"field_{n}": chosen[p] for n, p in enumerate(places)} | {"answer_2": "Favourite"}
    fields |= {f"place_{n}": place for n, place in enumerate(places)}
    ops.post(url, {**fields, "again": "1"})
    handle()

    door.refresh_from_db()
    assert door.mapping == {"name": "who", "email": "reach", "answers.Favourite": "colour"}
    details = LeadPrivate.objects.get()
    assert (details.name, details.email, details.answers) == ("Ann Bauer", "ann@example.net", {"Favourite": "blue"})


def test_a_refused_delivery_is_seen_with_its_reason_and_taken_by_hand(ops):
    door = make.connection("webhook", settings={"signature": "plain"}, secrets={"secret": "s"})
    assert post(ops, door, {"name": "Ann", "email": "ann@example.net"}).status_code == 401
    row = Inbound.objects.get()
    page = ops.get(reverse("delivery", args=[door.uid, row.uid])).content.decode()
    assert "It is not signed." in page
    assert "ann@example.net" in page

    ops.post(reverse("deliveries-again", args=[door.uid]), {"delivery": str(row.uid)})
    handle()

    assert LeadPrivate.objects.get().email == "ann@example.net"


def test_all_refused_ones_run_again_at_once(ops):
    door = make.connection("webhook")
    for n in range(3):
        post(ops, door, {"k": f"n{n}@example.net"})
    handle()
    assert Inbound.objects.filter(state="refused").count() == 3
    door.mapping = {"email": "k"}
    door.save()

    ops.post(reverse("deliveries-again", args=[door.uid]), {"state": "refused"})
    handle()

    assert Lead.objects.count() == 3


def test_the_body_of_a_blind_lead_is_not_shown_to_who_pulls_from_that_pool(client):
    rep = make.rep("Ana")
    rep.user.is_ops = True
    rep.user.save()
    group = make.group("Blind", [rep], pool="blind", blind_for_managers=True)
    make.publish(make.rule(group, steps=[{"strategy": "pool", "options": {"mode": "blind"}}]))
    door = make.connection("webhook")
    post(client, door, {"name": "Hidden Person", "email": "hidden@example.net"})
    handle()
    live.route_ready(1)
    assert Lead.objects.get().state == "pooled"
    client.force_login(rep.user)

    tried = client.post(reverse("connection-test", args=[door.uid]), {"pick": str(Inbound.objects.get().uid)})
    assert "hidden@example.net" not in tried.content.decode().casefold()
    for url in (
        reverse("delivery", args=[door.uid, Inbound.objects.get().uid]),
        reverse("connection-mapping", args=[door.uid]),
        reverse("connection-test", args=[door.uid]),
        reverse("connection", args=[door.uid]),
    ):
        assert "hidden@example.net" not in client.get(url).content.decode().casefold(), url


def test_the_test_page_tells_the_way_to_a_rep_and_writes_nothing(ops):
    make.publish(make.rule(make.group("Inbound", [make.rep("Ana")])))
    before = (Inbound.objects.count(), Lead.objects.count(), Delivery.objects.count())

    for name, source in sources().items():
        door = make.connection(
            name, secrets=dict(source.examples[0].secrets), settings=dict(source.examples[0].settings)
        )
        for n, _example in enumerate(source.examples):
            page = ops.post(reverse("connection-test", args=[door.uid]), {"pick": f"example-{n}"}).content.decode()
            assert "It would go to Ana" in page, name
            proof = (
                "It proves who sent it." in page,
                "Nothing proves who sent it" in page,
                "it would be refused" in page,
            )
            assert sum(proof) == 1, name
            assert "Where it would go" in page, name

    door = make.connection("webhook")
    answer = ops.post(reverse("connection-test", args=[door.uid]), {"body": "{", "kind": "application/json"})
    assert "It would be refused" in answer.content.decode()
    answer = ops.post(reverse("connection-test", args=[door.uid]), {"body": '{"name": "Ann", "country": "Atlantis"}'})
    assert "Atlantis" in answer.content.decode()
    assert before == (Inbound.objects.count(), Lead.objects.count(), Delivery.objects.count())


@pytest.mark.parametrize("name", ["connections", "connection-shelf"])
def test_only_ops_come_in(client, name):
    client.force_login(make.rep("Ana").user)

    assert client.get(reverse(name)).status_code == 403
    door = make.connection("webhook")
    for page in ("connection", "connection-edit", "connection-mapping", "connection-test", "deliveries"):
        assert client.get(reverse(page, args=[door.uid])).status_code == 403, page


def test_a_mapping_saved_after_another_delivery_came_holds_what_was_chosen(ops):
    door = make.connection("webhook")
    post(ops, door, {"who": "Ann Bauer", "reach": "ann@example.net"})
    handle()
    url = reverse("connection-mapping", args=[door.uid])
    ops.get(url)
    post(ops, door, {"age": "40", "reach": "ben@example.net", "who": "Ben Holt"})
    handle()
    ops.post(url, {"field_0": "name", "place_0": "who", "field_1": "email", "place_1": "reach"})
    door.refresh_from_db()
    assert door.mapping == {"name": "who", "email": "reach"}


def test_a_mapping_saved_as_it_stands_means_the_same(ops):
    door = make.connection("webhook", mapping={"phone": ["mobile", "office"]})
    post(ops, door, {"name": "Ann", "mobile": "+4930901820", "office": "+4930901821"})
    handle()
    url = reverse("connection-mapping", args=[door.uid])
    ops.get(url)
    shown = {"name": "name", "mobile": "phone", "office": "phone"}
    names = {f"place_{n}": place for n, place in enumerate(shown)}
    ops.post(url, names | {f"field_{n}": field for n, field in enumerate(shown.values())})
    door.refresh_from_db()
    assert door.mapping["phone"] == ["mobile", "office"]


def test_secrets_sealed_with_a_key_that_is_gone_can_be_entered_anew(ops, settings):
    door = make.connection("webhook", secrets={"secret": "x"})
    settings.SECRET_KEY = "another" * 10
    settings.SECRET_KEY_FALLBACKS = []
    ops.force_login(make.user("Odo", is_ops=True))
    for name in ("connection", "connection-edit", "connection-mapping", "connection-test", "deliveries"):
        assert ops.get(reverse(name, args=[door.uid])).status_code == 200, name
    entered = {"name": "Mine", "own_signature": "plain", "own_secret": "new"}
    assert ops.post(reverse("connection-edit", args=[door.uid]), entered).status_code == 302
    assert ops.post(reverse("connection-address", args=[door.uid])).status_code == 302
    door.refresh_from_db()
    assert secrets.configured(door, now=timezone.now()).secret("secret") == "new"
    assert secrets.address_of(door)


def test_a_delivery_that_is_none_cannot_run_again(ops):
    door = make.connection("webhook")
    assert ops.post(reverse("deliveries-again", args=[door.uid]), {"delivery": "abc"}).status_code == 404


@pytest.mark.parametrize("pick", ["example-²", f"example-{'9' * 5000}", "example-99", "\x00"])
def test_what_is_no_example_is_not_tried(ops, pick):
    door = make.connection("webhook")

    assert ops.post(reverse("connection-test", args=[door.uid]), {"pick": pick}).status_code == 200


def test_a_look_at_the_test_page_asks_no_vendor(ops, monkeypatch):
    door = make.connection("webhook")
    monkeypatch.setattr(type(sources()["webhook"]), "read", lambda *_: pytest.fail("it was read"))

    page = ops.get(reverse("connection-test", args=[door.uid]), {"pick": "example-0"})

    assert page.status_code == 200


def test_a_signed_web_hook_is_not_told_that_its_address_alone_guards_it(ops):
    door = make.connection("webhook", settings={"signature": "plain"}, secrets={"secret": "s"})
    source, now = sources()["webhook"], timezone.now()

    assert source.proves(secrets.configured(door, now=now))
    assert not source.proves(secrets.configured(make.connection("webhook"), now=now))


def test_the_list_asks_as_much_for_many_connections_as_for_one(ops, django_assert_max_num_queries):
    for n in range(6):
        door = make.connection("webhook", name=f"Hook {n}")
        for _n in range(2):
            Inbound.objects.create(connection=door, state="set_aside", received_at=NOW, last_at=NOW, due_at=NOW)

    ops.get(reverse("connections"))  # a session's first page notes who it is
    with django_assert_max_num_queries(8):
        page = ops.get(reverse("connections")).content.decode()

    assert page.count("2 to look at") == 6


def test_more_than_anybody_counts_is_said_to_be_more(ops):
    door = make.connection("webhook")
    Inbound.objects.bulk_create(
        Inbound(connection=door, state="set_aside", received_at=NOW, last_at=NOW, due_at=NOW) for _n in range(101)
    )

    assert "99+ to look at" in ops.get(reverse("connections")).content.decode()


def test_a_sender_that_is_not_listed_is_seen_by_ops_and_comes_in_once_it_is(ops):
    door = make.connection("webhook", settings={"only_from": "192.0.2.0/24"})
    post(ops, door, {"name": "Ann"})
    row = Inbound.objects.get()
    assert (row.state, row.error) == ("refused", "127.0.0.1 is not one of the addresses that may send here.")
    again = reverse("deliveries-again", args=[door.uid])

    ops.post(again, {"state": "refused"})
    handle()
    assert not Lead.objects.exists()

    door.settings = {"only_from": "127.0.0.1"}
    door.save()
    ops.post(again, {"state": "refused"})
    handle()
    assert Lead.objects.count() == 1


def test_a_delivery_tells_of_its_last_run(ops):
    door = make.connection("webhook", mapping={"name": "who"})
    post(ops, door, {"colour": "blue"})
    handle()
    row = Inbound.objects.get()
    for _n in range(2):
        ops.post(reverse("deliveries-again", args=[door.uid]), {"delivery": str(row.uid)})
        handle()

    page = ops.get(reverse("delivery", args=[door.uid, row.uid])).content.decode()

    assert page.count("<b>Refused</b>") == 1
    assert "run 2 times before" in page


def test_its_own_id_and_its_way_here_are_no_answers(ops):
    door = make.connection("zapier")
    post(ops, door, {"id": "77", "name": "Ann", "utm_source": "news", "colour": "blue"})
    handle()

    page = ops.get(reverse("connection-mapping", args=[door.uid])).content.decode()

    assert "Answer: colour" in page
    assert "Answer: id" not in page
    assert "Answer: utm_source" not in page
    assert [page.count(f"({rest})") for rest in ("its own id", "kept as its way here")] == [1, 1]


@pytest.mark.parametrize(
    ("how", "secret", "said"),
    [
        ("standard", "", "A signature needs a secret."),
        ("plain", "", "A signature needs a secret."),
        ("standard", "hello", "It must be base64"),
        ("standard", "whsec_", "It must be base64"),
    ],
)
def test_a_signature_that_could_never_fit_is_told_before_it_is_kept(ops, how, secret, said):
    given = {"name": "Shop", "own_signature": how, "own_secret": secret, "own_header": "x-signature"}

    answer = ops.post(reverse("connection-new", args=["webhook"]), given)

    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert not Connection.objects.filter(kind="webhook").exists()


def test_the_test_page_tells_the_score_and_what_qualification_says(ops):
    make.publish(make.rule(make.group("Inbound", [make.rep("Ana")])))
    ScoreRow.objects.create(label="Asks for prices", points=25, position=1, condition={})
    QualificationRule.objects.create(name="No students", verdict="disqualified", reason="Students", position=1)
    door = make.connection("webhook")

    page = ops.post(
        reverse("connection-test", args=[door.uid]), {"body": '{"name": "Stu"}', "kind": "application/json"}
    )

    assert "25: +25 Asks for prices" in page.content.decode()
    assert "Turned away: Students" in page.content.decode()
    assert not Lead.objects.exists()


def test_a_delivery_that_was_run_again_names_each_lead_once(ops):
    door = make.connection("webhook")
    post(ops, door, {"name": "Ann", "id": "1"})
    handle()
    ops.post(reverse("deliveries-again", args=[door.uid]), {"delivery": str(Inbound.objects.get().uid)})
    handle()

    page = ops.get(reverse("deliveries", args=[door.uid])).content.decode()
    assert page.count(f"/leads/{Lead.objects.get().uid}/") == 1


def test_ops_write_the_mapping_of_an_enricher_and_are_told_what_is_wrong_with_it(ops):
    given = {"name": "Warehouse", "own_url": "https://data.example.net/?q={domain}", "own_header": "X-Key"}
    new = reverse("connection-new", args=["http_enricher"])

    refused = {
        "{": "It is not JSON",
        "[" * 4000: "deep",
        '{"emploees": "a"}': "emploees",
        '{"company": 3}': "one place",
    }
    for wrong, said in refused.items():
        answer = ops.post(new, {**given, "mapping": wrong})
        assert (answer.status_code, said in answer.content.decode()) == (400, True), wrong
    ops.post(new, {**given, "mapping": '{"employees": "company.size"}'})

    door = Connection.objects.get(kind="http_enricher")
    assert door.mapping == {"employees": "company.size"}
    assert "company.size" in ops.get(reverse("connection-edit", args=[door.uid])).content.decode()
    ops.post(reverse("connection-edit", args=[door.uid]), {**given, "mapping": ""})
    door.refresh_from_db()
    assert door.mapping == {}


def test_a_fact_that_came_after_the_mapping_was_saved_is_still_known_by_its_name(ops):
    door = make.connection("webhook")
    post(ops, door, {"who": "Ann Bauer", "phone": "call me"})
    handle()
    url = reverse("connection-mapping", args=[door.uid])
    ops.post(url, {"place_0": "who", "field_0": "name", "place_1": "phone", "field_1": ""})

    post(ops, door, {"who": "Ben Holt", "phone": "call me", "email": "ben@example.net", "name": "B. Holt"})
    handle()

    details = LeadPrivate.objects.get(email="ben@example.net")
    assert (details.name, details.phone) == ("Ben Holt", "")
    assert '<option value="email" selected>' in ops.get(url).content.decode()
    ops.post(url, {"reset": "1"})
    door.refresh_from_db()
    assert (door.mapping, door.places_seen) == ({}, [])


def test_a_connectors_own_mapping_that_was_changed_guesses_nothing(ops):
    door = make.connection("google_ads", secrets={"key": "k"}, mapping={"name": "who"}, places_seen=["who"])

    rules = incoming.rules_of(door, sources()["google_ads"], {"who": "Ann", "email": "ann@example.net"})

    assert rules == {"name": "who"}


def test_an_answer_can_be_named_before_anything_is_saved(ops):
    door = make.connection("webhook")
    post(ops, door, {"name": "Ann", "colour": "blue"})
    handle()

    page = ops.get(reverse("connection-mapping", args=[door.uid])).content.decode()

    assert page.count('class="form-control answer-name"') == 2


def test_the_name_stands_first_in_the_form(ops):
    page = ops.get(reverse("connection-new", args=["google_ads"])).content.decode()

    assert 0 < page.index('name="name"') < page.index('name="own_key"') < page.index('name="source"')
