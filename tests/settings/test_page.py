"""Settings: parts saved one by one by ops, never over another's change unseen, and told under Changes."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leads.models import Intake
from leads.tasks import forget_expired
from reporting.changes import Asked, acts
from reps import exchange
from reps.models import Division, ExchangeRate, Installation
from routing.web.settings.money_forms import read_rate
from tests import factories as make

pytestmark = pytest.mark.django_db

MONEY = {"field": "deal_size", "operator": "at_least", "value": 10_000}


def read(client, part):
    """The mark that a browser would send back."""
    page = client.get("/settings/").content.decode()
    return re.search(rf'name="{part}-read" value="(\w+)"', page).group(1)


def send(client, part, mark=None, **fields):
    said = {f"{part}-{name}": value for name, value in fields.items()}
    return client.post(f"/settings/{part}/", {**said, f"{part}-read": mark or read(client, part)})


def told():
    found = acts(Asked(area="settings"), most=99)[0]
    return [(act.by, line.what, part) for act in found for line in act.lines for part in line.parts]


def test_one_part_is_saved_and_the_others_stay(client, odile):
    Division.objects.update(base_currency="CHF", test_inbox="tests@harborline.example")

    answer = send(client, "place", time_zone="Europe/Berlin", default_country="de")

    assert answer.status_code == 302
    row = Division.objects.get()
    assert (row.time_zone, row.default_country) == ("Europe/Berlin", "DE")
    assert (row.base_currency, row.test_inbox) == ("CHF", "tests@harborline.example")
    assert ("Odile", "Settings", ("time zone", "UTC", "Berlin time")) in told()


@pytest.mark.parametrize(
    ("part", "fields", "says"),
    [
        ("place", {"time_zone": "Mars/Base", "default_country": ""}, "is not a time zone"),
        ("place", {"time_zone": "UTC", "default_country": "D1"}, "Two capital letters"),
        ("company", {"company": "A", "colour": "yellow"}, "Write the colour like"),
        ("company", {"company": "x" * 61, "colour": ""}, "at most 60"),
        ("keeping", {"raw_days": "0", "sent_days": "90", "upload_days": "30", "trial_days": "90"}, "greater than or"),
        ("keeping", {"raw_days": "9e9", "sent_days": "90", "upload_days": "30", "trial_days": "90"}, "whole number"),
        ("arrival", {"enrich_seconds": "99", "hand_channels": "Call"}, "less than or equal to 30"),
        ("arrival", {"enrich_seconds": "2", "hand_channels": "x" * 41}, "longer than 40 letters"),
        ("arrival", {"enrich_seconds": "2", "hand_channels": "Call", "test_inbox": "nobody"}, "valid email"),
    ],
)
def test_what_cannot_be_is_told_beside_its_field(client, odile, part, fields, says):
    answer = send(client, part, **fields)

    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert told() == []


def test_two_editors_never_overwrite_each_other_unseen(client, odile):
    first = read(client, "company")
    send(client, "company", company="Harborline", colour="")

    late = send(client, "company", mark=first, company="Seaside", colour="")

    page = late.content.decode()
    assert late.status_code == 409
    assert "Somebody changed this part meanwhile" in page
    assert "Company name: Harborline" in page
    assert 'value="Seaside"' in page
    assert Installation.objects.get().company == "Harborline"
    again = re.search(r'name="company-read" value="(\w+)"', page).group(1)
    assert send(client, "company", mark=again, company="Seaside", colour="").status_code == 302
    assert Installation.objects.get().company == "Seaside"


def test_only_ops_and_admins_open_it(client):
    rep, manager = make.rep("Ana"), make.user("Matteo")
    group = make.group("DACH", [rep])
    group.managers.add(manager)
    rate = exchange.add(division=Division.objects.get(), currency="USD", rate=Decimal(1), from_day=date(2026, 1, 1))
    for user in (rep.user, manager):
        client.force_login(user)
        assert client.get("/settings/").status_code == 403
        for path in ("company", "logo", "logo/remove", "rates", f"rates/{rate.uid}/remove", "currency"):
            assert client.post(f"/settings/{path}/", {}).status_code == 403, path
    assert ExchangeRate.objects.exists()


def test_an_unknown_part_is_nowhere(client, odile):
    assert client.post("/settings/secrets/", {}).status_code == 404
    assert client.get("/settings/company/").status_code == 405


def test_how_long_things_are_kept_is_what_the_page_says(client, odile):
    make.arrive()
    Intake.objects.update(received_at=timezone.now() - timedelta(days=10))
    forget_expired()
    assert Intake.objects.get().body is not None

    send(client, "keeping", raw_days="9", sent_days="90", upload_days="30", trial_days="90")
    forget_expired()

    assert Intake.objects.get().body is None


def test_a_rate_is_added_once_and_removed(client, odile):
    sent = {"rate-currency": "usd", "rate-rate": "0,92", "rate-from_day": "2026-03-01"}

    assert client.post("/settings/rates/", sent).status_code == 302
    twice = client.post("/settings/rates/", {**sent, "rate-rate": "0.95"})

    assert twice.status_code == 422
    assert "There is a rate of USD from that day: 0.92" in twice.content.decode()
    row = ExchangeRate.objects.get()
    assert row.rate == Decimal("0.92")
    assert ("Odile", "Exchange rate: USD", ("rate", "", "0.92")) in told()
    assert client.post(f"/settings/rates/{row.uid}/remove/").status_code == 302
    assert client.post(f"/settings/rates/{row.uid}/remove/").status_code == 404
    assert not ExchangeRate.objects.exists()


@pytest.mark.parametrize(
    ("currency", "rate", "day"),
    [("US", "1", "2026-01-01"), ("EUR", "1", "2026-01-01"), ("USD", "x", "2026-01-01"), ("USD", "1e400", "2026-01-01"),
     ("USD", "Infinity", "2026-01-01"), ("USD", "-0", "2026-01-01"), ("USD", "1", "0001-01-01"), ("USD", "1", ""),
     ("USD\x00", "1", "2026-01-01"), ("USD", "1" * 40, "2026-01-01"), ("USD", "1,38.5", "2026-01-01")],
)  # fmt: skip
def test_odd_rates_are_refused_in_words(client, odile, currency, rate, day):
    answer = client.post("/settings/rates/", {"rate-currency": currency, "rate-rate": rate, "rate-from_day": day})

    assert answer.status_code == 422
    assert "field-error" in answer.content.decode()
    assert not ExchangeRate.objects.exists()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("0,920", "0.920"), ("1380", "1380"), ("1.380", "1.380"), ("1,38", "1.38"), ("1,3805", "1.3805"),
     ("1,380.50", "1380.50"), ("1.380,50", "1380.50"), ("1,380,000", "1380000"), ("1.380.000,5", "1380000.5"),
     ("1\u202f380,5", "1380.5"), ("1234,567", "1234.567")],
)  # fmt: skip
def test_a_rate_is_read_as_people_write_it(typed, kept):
    assert read_rate(typed) == Decimal(kept)


@pytest.mark.parametrize("typed", ["1,380", "12,345", "1 ,380"])
def test_a_rate_with_two_readings_is_asked_about_and_not_kept(client, odile, typed):
    said = typed.replace(" ", "")
    sent = {"rate-currency": "USD", "rate-rate": typed, "rate-from_day": "2026-01-01"}

    page = client.post("/settings/rates/", sent)

    assert page.status_code == 422
    assert f"{said.replace(',', '')} or {said.replace(',', '.')}?" in page.content.decode()
    assert not ExchangeRate.objects.exists()


def test_another_base_currency_says_first_what_it_means(client, odile):
    team = make.group("DACH", [make.rep("Ana")])
    make.publish(make.rule(team, MONEY, name="Large deals"), make.rule(team, name="All else"))
    exchange.add(division=Division.objects.get(), currency="USD", rate=Decimal("0.9"), from_day=date(2026, 1, 1))
    sent = {"money-base_currency": "USD", "money-read": "EUR"}

    asked = client.post("/settings/currency/", sent)

    assert asked.status_code == 200
    assert "<b>Large deals</b>" in asked.content.decode()
    assert "<b>All else</b>" not in asked.content.decode()
    assert Division.objects.get().base_currency == "EUR"
    assert client.post("/settings/currency/", {**sent, "money-sure": "USD"}).status_code == 302
    assert Division.objects.get().base_currency == "USD"
    assert ExchangeRate.objects.get().base == "EUR"
    assert ("Odile", "Settings", ("base currency", "EUR", "USD")) in told()
    late = client.post("/settings/currency/", {**sent, "money-base_currency": "GBP", "money-sure": "GBP"})
    assert late.status_code == 409
    assert Division.objects.get().base_currency == "USD"


def test_the_menu_leads_there_and_it_leads_on(client, odile):
    page = client.get("/settings/").content.decode()

    for url in ("/settings/", "/invitations/", "/admin/leads/apikey/", "/admin/", "/changes/?area=settings"):
        assert f'href="{url}"' in page


def test_the_page_asks_as_often_for_many_rates_as_for_one(client, odile):
    def asked():
        with CaptureQueriesContext(connection) as found:
            client.get("/settings/")
        return len(found)

    eur = Division.objects.get()
    exchange.add(division=eur, currency="USD", rate=Decimal(1), from_day=date(2026, 1, 1))
    asked()  # the first page of a session asks more
    one = asked()
    for n, code in enumerate(("GBP", "CHF", "SEK")):
        exchange.add(division=eur, currency=code, rate=Decimal(1), from_day=date(2026, 1, 1 + n))

    assert asked() == one
