"""What people type, brought into one spelling: tables of cases."""

from decimal import Decimal

import pytest

from leads.conditions.fields import catalogue
from leads.qualify import loose, normalise
from leads.qualify.normalise import UnusableError
from leads.reading import ArrivalSerializer


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("  Ada   Lovelace ", "Ada Lovelace"),
        ("ADA LOVELACE", "Ada Lovelace"),
        ("ada lovelace", "Ada Lovelace"),
        ("Ada LOVELACE", "Ada LOVELACE"),
        ("bell hooks III", "bell hooks III"),
        ("LUDWIG VAN BEETHOVEN", "Ludwig van Beethoven"),
        ("van gogh", "Van Gogh"),
        ("maria de la cruz", "Maria de la Cruz"),
        ("JEAN-LUC O'NEILL", "Jean-Luc O'Neill"),
        ("angus mcdonald", "Angus McDonald"),
        ("dr. anna müller", "Dr. Anna Müller"),
        ("henry tudor ii", "Henry Tudor II"),
        ("ÉMILE ZOLA", "Émile Zola"),
        ("JD", "JD"),
        ("李小龍", "李小龍"),
        ("lead7", "lead7"),
        ("ada@company.example", "ada@company.example"),
        ("ada.lovelace", "ada.lovelace"),
        ("", ""),
    ],
)
def test_name(typed, read):
    assert loose.name(typed) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("€ 12,500", ("12500", "EUR")),
        ("12.500,00 EUR", ("12500", "EUR")),
        ("12,500.50 usd", ("12500.50", "USD")),
        ("CHF 1'200.\u2013", ("1200", "CHF")),
        ("$50k", ("50000", "USD")),
        ("1,5 Mio. €", ("1500000", "EUR")),
        ("£1.2m", ("1200000", "GBP")),
        ("12 500 zł", ("12500", "PLN")),
        ("0,99", ("0.99", "")),
        ("1.234.567,89", ("1234567.89", "")),
        ("1,234,567", ("1234567", "")),
        ("1234", ("1234", "")),
        ("12.5", ("12.5", "")),
        ("1.234", ("1234", "")),
        ("US$ 10", ("10", "USD")),
    ],
)
def test_money(typed, read):
    assert loose.money(typed) == (Decimal(read[0]), read[1])


@pytest.mark.parametrize(
    "typed",
    ["", "a lot", "€", "12 EUR or 14 USD", "EUR 5 USD", "-5", "1.2.3,4,5", "1,23,456", "9" * 90, "1e9", "12 😀", "NaN"],
)
def test_what_is_no_money_is_refused(typed):
    with pytest.raises(UnusableError):
        loose.money(typed)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("51-200", 51),
        ("51 \u2013 200 employees", 51),
        ("1,200+", 1200),
        ("1.200", 1200),
        ("10 000", 10000),
        ("10k+", 10000),
        ("1.5k", 1500),
        ("1-10", 1),
        ("about 250", 250),
        ("> 500", 500),
        ("über 1.000 Mitarbeiter", 1000),
        ("< 50", 1),
        ("200 to 500", 200),
        (42, 42),
        (Decimal("42.0"), 42),
        ("0", 0),
    ],
)
def test_employees(typed, read):
    assert loose.employees(typed) == read


@pytest.mark.parametrize("typed", ["", "many", "-5", "51-", "-200", True, None, [], "10000001", float("nan"), "1" * 99])
def test_what_is_no_number_of_employees_is_refused(typed):
    with pytest.raises(UnusableError):
        loose.employees(typed)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Company.example", "https://company.example"),
        ("www.company.example/de?x=1#y", "https://www.company.example/de?x=1#y"),
        ("HTTP://Company.example/Path", "http://company.example/Path"),
        ("https://company.example:8443/", "https://company.example:8443/"),
        ("company.example:8080/x", "https://company.example:8080/x"),
        ("//company.example", "https://company.example"),
        ("", ""),
    ],
)
def test_website(typed, read):
    assert loose.website(typed) == read


@pytest.mark.parametrize(
    "typed",
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "ftp://a.example",
        "mailto:a@company.example", "https://", "https://user@company.example", "none", "n/a", "java\nscript:alert(1)",
        "\x01javascript:alert(1)", "company .example",
    ],
)  # fmt: skip
def test_what_is_no_website_is_refused(typed):
    with pytest.raises(UnusableError):
        loose.website(typed)


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ("company.example", True), ("https://company.example", True), ("none", True), ("company.example:8080", True),
        ("HTTP://company.example", True), ("javascript:alert(1)", False), ("java\nscript:alert(1)", False),
        ("\x01javascript:alert(1)", False), (" data:text/html,x", False), ("vbscript:x", False), ("file:///etc", False),
    ],
)  # fmt: skip
def test_a_website_that_would_run_something_is_refused_by_name(typed, taken):
    read = ArrivalSerializer(data={"website": typed}, context={"catalogue": catalogue()})

    assert read.is_valid() is taken
    assert taken or list(read.errors) == ["website"]


@pytest.mark.parametrize(
    ("typed", "country", "e164"),
    [
        ("030 901820", "DE", "+4930901820"),
        ("+49 30 901820", "", "+4930901820"),
        ("0049 30 901820", "AT", "+4930901820"),
        ("(020) 7946 0018", "GB", "+442079460018"),
        ("030 901820", "", ""),
        ("12", "DE", ""),
        ("call me", "DE", ""),
    ],
)
def test_phone_by_country(typed, country, e164):
    assert normalise.phone(typed, country) == e164
