"""Scores, qualification rules and companies as ops edit them; letting leads through; the table of companies."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from leads.models import Attribute, CompanyRecord, Lead, LeadFacts, QualificationRule, ScoreBand, ScoreRow
from routing import live
from tests import factories as make
from tests.factories import qualify

pytestmark = pytest.mark.django_db

TINY = qualify.condition("employees", "at_most", 5)
BROKEN = ["{", "5", "[5]", '{"field": "nope", "operator": "is", "value": 1}', '{"all": []  , "any": []}', '["\\u0000"]',
          '{"field": "employees", "operator": "is", "value": "many"}', "NaN", "[" * 3000]  # fmt: skip


def signed_in(**roles):
    client = Client()
    client.force_login(make.user("Olga", **roles))
    return client


@pytest.fixture
def ops(db):
    return signed_in(is_ops=True)


def test_a_score_is_added_and_read_in_words(ops):
    answer = ops.post(
        "/admin/leads/scorerow/add/",
        {"label": "Large", "condition": json.dumps(qualify.condition("employees", "at_least", 200)), "points": "20",
         "position": "1", "active": "on"},
    )  # fmt: skip

    assert answer.status_code == 302
    page = ops.get("/admin/leads/scorerow/").content.decode()
    assert "Employees is at least <b>200</b>" in page
    assert "+20" in page


@pytest.mark.parametrize("text", BROKEN)
@pytest.mark.parametrize("model", ["scorerow", "qualificationrule"])
def test_a_condition_that_cannot_be_read_is_refused_with_the_reason(model, text, ops):
    fields = {"label": "x", "name": "x", "points": "1", "position": "1", "verdict": "look", "condition": text}

    answer = ops.post(f"/admin/leads/{model}/add/", fields)

    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode() or "error" in answer.content.decode()
    assert not ScoreRow.objects.exists()
    assert not QualificationRule.objects.exists()


def test_rules_stand_in_order_and_a_broken_one_says_so(ops):
    qualify.qualification("disqualified", TINY, name="Small", reason="Too few")
    qualify.qualification("look", qualify.condition("gone", "is", "x"), name="Stale")
    qualify.qualification("qualified", None, name="Rest")

    page = ops.get("/admin/leads/qualificationrule/").content.decode()

    assert page.index("Small") < page.index("Stale") < page.index("Rest")
    assert "Employees is at most <b>5</b>" in page
    assert "is turned away: Too few" in page
    assert "Passed over:" in page
    assert "every lead" in page


@pytest.mark.parametrize(
    ("field", "value"), [("band", "10"), ("band", "-1"), ("at_least", "x"), ("at_least", "9" * 30)]
)
def test_a_priority_out_of_range_is_refused(field, value, ops):
    answer = ops.post("/admin/leads/scoreband/add/", {"at_least": "40", "band": "1", field: value})

    assert answer.status_code == 200
    assert not ScoreBand.objects.exists()


def test_a_company_is_kept_in_one_spelling(ops):
    Attribute.objects.create(key="erp", label="ERP")
    fields = {"domain": "https://WWW.Example.net/x", "country": "Austria", "attributes": '{"erp": "none"}'}

    assert ops.post("/admin/leads/companyrecord/add/", fields).status_code == 302

    row = CompanyRecord.objects.get()
    assert (row.domain, row.country, row.attributes) == ("example.net", "AT", {"erp": "none"})
    for wrong in ({"domain": "nothing"}, {"country": "Atlantis"}, {"attributes": '{"x": 1}'}, {"attributes": "[1]"}):
        assert (
            ops.post("/admin/leads/companyrecord/add/", {**fields, "domain": "example.org", **wrong}).status_code == 200
        )


def test_only_ops_edit_what_is_said_of_leads(db):
    for client in (signed_in(), Client()):
        for model in ("scorerow", "scoreband", "qualificationrule", "companyrecord"):
            assert client.get(f"/admin/leads/{model}/").status_code in {302, 403, 404}


# --- letting through -------------------------------------------------------------------------------------------------


@pytest.fixture
def away(rules):
    """Turned away."""
    qualify.qualification("disqualified", TINY, name="Small", reason="Too few")
    qualify.score(-10, "small", TINY)
    lead = make.arrive(employees=3, name="Ida")
    live.route_ready(1)
    return lead


def state(lead):
    return Lead.objects.get(pk=lead.pk).state


def test_a_manager_reads_why_and_lets_it_through(away, ops):
    page = ops.get(f"/leads/{away.uid}/").content.decode()
    why = ops.get(f"/leads/{away.uid}/why/").content.decode()

    assert "Turned away: Too few" in page
    assert "-10: -10 small" in page
    assert "The qualification rule <b>Small</b> turns it away: Too few, as Employees is at most <b>5</b>." in why
    assert f"/leads/{away.uid}/revive/" in why

    ops.post(f"/leads/{away.uid}/revive/", {"why": "Grows"})
    live.route_ready(1)

    assert state(away) == "assigned"
    page = ops.get(f"/leads/{away.uid}/").content.decode()
    assert "Let through" in page
    assert "by hand" in page
    assert "/revive/" not in ops.get(f"/leads/{away.uid}/why/").content.decode()


def test_it_stands_on_to_assign_where_a_person_is_to_look(rules, ops):
    qualify.qualification("look", TINY, name="Small")
    lead = make.arrive(employees=3)
    live.route_ready(1)

    page = ops.get("/to-assign/").content.decode()
    assert (
        "The qualification rule <b>Small</b> asks for a person to look first, as Employees is at most <b>5</b>." in page
    )
    answer = ops.post(f"/leads/{lead.uid}/revive/", {"back": "to-assign"})

    assert answer.headers["location"] == "/to-assign/"
    live.route_ready(1)
    assert state(lead) == "assigned"


def test_nobody_else_lets_it_through(away, ana):
    for client in (signed_in(), Client()):
        assert client.post(f"/leads/{away.uid}/revive/").status_code in {302, 403, 404}
    rep = Client()
    rep.force_login(ana.user)
    assert rep.post(f"/leads/{away.uid}/revive/").status_code in {403, 404}
    assert signed_in(is_ops=True).get(f"/leads/{away.uid}/revive/").status_code == 405

    assert state(away) == "rejected"


def test_many_are_let_through_at_once_and_the_rest_is_told(away, ops):
    other = make.arrive(employees=30)
    live.route_ready(1)

    page = ops.post(
        "/admin/leads/lead/", {"action": "let_through", "_selected_action": [away.pk, other.pk]}, follow=True
    ).content.decode()

    assert "1 lead is let through." in page
    assert "1 stays as it is." in page
    assert LeadFacts.objects.filter(lead=away).count() == 2


# --- the command -----------------------------------------------------------------------------------------------------


def test_a_table_of_companies_is_read_and_replaced(tmp_path, capsys):
    Attribute.objects.create(key="plants", label="Plants", type="number")
    file = tmp_path / "companies.csv"
    file.write_text(
        "Domain,Name,Employees,Country,Plants\n"
        "example.net,Example,51-200,Austria,3\n"
        "nothing,X,1,AT,1\n"
        "example.org,Y,many,AT,1\n"
        "example.com,Z,5,Atlantis,1\n"
        "example.edu,Z,5,AT,some\n"
        "www.example.net,Example & Co,300,AT,4\n"
    )

    call_command("import_companies", file)
    call_command("import_companies", file)

    row = CompanyRecord.objects.get()
    assert (row.name, row.employees, row.attributes) == ("Example & Co", 300, {"plants": 4})
    told = capsys.readouterr()
    assert told.out == "1 companies, 4 rows refused\n" * 2
    assert "row 3: domain" in told.err
    assert "row 4: employees" in told.err
    assert "row 5: country" in told.err
    assert "row 6: plants" in told.err


@pytest.mark.parametrize("text", ["", "name\nx\n", "domain,colour\nexample.net,red\n"])
def test_a_file_that_is_no_such_table_is_refused_whole(text, tmp_path):
    file = tmp_path / "companies.csv"
    file.write_text(text)

    with pytest.raises(CommandError):
        call_command("import_companies", file)

    assert not CompanyRecord.objects.exists()
