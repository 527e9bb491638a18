"""Which account a lead belongs to: by id, domain, name, in this order; and what rules may ask of it."""

import json
from importlib import import_module

import pytest
from django.apps import apps
from django.test import Client
from django.test.utils import CaptureQueriesContext

from leads import capture
from leads.models import Account, Attribute, Lead
from leads.qualify.freeze import catalogue_of
from reps.models import Division
from routing import live
from tests import factories as make
from tests.factories.lead import door

pytestmark = pytest.mark.django_db

FREE_MAIL = "gmail.com"


def matched(**fields):
    lead = Lead.objects.select_related("account").get(pk=make.arrive(**fields).pk)
    return (lead.account.name if lead.account else None, lead.account_how, lead.account_score)


def facts(lead):
    return lead.facts.get().facts


def test_its_id_goes_before_the_domain_and_the_domain_before_the_name():
    make.account("By id", external_id="CRM-7")
    make.account("By domain", domain="example.net")
    make.account("Brandl GmbH")
    lead = {"email": "m@example.net", "company": "Brandl AG"}

    assert matched(**lead, account_external_id="CRM-7") == ("By id", "external_id", None)
    assert matched(**{**lead, "email": "n@example.net"}, account_external_id="unknown") == (
        "By domain",
        "domain",
        None,
    )
    assert matched(**{**lead, "email": "o@elsewhere.example"}) == ("Brandl GmbH", "name", 100)
    assert matched(email="p@nobody.example", company="Nobody at all") == (None, "", None)


def test_a_free_mail_domain_is_no_company():
    make.account("Google", domain=FREE_MAIL)

    assert matched(email=f"somebody@{FREE_MAIL}", company="Brandl") == (None, "", None)


@pytest.mark.parametrize(
    ("company", "found"),
    [
        ("Delta", (None, "", None)),  # is not Delta Air Lines
        ("DELTA AIR LINES INC", ("Delta Air Lines, Inc.", "name", 100)),
        ("Delta Airlines", ("Delta Air Lines, Inc.", "name", 98)),
        ("Delta Air Linnes", (None, "", None)),  # 90 of 100: below the 92 asked
        ("Delta Air Lines Cargo", (None, "", None)),
        ("GmbH", (None, "", None)),
        ("", (None, "", None)),
    ],
)
def test_names_are_known_again_however_they_are_written_and_no_more_than_that(company, found):
    make.account("Delta Air Lines, Inc.")

    assert matched(company=company) == found


def test_the_threshold_is_the_divisions_and_none_means_never():
    make.account("Delta Air Lines")
    Division.objects.update(account_threshold=90)
    loose = matched(company="Delta Air Linnes")
    Division.objects.update(account_threshold=100)
    strict = matched(company="Delta Airlines")
    Division.objects.update(account_threshold=None)

    assert (loose, strict) == (("Delta Air Lines", "name", 90), (None, "", None))
    assert matched(company="Delta Air Lines") == (None, "", None)


def test_two_that_are_as_alike_are_ambiguous_and_none_is_taken():
    make.account("Acme GmbH", domain="acme.example")
    make.account("Acme Inc", domain="acme-us.example")
    lead = make.arrive(company="ACME")

    assert (lead.account, lead.account_how, lead.account_score) == (None, "ambiguous", 100)
    assert facts(lead)["known_account"] is False


def test_the_very_name_goes_before_one_that_is_alike():
    make.account("Mueller")
    make.account("Müller")

    assert matched(company="Muller Ltd") == ("Müller", "name", 100)


def test_the_most_alike_is_taken_in_whatever_order_they_are_found():
    make.account("Microsofts")
    make.account("Microsoft")
    make.account("Microsoftes")
    Division.objects.update(account_threshold=80)

    assert matched(company="Microsft") == ("Microsoft", "name", 94)


def test_names_of_letters_without_trigrams_are_known_too():
    make.account("日本電気")

    assert matched(company="日本電気") == ("日本電気", "name", 100)


def test_another_divisions_accounts_are_not_looked_at():
    other = Division.objects.create(name="Other")
    make.account("Brandl", domain="example.net", external_id="X", division=other)

    assert matched(email="m@example.net", company="Brandl", account_external_id="X") == (None, "", None)


def test_the_key_is_written_with_the_name_whatever_way():
    one = make.account("Brandl GmbH")
    Account.objects.bulk_create([Account(name="Bulk AG")])
    one.name = "Nordwind SA"
    one.save(update_fields=["name"])

    assert set(Account.objects.values_list("name_key", flat=True)) == {"nordwind", "bulk"}


def test_the_migration_fills_the_keys_of_accounts_that_were_there():
    make.account("Brandl GmbH")
    Account.objects.update(name_key="")

    import_module("leads.migrations.0004_account_name_keys").fill(apps, None)

    assert Account.objects.get().name_key == "brandl"


