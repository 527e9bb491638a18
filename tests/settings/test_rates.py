"""Exchange rates: one a day, frozen into what is decided by them, shown beside what rules compare."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from leads import respond
from leads.arrival import Arrival
from leads.models import Lead, LeadFacts, Stage
from leads.money import worth_says
from leads.qualify.freeze import facts_of
from leads.qualify.judge import judge
from leads.qualify.said import said_in
from reps import exchange
from reps.exchange import Rates, Worth
from reps.models import Division, ExchangeRate, Rep
from routing import live, rulesets
from tests import factories as make

pytestmark = pytest.mark.django_db

BIG = {"field": "deal_size", "operator": "at_least", "value": 10_000}
MARCH, JUNE = date(2026, 3, 1), date(2026, 6, 1)


@pytest.fixture
def eur():
    return Division.objects.get()


def rate(eur, text="0.92", day=MARCH, currency="USD"):
    return exchange.add(division=eur, currency=currency, rate=Decimal(text), from_day=day)


def deal(lead):
    return LeadFacts.objects.filter(lead=lead).order_by("-n").first().facts["deal_size"]


@pytest.mark.parametrize(
    ("day", "worth"),
    [
        (date(2026, 2, 28), None),
        (MARCH, Worth(Decimal("92.00"), Decimal("0.92"), MARCH)),
        (date(2026, 5, 31), Worth(Decimal("92.00"), Decimal("0.92"), MARCH)),
        (JUNE, Worth(Decimal("90.00"), Decimal("0.9"), JUNE)),
    ],
)
def test_the_rate_in_force_on_the_day_counts(day, worth):
    rates = Rates.of([("EUR", "USD", JUNE, Decimal("0.9")), ("EUR", "USD", MARCH, Decimal("0.92"))])

    assert rates.worth(Decimal(100), currency="USD", base="EUR", day=day) == worth
    assert rates.worth(Decimal(100), currency="USD", base="GBP", day=day) is None
    assert rates.worth(Decimal(100), currency="EUR", base="EUR", day=day) == Worth(Decimal(100))


def test_what_would_not_fit_a_column_is_missing_rather_than_an_error():
    rates = Rates.of([("EUR", "KWD", MARCH, Decimal(99_999_999))])

    assert rates.worth(Decimal("999999999999.99"), currency="KWD", base="EUR", day=MARCH) is None


@pytest.mark.parametrize(
    ("currency", "text", "field"),
    [("USD", "0", "rate"), ("USD", "-1", "rate"), ("USD", "NaN", "rate"), ("USD", "1e8", "rate"),
     ("USD", "0.00000000001", "rate"), ("XXX", "1", "currency"), ("usd", "1", "currency"), ("EUR", "1", "currency")],
)  # fmt: skip
def test_a_rate_that_cannot_be_is_refused(eur, currency, text, field):
    with pytest.raises(exchange.RateError) as refused:
        rate(eur, text, currency=currency)

    assert refused.value.field == field
    assert not ExchangeRate.objects.exists()


def test_never_twice_from_the_same_day(eur):
    rate(eur)

    with pytest.raises(exchange.RateError, match=r"0\.92"):
        rate(eur, "0.95")

    assert ExchangeRate.objects.get().rate == Decimal("0.92")


def test_a_rule_about_money_sees_a_deal_in_another_currency_by_its_worth(eur, client, odile):
    rate(eur)
    big, rest = make.group("Big deals", [make.rep("Ana")]), make.group("Others", [make.rep("Ben")])
    make.publish(make.rule(big, BIG, name="Big"), make.rule(rest, name="All else"))
    over, under, unknown = (
        make.arrive(deal_size={"amount": amount, "currency": currency})
        for amount, currency in ((12_000, "USD"), (10_800, "USD"), (50_000, "GBP"))
    )
    live.route_ready(1)

    owners = [Lead.objects.get(pk=lead.pk).owner.name for lead in (over, under, unknown)]
    assert owners == ["Ana", "Ben", "Ben"]
    both = "12,000 USD = 11,040 EUR at 0.92 of 1 March 2026"
    assert both in client.get(reverse("lead-why", args=[over.uid])).content.decode()
    assert both in client.get(reverse("lead-show", args=[over.uid])).content.decode()
    assert worth_says(deal(unknown)) == "50,000 GBP (no exchange rate to EUR was in force)"
    assert worth_says(deal(make.arrive(deal_size=1000.5))) == "1,000.50 EUR"


def test_a_later_rate_changes_nothing_that_is_frozen(eur):
    lead = make.arrive(deal_size={"amount": 100, "currency": "USD"})
    rate(eur)

    assert deal(lead)["base"] is None
    assert deal(make.arrive(deal_size={"amount": 100, "currency": "USD"}))["base"] == Decimal("92.00")


def test_facts_made_anew_keep_what_the_amount_was_worth(eur):
    about = {"account": None, "division": eur, "arrived_at": datetime(2026, 4, 1, tzinfo=UTC), "stage": "New"}
    arrival = Arrival(deal_amount=Decimal(100), deal_currency="USD")
    before = facts_of(arrival, **about, rates=exchange.NO_RATES)
    rate(eur)

    kept = judge(arrival=arrival, said=said_in(eur.pk), before=before, **about)
    arrival = Arrival(deal_amount=Decimal(200), deal_currency="USD")
    other = judge(arrival=arrival, said=said_in(eur.pk), before=before, **about)

    assert kept.facts["deal_size"]["base"] is None
    assert "deal_size" not in kept.folded
    assert other.facts["deal_size"]["base"] == Decimal("184.00")


def test_facts_made_anew_after_another_base_keep_the_old_one(eur):
    about = {"account": None, "arrived_at": datetime(2026, 4, 1, tzinfo=UTC), "stage": "New"}
    arrival = Arrival(deal_amount=Decimal(10_000))
    before = facts_of(arrival, **about, division=eur, rates=exchange.NO_RATES)
    eur.base_currency = "USD"

    kept = judge(arrival=arrival, said=said_in(eur.pk), before=before, **about, division=eur)

    assert kept.facts["deal_size"] == before["deal_size"]
    assert kept.facts["deal_size"]["currency"] == "EUR"


def test_a_won_deal_is_worth_what_it_was_on_the_day_it_was_won(eur):
    ana = make.rep("Ana")
    make.publish(make.rule(make.group("DACH", [ana])))
    lead = make.arrive()
    live.route_ready(1)
    rate(eur, "0.92", MARCH)
    rate(eur, "0.90", JUNE)
    Division.objects.update(time_zone="Asia/Tokyo")  # there it is June already

    respond.move_stage(
        lead=Lead.objects.get(pk=lead.pk), stage=Stage.objects.get(key="won"), by=ana.user,
        now=datetime(2026, 5, 31, 20, tzinfo=UTC), amount=Decimal(1000), currency="USD",
    )  # fmt: skip

    won = Lead.objects.get(pk=lead.pk)
    assert (won.won_amount, won.won_currency, won.won_base, won.won_base_currency) == (1000, "USD", 900, "EUR")


def test_the_past_is_converted_by_its_own_days(eur, tmp_path):
    rate(eur, "0.80", date(2024, 1, 1))
    rate(eur, "0.90", date(2024, 4, 1))
    rate(eur, "0.50", date(2025, 1, 1))
    make.publish(make.rule(make.group("DACH", [make.rep("Ana")])))
    owner = Rep.objects.get().user.email
    path = tmp_path / "past.csv"
    path.write_text(
        "Mail,Came,Owner,Stage,Closed,Deal,Won,In\n"
        f"a@a.example,2024-03-01T09:00,{owner},Won,2024-04-02,1000 USD,2000,USD\n"
        f"b@b.example,2023-03-01T09:00,{owner},Won,2023-04-02,1000 USD,2000,USD\n"
    )
    maps = "email=Mail arrived_at=Came owner=Owner stage=Stage closed_at=Closed deal_size=Deal won_amount=Won"

    call_command("import_leads", str(path), map=[*maps.split(), "won_currency=In"], history=True, stdout=StringIO())

    old, older = (Lead.objects.get(private__email=mail) for mail in ("a@a.example", "b@b.example"))
    assert (deal(old)["base"], old.won_base, old.won_base_currency) == (Decimal("800.00"), Decimal(1800), "EUR")
    assert (deal(older)["base"], older.won_base, older.won_base_currency) == (None, None, "")


def test_publishing_is_warned_where_money_came_in_a_currency_without_a_rate(eur):
    team = make.group("DACH", [make.rep("Ana")])
    drafted = make.rule_set(make.rule(team, BIG, name="Big"), make.rule(team, name="All else"))
    make.arrive(2, deal_size={"amount": 100, "currency": "USD"})
    make.arrive(deal_size={"amount": 100, "currency": "EUR"})

    def said():
        found = rulesets.problems_of(drafted, now=timezone.now(), leads=True)
        return [(p.rule, p.blocks) for p in found if "USD" in p.text]

    assert said() == [(0, False)]
    rate(eur)
    assert said() == []
    ExchangeRate.objects.all().delete()
    drafted.rules.filter(name="Big").update(condition={"field": "country", "operator": "is", "value": "DE"})
    assert said() == []
