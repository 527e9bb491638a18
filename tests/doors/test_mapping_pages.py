"""The page that says which of their fields is which of ours."""

import pytest
from django.urls import reverse

from leads import incoming
from leads.connectors import sources
from leads.models import Connection, LeadPrivate
from tests import factories as make
from tests.doors.sending import handle, post

pytestmark = pytest.mark.django_db


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


def test_its_own_id_and_its_way_here_are_no_answers(ops):
    door = make.connection("zapier")
    post(ops, door, {"id": "77", "name": "Ann", "utm_source": "news", "colour": "blue"})
    handle()

    page = ops.get(reverse("connection-mapping", args=[door.uid])).content.decode()

    assert "Answer: colour" in page
    assert "Answer: id" not in page
    assert "Answer: utm_source" not in page
    assert [page.count(f"({rest})") for rest in ("its own id", "kept as its way here")] == [1, 1]


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