def test_a_batch_asks_the_database_as_often_for_thirty_names_as_for_three(django_assert_num_queries):
    from django.db import connection
    from django.utils import timezone

    for n in range(40):
        make.account(f"Company {n} of Town", domain=f"d{n}.example")
    counts = []
    for size in (3, 30):
        rows = [make.arrival(company=f"Company {n} of Town {'x' * (n % 3)}") for n in range(size)]
        with CaptureQueriesContext(connection) as asked:
            capture.capture(connection=door(), arrivals=rows, now=timezone.now())
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_who_left_owns_no_account_any_more():
    ana, ben = make.rep("Ana"), make.rep("Ben")
    make.account("Left", domain="example.com", owner=ana)
    make.account("Locked", domain="example.org", owner=ben)
    before = facts(make.arrive(email="a@example.com"))
    ana.active = False
    ana.save()
    ben.user.is_active = False
    ben.user.save()

    assert before["account_owner"] == "Ana"
    for domain in ("example.com", "example.org"):
        after = facts(make.arrive(email=f"b@{domain}"))
        assert "account_owner" not in after
        assert after["known_account"] is True


def test_the_segment_is_the_accounts_else_the_one_that_was_sent():
    make.account("Big", domain="example.com", segment="Enterprise")
    make.account("Plain", domain="example.org")

    assert facts(make.arrive(email="a@example.com", segment="SMB"))["segment"] == "Enterprise"
    assert facts(make.arrive(email="a@example.org", segment="SMB"))["segment"] == "SMB"
    assert "segment" not in facts(make.arrive(email="b@example.org"))
    assert Lead.objects.get(private__email="a@example.com").private.segment == "SMB"


def test_the_page_and_the_api_say_how_it_was_known():
    make.account("Delta Air Lines")
    ana = make.rep("Ana")
    make.publish(make.rule(make.group("DACH", [ana])))
    _key, secret = make.key_and_secret()
    client = Client(headers={"Authorization": f"Bearer {secret}"})

    sent = client.post("/api/v1/leads/", json.dumps({"company": "Delta Airlines"}), "application/json").json()
    live.route_ready(1)
    Division.objects.update(account_threshold=95)  # the page says what was asked then
    read = client.get(f"/api/v1/leads/{sent['id']}/").json()
    person = Client()
    person.force_login(ana.user)
    page = person.get(f"/leads/{sent['id']}/").content.decode()

    account = {"id": str(Account.objects.get().uid), "name": "Delta Air Lines", "how": "name", "score": 98}
    assert sent["account"] == read["account"] == account
    assert "Known account" in page
    assert "by name: 98 of 100, at least 92 asked" in page


def question(**fields):
    return Attribute.objects.create(**{"label": fields["key"], **fields})


def test_answers_can_be_asked_by_rules():
    question(key="seats", type="number", question="How many seats?")
    question(key="plan", type="choice", options=["gold", "silver"], question="plan")
    question(key="budget", type="yes_no", question="Budget approved?")
    ana, ben = make.rep("Ana"), make.rep("Ben")
    many = {
        "all": [
            {"field": "seats", "operator": "at_least", "value": 50},
            {"field": "budget", "operator": "is", "value": True},
        ]
    }
    make.publish(make.rule(make.group("Big", [ana]), condition=many), make.rule(make.group("Rest", [ben])))

    big = make.arrive(answers={"How many seats?": "120", "Budget approved?": "yes", "plan": "gold", "else": [1]})
    small = make.arrive(answers={"How many seats?": 5, "Budget approved?": "yes"})
    silent = make.arrive(answers={"How many seats?": "", "other": "x"})
    live.route_ready(1)

    owners = [Lead.objects.get(pk=lead.pk).owner.name for lead in (big, small, silent)]
    assert owners == ["Ana", "Ben", "Ben"]
    assert facts(big)["plan"] == "gold"
    assert big.private.answers["How many seats?"] == "120"
    assert catalogue_of(1).get("seats").describe()["question"] == "How many seats?"


def test_an_answer_that_does_not_fit_is_refused_by_name():
    question(key="seats", type="number", question="How many seats?")
    _key, secret = make.key_and_secret()
    client = Client(headers={"Authorization": f"Bearer {secret}"})

    wrong = client.post("/api/v1/leads/", json.dumps({"answers": {"How many seats?": "lots"}}), "application/json")
    beside = client.post("/api/v1/leads/", json.dumps({"name": "Ana", "seats": 5}), "application/json")

    assert wrong.status_code == beside.status_code == 400
    assert wrong.json()["errors"][0]["field"] == "answers"
    assert "How many seats?: This must be a number." in wrong.json()["errors"][0]["detail"]
    assert beside.json()["errors"][0]["field"] == "seats"
    assert not Lead.objects.exists()
