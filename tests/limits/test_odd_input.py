"""Odd input in every field of every form and address of the newer pages: refused or understood, never an error."""

import json
import logging
from base64 import urlsafe_b64encode
from urllib.parse import quote

import pytest
from django.db import transaction
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone

from leads.models import Lead
from reps.channel import AddressError
from reps.channels import all_channels
from routing import live, questions
from routing.models import RuleSet
from tests import factories as make
from tests.forms_of import Form, forms_of

pytestmark = pytest.mark.django_db

NASTY = {
    "10,000 signs, a NUL and half a sign among them": "a\x00b\ud800" + "x" * 10_000,
    "5000 digits": "9" * 5000,
    "beyond 64 bits": "99999999999999999999",
    "no address": "https://[",
    "no day": "2026-13-45T00:00:00",
    "the first instant": "0001-01-01T00:00:00+23:59",
    "JSON": '["\\u0000", "\\ud800", {"a": 1e999}]',
}
assert len(NASTY) % 2  # so that `form` gives each value to each field
# Where a page reads more of its address than its forms tell.
ASKED = {
    "how-shared": "group",
    "unfair": "lead number group page",
    "questions": "show page",
    "my-numbers": "period group from to since until show page",
    "my-fair-share-csv": "period group from to since until show page",
    "changes": "before q area by since page",
    "changes-csv": "before q area by since",
    "returns": "show q reason page",
    "my-returns": "page",
    "team": "open group q page",
    "team-week": "from group q",
    "start": "lead",
    "telling": "page",
}
# Forms have to be found on the pages, or nothing was tried.
TRIED = {
    "rep": {"unfair", "how-shared-comment", "telling-add", "telling-news", "telling-morning"},
    "ops": {
        *("how-shared-comment", "how-shared-why", "how-shared-link", "question-answer", "changes", "returns"),
        *("rules-rule", "rules-order", "rules-publish", "rules-simulate", "rules-try", "rules-go-back"),
        *("team", "team-week", "team-add", "team-member", "team-limit"),
    },
}  # fmt: skip


@pytest.fixture(autouse=True)
def _quiet(caplog):
    """Hundreds of refusals are no news."""
    caplog.set_level(logging.CRITICAL, "django.request")


@pytest.fixture
def world():
    """Rules in force and a draft, a question, a lead that was shared; Ana is a rep, Olga ops."""
    ana, ben = make.rep("Ana Lindqvist"), make.rep("Ben Okafor")
    olga = make.user("Olga Ops", is_ops=True)
    dach = make.group("DACH", [ana, ben], steps=[{"strategy": "availability"}, {"strategy": "round_robin"}])
    dach.managers.add(olga)
    germany = {"any": [{"field": "country", "operator": "one_of", "value": ["DE", "AT"]}]}
    make.publish(make.rule(dach, germany, name="Germany"), make.rule(dach, name="Everything"), by=olga)
    make.arrive(company="Acme", country="DE")
    live.route_ready(1)
    asked = questions.ask(rep=ana, group=dach, text="Ben had two in a row.", now=timezone.now())
    questions.open_link(group=dach, by=olga, now=timezone.now())
    return dach, ana, olga, asked


def test_pages_of_a_rep(world):
    _dach, ana, *_ = world
    pages = [reverse(name) for name in ("how-shared", "unfair", "my-numbers", "my-returns", "telling")]

    found = Tried(ana.user)
    found.through(pages)

    assert found.names >= TRIED["rep"]
    assert found.failed == []


def test_pages_of_ops(world):
    dach, ana, olga, _asked = world
    row = RuleSet.objects.get()
    key = row.rules.first().key
    acts = ("draft", "publish", "simulate", "try", "compare")
    of_rules = [reverse(f"rules-{act}", args=[row.uid]) for act in acts]
    pages = [reverse(name) for name in ("how-shared", "questions", "changes", "returns", "team", "team-week")]
    opened = [f"{reverse('team')}?open={ana.uid}", f"{reverse('team')}?open={ana.uid}.{dach.uid}"]

    found = Tried(olga)
    found.through([*pages, *opened, *of_rules, reverse("rules-rule", args=[row.uid, key])])

    assert found.names >= TRIED["ops"]
    assert found.failed == []


