"""The shelf: every address that is taken and refused, and what each channel makes of a message."""

import json
import re

import http_ece
import pytest
from apprise import Apprise as Library
from py_vapid import Vapid02

from reps import vapid
from reps.channel import AddressError, Alert, Button, GoneError
from reps.channels import EMAIL, IN_APP, all_channels, apprise, push, slack, teams
from tests.outside import answers
from tests.telling.reached import browser

EVIL = "<!channel> @everyone @here <@U123> <http://evil.example|click> *bold* [x](http://evil.example)"
ALERT = Alert(
    "u1", "ana@example.net", f"New lead for you: {EVIL}", "text", "html", brief=f"Company: {EVIL}\nName: Ann",
    act="Open the lead", url="http://127.0.0.1/leads/1/", buttons=(Button("call", "Log a call", "u1"),),
)  # fmt: skip


def test_every_channel_takes_its_own_example():
    for one in all_channels().values():
        if one.asks:
            assert one.read(one.EXAMPLE)["url"] == one.EXAMPLE
            assert one.EXAMPLE not in one.shown(one.read(one.EXAMPLE))
        assert one.__doc__


@pytest.mark.parametrize("name", [IN_APP, EMAIL])
def test_a_channel_without_endpoints_takes_no_address_and_shows_none(name):
    one = all_channels()[name]

    with pytest.raises(AddressError, match="Nobody enters"):
        one.read("ana@example.net")
    assert not one.has_endpoints
    assert one.shown({}) == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "http://hooks.slack.com/services/T/B/x",
        "https://hooks.slack.com.evil.example/services/T/B/x",
        "https://evil.example/?hooks.slack.com/services/",
        "https://hooks.slack.com@evil.example/services/T/B/x",
        "https://hooks.slack.com:8443/services/T/B/x",
        "https://hooks.slack.com/api/chat.postMessage",
        "https://hooks.slack.com/services/T/B/x#y",
    ],
)
def test_slack_takes_its_own_web_hooks_alone(text):
    with pytest.raises(AddressError):
        slack.channel.read(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://logic.azure.com.evil.example/workflows",
        "http://prod.logic.azure.com/workflows",
        "https://evil.example/logic.azure.com",
        "https://prod.logic.azure.com@evil.example/x",
        "https://user" + "@prod.logic.azure.com/x",
    ],
)
def test_teams_takes_workflows_alone(text):
    with pytest.raises(AddressError):
        teams.channel.read(text)


def test_what_a_lead_calls_itself_calls_nobody_in_slack():
    message = slack.channel.message(ALERT)

    assert "<" not in message["text"]
    assert not re.search(r"@(everyone|here|channel)", json.dumps(message, ensure_ascii=False))
    kinds = {block["text"]["type"] for block in message["blocks"] if "text" in block}
    assert kinds == {"plain_text"}, "no mark is read in plain text"
    assert [e["action_id"] for e in message["blocks"][-1]["elements"]] == ["call", "open"]


def test_what_a_lead_calls_itself_is_no_link_in_teams():
    card = teams.channel.message(ALERT)["attachments"][0]["content"]
    texts = [block["text"] for block in card["body"]]

    assert not [text for text in texts if re.search(r"(?<!\\)[\[\]*_<>]", text)]
    assert len(texts) == 3


def test_nothing_on_the_allow_list_takes_a_host_of_ones_choosing():
    """Against the library itself: every template of every scheme, and nothing that writes to this machine."""
    found = {}
    for service in Library().details()["schemas"]:
        for scheme in [*(service.get("protocols") or ()), *(service.get("secure_protocols") or ())]:
            found[scheme] = service["details"]

    assert set(apprise.ALLOWED) <= set(found)
    for scheme in apprise.ALLOWED:
        tokens = {token for template in found[scheme]["templates"] for token in re.findall(r"\{(\w+)\}", template)}
        assert not tokens & {"host", "hostname", "port", "fullpath", "path", "domain"}, scheme
    assert not set(apprise.ALLOWED) & {
        "json", "jsons", "xml", "xmls", "form", "forms", "syslog", "file", "mailto", "mailtos", "dbus", "windows",
        "macosx", "gotify", "gotifys", "ntfy", "ntfys", "mmost", "rocket", "rockets", "matrix", "signal", "rsyslog",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "json://127.0.0.1/x",
        "xml://10.0.0.1/",
        "syslog://",
        "file:///etc/passwd",
        "mailto://a:b@evil.example",
        "https://evil.example/",
        "tgram://1:a/2, json://127.0.0.1",
        "tgram://1:a/2\njson://127.0.0.1",
        "TGRAM://x",
        "discord://",
    ],
)
def test_other_addresses_are_refused_in_words(text):
    with pytest.raises(AddressError, match=r"\w+"):
        apprise.channel.read(text)


def test_an_address_cannot_make_us_patient_or_trusting():
    service = apprise._service(
        "twilio://AC" + "a" * 32 + ":" + "b" * 32 + "@15550001111/15550002222?verify=no&cto=90&redirect=yes"
    )

    assert (service.verify_certificate, service.redirects) == (True, False)
    assert service.request_timeout == (3.0, 3.0)


SUBSCRIPTIONS = [
    "",
    "[]",
    "{}",
    '{"endpoint": 5, "keys": {"p256dh": "x", "auth": "y"}}',
    '{"endpoint": "https://push.example/1", "keys": {"p256dh": "%%%", "auth": "y"}}',
    '{"endpoint": "https://push.example/1", "keys": null}',
]


@pytest.mark.parametrize("text", SUBSCRIPTIONS)
def test_what_is_no_subscription_is_refused(text):
    with pytest.raises(AddressError):
        push.channel.read(text)


@pytest.mark.parametrize(
    "url", ["http://push.example/1", "https://127.0.0.1/1", "https://localhost/1", "https://10.1.2.3/"]
)
def test_a_subscription_leads_to_the_open_internet(url):
    _private, _auth, keys = browser()
    with pytest.raises(AddressError):
        push.channel.read(json.dumps({"endpoint": url, "keys": keys}))


@pytest.mark.django_db
def test_a_push_is_sealed_for_the_browser_and_signed_by_us(monkeypatch):
    import httpx2

    asked = answers(monkeypatch, lambda request: httpx2.Response(201))
    private, auth, keys = browser()
    address = push.channel.read(json.dumps({"endpoint": "https://push.example/1", "keys": keys}))

    push.channel.send_one(
        Alert("u1", "", "New lead", "", "", brief="Brandl", url="/x", address={**address, "key": vapid.private_key()})
    )

    (request,) = asked
    opened = http_ece.decrypt(request.content, private_key=private, auth_secret=auth, version="aes128gcm")
    assert json.loads(opened) == {"title": "New lead", "body": "Brandl", "url": "/x", "tag": "u1"}
    assert b"Brandl" not in request.content
    assert request.headers["content-encoding"] == "aes128gcm"
    assert request.headers["ttl"] == "14400"
    authorization = request.headers["authorization"]
    assert Vapid02.verify(authorization)
    assert authorization.endswith(f"k={vapid.public_key()}")


@pytest.mark.django_db
def test_the_key_is_made_once_and_kept_sealed():
    from reps.models import Switchboard

    first = vapid.public_key()

    assert vapid.public_key() == first
    assert vapid.private_key() not in Switchboard.objects.get().push_key


def test_what_is_no_longer_allowed_is_not_sent():
    alert = Alert("u", "", "s", "", "", address={"url": "json://127.0.0.1/"})
    with pytest.raises(GoneError):
        apprise.channel.send_one(alert)
