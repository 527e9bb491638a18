"""Every source on the shelf: its examples become owned leads, forgeries do not, repeats and replays add nothing."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from leads import inbound
from leads.connectors import sources
from leads.models import Inbound, Intake, Lead, LeadPrivate
from routing import live
from tests import factories as make
from tests.shelves.signers import IN_THE_BODY, SIGNERS

pytestmark = [pytest.mark.contract, pytest.mark.django_db]
EXAMPLES = [
    pytest.param(source, example, id=f"{name}-{example.name}".replace(" ", "_"))
    for name, source in sources().items()
    for example in source.examples
]


class Vendor:
    """Answers what the example says, by the end of the address; 404 for all else, as the door gives it."""

    def __init__(self, answers):
        self.answers, self.asked = answers, []

    def get(self, url, *, headers=None, params=None):
        self.asked.append((url, headers))
        return next((answer for end, answer in self.answers.items() if url.endswith(end)), None)


def connection(source, example):
    return make.connection(source.name, settings=dict(example.settings), secrets=dict(example.secrets))


def send(door, example, *, signed=True, secrets=None, body=None, headers=None):
    body = (example.body if body is None else body).encode()
    path = make.address(door)
    sign = SIGNERS.get(door.kind, lambda *_: {})
    made = sign(body, secrets or example.secrets, f"http://testserver{path}") if signed else {}
    with_all = {**(example.headers if signed else {}), **made, **(headers or {})}
    return Client().post(path, body, content_type=example.content_type, headers=with_all)


@pytest.fixture(autouse=True)
def _public_url(settings):
    settings.PUBLIC_URL = "http://testserver"


@pytest.fixture
def team():
    rep = make.rep("Ana")
    make.publish(make.rule(make.group("Inbound", [rep])))
    return rep


def handle(example, *, minutes=0):
    while inbound.handle_due(now=timezone.now() + timedelta(minutes=minutes, seconds=1), door=Vendor(example.answers)):
        pass
    live.route_ready(1)


def told(lead):
    """All that is known of the lead, by our names."""
    details = LeadPrivate.objects.get(lead=lead)
    names = {f.name for f in Lead._meta.fields} | {f.name for f in LeadPrivate._meta.fields}
    return {name: getattr(details, name, None) if hasattr(details, name) else getattr(lead, name) for name in names}


def test_every_source_has_a_manual_an_example_and_says_how_it_is_guarded():
    for name, source in sources().items():
        manual = type(source).__doc__
        assert len(manual.split()) > 60, name
        assert "1. " in manual or "**" in manual, name
        assert source.examples, name
        proves = (SIGNERS.keys() - {"zapier", "phone", "chat"}) | {"drift", "google_ads"}
        assert source.signed is (name in proves), name


@pytest.mark.parametrize(("source", "example"), EXAMPLES)
def test_an_example_becomes_an_owned_lead(source, example, team):
    door = connection(source, example)

    answer = send(door, example)
    handle(example)

    assert answer.status_code == 200, answer.content
    row = Inbound.objects.get()
    assert (row.state, row.error) == ("handled", "")
    lead = Lead.objects.get()
    assert (lead.owner, lead.state) == (team, "assigned")
    assert lead.channel
    found = told(lead)
    assert {name: found[name] for name in example.gives} == dict(example.gives)


@pytest.mark.parametrize(("source", "example"), EXAMPLES)
def test_sent_again_and_run_again_it_stays_one_lead(source, example, team):
    door = connection(source, example)
    send(door, example)
    handle(example)

    send(door, example)
    handle(example, minutes=1)
    for row in Inbound.objects.all():
        inbound.replay(pks=[row.pk], now=timezone.now())
    handle(example, minutes=2)

    # A test lead is no enquiry on another one, so without an id the second is a test lead of its own.
    copies = 2 if example.gives.get("kind") == "test" else 1
    assert Lead.objects.count() == copies
    outcomes = set(Intake.objects.values_list("outcome", flat=True))
    assert outcomes <= {"new", "repeated", "enquiry"}
    assert list(Intake.objects.values_list("outcome", flat=True)).count("new") == copies


GUARDED = [p for p in EXAMPLES if p.values[1].secrets or p.values[0].name in IN_THE_BODY]


@pytest.mark.parametrize(("source", "example"), [p for p in GUARDED if p.values[0].name != "salesforce_web"])
def test_a_forgery_is_refused_and_kept_with_its_reason(source, example):
    door = connection(source, example)
    wrong = {
        name: "00" + value[2:] if name == "signature_key" else f"{value}x" for name, value in example.secrets.items()
    }
    if source.name == "close":
        wrong["signature_key"] = "11ff10aa"
    if source.name in IN_THE_BODY:
        forged = [example.body.replace("made-up", "other").replace("00D000000000001AAA", "00D000000000002AAA")]
        answers = [send(door, example, body=body) for body in forged]
    else:
        good = _spoilt(source, example, lambda text: text)
        spoilt = [
            _spoilt(source, example, lambda text: text[:-1]),
            _spoilt(source, example, lambda text: ""),
            _spoilt(source, example, lambda text: text.replace("v", "w").replace("sha256", "md5")),
        ]
        answers = [send(door, example, signed=False), send(door, example, secrets=wrong)]
        answers += [send(door, example, signed=False, headers=headers) for headers in spoilt if headers != good]
    handle(example)

    assert {a.status_code for a in answers} == {401}
    assert all(a.json()["code"] == "not_signed" for a in answers)
    assert set(Inbound.objects.values_list("state", flat=True)) == {"refused"}
    assert not Lead.objects.exists()


def _spoilt(source, example, change):
    """The headers of another connection's good signature, changed."""
    made = SIGNERS[source.name](example.body.encode(), example.secrets, "http://testserver/")
    return {name: change(text) if "time" not in name.lower() else text for name, text in made.items()}


TIMED = [p for p in EXAMPLES if p.values[0].name in {"calendly", "slack", "hubspot", "close"}]


@pytest.mark.parametrize(("source", "example"), TIMED)
@pytest.mark.parametrize("seconds", [-330, 330])
def test_an_old_signature_is_refused(source, example, seconds, monkeypatch):
    import time

    door, now = connection(source, example), time.time()
    monkeypatch.setattr("tests.shelves.signers.time.time", lambda: now + seconds)

    assert send(door, example).status_code == 401


SIGNED = [
    p
    for p in EXAMPLES
    if p.values[0].name in SIGNERS.keys() - {"zapier", "phone", "inbound_mail"} and p.values[1].secrets
]


@pytest.mark.parametrize(("source", "example"), SIGNED)
def test_the_raw_bytes_are_signed_not_their_meaning(source, example):
    door = connection(source, example)
    made = SIGNERS[source.name](example.body.encode(), example.secrets, f"http://testserver{make.address(door)}")

    answer = send(door, example, signed=False, body=f"{example.body} ", headers=made)

    assert answer.status_code == 401