class Tried:
    """One person's browser, and what went wrong in it; each request is undone."""

    def __init__(self, user=None):
        self.client = Client(raise_request_exception=False)
        self.names, self.failed = set(), []
        if user:
            self.client.force_login(user)

    def through(self, pages):
        """Every parameter of each page, then every field of each form on it."""
        for address in pages:
            name = resolve(address.partition("?")[0]).url_name
            if asked := ASKED.get(name, ""):
                self.form(Form("get", address, dict.fromkeys(asked.split(), "")))
            for form in forms_of(self.client.get(address)):
                self.form(form)

    def form(self, form):
        """Each field with each value, every other one beside it as it should be."""
        name = resolve(form.action.partition("?")[0]).url_name
        if name in self.names or not form.fields:
            return
        self.names.add(name)
        values = list(NASTY.items())
        # Beside others that are fine, as one field may choose how another is read; of an address none does.
        once = len(values) if form.method == "get" or len(form.fields) == 1 else 0
        for n in range(once or 2 * len(values)):
            odd = {
                field: values[(n + at) % len(values)]
                for at, field in enumerate(form.fields)
                if (n + at) % 2 == 0 or n < once
            }
            texts = {field: text for field, (_what, text) in odd.items()}
            says = ", ".join(f"{field}: {what}" for field, (what, _text) in list(odd.items())[:6])
            self.send(form.method, form.action, {**form.fields, **texts}, f"{name} {says}")

    def send(self, method, address, fields, says):
        """As a browser writes it, but for what no browser would write."""
        body = "&".join(f"{quote(name)}={quote(text, errors='surrogatepass')}" for name, text in fields.items())
        with transaction.atomic():
            if method == "post":
                answer = self.client.post(address, body, content_type="application/x-www-form-urlencoded")
            else:
                answer = self.client.get(f"{address.partition('?')[0]}?{body}")
            transaction.set_rollback(True)
        if answer.status_code >= 500:
            self.failed.append(f"{says}: {getattr(answer, 'exc_info', [None, None])[1]!r}"[:160])


@pytest.mark.parametrize("user", [None, "ops"])
def test_addresses_with_words_in_them(world, user):
    _dach, _ana, olga, _asked = world
    row = RuleSet.objects.get()
    found = Tried(olga if user else None)
    for what in ("\x00", "\x00" + "x" * 31, "9" * 5000, "\ud800", "https:[", "..", "' or 1=1 --"):
        word = quote(what, safe="", errors="surrogatepass")
        of_rule = f"/rules/{row.uid}/draft/{word}/"
        for address in (f"/how/{word}/", f"/invitation/{word}/", of_rule, f"/how-shared/{row.uid}/{word}/"):
            found.send("get", address, {}, address)
        for act in ("", "look/", "duplicate/", "remove/"):
            found.send("post", of_rule + act, {"revision": str(row.revision), "do": "save"}, of_rule + act)
        found.send("post", f"/pool/claim/{word}/", {}, word)
        found.send("get", f"/calendar/{word}.ics", {}, word)
    assert found.failed == []


def test_buttons_of_a_rule_that_name_a_place_there_is_not(world):
    _dach, _ana, olga, _asked = world
    row, found = RuleSet.objects.get(), Tried(olga)
    address = reverse("rules-rule", args=[row.uid, row.rules.first().key])
    form = next(one for one in forms_of(found.client.get(address)) if "read" in one.fields)

    for verb in ("add:", "drop:c.", "less:c.0:", "step:", "step-drop:", "step-up:", "link-drop:", "stage-drop:"):
        found.send("post", address, {**form.fields, "do": verb + "9" * 5000}, verb)

    assert found.failed == []


@pytest.mark.parametrize("name", all_channels())
def test_a_channel_refuses_what_is_no_address(name):
    keys = {"p256dh": urlsafe_b64encode(b"\x04" + bytes(64)).decode(), "auth": urlsafe_b64encode(bytes(16)).decode()}
    for text in ("https://[", "https://[::1", "tgram://[", "a\x00b", "", "9" * 5000, "https://\uff0f\u2100.example/"):
        for sent in (text, json.dumps({"endpoint": text, "keys": keys})):
            with pytest.raises(AddressError):
                all_channels()[name].read(sent)


def test_a_list_drawn_from_an_odd_page_is_that_of_what_is_due(world):
    lead = Lead.objects.get(owner__isnull=False)
    client = Client(raise_request_exception=False)
    client.force_login(lead.owner.user)

    odd = {"HX-Request": "true", "HX-Current-URL": "https://["}
    answer = client.post(reverse("my-leads-bulk"), {"do": "touch", "lead": str(lead.uid)}, headers=odd)

    assert answer.status_code < 500
