"""Every enricher on the shelf over its own examples, and over a provider that behaves badly in every known way."""

import json
import time

import httpx2
import pytest
from django.core.cache import cache

from config.lib import breaker
from leads import connectors
from leads.conditions.fields import catalogue
from leads.connector import Asked, Configured, UnansweredError, UnreadableError
from leads.outside import Outside
from leads.qualify.enrich import clean
from tests import outside

pytestmark = pytest.mark.contract

EXAMPLES = [(name, example) for name, one in connectors.enrichers().items() for example in one.examples]
NETWORK = sorted(name for name, one in connectors.enrichers().items() if one.asks_network)
SECRETS = {"key": ("sk_test",), "token": ("jwt",)}
SETTINGS = {"url": "https://data.example.net/find?email={email}"}


@pytest.fixture(autouse=True)
def fresh():
    cache.clear()
    breaker._own.clear()


def ask(name, asked, settings=SETTINGS, secrets=SECRETS, **door):
    return connectors.enrichers()[name].lookup(asked, Configured(settings, secrets), Outside(**door))


def test_the_shelf_holds_what_is_promised():
    promised = {"clearbit", "company_table", "http_enricher", "mail_domain", "reachhub", "zoominfo"}

    assert promised <= set(connectors.enrichers())
    assert set(NETWORK) & promised == {"clearbit", "http_enricher", "reachhub", "zoominfo"}


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[f"{name}: {e.name}" for name, e in EXAMPLES])
def test_examples_come_out_as_the_manual_says(name, example, monkeypatch):
    def answer(request):
        found = next((body for place, body in example.answers.items() if place in str(request.url)), None)
        return (
            httpx2.Response(200, json=found) if found is not None else httpx2.Response(404, json={"error": "unknown"})
        )

    outside.answers(monkeypatch, answer)

    found = ask(name, Asked(**json.loads(example.body)), settings=example.settings)

    assert clean(found, catalogue()) == example.gives


@pytest.mark.parametrize("name", NETWORK)
@pytest.mark.parametrize(
    ("status", "headers"),
    [(429, {"retry-after": "7"}), (500, {}), (503, {}), (401, {}), (403, {}), (302, {"location": "/"})],
)
def test_a_refusal_is_no_answer(name, status, headers, monkeypatch):
    outside.answers(monkeypatch, lambda r: httpx2.Response(status, headers=headers, text="inner"))

    with pytest.raises(UnansweredError) as error:
        ask(name, Asked(email="ada@brandl.example"))

    assert "inner" not in str(error.value)


@pytest.mark.parametrize("name", NETWORK)
def test_unknown_is_an_answer_and_knows_nothing(name, monkeypatch):
    outside.answers(monkeypatch, lambda r: httpx2.Response(404))

    assert ask(name, Asked(email="ada@brandl.example")) == {}


@pytest.mark.parametrize("name", ["clearbit", "http_enricher", "reachhub"])
def test_pending_is_no_answer(name, monkeypatch):
    outside.answers(monkeypatch, lambda r: httpx2.Response(202, json={}))

    with pytest.raises(UnansweredError):
        ask(name, Asked(email="ada@brandl.example"))


@pytest.mark.parametrize("name", NETWORK)
@pytest.mark.parametrize(
    "body",
    [b"<html>", b"[]", b'"text"', b"null", b"{}", b'{"data": {"result": 5}}', b'{"person": 5, "company": []}', b"7"],
)
def test_an_answer_of_another_shape_gives_nothing_or_is_unreadable(name, body, monkeypatch):
    outside.answers(monkeypatch, lambda r: httpx2.Response(200, content=body))

    try:
        found = ask(name, Asked(email="ada@brandl.example"))
    except (UnansweredError, UnreadableError):
        return

    assert clean(found, catalogue()) == {}


@pytest.mark.parametrize("name", NETWORK)
def test_a_provider_that_hangs_is_cut(name, settings):
    settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1"]

    def hang(_request):
        time.sleep(0.5)

    with outside.server(hang) as url:
        here = {"url": url + "/{email}", "person_url": url, "company_url": url, "address": url}
        started = time.monotonic()
        with pytest.raises(UnansweredError):
            ask(name, Asked(email="ada@brandl.example"), settings=here, seconds=0.15)

    assert time.monotonic() - started < 1.5


def test_zoominfo_fetches_a_token_once(monkeypatch):
    def answer(request):
        if request.url.path == "/authenticate":
            assert json.loads(request.content) == {"username": "u", "password": "p"}
            return httpx2.Response(200, json={"jwt": "made"})
        assert request.headers["authorization"] == "Bearer made"
        return httpx2.Response(200, json={"data": {"result": []}})

    asked = outside.answers(monkeypatch, answer)
    for _ in range(2):
        ask("zoominfo", Asked(email="a@brandl.example"), settings={"username": "u"}, secrets={"password": ("p",)})

    assert [request.url.path for request in asked] == ["/authenticate", "/enrich/contact", "/enrich/contact"]


@pytest.mark.parametrize("word", ["../admin", "a&x=1", "a#b", "a?b", "@evil.example", "a\r\nX: 1", "%2e%2e", "é"])
def test_words_of_a_lead_cannot_change_where_an_address_leads(word, monkeypatch):
    asked = outside.answers(monkeypatch, lambda r: httpx2.Response(404))

    ask("http_enricher", Asked(company=word), settings={"url": "https://data.example.net/v1/{company}/facts?k=1"})

    (request,) = asked
    assert request.url.host == "data.example.net"
    assert request.url.raw_path.startswith(b"/v1/")
    assert request.url.raw_path.endswith(b"/facts?k=1")
    assert request.url.query == b"k=1"


@pytest.mark.parametrize(
    ("asked", "about"),
    [
        (Asked(email="a@brandl.example", domain="brandl.example"), "a@brandl.example|brandl.example"),
        (Asked(email="a@brandl.example"), ""),
        (Asked(), ""),
    ],
)
def test_a_lead_of_which_a_place_is_unknown_is_not_asked_about(asked, about):
    configured = Configured({"url": "https://data.example.net/{email}/{domain}"})

    assert connectors.enrichers()["http_enricher"].about(asked, configured) == about
