"""The REST door: one lead, many leads, keys, idempotency, and bad input that is refused by name."""

import json

import pytest
from django.test import Client

from leads.models import Attribute, IdempotencyKey, Intake, Lead
from routing import live
from tests import factories as make

pytestmark = pytest.mark.django_db


class Caller:
    """Sends with a key, as an integration would."""

    def __init__(self, *scopes):
        self.key, self.secret = make.key_and_secret(*scopes)
        self.client = Client(raise_request_exception=True)

    def post(self, path, body, **headers):
        raw = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.client.post(path, raw, "application/json", headers={**self.auth, **headers})

    def get(self, path):
        return self.client.get(path, headers=self.auth)

    @property
    def auth(self):
        return {"Authorization": f"Bearer {self.secret}"}


@pytest.fixture
def caller(db):
    return Caller()


def test_a_lead_is_taken_and_answered_with_its_links(caller):
    answer = caller.post(
        "/api/v1/leads/", {"name": "Miriam Vogt", "email": "m.vogt@brandl.example", "country": "Germany"}
    )

    body = answer.json()
    assert answer.status_code == 201
    assert (body["status"], body["owner"], body["outcome"]) == ("received", None, "new")
    assert set(body["links"]) == {"self", "why", "timeline", "page"}
    lead = Lead.objects.get(uid=body["id"])
    assert (lead.country, lead.state) == ("DE", "ready")
    assert lead.facts.get().facts["email_domain"] == "brandl.example"
    assert Intake.objects.get(lead=lead).body["name"] == "Miriam Vogt"


def test_the_same_external_id_is_known_already(caller):
    first = caller.post("/api/v1/leads/", {"external_id": "A1", "name": "Ana"})
    again = caller.post("/api/v1/leads/", {"external_id": "A1", "name": "Ana"})

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == first.json()["id"]
    assert again.json()["outcome"] == "repeated"
    assert Lead.objects.count() == 1


def test_the_same_person_again_is_an_enquiry_on_the_open_lead(caller):
    first = caller.post("/api/v1/leads/", {"email": "m.vogt@brandl.example"})
    again = caller.post("/api/v1/leads/", {"email": "M.Vogt@Brandl.example", "message": "Any news?"})

    assert again.json()["outcome"] == "enquiry"
    assert again.json()["id"] == first.json()["id"]
    events = Lead.objects.get().events.order_by("id")
    assert [e.kind for e in events] == ["received", "enquiry"]
    assert events[1].private.payload == {"message": "Any news?"}


def test_an_enquiry_is_known_again_by_its_external_id(caller):
    caller.post("/api/v1/leads/", {"email": "m.vogt@brandl.example"})
    row = {"external_id": "E7", "email": "m.vogt@brandl.example"}

    outcomes = [caller.post("/api/v1/leads/", row).json()["outcome"] for _ in range(2)]
    bulk = caller.post("/api/v1/leads/bulk/", [{**row, "external_id": "E8"}] * 2).json()["results"]

    assert outcomes == ["enquiry", "repeated"]
    assert [r["outcome"] for r in bulk] == ["enquiry", "repeated"]
    assert Lead.objects.get().events.filter(kind="enquiry").count() == 2


@pytest.mark.parametrize("method", ["put", "patch", "delete", "head", "options"])
def test_other_methods_are_refused_and_nothing_breaks(caller, method):
    answer = getattr(caller.client, method)("/api/v1/leads/", headers=caller.auth)

    assert answer.status_code == (200 if method in {"head", "options"} else 405)


def test_an_idempotency_key_gives_the_first_answer_with_a_fresh_status(caller):
    rep = make.rep("Ana")
    make.publish(make.rule(make.group("DACH", [rep])))
    body = {"name": "Miriam Vogt", "employees": 40}
    first = caller.post("/api/v1/leads/", body, **{"Idempotency-Key": "k1"})
    live.route_ready(1)

    again = caller.post("/api/v1/leads/", '{"employees": 40,  "name": "Miriam Vogt"}', **{"Idempotency-Key": "k1"})
    other = caller.post("/api/v1/leads/", {**body, "employees": 41}, **{"Idempotency-Key": "k1"})

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json()["id"] == first.json()["id"]
    assert (first.json()["owner"], again.json()["owner"]["name"]) == (None, "Ana")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert Lead.objects.count() == IdempotencyKey.objects.count() == 1


def test_in_bulk_one_bad_row_harms_no_other(caller):
    rows = [
        {"external_id": "1", "email": "a@a.example"},
        {"external_id": "2", "email": "not an address"},
        {"external_id": "3", "country": "Atlantis"},
        {"external_id": "1", "email": "b@b.example"},
        {"external_id": "4", "email": "A@a.example"},
        "nonsense",
    ]

    results = caller.post("/api/v1/leads/bulk/", {"leads": rows}).json()["results"]

    assert [r["outcome"] for r in results] == ["new", "refused", "refused", "repeated", "enquiry", "refused"]
    assert [e["field"] for r in results for e in r.get("errors", [])] == ["email", "country", "body"]
    assert Lead.objects.count() == 1


def test_a_key_needs_the_scope(db):
    reader = Caller("leads:read")

    answer = reader.post("/api/v1/leads/", {"name": "Ana"})

    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    assert "leads:write" in answer.json()["title"]
    assert Lead.objects.count() == 0


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer nonsense", "Bearer fl_x_y", "Basic abc", "Bearer a b", "Bearer \xff"]
)
def test_no_or_a_wrong_key_is_401(db, header):
    headers = {"Authorization": header} if header else {}

    answer = Client().post("/api/v1/leads/", "{}", "application/json", headers=headers)

    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"


BAD = {
    "malformed": (b'{"name": ', 400, "body"),
    "nothing": (b"", 400, "body"),
    "array": (b"[]", 400, "body"),
    "text": (b'"x"', 400, "body"),
    "null": (b"null", 400, "body"),
    "nan": (b'{"score": NaN}', 400, "body"),
    "huge number": (b'{"score": 1e999}', 400, "body"),
    "twins": (b'{"name": "a", "name": "b"}', 400, "body"),
    "not utf-8": (b'{"name": "\xff"}', 400, "body"),
    "nul": (b'{"name": "a\\u0000b"}', 400, "name"),
    "nul in a name": (b'{"a\\u0000": "b"}', 400, "a?"),
    "lone surrogate": (b'{"name": "\\ud800"}', 400, "name"),
    "deep": (b'{"answers": ' + b'{"a":' * 10_000 + b"1" + b"}" * 10_000 + b"}", 400, "body"),
    "wrong type": (b'{"name": 5}', 400, "name"),
    "yes-no as text": (b'{"employees": true}', 400, "employees"),
    "too long": (b'{"name": "' + b"x" * 201 + b'"}', 400, "name"),
    "unknown field": (b'{"budjet": 5}', 400, "budjet"),
    "money": (b'{"deal_size": "much"}', 400, "deal_size"),
    "negative money": (b'{"deal_size": -1}', 400, "deal_size"),
    "currency": (b'{"deal_size": {"amount": 1, "currency": "EURO"}}', 400, "deal_size"),
    "zone": (b'{"time_zone": "Mars/Base"}', 400, "time_zone"),
    "empty": (b"{}", 400, "body"),
    "20 MB": (b'{"name": "' + b"x" * 20_000_000 + b'"}', 413, None),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_refused_by_name_and_leaves_nothing(caller, name):
    raw, status, field = BAD[name]

    answer = caller.post("/api/v1/leads/", raw)

    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    if field and problem.get("errors"):
        assert field in {e["field"] for e in problem["errors"]}
    assert problem["detail"]
    assert (Lead.objects.count(), Intake.objects.count()) == (0, 0)


def test_attributes_that_ops_defined_are_taken_and_checked(caller):
    Attribute.objects.create(key="fleet", label="Fleet size", type="number")
    Attribute.objects.create(key="plan", label="Plan", type="choice", options=["gold", "silver"])

    good = caller.post("/api/v1/leads/", {"name": "Ana", "fleet": 34, "plan": "gold"})
    bad = caller.post("/api/v1/leads/", {"name": "Ben", "fleet": "many", "plan": "tin"})

    assert Lead.objects.get(uid=good.json()["id"]).facts.get().folded["fleet"] == 34
    assert {e["field"] for e in bad.json()["errors"]} == {"fleet", "plan"}


def test_reading_lists_filters_and_tells_why(caller):
    rep = make.rep("Ana")
    make.publish(make.rule(make.group("DACH", [rep]), name="Everything"))
    made = caller.post("/api/v1/leads/", {"name": "Miriam", "source": "Web"}).json()
    live.route_ready(1)

    one = caller.get(f"/api/v1/leads/{made['id']}/").json()
    page = caller.get("/api/v1/leads/?status=assigned&source=web").json()
    why = caller.get(f"/api/v1/leads/{made['id']}/why/").json()
    timeline = caller.get(f"/api/v1/leads/{made['id']}/timeline/").json()
    unknown = caller.get("/api/v1/leads/?ordering=email")

    assert (one["name"], one["owner"]["name"], one["stage"]) == ("Miriam", "Ana", "new")
    assert [row["id"] for row in page["results"]] == [made["id"]]
    assert why["sentence"] == (
        "It went to Ana because the rule Everything fits this lead, and Ana was the only one who could take it."
    )
    assert [e["kind"] for e in timeline["events"]] == ["received", "assigned"]
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (400, "ordering")


def test_a_lead_that_is_not_there_is_404(caller):
    answer = caller.get("/api/v1/leads/00000000-0000-4000-8000-000000000000/")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
